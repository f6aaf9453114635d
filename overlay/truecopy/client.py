"""What all clients have in common: settings, views, pickling, closing. A provider adds its data and its resources."""

from __future__ import annotations

import copy
import functools
import inspect
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack
from urllib.parse import urljoin, urlsplit

from truecopy.calls import AsyncBackend, AsyncCalls, SyncBackend, SyncCalls
from truecopy.credentials import Asked, ClientCredentials, Fixed
from truecopy.drift import Drift
from truecopy.errors import ConfigurationError
from truecopy.exchange import Timeouts, open_async_exchange, open_exchange
from truecopy.life import Core
from truecopy.observe import Hook
from truecopy.pools import AsyncPool, Pool
from truecopy.provider import Provider
from truecopy.retry import Clock, Policy
from truecopy.settings import Settings

if TYPE_CHECKING:
    from truecopy.limits import Limiter


class CallOptions(TypedDict, total=False):
    """What ``with_options`` takes, and every client."""

    timeout: float | Timeouts
    """Seconds for each of connecting, reading, writing and waiting for a connection; or one value for each."""
    deadline: float
    """Seconds that a call may take with all its attempts and pauses; 300 by default."""
    retries: int | Policy
    """How often a failed request is repeated, 0 for never; or a policy (truecopy.retry)."""
    headers: Mapping[str, str]
    """Further headers of every request."""
    on_mismatch: str
    """``raise`` or ``warn``: what an answer that breaks the spec does."""
    scheme: str
    """Name of a security scheme in the spec, for operations that offer several."""
    max_body: int
    """Bytes of an answer's body that are read at the most; 32 MiB by default."""


class Options(CallOptions, total=False):
    """What every client takes besides its credential."""

    base_url: str
    http_client: Any
    """A client or transport of httpx to send requests with; it is the caller's to close."""
    limiter: bool | str
    """True keeps below the documented rate; a redis:// URL shares that limit with other processes."""
    clock: Clock
    on_request: Hook
    on_response: Hook
    on_error: Hook
    pickle_credentials: bool
    """Let a credential that was passed as a string be pickled with the client."""


class BaseClient:
    """Settings and views; SyncClient and AsyncClient add the connections."""

    PROVIDER: Provider
    _asynchronous: bool

    def __init__(
        self, given: Fixed | Asked | ClientCredentials, datacenter: str | None = None, **options: Unpack[Options]
    ) -> None:
        if isinstance(given, Asked) and inspect.iscoroutinefunction(given.function) and not self._asynchronous:
            raise ConfigurationError("the credential is a coroutine function: only the asynchronous client can ask it")
        _known(options, Options)
        provider = self.PROVIDER
        base_url = _base_url(provider, options.get("base_url"), datacenter)
        settings = _changed(provider, Settings(), options)
        if not self._asynchronous and any(map(inspect.iscoroutinefunction, vars(settings.hooks).values())):
            raise ConfigurationError("a hook is a coroutine function: only the asynchronous client can await it")
        self._options = options
        self._start(given, base_url, settings)

    def _start(self, given: Fixed | Asked | ClientCredentials, base_url: str, settings: Settings) -> None:
        limiter = self._options.get("limiter")
        core = Core(
            self.PROVIDER,
            base_url,
            given,
            settings,
            None if limiter is None or limiter is False else _limiter(self.PROVIDER, limiter),
            Drift(),
            functools.partial(_recipe, type(self), self._options),
        )
        self._setup(core, self._open_pool(base_url))

    def _open_pool(self, base_url: str) -> Pool | AsyncPool:
        given = self._options.get("http_client")
        if given is not None:
            from truecopy.over_httpx import adopt

            given = adopt(given, asynchronous=self._asynchronous)
        if self._asynchronous:
            return AsyncPool(lambda: given or open_async_exchange(base_url))
        return Pool(lambda: given or open_exchange(base_url))

    def _setup(self, core: Core, pool: Any) -> None:
        self._core = core
        self._pool = pool
        #: What the generated resources, which this class is mixed with, make their calls with.
        self._calls: Any = (
            AsyncCalls(core, AsyncBackend(pool)) if self._asynchronous else SyncCalls(core, SyncBackend(pool))
        )

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """A view of this client with other settings; it shares connections, credential, limiter and drift.

        Raises:
            ConfigurationError: An option is unknown or its value is unusable.
        """
        _known(options, CallOptions)
        view = object.__new__(type(self))
        view._options = self._options
        core = copy.copy(self._core)
        core.settings = _changed(core.provider, core.settings, options)
        view._setup(core, self._pool)
        return view

    @property
    def drift(self) -> Drift:
        """What answers held that the spec does not know, or lacked that it promises."""
        return self._core.drift

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self._core.base_url

    def __repr__(self) -> str:
        if not hasattr(self, "_core"):  # a traceback may show one whose settings were refused
            return f"{type(self).__name__}()"
        return f"{type(self).__name__}(base_url={self.base_url!r}, credential={self._core.credential!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return revived, self._core.recipe(self._core)

    def _same_origin(self, url: str) -> str:
        """Resolve a URL that an answer names. Raises ConfigurationError when it leads to another origin."""
        if not isinstance(url, str) or not url.strip():
            raise ConfigurationError("there is no URL")
        try:
            full = urljoin(self.base_url + "/", url)
            same = _origin(full) == _origin(self.base_url)
        except ValueError:
            same = False
        if not same:
            raise ConfigurationError("the URL leads to another origin, which must not see the credential")
        return full


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port (RFC 6454); a URL with a user or with what parsers disagree on is of no origin."""
    parts = urlsplit(url)
    if parts.username is not None or "\\" in url or not url.isprintable():
        raise ValueError
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _recipe(kind: type[BaseClient], options: Options, core: Core) -> tuple[Any, ...]:
    """What a pickle keeps of a client: the arguments of ``revived``. Raises ConfigurationError."""
    if options.get("http_client") is not None:
        raise ConfigurationError("a client with an http_client of its own cannot be pickled")
    embed, limiter = options.get("pickle_credentials", False), options.get("limiter")
    if isinstance(limiter, str) and not embed and (urlsplit(limiter).password or "password" in urlsplit(limiter).query):
        raise ConfigurationError("the limiter's URL holds a password: give the client pickle_credentials=True")
    kept = {"limiter": limiter, "pickle_credentials": embed}
    return kind, core.credential.reference(embed=embed), core.base_url, core.settings, kept


def revived(
    kind: type[BaseClient],
    reference: tuple[Callable[..., Any], tuple[Any, ...]],
    base_url: str,
    settings: Settings,
    options: Options,
) -> BaseClient:
    """A client from its pickle: the credential is looked up and connections are opened anew."""
    client = object.__new__(kind)
    make, arguments = reference
    client._options = options
    client._start(make(*arguments), base_url, settings)
    return client


class SyncClient(BaseClient):
    """A client for threads: one instance may be used by many. A context manager."""

    _asynchronous = False

    def fetch(self, url: str) -> Any:
        """The JSON behind a URL that an answer names, such as a result's or StatusUrl; the credential is sent along.

        Args:
            url: Absolute, or relative to the base URL.

        Raises:
            ConfigurationError: The URL leads to another origin.
            TruecopyError: The call failed; the subclass says how.
        """
        return self._calls.fetch(self._same_origin(url))

    def close(self) -> None:
        """Close the connections, those of all views included."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class AsyncClient(BaseClient):
    """A client for the tasks of one event loop. An asynchronous context manager."""

    _asynchronous = True

    async def fetch(self, url: str) -> Any:
        """Like ``SyncClient.fetch``."""
        return await self._calls.fetch(self._same_origin(url))

    async def close(self) -> None:
        """Close the connections, those of all views included."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()


def _setting(what: str, given: str | None, variable: str) -> tuple[str, str | None]:
    """The name and the value of a setting: what was passed, or else the environment variable."""
    return (what, given) if given is not None else (variable, os.environ.get(variable) or None)


def _base_url(provider: Provider, url: str | None, datacenter: str | None) -> str:
    """Where requests go, by what was passed or else by the environment. Raises ConfigurationError."""
    if url is not None and datacenter is not None:
        raise ConfigurationError("pass datacenter or base_url, not both")
    named, name = _setting("datacenter", datacenter, f"{provider.name.upper()}_DATACENTER")
    what, url = _setting("base_url", url, f"{provider.name.upper()}_BASE_URL")
    if datacenter is not None or url is None:
        servers = provider.servers
        if name is None:
            return next(iter(servers.values()))
        if name not in list(servers):
            raise ConfigurationError(f"{named}: no data center {name!r}: choose one of {', '.join(servers)}")
        return servers[name]
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except (ValueError, AttributeError, TypeError):
        usable = False
    if not usable or parts.query or parts.fragment or "@" in parts.netloc or not re.fullmatch(r"[!-\[\]-~]+", url):
        raise ConfigurationError(f"{what} must be http(s)://host[:port][/path] without user, query or fragment")
    return url.rstrip("/")


def _limiter(provider: Provider, wanted: bool | str) -> Limiter:
    from truecopy.limits import Limiter

    if wanted is not True and not isinstance(wanted, str):
        raise ConfigurationError("limiter must be True or a redis:// URL")
    return Limiter(*provider.limit, provider.name, wanted if isinstance(wanted, str) else None)


def _known(options: Mapping[str, Any], known: Any) -> None:
    """Raises ConfigurationError when there is an option that the TypedDict does not know."""
    unknown = options.keys() - known.__required_keys__ - known.__optional_keys__
    if unknown:
        raise ConfigurationError(f"unknown option: {', '.join(sorted(unknown))}")


def _changed(provider: Provider, settings: Settings, options: Mapping[str, Any]) -> Settings:
    """The settings with some replaced. Raises ConfigurationError for an unusable one."""
    schemes = provider.spec.schemes() if "scheme" in options else []
    if schemes and options["scheme"] not in schemes:
        raise ConfigurationError(f"scheme must be one of {', '.join(schemes)}")
    return settings.changed(options)
