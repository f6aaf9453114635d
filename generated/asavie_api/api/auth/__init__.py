"""Access tokens: the operations with tag "auth" in the spec."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from ...types import UNSET, Unset

if TYPE_CHECKING:
    from truecopy.calls import AsyncCalls, SyncCalls
    from truecopy.life import ApiResponse, Plan

    from ...models.message import Message
    from ...models.token import Token
    from ...models.token_error import TokenError
    from ...models.token_request import TokenRequest


@cache
def _create_token() -> Plan[Token]:
    from ...models.token import Token
    from .create_token import _get_kwargs

    return "createToken", _get_kwargs, Token, Token, None


class Auth:
    """Access tokens."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_token(
        self,
        *,
        body: TokenRequest,
    ) -> Token:
        """Exchange client credentials for an access token.

        OAuth 2.0 client credentials grant, RFC 6749 section 4.4.

        Args:
            body (TokenRequest):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.call(_create_token(), {"body": body})


class AuthWithRawResponse:
    """Access tokens."""

    def __init__(self, calls: SyncCalls) -> None:
        self._calls = calls

    def create_token(
        self,
        *,
        body: TokenRequest,
    ) -> ApiResponse[Token]:
        """Exchange client credentials for an access token.

        OAuth 2.0 client credentials grant, RFC 6749 section 4.4.

        Args:
            body (TokenRequest):


        Returns:
            The answer with its status, headers and envelope around ``Token``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.raw(_create_token(), {"body": body})


class AsyncAuth:
    """Access tokens."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_token(
        self,
        *,
        body: TokenRequest,
    ) -> Token:
        """Exchange client credentials for an access token.

        OAuth 2.0 client credentials grant, RFC 6749 section 4.4.

        Args:
            body (TokenRequest):


        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.call(_create_token(), {"body": body})


class AsyncAuthWithRawResponse:
    """Access tokens."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create_token(
        self,
        *,
        body: TokenRequest,
    ) -> ApiResponse[Token]:
        """Exchange client credentials for an access token.

        OAuth 2.0 client credentials grant, RFC 6749 section 4.4.

        Args:
            body (TokenRequest):


        Returns:
            The answer with its status, headers and envelope around ``Token``.

        Raises:
            truecopy.errors.TruecopyError: The call failed; the subclass says how.
        """
        return await self._calls.raw(_create_token(), {"body": body})
