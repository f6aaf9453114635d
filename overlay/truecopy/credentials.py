"""Credentials: fixed, asked for per request, or exchanged for tokens (client credentials, RFC 6749 section 4.4).

A credential is checked when a client is made; its value is never part of a message, a repr or a pickle.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from truecopy.errors import AuthenticationError, ConfigurationError
from truecopy.forks import begin_with_forks

Given = str | Callable[[], str] | Callable[[], Awaitable[str]] | None
"""What users pass: the secret, a function that returns it (asked before each request), or None for the environment."""

Reference = tuple[Callable[..., Any], tuple[Any, ...]]


class Secret(str):
    """A secret that is not shown by its repr, as tools do that report the variables of a traceback's frames."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[redacted]'"


def checked(secret: object, what: str) -> Secret:
    """The secret if it can stand in a header.

    Raises:
        ConfigurationError: It is empty, blank, not a string, or has characters that a header cannot carry.
    """
    if not isinstance(secret, str):
        raise ConfigurationError(f"{what} must be a string, not {type(secret).__name__}")
    secret = Secret(secret)
    if not secret.strip():
        raise ConfigurationError(f"{what} is empty")
    if secret != secret.strip():
        raise ConfigurationError(f"{what} has white space at its start or end")
    if not secret.isascii() or not secret.isprintable():
        raise ConfigurationError(f"{what} has characters that a header cannot carry")
    return secret


class Fixed:
    """A secret that was passed as such, or read from an environment variable."""

    def __init__(self, secret: str, what: str, variable: str | None = None) -> None:
        self.variable = variable
        """The environment variable that it was read from."""
        self._what = what
        self._secret = checked(secret, what)

    def ready(self, now: float) -> str | None:
        """The secret if it is at hand; ``now`` is the time on the client's monotonic clock."""
        return self._secret

    def secrets(self) -> list[str]:
        """Everything that must not appear in a text."""
        return [self._secret]

    def reference(self, *, embed: bool) -> Reference:
        """How a pickle names it: by its variable, or whole if the user asked for that. Raises ConfigurationError."""
        if self.variable is not None:
            return credential, (None, self._what, self.variable)
        _refuse_embedding(embed)
        return Fixed, (str(self._secret), self._what)

    def __reduce__(self) -> Reference:
        return self.reference(embed=False)

    def __repr__(self) -> str:
        return f"Fixed(from {self.variable or 'an argument'})"


class Asked:
    """A function, or coroutine function, that is asked before each request, so that a secret can be rotated."""

    def __init__(self, function: Callable[[], Any], what: str) -> None:
        self.function = function
        self._what = what
        self._last: str | None = None

    def ready(self, now: float) -> str | None:
        return None

    def accept(self, secret: object) -> str:
        """Check what the function returned."""
        secret = Secret(secret) if isinstance(secret, str) else secret  # a traceback may show this frame
        self._last = checked(secret, f"what the function for {self._what} returned")
        return self._last

    def secrets(self) -> list[str]:
        return [self._last] if self._last else []

    def reference(self, *, embed: bool) -> Reference:
        """How a pickle names it: by its function."""
        return Asked, (self.function, self._what)

    def __repr__(self) -> str:
        return f"Asked({getattr(self.function, '__qualname__', type(self.function).__name__)})"


class ClientCredentials:
    """A client id and secret that are exchanged for tokens; one is renewed before it expires and when it is refused.

    Threads and tasks that need a token while one is fetched wait for that one.
    """

    #: A token is renewed this many seconds before it expires, or when a tenth of its life is left if that is less.
    EARLY = 60.0

    def __init__(self, client_id: object, client_secret: object, variables: tuple[str, str] | None = None) -> None:
        self.variables = variables
        """The environment variables that id and secret were read from."""
        self.client_id = checked(client_id, "client_id")
        self._client_secret = checked(client_secret, "client_secret")
        self._token: str | None = None
        self._renew_at = 0.0
        begin_with_forks(self)

    def begin(self) -> None:
        self.lock = threading.Lock()
        """Held while a token is fetched, so that one is fetched at a time."""

    def form(self) -> dict[str, str]:
        """The body of the token request."""
        return {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self._client_secret}

    def ready(self, now: float) -> str | None:
        return self._token if now < self._renew_at else None

    def accept(self, token: Any, now: float) -> str:
        """Keep the token of a token answer. Raises AuthenticationError when there is none."""
        try:
            self._token, lifetime = checked(token["access_token"], "the token"), float(token["expires_in"])
        except (ConfigurationError, LookupError, TypeError, ValueError, OverflowError):
            lifetime = -1.0
        if self._token is None or lifetime < 0:
            raise AuthenticationError("the token endpoint did not answer a usable token")
        self._renew_at = now + lifetime - min(self.EARLY, lifetime / 10)
        return self._token

    def secrets(self) -> list[str]:
        return [self._client_secret, *([self._token] if self._token else [])]

    def refuse(self, secret: str | None) -> None:
        """The provider answered 401 to this token."""
        if secret == self._token:
            self._renew_at = 0.0

    def reference(self, *, embed: bool) -> Reference:
        """How a pickle names it: by its variables, or whole if the user asked for that. Raises ConfigurationError."""
        if self.variables is not None:
            return client_credentials, (None, None, self.variables)
        _refuse_embedding(embed)
        return ClientCredentials, (str(self.client_id), str(self._client_secret))

    def __reduce__(self) -> Reference:
        return self.reference(embed=False)

    def __repr__(self) -> str:
        return f"ClientCredentials(client_id={str(self.client_id)!r})"


def credential(given: Given, what: str, variable: str, also: str = "") -> Fixed | Asked:
    """The credential for what a user passed: a secret, a function, or None for the environment variable.

    Args:
        also: What else could be done when there is none.

    Raises:
        ConfigurationError: There is none, or it cannot be used.
    """
    if given is None:
        if not (value := os.environ.get(variable)):
            passing = "" if what == _variable(variable) else f"pass {what}=… or "
            raise ConfigurationError(f"there is no credential: {passing}set the environment variable {variable}{also}")
        return Fixed(value, _variable(variable), variable)
    return Asked(given, what) if callable(given) else Fixed(given, what)


def _variable(name: str) -> str:
    return f"the environment variable {name}"


def client_credentials(
    client_id: str | None, client_secret: str | None, variables: tuple[str, str]
) -> ClientCredentials | None:
    """The client credentials that a user passed, or those of two environment variables, or None when there are none.

    Raises:
        ConfigurationError: One is given without the other, or cannot be used.
    """
    passed = client_id is not None or client_secret is not None
    if not passed:
        client_id, client_secret = (os.environ.get(name) or None for name in variables)
    if client_id is None and client_secret is None:
        return None
    if client_id is None or client_secret is None:
        raise ConfigurationError(f"client_id and client_secret go together (or {' and '.join(variables)})")
    return ClientCredentials(client_id, client_secret, None if passed else variables)


def _refuse_embedding(embed: bool) -> None:
    if not embed:
        raise ConfigurationError(
            "a credential that was passed as a string is not pickled: pass it in the environment or as a function,"
            " or give the client pickle_credentials=True"
        )
