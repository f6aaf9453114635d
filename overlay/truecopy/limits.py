"""An optional limiter that keeps a client below a documented rate, on the library ``limits`` (extra ``limits``).

In memory it is shared by the threads and tasks of one client; with a Redis URL by all machines that use one key.
"""

from __future__ import annotations

import asyncio
import hashlib
import time

from truecopy.errors import ConfigurationError, NotSentError
from truecopy.retry import Clock


class Limiter:
    """Holds requests back so that no window of ``seconds`` sees more than ``amount`` of them.

    Args:
        amount: Requests in a window.
        seconds: Length of the window; whole seconds.
        name: Requests with one name share one window.
        secret: The credential; only its hash is stored.
        url: ``redis://…`` to share the window with other processes; None for memory.

    Raises:
        ConfigurationError: The library is missing or the URL is of another kind.
    """

    def __init__(self, amount: int, seconds: float, name: str, secret: str, url: str | None = None) -> None:
        try:
            import limits
        except ImportError:
            raise ConfigurationError("the limiter needs the extra limits: pip install 'truecopy[limits]'") from None
        if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ConfigurationError("limiter must be True or a redis:// URL")
        self._key = f"truecopy:{name}:{hashlib.sha256(secret.encode()).hexdigest()[:32]}"
        self._item = limits.RateLimitItemPerSecond(amount, int(seconds))
        self._shared = url is not None
        storage = limits.storage.storage_from_string(url or "memory://")
        self._strategy = limits.strategies.MovingWindowRateLimiter(storage)

    def _try(self) -> float:
        """Let one request pass and return 0, or return the seconds after which to try again."""
        try:
            if self._strategy.hit(self._item, self._key):
                return 0.0
            reset = self._strategy.get_window_stats(self._item, self._key).reset_time
        except Exception as error:
            failure = type(error).__name__
        else:
            return max(reset - time.time(), 0.01)
        raise NotSentError(f"the shared limiter's storage does not answer: {failure}")

    def hold(self, seconds: float, clock: Clock) -> bool:
        """Wait until a request may pass; returns False when that takes longer than ``seconds``.

        A clock that does not sleep lets every request pass.
        """
        give_up = clock.monotonic() + seconds
        while clock.sleeping and (pause := self._try()):
            if clock.monotonic() + pause > give_up:
                return False
            clock.sleep(pause)
        return True

    async def hold_async(self, seconds: float, clock: Clock) -> bool:
        """Like ``hold``, for a task."""
        give_up = clock.monotonic() + seconds
        while clock.sleeping and (pause := await asyncio.to_thread(self._try) if self._shared else self._try()):
            if clock.monotonic() + pause > give_up:
                return False
            await clock.sleep_async(pause)
        return True
