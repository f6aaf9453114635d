"""Resources of QuestionPro, one per tag of its spec. Each is imported on first use."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from truecopy.calls import AsyncCalls, SyncCalls

    from .micropanel import AsyncMicropanel, AsyncMicropanelWithRawResponse, Micropanel, MicropanelWithRawResponse
    from .responses import AsyncResponses, AsyncResponsesWithRawResponse, Responses, ResponsesWithRawResponse

SPEC = Path(__file__).parent.parent / "openapi.json"
"""The spec that this package was generated from, as JSON."""


class Resources:
    """Methods by tag."""

    def __init__(self, calls: "SyncCalls") -> None:
        self._calls = calls

    @cached_property
    def micropanel(self) -> "Micropanel":
        """Batches that send a survey to the members of a micropanel."""
        from .micropanel import Micropanel

        return Micropanel(self._calls)

    @cached_property
    def responses(self) -> "Responses":
        """Answers to a survey."""
        from .responses import Responses

        return Responses(self._calls)

    @property
    def with_raw_response(self) -> "ResourcesWithRawResponse":
        """The same, returning ``ApiResponse``: data with envelope, status, headers and attempts."""
        return ResourcesWithRawResponse(self._calls)


class ResourcesWithRawResponse:
    """Methods by tag; each returns the whole answer."""

    def __init__(self, calls: "SyncCalls") -> None:
        self._calls = calls

    @cached_property
    def micropanel(self) -> "MicropanelWithRawResponse":
        """Batches that send a survey to the members of a micropanel."""
        from .micropanel import MicropanelWithRawResponse

        return MicropanelWithRawResponse(self._calls)

    @cached_property
    def responses(self) -> "ResponsesWithRawResponse":
        """Answers to a survey."""
        from .responses import ResponsesWithRawResponse

        return ResponsesWithRawResponse(self._calls)


class AsyncResources:
    """Coroutines by tag."""

    def __init__(self, calls: "AsyncCalls") -> None:
        self._calls = calls

    @cached_property
    def micropanel(self) -> "AsyncMicropanel":
        """Batches that send a survey to the members of a micropanel."""
        from .micropanel import AsyncMicropanel

        return AsyncMicropanel(self._calls)

    @cached_property
    def responses(self) -> "AsyncResponses":
        """Answers to a survey."""
        from .responses import AsyncResponses

        return AsyncResponses(self._calls)

    @property
    def with_raw_response(self) -> "AsyncResourcesWithRawResponse":
        """The same, returning ``ApiResponse``: data with envelope, status, headers and attempts."""
        return AsyncResourcesWithRawResponse(self._calls)


class AsyncResourcesWithRawResponse:
    """Coroutines by tag; each returns the whole answer."""

    def __init__(self, calls: "AsyncCalls") -> None:
        self._calls = calls

    @cached_property
    def micropanel(self) -> "AsyncMicropanelWithRawResponse":
        """Batches that send a survey to the members of a micropanel."""
        from .micropanel import AsyncMicropanelWithRawResponse

        return AsyncMicropanelWithRawResponse(self._calls)

    @cached_property
    def responses(self) -> "AsyncResponsesWithRawResponse":
        """Answers to a survey."""
        from .responses import AsyncResponsesWithRawResponse

        return AsyncResponsesWithRawResponse(self._calls)
