"""An optional limiter that keeps a client below a documented rate, on the library ``limits`` (extra ``limits``).

In memory it is shared by the threads and tasks of one client; with a Redis URL by all machines that use one key.
"""

from __future__ import annotations

import functools
import hashlib
import time
from typing import TYPE_CHECKING

from truecopy.errors import ConfigurationError, NotSentError

if TYPE_CHECKING:
    from truecopy.life import Backend
    from truecopy.retry import Clock


class Limiter:
    """Holds requests back so that no window of ``seconds`` sees more than ``amount`` of them.

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
        self._name = name
        self._item = limits.RateLimitItemPerSecond(amount, int(seconds))
        self._shared = url is not None
        try:
            storage = limits.storage.storage_from_string(url or "memory://")
        except (limits.errors.ConfigurationError, ValueError):  # its text may hold the URL's password
            storage = None
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
        while clock.sleeping and (pause := await backend.block(attempt) if self._shared else attempt()):
            if clock.monotonic() + pause > give_up:
                return False
            await backend.sleep(clock, pause)
        return True
