"""One answer, four clients: sync and async, over httpx and over pyreqwest, against a socket that says what it is told.

``Rig.judge`` plays a case with each of them and holds the outcome against what is always true: a model that says what
the answer said, or one of our own errors that tells no credential, pickles, and agrees with the wire. It knows no
operation by name; arguments are made from the spec.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import gzip
import importlib
import inspect
import json
import logging
import os
import pickle
import re
import traceback
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote, quote_plus

import truecopy
from truecopy import errors
from truecopy.retry import Clock
from truecopy.schema import Operation, Spec

from .server import CLOSE, RESET, Request, Server, Step

KEY = "k3y+of/a-test=0123456789"
_SPELLED = {KEY, quote(KEY, safe=""), quote_plus(KEY), quote(KEY), KEY.replace("/", "~1")}
PROVIDERS = {"questionpro": "QuestionPro", "supermetrics": "Supermetrics", "asavie": "Asavie"}
DRIVERS = ("sync/httpx", "sync/pyreqwest", "async/httpx", "async/pyreqwest")


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "gzip, then more": lambda body: gzip.compress(body) + b"more",
    "gzip, cut": lambda body: gzip.compress(body)[:-9],
    "gzip, not": lambda body: body,
    "br": lambda body: body,
    "identity": lambda body: body,
}
"""What content coding an answer claims, up to a comma, and what its body looks like then."""


@dataclass(frozen=True)
class Case:
    """An answer on the wire to one operation, and how the client is set."""

    operation: str
    """As in ``questionpro.micropanel.get_batch``."""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    body: bytes = b""
    coding: str = ""
    """One of CODINGS, or none."""
    framing: str = "length"
    """``length`` and ``chunked`` say where the body ends, ``close`` does not; all else is taken as Content-Length."""
    end: str = "keep"
    """What follows the answer: ``keep`` the connection, ``close`` or ``reset`` it."""
    sent: float = 1.0
    """Share of the answer's bytes that are sent."""
    raw: bytes | None = None
    """The answer as a whole, in the place of all the above."""
    alike: bool = True
    """Whether every client must make the same of it: HTTP libraries differ in what they put up with."""
    retries: int = 0
    on_mismatch: str = "raise"

    @property
    def whole(self) -> bool:
        """Whether the answer is framed as it should be, and all of it is sent."""
        return self.raw is None and self.sent >= 1 and self.framing in ("length", "chunked", "close")

    @property
    def ascii(self) -> bool:
        """Whether every header is ASCII: pyreqwest does not hand over the others."""
        return all(value.isascii() for _, value in self.headers)

    def steps(self) -> Iterator[Step]:
        """What the server does."""
        answer = self.raw if self.raw is not None else self._written()
        yield answer[: round(len(answer) * self.sent)]
        if self.end == "reset":
            yield RESET
        elif not self.whole or self.framing == "close" or self.end == "close" or not self.alike:
            yield CLOSE

    def _written(self) -> bytes:
        fields, body = list(self.headers), self.body
        if self.coding:
            fields.append(("content-encoding", self.coding.partition(",")[0]))
            body = CODINGS[self.coding](body)
        if self.framing == "chunked":
            fields.append(("transfer-encoding", "chunked"))
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:]) if part) + b"0\r\n\r\n"
        elif self.framing != "close":
            fields.append(("content-length", str(len(body)) if self.framing == "length" else self.framing))
        head = f"HTTP/1.1 {self.status} Because\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
        return head.encode("latin-1") + b"\r\n" + body


@dataclass
class Outcome:
    """What one client made of an answer."""

    driver: str
    response: Any = None
    error: BaseException | None = None
    requests: list[Request] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    logged: str = ""
    drift: str = ""

    def gist(self) -> tuple[Any, ...]:
        """What must be the same over every transport."""
        if self.error is None:
            return "answer", self.response.status_code, repr(self.response.data), repr(self.response.envelope)
        told = vars(self.error)
        names: tuple[str, ...] = (
            "status",
            "http_status",
            "title",
            "code",
            "sub_code",
            "retry_after",
            "rate_limit",
            "request_id",
        )
        names += ("pointer", "expected", "got", "body", "detail", "attempts")
        # How a body broke off, each library says in its own words.
        return (type(self.error).__name__, *(str(told.get(name)).partition(" broke off: ")[0] for name in names))


@functools.cache
def spec_of(provider: str) -> Spec:
    spec: Spec = importlib.import_module(f"truecopy.{provider}").PROVIDER.spec
    return spec


@functools.cache
def operations() -> dict[str, Operation]:
    """Every operation of every provider, by its full name."""
    return {f"{name}.{operation.name}": operation for name in PROVIDERS for operation in spec_of(name).operations()}


def minimal(spec: Spec, schema: dict[str, Any]) -> Any:
    """The least value that a schema takes."""
    schema = spec.resolve(schema)
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return minimal(spec, choices[0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type", "object")
    match kind if isinstance(kind, str) else kind[0]:
        case "object":
            return {name: minimal(spec, schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [minimal(spec, schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "2020-10-05" if schema.get("format") == "date" else "x" * max(schema.get("minLength", 0), 1)


@functools.cache
def arguments(name: str) -> dict[str, Any]:
    """The least that the operation can be called with."""
    provider, operation = name.split(".")[0], operations()[name]
    spec = spec_of(provider)
    found = {p["python"]: minimal(spec, p["schema"]) for p in operation.described if p.get("required")}
    if operation.body is not None:
        content = spec.resolve(operation.node["requestBody"])["content"]
        value = minimal(spec, next(iter(content.values()))["schema"])
        resource = importlib.import_module(f"{provider}_api.api.{operation.tag}")
        method = getattr(getattr(resource, operation.tag.capitalize()), operation.method_name)
        model = inspect.signature(method).parameters["body"].annotation.split(" ")[0]
        found["body"] = getattr(importlib.import_module(f"{provider}_api.models"), model).from_dict(value)
    return found


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Rig:
    """The server, a client of every kind for every provider, and the verdict."""

    def __init__(self) -> None:
        self._case: Case | None = None
        self._server = Server(self._script)
        self._runner = asyncio.Runner()
        self._clients: dict[tuple[str, str], Any] = {}
        self._log = _Log()
        self.cases = 0

    def __enter__(self) -> Self:
        self._server.__enter__()
        self._runner.__enter__()
        logger = logging.getLogger("truecopy")
        self._level = logger.level
        logger.addHandler(self._log)
        logger.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *exception: object) -> None:
        logger = logging.getLogger("truecopy")
        logger.removeHandler(self._log)
        logger.setLevel(self._level)
        for (_, driver), client in self._clients.items():
            closing = client.close()
            if driver.startswith("async"):
                self._runner.run(closing)
        self._runner.__exit__(*exception)
        self._server.__exit__(*exception)

    def _client(self, provider: str, driver: str) -> Any:
        if (provider, driver) not in self._clients:
            kind = ("Async" if driver.startswith("async") else "") + PROVIDERS[provider]
            clock = Clock(sleeping=False, random=lambda: 0.5)
            options = {"base_url": self._server.url, "timeout": 10.0, "deadline": 20.0, "clock": clock}
            self._clients[provider, driver] = getattr(truecopy, kind)(KEY, **options)
        return self._clients[provider, driver]

    def play(self, case: Case, driver: str) -> Outcome:
        """Let one client make of the answer what it can."""
        provider, tag, name = case.operation.split(".")
        with _transport(driver):
            client = self._client(provider, driver)
            view = client.with_options(retries=case.retries, on_mismatch=case.on_mismatch)
            method = getattr(getattr(view.with_raw_response, tag), name)
            given = arguments(case.operation)
            self._case = case
            self._server.requests.clear()
            self._log.lines.clear()
            client.drift.clear()
            outcome = Outcome(driver)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    called = method(**given)
                    outcome.response = self._runner.run(_in_time(called)) if driver.startswith("async") else called
                except Exception as error:
                    outcome.error = error
        outcome.warned = [f"{each.category.__name__}: {each.message}" for each in caught]
        outcome.requests = list(self._server.requests)
        outcome.logged = "\n".join(self._log.lines)
        outcome.drift = repr(list(client.drift))
        return outcome

    def exchange(self, case: Case, driver: str) -> Outcome:
        """Let a client exchange its credentials for a token, which the case answers, and read a batch with it."""
        kind = "AsyncAsavie" if driver.startswith("async") else "Asavie"
        outcome = Outcome(driver)
        self._case = case
        self._server.requests.clear()
        self._log.lines.clear()
        with _transport(driver):
            client = getattr(truecopy, kind)(
                client_id="somebody", client_secret=KEY, base_url=self._server.url, retries=0, deadline=20.0
            )
            called = client.with_raw_response.batches.get_batch
            try:
                outcome.response = self._runner.run(_closing(client, called("b"))) if "async" in driver else called("b")
            except Exception as error:
                outcome.error = error
            if "async" not in driver:
                client.close()
        outcome.requests = list(self._server.requests)
        outcome.logged = "\n".join(self._log.lines)
        return outcome

    def _script(self, request: Request) -> Iterable[Step]:
        """The case's answer; with a token, a batch."""
        if self._case is None or request.headers.get("authorization", "").startswith("Bearer fresh-"):
            return Case("", body=b'{"Success": true, "Code": 200, "Data": {"ID": "b"}}').steps()
        return self._case.steps()

    def judge(self, case: Case) -> list[Outcome]:
        """Play a case with every client. Raises AssertionError, with the entry for tests/corpus as a note."""
        self.cases += 1
        outcomes = []
        try:
            for driver in DRIVERS:
                outcomes.append(self.play(case, driver))
                verdict(case, outcomes[-1])
            for other in outcomes[1:] if case.alike and case.ascii else ():
                assert other.gist() == outcomes[0].gist(), f"{other.driver} is unlike {outcomes[0].driver}"
        except Exception as error:
            from .corpus import entry

            error.add_note(f"Once it is understood, keep it in tests/corpus/ as\n{entry(case, outcomes)}")
            raise
        return outcomes


async def _closing(client: Any, awaitable: Any) -> Any:
    async with client:
        return await _in_time(awaitable)


async def _in_time(awaitable: Any) -> Any:
    async with asyncio.timeout(60):
        return await awaitable


@contextlib.contextmanager
def _transport(driver: str) -> Iterator[None]:
    before = os.environ.get("TRUECOPY_TRANSPORT")
    os.environ["TRUECOPY_TRANSPORT"] = driver.partition("/")[2]
    try:
        yield
    finally:
        os.environ.pop("TRUECOPY_TRANSPORT")
        if before is not None:
            os.environ["TRUECOPY_TRANSPORT"] = before


def verdict(case: Case, outcome: Outcome) -> None:
    """What is true of every answer. Raises AssertionError."""
    _no_secret("log", outcome.logged)
    _no_secret("drift", outcome.drift)
    _no_secret("warning", "\n".join(outcome.warned))
    operation = operations()[case.operation]
    seen = len(outcome.requests)
    assert 1 <= seen <= 1 + case.retries, f"{seen} requests were sent"
    assert seen == 1 or operation.idempotent, "what is not idempotent was sent twice"
    if outcome.error is None:
        _verdict_on_answer(case, outcome, operation)
    else:
        _verdict_on_error(case, outcome, outcome.error)


def _verdict_on_answer(case: Case, outcome: Outcome, operation: Operation) -> None:
    response = outcome.response
    assert isinstance(response, truecopy.ApiResponse)
    assert response.attempts == len(outcome.requests)
    if case.raw is None:
        assert response.status_code == case.status
        assert response.envelope == json.loads(case.body), "the answer said something else"
    assert 200 <= response.status_code < 300
    warned = [line for line in outcome.warned if line.startswith("ResponseMismatchWarning")]
    assert warned == outcome.warned, "only one kind of warning is known"
    assert not warned or case.on_mismatch == "warn"
    payload = spec_of(case.operation.split(".")[0]).document["x-payload"]
    if response.data is None:
        assert operation.accepts
        assert response.envelope.get(payload) is None
        return
    data = response.data if isinstance(response.data, dict) else response.data.to_dict()
    if not warned:
        said = [comparable(each) for each in (response.envelope, response.envelope.get(payload))]
        assert any(_within(comparable(data), each) for each in said), "the model says something else than the answer"
        assert comparable(data) in said or "no such member" in outcome.drift, "a member is lost"
    json.dumps(data, allow_nan=False)
    assert pickle.loads(pickle.dumps(response.data)) == response.data


def _verdict_on_error(case: Case, outcome: Outcome, error: BaseException) -> None:
    if not isinstance(error, errors.TruecopyError):
        raise AssertionError(f"{type(error).__name__} is no error of ours") from error
    assert not isinstance(error, errors.ConfigurationError | errors.NotSentError | errors.WaitTimeoutError), repr(error)
    assert error.attempts == len(outcome.requests)
    assert (error.provider, error.operation) == tuple(case.operation.split(".", 1))
    for where, text in _texts(error):
        _no_secret(where, text)
    str(error).encode()
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), copied.args, vars(copied)) == (type(error), error.args, vars(error))
    assert str(copied) == str(error)
    assert outcome.warned == []
    assert error.retry_after is None or 0 <= error.retry_after < float("inf")
    if isinstance(error, errors.ApiError):
        assert error.status is not None
        assert error.http_status is not None
        assert isinstance(error, errors.class_for(error.status)), f"{type(error).__name__} for {error.status}"
        # An envelope may say failure under a status of success, and what a failure means; never the reverse.
        assert error.status == error.http_status or error.http_status < 300 or error.code is not None
    if isinstance(error, errors.ResponseMismatchError):
        assert error.http_status is not None
        assert 200 <= error.http_status < 300
        assert None not in (error.pointer, error.expected, error.got)
    if case.whole and case.alike and case.end == "keep":
        assert error.http_status == case.status
        assert 200 <= case.status < 300 or isinstance(error, errors.ApiError)


def _texts(error: BaseException) -> Iterator[tuple[str, str]]:
    """Every text that an error may end up as."""
    yield "str", str(error)
    yield "repr", repr(error)
    yield "fields", repr(vars(error))
    yield "traceback", "".join(traceback.format_exception(error))
    yield "pickle", pickle.dumps(error).decode("latin-1")


def no_secret_in(outcome: Outcome, *secrets: str) -> None:
    """Raises AssertionError when the log or a text of the error holds one."""
    texts = [outcome.logged, *(text for _, text in (_texts(outcome.error) if outcome.error else ()))]
    for secret in {*secrets, *_SPELLED}:
        told = [text[:500] for text in texts if secret in text]
        assert not told, f"{secret} is told: {told[0]!r}"


def _no_secret(where: str, text: str) -> None:
    assert not any(spelled in text for spelled in _SPELLED), f"the credential is in the {where}"


def _within(part: Any, whole: Any) -> bool:
    """Whether a value is the other one but for members that the other one has besides."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return part.keys() <= whole.keys() and all(_within(part[name], whole[name]) for name in part)
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(_within, part, whole))
    return bool(part == whole)


_TIME = re.compile(r"\d{4}-?[\dW]")


def comparable(value: Any) -> Any:
    """A value with dates as dates: one moment is written in several ways."""
    if isinstance(value, dict):
        return {name: comparable(member) for name, member in value.items()}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str) and _TIME.match(value):
        with contextlib.suppress(ValueError):
            return datetime.datetime.fromisoformat(value)
    return value
