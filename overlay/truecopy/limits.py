"""An optional limiter that keeps a client below a documented rate, on the library ``limits`` (extra ``limits``).

In memory it is shared by the threads and tasks of one client; with a Redis URL by all machines that use one key.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import time
from typing import TYPE_CHECKING, Any

from truecopy.errors import ConfigurationError, NotSentError
from truecopy.forks import begin_with_forks

if TYPE_CHECKING:
    from truecopy.life import Backend
    from truecopy.retry import Clock


_JITTER = 0.25
"""Seconds by which requests may reach the provider closer together than they were sent."""
_PATIENCE: Any = {"socket_timeout": 2.0, "socket_connect_timeout": 2.0, "retry": None}
"""How long a storage may take to answer."""


class Limiter:
    """Holds requests back so that the provider sees no more than ``amount`` of them within ``seconds``.

    Args:
        amount: Requests in a window.
        seconds: Length of the window; whole seconds.
        name: Requests with one name and one secret share one window.
        url: ``redis://…`` to share the window with other processes; None for memory.

    Raises:
        ConfigurationError: The library is missing or the URL is of another kind.
    """

    def __init__(self, amount: int, seconds: float, name: str, url: str | None = None) -> None:
        try:
            import limits
        except ImportError:
            raise ConfigurationError("the limiter needs the extra limits: pip install 'truecopy[limits]'") from None
        if url is not None and not url.startswith(("redis://", "rediss://", "redis+unix://")):
            raise ConfigurationError("limiter must be True or a redis:// URL")
        self._name, self._url = name, url
        fewer = max(1, int(amount * seconds / (seconds + _JITTER) + 0.01))
        self._item = limits.RateLimitItemPerSecond(fewer, int(seconds))
        begin_with_forks(self)

    def begin(self) -> None:
        import limits

        storage: Any = None
        # The texts of errors may hold the URL's password.
        with contextlib.suppress(limits.errors.ConfigurationError, ValueError):
            storage = limits.storage.storage_from_string(self._url or "memory://", **(_PATIENCE if self._url else {}))
        if storage is None:
            raise ConfigurationError("the limiter's URL is unusable, or the package redis is not installed")
        self._strategy = limits.strategies.MovingWindowRateLimiter(storage)

    def _try(self, key: str) -> float:
        """Let one request pass and return 0, or return the seconds after which to try again."""
        try:
            if self._strategy.hit(self._item, key):
                return 0.0
            reset = self._strategy.get_window_stats(self._item, key).reset_time
        except Exception as error:
            failure = type(error).__name__
        else:
            return max(reset - time.time(), 0.01)
        raise NotSentError(f"the shared limiter's storage does not answer: {failure}")

    async def hold(self, backend: Backend, clock: Clock, secret: str, seconds: float) -> bool:
        """Wait until a request may pass; returns False when that takes longer than ``seconds``.

        A clock that does not sleep lets every request pass.

        Args:
            secret: What the provider counts requests by; only its hash is stored.
        """
        key = f"truecopy:{self._name}:{hashlib.sha256(secret.encode()).hexdigest()[:32]}"
        attempt = functools.partial(self._try, key)
        give_up = clock.monotonic() + seconds
        while clock.sleeping and (pause := await backend.block(attempt) if self._url else attempt()):
            if clock.monotonic() + pause > give_up:
                return False
            await backend.sleep(clock, pause)
        return True
