"""Resources of Supermetrics, one per tag of its spec. Each is imported on first use."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truecopy.calls import AsyncCalls, SyncCalls

    from .query import AsyncQuery, AsyncQueryWithRawResponse, Query, QueryWithRawResponse

SPEC = Path(__file__).parent.parent / "openapi.json"
"""The spec that this package was generated from, as JSON."""


class Resources:
    """Methods by tag."""

    def __init__(self, calls: "SyncCalls") -> None:
        self._calls = calls

    @cached_property
    def query(self) -> "Query":
        """Batches of queries."""
        from .query import Query

        return Query(self._calls)

    @property
    def with_raw_response(self) -> "ResourcesWithRawResponse":
        """The same, returning ``ApiResponse``: data with envelope, status, headers and attempts."""
        return ResourcesWithRawResponse(self._calls)


class ResourcesWithRawResponse:
    """Methods by tag; each returns the whole answer."""

    def __init__(self, calls: "SyncCalls") -> None:
        self._calls = calls

    @cached_property
    def query(self) -> "QueryWithRawResponse":
        """Batches of queries."""
        from .query import QueryWithRawResponse

        return QueryWithRawResponse(self._calls)


class AsyncResources:
    """Coroutines by tag."""

    def __init__(self, calls: "AsyncCalls") -> None:
        self._calls = calls

    @cached_property
    def query(self) -> "AsyncQuery":
        """Batches of queries."""
        from .query import AsyncQuery

        return AsyncQuery(self._calls)

    @property
    def with_raw_response(self) -> "AsyncResourcesWithRawResponse":
        """The same, returning ``ApiResponse``: data with envelope, status, headers and attempts."""
        return AsyncResourcesWithRawResponse(self._calls)


class AsyncResourcesWithRawResponse:
    """Coroutines by tag; each returns the whole answer."""

    def __init__(self, calls: "AsyncCalls") -> None:
        self._calls = calls

    @cached_property
    def query(self) -> "AsyncQueryWithRawResponse":
        """Batches of queries."""
        from .query import AsyncQueryWithRawResponse

        return AsyncQueryWithRawResponse(self._calls)
