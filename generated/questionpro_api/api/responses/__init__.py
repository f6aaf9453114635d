"""Answers to a survey: the operations with tag "responses" in the spec."""

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
    from ...models.response_filter import ResponseFilter
    from ...models.survey_response import SurveyResponse
    from ...models.survey_response_create import SurveyResponseCreate
    from ...models.survey_response_envelope import SurveyResponseEnvelope
    from ...models.survey_response_page import SurveyResponsePage


@cache
def _list_responses() -> Plan[SurveyResponsePage]:
    from ...models.survey_response_page import SurveyResponsePage
    from .list_responses import _get_kwargs

    return "listResponses", _get_kwargs, SurveyResponsePage, SurveyResponsePage, None


@cache
def _create_response() -> Plan[SurveyResponse]:
    from ...models.survey_response import SurveyResponse
    from ...models.survey_response_envelope import SurveyResponseEnvelope
    from .create_response import _get_kwargs

    return "createResponse", _get_kwargs, SurveyResponseEnvelope, SurveyResponse, "response"


@cache
def _filter_responses() -> Plan[SurveyResponsePage]:
    from ...models.survey_response_page import SurveyResponsePage
    from .filter_responses import _get_kwargs

    return "filterResponses", _get_kwargs, SurveyResponsePage, SurveyResponsePage, None


@cache
def _get_response() -> Plan[SurveyResponse]:
    from ...models.survey_response import SurveyResponse
    from ...models.survey_response_envelope import SurveyResponseEnvelope
    from .get_response import _get_kwargs

    return "getResponse", _get_kwargs, SurveyResponseEnvelope, SurveyResponse, "response"


class Responses:
    """Answers to a survey."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def list_responses(
        self,
        survey_id: int,
        *,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> SurveyResponsePage:
        """List the responses to a survey.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_list_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page})

    def iter_responses(
        self,
        survey_id: int,
        *,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> Iterator[SurveyResponse]:
        """Call ``list_responses`` page by page and yield what the pages hold.

        Ends at an empty page or one that is not full. ``page`` is where to start, so that a walk can be resumed.

        Raises:
            truecopy.errors.TruecopyError: A call failed; the subclass says how.
        """
        return self._calls.pages(
            "listResponses",
            lambda page: self.list_responses(
                survey_id,
                page=page,
                per_page=per_page,
            ),
            lambda page: page.response or [],
            1 if isinstance(page, Unset) else page,
            100 if isinstance(per_page, Unset) else per_page,
        )

    def create_response(
        self,
        survey_id: int,
        *,
        body: SurveyResponseCreate,
    ) -> SurveyResponse:
        """Store a response to a survey.

        Stores one respondent's answers. Repeating the call stores them again.

        Args:
            survey_id (int):
            body (SurveyResponseCreate): A response to store; what is left out is filled in by the service


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_create_response(), {"survey_id": survey_id, "body": body})

    def filter_responses(
        self,
        survey_id: int,
        *,
        body: ResponseFilter,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> SurveyResponsePage:
        """List the responses to a survey that match a filter.

        Reads only, so it is safe to repeat.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.
            body (ResponseFilter): Which responses to read


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(
            _filter_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page, "body": body}
        )

    def iter_filter_responses(
        self,
        survey_id: int,
        *,
        body: ResponseFilter,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> Iterator[SurveyResponse]:
        """Call ``filter_responses`` page by page and yield what the pages hold.

        Ends at an empty page or one that is not full. ``page`` is where to start, so that a walk can be resumed.

        Raises:
            truecopy.errors.TruecopyError: A call failed; the subclass says how.
        """
        return self._calls.pages(
            "filterResponses",
            lambda page: self.filter_responses(
                survey_id,
                body=body,
                page=page,
                per_page=per_page,
            ),
            lambda page: page.response or [],
            1 if isinstance(page, Unset) else page,
            100 if isinstance(per_page, Unset) else per_page,
        )

    def get_response(
        self,
        survey_id: int,
        response_id: int,
    ) -> SurveyResponse:
        """Read one response to a survey.

        Args:
            survey_id (int):
            response_id (int):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_get_response(), {"survey_id": survey_id, "response_id": response_id})


class ResponsesWithRawResponse:
    """Answers to a survey."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def list_responses(
        self,
        survey_id: int,
        *,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> ApiResponse[SurveyResponsePage]:
        """List the responses to a survey.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponsePage``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_list_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page})

    def create_response(
        self,
        survey_id: int,
        *,
        body: SurveyResponseCreate,
    ) -> ApiResponse[SurveyResponse]:
        """Store a response to a survey.

        Stores one respondent's answers. Repeating the call stores them again.

        Args:
            survey_id (int):
            body (SurveyResponseCreate): A response to store; what is left out is filled in by the service


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponse``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_create_response(), {"survey_id": survey_id, "body": body})

    def filter_responses(
        self,
        survey_id: int,
        *,
        body: ResponseFilter,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> ApiResponse[SurveyResponsePage]:
        """List the responses to a survey that match a filter.

        Reads only, so it is safe to repeat.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.
            body (ResponseFilter): Which responses to read


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponsePage``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(
            _filter_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page, "body": body}
        )

    def get_response(
        self,
        survey_id: int,
        response_id: int,
    ) -> ApiResponse[SurveyResponse]:
        """Read one response to a survey.

        Args:
            survey_id (int):
            response_id (int):


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponse``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_get_response(), {"survey_id": survey_id, "response_id": response_id})


class AsyncResponses:
    """Answers to a survey."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def list_responses(
        self,
        survey_id: int,
        *,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> SurveyResponsePage:
        """List the responses to a survey.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_list_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page})

    def iter_responses(
        self,
        survey_id: int,
        *,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> AsyncIterator[SurveyResponse]:
        """Call ``list_responses`` page by page and yield what the pages hold.

        Ends at an empty page or one that is not full. ``page`` is where to start, so that a walk can be resumed.

        Raises:
            truecopy.errors.TruecopyError: A call failed; the subclass says how.
        """
        return self._calls.pages(
            "listResponses",
            lambda page: self.list_responses(
                survey_id,
                page=page,
                per_page=per_page,
            ),
            lambda page: page.response or [],
            1 if isinstance(page, Unset) else page,
            100 if isinstance(per_page, Unset) else per_page,
        )

    async def create_response(
        self,
        survey_id: int,
        *,
        body: SurveyResponseCreate,
    ) -> SurveyResponse:
        """Store a response to a survey.

        Stores one respondent's answers. Repeating the call stores them again.

        Args:
            survey_id (int):
            body (SurveyResponseCreate): A response to store; what is left out is filled in by the service


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_create_response(), {"survey_id": survey_id, "body": body})

    async def filter_responses(
        self,
        survey_id: int,
        *,
        body: ResponseFilter,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> SurveyResponsePage:
        """List the responses to a survey that match a filter.

        Reads only, so it is safe to repeat.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.
            body (ResponseFilter): Which responses to read


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(
            _filter_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page, "body": body}
        )

    def iter_filter_responses(
        self,
        survey_id: int,
        *,
        body: ResponseFilter,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> AsyncIterator[SurveyResponse]:
        """Call ``filter_responses`` page by page and yield what the pages hold.

        Ends at an empty page or one that is not full. ``page`` is where to start, so that a walk can be resumed.

        Raises:
            truecopy.errors.TruecopyError: A call failed; the subclass says how.
        """
        return self._calls.pages(
            "filterResponses",
            lambda page: self.filter_responses(
                survey_id,
                body=body,
                page=page,
                per_page=per_page,
            ),
            lambda page: page.response or [],
            1 if isinstance(page, Unset) else page,
            100 if isinstance(per_page, Unset) else per_page,
        )

    async def get_response(
        self,
        survey_id: int,
        response_id: int,
    ) -> SurveyResponse:
        """Read one response to a survey.

        Args:
            survey_id (int):
            response_id (int):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_get_response(), {"survey_id": survey_id, "response_id": response_id})


class AsyncResponsesWithRawResponse:
    """Answers to a survey."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def list_responses(
        self,
        survey_id: int,
        *,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> ApiResponse[SurveyResponsePage]:
        """List the responses to a survey.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponsePage``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_list_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page})

    async def create_response(
        self,
        survey_id: int,
        *,
        body: SurveyResponseCreate,
    ) -> ApiResponse[SurveyResponse]:
        """Store a response to a survey.

        Stores one respondent's answers. Repeating the call stores them again.

        Args:
            survey_id (int):
            body (SurveyResponseCreate): A response to store; what is left out is filled in by the service


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponse``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_create_response(), {"survey_id": survey_id, "body": body})

    async def filter_responses(
        self,
        survey_id: int,
        *,
        body: ResponseFilter,
        page: int | Unset = 1,
        per_page: int | Unset = 100,
    ) -> ApiResponse[SurveyResponsePage]:
        """List the responses to a survey that match a filter.

        Reads only, so it is safe to repeat.

        Args:
            survey_id (int):
            page (int | Unset):  Default: 1.
            per_page (int | Unset):  Default: 100.
            body (ResponseFilter): Which responses to read


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponsePage``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(
            _filter_responses(), {"survey_id": survey_id, "page": page, "per_page": per_page, "body": body}
        )

    async def get_response(
        self,
        survey_id: int,
        response_id: int,
    ) -> ApiResponse[SurveyResponse]:
        """Read one response to a survey.

        Args:
            survey_id (int):
            response_id (int):


        Returns:
            The answer with its status, headers and envelope around ``SurveyResponse``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_get_response(), {"survey_id": survey_id, "response_id": response_id})
