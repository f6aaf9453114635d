"""Batches that send a survey to the members of a micropanel: the operations with tag "micropanel" in the spec."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from ...types import UNSET, Unset

if TYPE_CHECKING:
    from truecopy.calls import AsyncCalls, SyncCalls
    from truecopy.life import ApiResponse, Plan

    from ...models.error_envelope import ErrorEnvelope
    from ...models.micropanel_batch import MicropanelBatch
    from ...models.micropanel_batch_create import MicropanelBatchCreate
    from ...models.micropanel_batch_response import MicropanelBatchResponse


@cache
def _create_batch() -> Plan[MicropanelBatch]:
    from ...models.micropanel_batch import MicropanelBatch
    from ...models.micropanel_batch_response import MicropanelBatchResponse
    from .create_batch import _get_kwargs

    return "createBatch", _get_kwargs, MicropanelBatchResponse, MicropanelBatch, "response"


@cache
def _get_batch() -> Plan[MicropanelBatch]:
    from ...models.micropanel_batch import MicropanelBatch
    from ...models.micropanel_batch_response import MicropanelBatchResponse
    from .get_batch import _get_kwargs

    return "getBatch", _get_kwargs, MicropanelBatchResponse, MicropanelBatch, "response"


class Micropanel:
    """Batches that send a survey to the members of a micropanel."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_batch(
        self,
        *,
        body: MicropanelBatchCreate,
    ) -> MicropanelBatch:
        """Create a micropanel batch.

        Sends a survey to the members that the recipients select.

        Args:
            body (MicropanelBatchCreate): What to send, to whom and how


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_create_batch(), {"body": body})

    def get_batch(
        self,
        batch_id: int,
    ) -> MicropanelBatch:
        """Read a micropanel batch.

        The state of one batch of invitations.

        Args:
            batch_id (int):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_get_batch(), {"batch_id": batch_id})

    def wait_for_batch(
        self,
        batch_id: int,
        *,
        timeout: float = 600.0,
        interval: float = 1.0,
        until: Callable[[MicropanelBatch], bool] | None = None,
        on_update: Callable[[MicropanelBatch], object] | None = None,
    ) -> MicropanelBatch:
        """Call ``get_batch`` until it reaches an end state (Delivery Successful).

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


class MicropanelWithRawResponse:
    """Batches that send a survey to the members of a micropanel."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_batch(
        self,
        *,
        body: MicropanelBatchCreate,
    ) -> ApiResponse[MicropanelBatch]:
        """Create a micropanel batch.

        Sends a survey to the members that the recipients select.

        Args:
            body (MicropanelBatchCreate): What to send, to whom and how


        Returns:
            The answer with its status, headers and envelope around ``MicropanelBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_create_batch(), {"body": body})

    def get_batch(
        self,
        batch_id: int,
    ) -> ApiResponse[MicropanelBatch]:
        """Read a micropanel batch.

        The state of one batch of invitations.

        Args:
            batch_id (int):


        Returns:
            The answer with its status, headers and envelope around ``MicropanelBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_get_batch(), {"batch_id": batch_id})


class AsyncMicropanel:
    """Batches that send a survey to the members of a micropanel."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_batch(
        self,
        *,
        body: MicropanelBatchCreate,
    ) -> MicropanelBatch:
        """Create a micropanel batch.

        Sends a survey to the members that the recipients select.

        Args:
            body (MicropanelBatchCreate): What to send, to whom and how


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_create_batch(), {"body": body})

    async def get_batch(
        self,
        batch_id: int,
    ) -> MicropanelBatch:
        """Read a micropanel batch.

        The state of one batch of invitations.

        Args:
            batch_id (int):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_get_batch(), {"batch_id": batch_id})

    async def wait_for_batch(
        self,
        batch_id: int,
        *,
        timeout: float = 600.0,
        interval: float = 1.0,
        until: Callable[[MicropanelBatch], bool | Awaitable[bool]] | None = None,
        on_update: Callable[[MicropanelBatch], object] | None = None,
    ) -> MicropanelBatch:
        """Call ``get_batch`` until it reaches an end state (Delivery Successful).

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


class AsyncMicropanelWithRawResponse:
    """Batches that send a survey to the members of a micropanel."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_batch(
        self,
        *,
        body: MicropanelBatchCreate,
    ) -> ApiResponse[MicropanelBatch]:
        """Create a micropanel batch.

        Sends a survey to the members that the recipients select.

        Args:
            body (MicropanelBatchCreate): What to send, to whom and how


        Returns:
            The answer with its status, headers and envelope around ``MicropanelBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_create_batch(), {"body": body})

    async def get_batch(
        self,
        batch_id: int,
    ) -> ApiResponse[MicropanelBatch]:
        """Read a micropanel batch.

        The state of one batch of invitations.

        Args:
            batch_id (int):


        Returns:
            The answer with its status, headers and envelope around ``MicropanelBatch``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_get_batch(), {"batch_id": batch_id})
