"""Batches of queries: the operations with tag "query" in the spec."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from ...types import UNSET, Unset

if TYPE_CHECKING:
    from truecopy.calls import AsyncCalls, SyncCalls
    from truecopy.life import ApiResponse, Plan

    from ...models.batch_query import BatchQuery
    from ...models.problem import Problem
    from ...models.query_batch import QueryBatch
    from ...models.query_batch_create import QueryBatchCreate
    from ...models.query_batch_response import QueryBatchResponse
    from ...models.query_batch_status import QueryBatchStatus


@cache
def _create_batch() -> Plan[QueryBatch]:
    from ...models.query_batch import QueryBatch
    from ...models.query_batch_response import QueryBatchResponse
    from .create_batch import _get_kwargs

    return "createBatch", _get_kwargs, QueryBatchResponse, QueryBatch, "data"


@cache
def _get_batch() -> Plan[QueryBatch]:
    from ...models.query_batch import QueryBatch
    from ...models.query_batch_response import QueryBatchResponse
    from .get_batch import _get_kwargs

    return "getBatch", _get_kwargs, QueryBatchResponse, QueryBatch, "data"


@cache
def _cancel_batch() -> Plan[QueryBatch]:
    from ...models.query_batch import QueryBatch
    from ...models.query_batch_response import QueryBatchResponse
    from .cancel_batch import _get_kwargs

    return "cancelBatch", _get_kwargs, QueryBatchResponse, QueryBatch, "data"


@cache
def _get_batch_status() -> Plan[QueryBatchStatus]:
    from ...models.query_batch_status import QueryBatchStatus
    from .get_batch_status import _get_kwargs

    return "getBatchStatus", _get_kwargs, QueryBatchStatus, QueryBatchStatus, None


class Query:
    """Batches of queries."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_batch(
        self,
        *,
        body: QueryBatchCreate,
    ) -> QueryBatch:
        """Create a batch of queries.

        Queues the queries; they run in the order of the list.

        Args:
            body (QueryBatchCreate): The queries to run and how


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_create_batch(), {"body": body})

    def get_batch(
        self,
        batch_id: str,
    ) -> QueryBatch:
        """Read a batch of queries.

        The state of one batch and what it was created with.

        Args:
            batch_id (str):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_get_batch(), {"batch_id": batch_id})

    def wait_for_batch(
        self,
        batch_id: str,
        *,
        timeout: float = 600.0,
        interval: float = 1.0,
        until: Callable[[QueryBatch], bool] | None = None,
        on_update: Callable[[QueryBatch], object] | None = None,
    ) -> QueryBatch:
        """Call ``get_batch`` until it reaches an end state (STOPPED).

        Waiting again with the same arguments resumes: nothing is kept between calls.

        Args:
            timeout: Seconds to wait at the most.
            interval: Seconds before the second call; later pauses grow to ten times that.
            until: Tells whether the wait is over; the default knows the end states.
            on_update: Is called with every answer, the last one included.

        Raises:
            truecopy.errors.WaitTimeoutError: The time is up; ``last`` is the last answer.
            truecopy.errors.TruecopyError: A call failed for good; the subclass says how.
        """
        return self._calls.wait(
            "getBatch",
            lambda: self.get_batch(
                batch_id,
            ),
            timeout,
            interval,
            until,
            on_update,
        )

    def cancel_batch(
        self,
        batch_id: str,
    ) -> QueryBatch:
        """Cancel a batch of queries.

        Starts no further query of the batch; results already there stay.

        Args:
            batch_id (str):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_cancel_batch(), {"batch_id": batch_id})

    def get_batch_status(
        self,
        batch_id: str,
        *,
        offset: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> QueryBatchStatus:
        """List the queries of a batch.

        The progress of a batch and, page by page, the state and results of its queries.

        Args:
            batch_id (str):
            offset (int | Unset):  Default: 0.
            limit (int | Unset):  Default: 100.


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_get_batch_status(), {"batch_id": batch_id, "offset": offset, "limit": limit})

    def iter_batch_status(
        self,
        batch_id: str,
        *,
        offset: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> Iterator[BatchQuery]:
        """Call ``get_batch_status`` page by page and yield what the pages hold.

        Ends at an empty page or one that is not full. ``offset`` is where to start, so that a walk can be resumed.

        Raises:
            truecopy.errors.TruecopyError: A call failed; the subclass says how.
        """
        return self._calls.pages(
            "getBatchStatus",
            lambda offset: self.get_batch_status(
                batch_id,
                offset=offset,
                limit=limit,
            ),
            lambda page: page.data or [],
            0 if isinstance(offset, Unset) else offset,
            100 if isinstance(limit, Unset) else limit,
        )


class QueryWithRawResponse:
    """Batches of queries."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_batch(
        self,
        *,
        body: QueryBatchCreate,
    ) -> ApiResponse[QueryBatch]:
        """Create a batch of queries.

        Queues the queries; they run in the order of the list.

        Args:
            body (QueryBatchCreate): The queries to run and how


        Returns:
            The answer with its status, headers and envelope around ``QueryBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_create_batch(), {"body": body})

    def get_batch(
        self,
        batch_id: str,
    ) -> ApiResponse[QueryBatch]:
        """Read a batch of queries.

        The state of one batch and what it was created with.

        Args:
            batch_id (str):


        Returns:
            The answer with its status, headers and envelope around ``QueryBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_get_batch(), {"batch_id": batch_id})

    def cancel_batch(
        self,
        batch_id: str,
    ) -> ApiResponse[QueryBatch]:
        """Cancel a batch of queries.

        Starts no further query of the batch; results already there stay.

        Args:
            batch_id (str):


        Returns:
            The answer with its status, headers and envelope around ``QueryBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_cancel_batch(), {"batch_id": batch_id})

    def get_batch_status(
        self,
        batch_id: str,
        *,
        offset: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> ApiResponse[QueryBatchStatus]:
        """List the queries of a batch.

        The progress of a batch and, page by page, the state and results of its queries.

        Args:
            batch_id (str):
            offset (int | Unset):  Default: 0.
            limit (int | Unset):  Default: 100.


        Returns:
            The answer with its status, headers and envelope around ``QueryBatchStatus``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_get_batch_status(), {"batch_id": batch_id, "offset": offset, "limit": limit})


class AsyncQuery:
    """Batches of queries."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_batch(
        self,
        *,
        body: QueryBatchCreate,
    ) -> QueryBatch:
        """Create a batch of queries.

        Queues the queries; they run in the order of the list.

        Args:
            body (QueryBatchCreate): The queries to run and how


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_create_batch(), {"body": body})

    async def get_batch(
        self,
        batch_id: str,
    ) -> QueryBatch:
        """Read a batch of queries.

        The state of one batch and what it was created with.

        Args:
            batch_id (str):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_get_batch(), {"batch_id": batch_id})

    async def wait_for_batch(
        self,
        batch_id: str,
        *,
        timeout: float = 600.0,
        interval: float = 1.0,
        until: Callable[[QueryBatch], bool | Awaitable[bool]] | None = None,
        on_update: Callable[[QueryBatch], object] | None = None,
    ) -> QueryBatch:
        """Call ``get_batch`` until it reaches an end state (STOPPED).

        Waiting again with the same arguments resumes: nothing is kept between calls.

        Args:
            timeout: Seconds to wait at the most.
            interval: Seconds before the second call; later pauses grow to ten times that.
            until: Tells whether the wait is over; the default knows the end states.
            on_update: Is called with every answer, the last one included.

        Raises:
            truecopy.errors.WaitTimeoutError: The time is up; ``last`` is the last answer.
            truecopy.errors.TruecopyError: A call failed for good; the subclass says how.
        """
        return await self._calls.wait(
            "getBatch",
            lambda: self.get_batch(
                batch_id,
            ),
            timeout,
            interval,
            until,
            on_update,
        )

    async def cancel_batch(
        self,
        batch_id: str,
    ) -> QueryBatch:
        """Cancel a batch of queries.

        Starts no further query of the batch; results already there stay.

        Args:
            batch_id (str):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_cancel_batch(), {"batch_id": batch_id})

    async def get_batch_status(
        self,
        batch_id: str,
        *,
        offset: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> QueryBatchStatus:
        """List the queries of a batch.

        The progress of a batch and, page by page, the state and results of its queries.

        Args:
            batch_id (str):
            offset (int | Unset):  Default: 0.
            limit (int | Unset):  Default: 100.


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_get_batch_status(), {"batch_id": batch_id, "offset": offset, "limit": limit})

    def iter_batch_status(
        self,
        batch_id: str,
        *,
        offset: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> AsyncIterator[BatchQuery]:
        """Call ``get_batch_status`` page by page and yield what the pages hold.

        Ends at an empty page or one that is not full. ``offset`` is where to start, so that a walk can be resumed.

        Raises:
            truecopy.errors.TruecopyError: A call failed; the subclass says how.
        """
        return self._calls.pages(
            "getBatchStatus",
            lambda offset: self.get_batch_status(
                batch_id,
                offset=offset,
                limit=limit,
            ),
            lambda page: page.data or [],
            0 if isinstance(offset, Unset) else offset,
            100 if isinstance(limit, Unset) else limit,
        )


class AsyncQueryWithRawResponse:
    """Batches of queries."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_batch(
        self,
        *,
        body: QueryBatchCreate,
    ) -> ApiResponse[QueryBatch]:
        """Create a batch of queries.

        Queues the queries; they run in the order of the list.

        Args:
            body (QueryBatchCreate): The queries to run and how


        Returns:
            The answer with its status, headers and envelope around ``QueryBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_create_batch(), {"body": body})

    async def get_batch(
        self,
        batch_id: str,
    ) -> ApiResponse[QueryBatch]:
        """Read a batch of queries.

        The state of one batch and what it was created with.

        Args:
            batch_id (str):


        Returns:
            The answer with its status, headers and envelope around ``QueryBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_get_batch(), {"batch_id": batch_id})

    async def cancel_batch(
        self,
        batch_id: str,
    ) -> ApiResponse[QueryBatch]:
        """Cancel a batch of queries.

        Starts no further query of the batch; results already there stay.

        Args:
            batch_id (str):


        Returns:
            The answer with its status, headers and envelope around ``QueryBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_cancel_batch(), {"batch_id": batch_id})

    async def get_batch_status(
        self,
        batch_id: str,
        *,
        offset: int | Unset = 0,
        limit: int | Unset = 100,
    ) -> ApiResponse[QueryBatchStatus]:
        """List the queries of a batch.

        The progress of a batch and, page by page, the state and results of its queries.

        Args:
            batch_id (str):
            offset (int | Unset):  Default: 0.
            limit (int | Unset):  Default: 100.


        Returns:
            The answer with its status, headers and envelope around ``QueryBatchStatus``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_get_batch_status(), {"batch_id": batch_id, "offset": offset, "limit": limit})
