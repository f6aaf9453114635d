"""Resources of Asavie, one per tag of its spec. Each is imported on first use."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truecopy.calls import AsyncCalls, SyncCalls

    from .auth import AsyncAuth, AsyncAuthWithRawResponse, Auth, AuthWithRawResponse
    from .batches import AsyncBatches, AsyncBatchesWithRawResponse, Batches, BatchesWithRawResponse

SPEC = Path(__file__).parent.parent / "openapi.json"
"""The spec that this package was generated from, as JSON."""


class Resources:
    """Methods by tag."""

    def __init__(self, calls: "SyncCalls") -> None:
        self._calls = calls

    @cached_property
    def auth(self) -> "Auth":
        """Access tokens."""
        from .auth import Auth

        return Auth(self._calls)

    @cached_property
    def batches(self) -> "Batches":
        """Batches of commands."""
        from .batches import Batches

        return Batches(self._calls)

    @property
    def with_raw_response(self) -> "ResourcesWithRawResponse":
        """The same, returning ``ApiResponse``: data with envelope, status, headers and attempts."""
        return ResourcesWithRawResponse(self._calls)


class ResourcesWithRawResponse:
    """Methods by tag; each returns the whole answer."""

    def __init__(self, calls: "SyncCalls") -> None:
        self._calls = calls

    @cached_property
    def auth(self) -> "AuthWithRawResponse":
        """Access tokens."""
        from .auth import AuthWithRawResponse

        return AuthWithRawResponse(self._calls)

    @cached_property
    def batches(self) -> "BatchesWithRawResponse":
        """Batches of commands."""
        from .batches import BatchesWithRawResponse

        return BatchesWithRawResponse(self._calls)


class AsyncResources:
    """Coroutines by tag."""

    def __init__(self, calls: "AsyncCalls") -> None:
        self._calls = calls

    @cached_property
    def auth(self) -> "AsyncAuth":
        """Access tokens."""
        from .auth import AsyncAuth

        return AsyncAuth(self._calls)

    @cached_property
    def batches(self) -> "AsyncBatches":
        """Batches of commands."""
        from .batches import AsyncBatches

        return AsyncBatches(self._calls)

    @property
    def with_raw_response(self) -> "AsyncResourcesWithRawResponse":
        """The same, returning ``ApiResponse``: data with envelope, status, headers and attempts."""
        return AsyncResourcesWithRawResponse(self._calls)


class AsyncResourcesWithRawResponse:
    """Coroutines by tag; each returns the whole answer."""

    def __init__(self, calls: "AsyncCalls") -> None:
        self._calls = calls

    @cached_property
    def auth(self) -> "AsyncAuthWithRawResponse":
        """Access tokens."""
        from .auth import AsyncAuthWithRawResponse

        return AsyncAuthWithRawResponse(self._calls)

    @cached_property
    def batches(self) -> "AsyncBatchesWithRawResponse":
        """Batches of commands."""
        from .batches import AsyncBatchesWithRawResponse

        return AsyncBatchesWithRawResponse(self._calls)
