"""Batches of commands: the operations with tag "batches" in the spec."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from ...types import UNSET, Unset

if TYPE_CHECKING:
    from truecopy.calls import AsyncCalls, SyncCalls
    from truecopy.life import ApiResponse, Plan

    from ...models.batch import Batch
    from ...models.message import Message
    from ...models.pbpr_return_of_batch import PBPRReturnOfBatch


@cache
def _create_batch() -> Plan[Batch]:
    from ...models.batch import Batch
    from ...models.pbpr_return_of_batch import PBPRReturnOfBatch
    from .create_batch import _get_kwargs

    return "createBatch", _get_kwargs, PBPRReturnOfBatch, Batch, "data"


@cache
def _get_batch() -> Plan[Batch]:
    from ...models.batch import Batch
    from ...models.pbpr_return_of_batch import PBPRReturnOfBatch
    from .get_batch import _get_kwargs

    return "getBatch", _get_kwargs, PBPRReturnOfBatch, Batch, "data"


class Batches:
    """Batches of commands."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_batch(
        self,
        *,
        body: Batch,
    ) -> Batch:
        """Create a batch.

        Opens a batch; commands are sent to it before its Status is set to "defined".

        Args:
            body (Batch): A batch of commands


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_create_batch(), {"body": body})

    def get_batch(
        self,
        batchid: str,
    ) -> Batch:
        """Read a batch.

        The batch, or a failure whose error code is 404.

        Args:
            batchid (str):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_get_batch(), {"batchid": batchid})

    def wait_for_batch(
        self,
        batchid: str,
        *,
        timeout: float = 600.0,
        interval: float = 1.0,
        until: Callable[[Batch], bool] | None = None,
        on_update: Callable[[Batch], object] | None = None,
    ) -> Batch:
        """Call ``get_batch`` until it reaches an end state.

        Waiting again with the same arguments resumes: nothing is kept between calls.

        Args:
            timeout: Seconds to wait at the most.
            interval: Seconds before the second call; later pauses grow to ten times that.
            until: Tells whether the wait is over; needed, since no end state is documented.
            on_update: Is called with every answer, the last one included.

        Raises:
            truecopy.errors.WaitTimeoutError: The time is up; ``last`` is the last answer.
            truecopy.errors.TruecopyError: A call failed for good; the subclass says how.
        """
        return self._calls.wait(
            "getBatch",
            lambda: self.get_batch(
                batchid,
            ),
            timeout,
            interval,
            until,
            on_update,
        )


class BatchesWithRawResponse:
    """Batches of commands."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_batch(
        self,
        *,
        body: Batch,
    ) -> ApiResponse[Batch | None]:
        """Create a batch.

        Opens a batch; commands are sent to it before its Status is set to "defined".

        Args:
            body (Batch): A batch of commands


        Returns:
            The answer with its status, headers and envelope around ``Batch``, or around None if it was only accepted.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_create_batch(), {"body": body})

    def get_batch(
        self,
        batchid: str,
    ) -> ApiResponse[Batch]:
        """Read a batch.

        The batch, or a failure whose error code is 404.

        Args:
            batchid (str):


        Returns:
            The answer with its status, headers and envelope around ``Batch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_get_batch(), {"batchid": batchid})


class AsyncBatches:
    """Batches of commands."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_batch(
        self,
        *,
        body: Batch,
    ) -> Batch:
        """Create a batch.

        Opens a batch; commands are sent to it before its Status is set to "defined".

        Args:
            body (Batch): A batch of commands


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_create_batch(), {"body": body})

    async def get_batch(
        self,
        batchid: str,
    ) -> Batch:
        """Read a batch.

        The batch, or a failure whose error code is 404.

        Args:
            batchid (str):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_get_batch(), {"batchid": batchid})

    async def wait_for_batch(
        self,
        batchid: str,
        *,
        timeout: float = 600.0,
        interval: float = 1.0,
        until: Callable[[Batch], bool | Awaitable[bool]] | None = None,
        on_update: Callable[[Batch], object] | None = None,
    ) -> Batch:
        """Call ``get_batch`` until it reaches an end state.

        Waiting again with the same arguments resumes: nothing is kept between calls.

        Args:
            timeout: Seconds to wait at the most.
            interval: Seconds before the second call; later pauses grow to ten times that.
            until: Tells whether the wait is over; needed, since no end state is documented.
            on_update: Is called with every answer, the last one included.

        Raises:
            truecopy.errors.WaitTimeoutError: The time is up; ``last`` is the last answer.
            truecopy.errors.TruecopyError: A call failed for good; the subclass says how.
        """
        return await self._calls.wait(
            "getBatch",
            lambda: self.get_batch(
                batchid,
            ),
            timeout,
            interval,
            until,
            on_update,
        )


class AsyncBatchesWithRawResponse:
    """Batches of commands."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_batch(
        self,
        *,
        body: Batch,
    ) -> ApiResponse[Batch | None]:
        """Create a batch.

        Opens a batch; commands are sent to it before its Status is set to "defined".

        Args:
            body (Batch): A batch of commands


        Returns:
            The answer with its status, headers and envelope around ``Batch``, or around None if it was only accepted.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_create_batch(), {"body": body})

    async def get_batch(
        self,
        batchid: str,
    ) -> ApiResponse[Batch]:
        """Read a batch.

        The batch, or a failure whose error code is 404.

        Args:
            batchid (str):


        Returns:
            The answer with its status, headers and envelope around ``Batch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_get_batch(), {"batchid": batchid})
