"""Every case runs four times: synchronous and asynchronous client, over pyreqwest and over httpx."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
from collections.abc import Callable, Generator
from typing import Any

import pytest
import truecopy
from truecopy.retry import Clock

KEY = "k3y-of-a-test-0123456789"
SECRETS = {
    "QuestionPro": {"api_key": KEY},
    "Supermetrics": {"token": KEY},
    "Asavie": {"token": KEY},
}

Scenario = Callable[[Any], Any]


class TestClock(Clock):
    """Pauses take no time; they are noted, and time goes on by them."""

    __test__ = False

    def __init__(self, random: float = 1.0) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []
        super().__init__(monotonic=lambda: self.now, time=lambda: 1_700_000_000.0 + self.now, random=lambda: random)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)


class Player:
    """Plays a scenario with the synchronous or the asynchronous client.

    A scenario is a function of a client. It returns what a call returned or, with more than one call, is a generator
    that yields calls and gets their results.
    """

    def __init__(self, kind: str, transport: str) -> None:
        self.kind = kind
        self.asynchronous = kind == "async"
        self.transport = transport

    def client(self, name: str, **options: Any) -> Any:
        if not options.keys() & {"api_key", "token", "client_id"}:
            options |= SECRETS[name]
        return getattr(truecopy, ("Async" if self.asynchronous else "") + name)(**options)

    def __call__(self, name: str, scenario: Scenario, **options: Any) -> Any:
        if self.asynchronous:
            return asyncio.run(self._async(name, scenario, options))
        with self.client(name, **options) as client:
            result = scenario(client)
            return _finish(result) if inspect.isgenerator(result) else result

    async def _async(self, name: str, scenario: Scenario, options: dict[str, Any]) -> Any:
        async with self.client(name, **options) as client:
            return await self.play(scenario(client))

    async def play(self, result: Any) -> Any:
        if not inspect.isgenerator(result):
            return await result if inspect.isawaitable(result) else result
        try:
            step: Any = next(result)
            while True:
                done: Any = None
                try:
                    done = await step if inspect.isawaitable(step) else step
                except Exception as error:
                    step = result.throw(error)
                else:
                    step = result.send(done)
        except StopIteration as end:
            return end.value


def _finish(scenario: Generator[Any, Any, Any]) -> Any:
    try:
        step = next(scenario)
        while True:
            step = scenario.send(step)
    except StopIteration as end:
        return end.value


@pytest.fixture(params=["pyreqwest", "httpx"])
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The library that carries requests."""
    name: str = request.param
    if name == "httpx":
        monkeypatch.setenv("TRUECOPY_TRANSPORT", "httpx")
    elif importlib.util.find_spec("pyreqwest") is None:
        pytest.skip("pyreqwest (extra fast) is not installed")
    else:
        monkeypatch.delenv("TRUECOPY_TRANSPORT", raising=False)
    return name


@pytest.fixture(params=["sync", "async"])
def play(request: pytest.FixtureRequest, transport: str) -> Player:
    """Plays a scenario with one kind of client over one transport."""
    return Player(request.param, transport)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the developer's reaches a test."""
    for name in ("QUESTIONPRO", "SUPERMETRICS", "ASAVIE"):
        for rest in ("API_KEY", "TOKEN", "BASE_URL", "DATACENTER", "CLIENT_ID", "CLIENT_SECRET"):
            monkeypatch.delenv(f"{name}_{rest}", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()
