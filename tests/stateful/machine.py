"""The typed clients and an emulator of its own process together, against a plain model of what must be true.

What was acknowledged is readable, as it was sent; what was refused is not there; what may have been sent is there at
most once. States never go backwards, and what was cancelled stays so. Neither faults nor a killed emulator change that.
One machine drives synchronous and asynchronous clients.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import truecopy
from asavie_api.models import Batch
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from questionpro_api.models import MicropanelBatchCreate, ResponseFilter, SurveyResponseCreate
from supermetrics_api.models import QueryBatchCreate
from truecopy.errors import (
    AuthenticationError,
    ConflictError,
    MaybeSentError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseMismatchError,
    ServerError,
    TransportError,
    TruecopyError,
    WaitTimeoutError,
)
from truecopy.retry import Clock

SURVEY = 7654321
RETRIES = 2
PATHS = {
    "QuestionPro": "/questionpro/a/api/v2",
    "Supermetrics": "/supermetrics/enterprise/v2",
    "Asavie": "/asavie",
}
STATES = {
    "QuestionPro": ["Delivery Scheduled", "Delivery In Progress", "Delivery Successful"],
    "Supermetrics": ["QUEUED", "RUNNING", "STOPPED"],
}
VALID = "emulator-key"
KEYS: dict[str, tuple[type[TruecopyError], ...]] = {
    VALID: (),
    "emulator-expired": (AuthenticationError,),
    "emulator-forbidden": (PermissionDeniedError,),
    "emulator-nobody": (AuthenticationError,),
}
"""Credentials and how they are refused."""


class Process:
    """An emulator of its own process, which keeps its state in a file."""

    def __init__(self, folder: Path, defect: str | None = None) -> None:
        self._state, self._port = folder / "state.db", "0"
        self._defect = ["--defect", defect] if defect else []
        self.start()
        self.control = httpx.Client(base_url=self.origin + "/_emulator", timeout=30)

    def start(self) -> None:
        """Start on the port that it had before."""
        command = [sys.executable, "-m", "truecopy_emulator", "--port", self._port, "--state", str(self._state)]
        self._process = subprocess.Popen([*command, *self._defect], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("ready: "), line
        self.origin = line.split()[1].removesuffix(PATHS["QuestionPro"])
        self._port = self.origin.rpartition(":")[2]

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        self.control.close()
        self.kill()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API."""
        answer = (
            self.control.request(method, path, json=body) if body is not None else self.control.request(method, path)
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


class SyncDriver:
    """Makes calls with the synchronous clients."""

    def client(self, name: str, **options: Any) -> Any:
        return getattr(truecopy, name)(**options)

    def asked(self, function: Callable[[], str]) -> Any:
        """A credential that is asked for."""
        return function

    def run(self, result: Any) -> Any:
        """What a call returned."""
        return result

    def all(self, items: Any) -> list[Any]:
        return list(items)

    def close(self) -> None:
        pass


class AsyncDriver:
    """Makes calls with the asynchronous clients, all on one event loop."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def client(self, name: str, **options: Any) -> Any:
        return getattr(truecopy, "Async" + name)(**options)

    def asked(self, function: Callable[[], str]) -> Any:
        async def ask() -> str:
            await asyncio.sleep(0)
            return function()

        return ask

    def run(self, result: Any) -> Any:
        async def wait() -> Any:
            return await result

        return self._runner.run(wait())

    def all(self, items: AsyncIterator[Any]) -> list[Any]:
        async def gather() -> list[Any]:
            return [item async for item in items]

        return self.run(gather())  # type: ignore[no-any-return]

    def close(self) -> None:
        self._runner.close()


Driver = SyncDriver | AsyncDriver


@dataclass(frozen=True)
class Trouble:
    """A fault of the emulator, and what a client may make of it."""

    effects: str
    error: type[TruecopyError]
    reached: bool | None = False
    """Whether the operation is carried out all the same; None when nobody can tell."""
    repeated: bool = True
    """Whether an idempotent call is tried again."""
    certain: bool = True
    """Whether the fault always strikes; drift may leave an answer readable."""


TROUBLES = [
    Trouble("status=503;retry-after=1", ServerError),
    Trouble("status=504", ServerError),
    Trouble("status=429;retry-after=ms:10", RateLimitError),
    Trouble("html=502", ServerError),
    Trouble("status=500", ServerError, repeated=False),
    Trouble("refuse", MaybeSentError),
    Trouble("garbage", MaybeSentError),
    Trouble("reset=before", MaybeSentError, reached=True),
    Trouble("reset=body", MaybeSentError, reached=True),
    Trouble("truncate=0.7", MaybeSentError, reached=True),
    Trouble("empty", ResponseMismatchError, reached=True, repeated=False),
    Trouble("invalid-json", ResponseMismatchError, reached=True, repeated=False),
    Trouble("reset=after", MaybeSentError, reached=True, certain=False),
    Trouble("delay=20", MaybeSentError, reached=None, certain=False),
    *[
        Trouble(drift, ResponseMismatchError, reached=True, repeated=False, certain=False)
        for drift in ("drop", "null", "retype", "wrap", "enum", "extra")
    ],
]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
of_batches = st.sampled_from(list(STATES))


class LifeCycles(RuleBasedStateMachine):
    """The model: what became of everything that was sent, how far each batch has come, and what trouble there is."""

    responses = Bundle("responses")
    batches = Bundle("batches")
    commands = Bundle("commands")

    def __init__(self, driver: Driver, process: Process, restarts: int, troubles: bool = True) -> None:
        super().__init__()
        self.driver, self.process, self.restarts, self.troubles = driver, process, restarts, troubles

    @initialize()
    def start(self) -> None:
        self.process.ask("POST", "/reset")
        self.key = VALID
        self.trouble: Trouble | None = None
        self.left: int | None = None
        """How often the trouble strikes yet; None for always."""
        options: dict[str, Any] = {"retries": RETRIES, "clock": Clock(sleeping=False), "timeout": 30.0}
        self.clients = {
            name: self.driver.client(
                name,
                base_url=self.process.origin + path,
                **{"api_key" if name == "QuestionPro" else "token": self.driver.asked(lambda: self.key)},
                **options,
            )
            for name, path in PATHS.items()
        }
        exchanged = {"client_id": "somebody", "client_secret": VALID}
        self.clients["tokens"] = self.driver.client(
            "Asavie", base_url=self.process.origin + PATHS["Asavie"], **exchanged, **options
        )
        self.sent: dict[str, int | None] = {}
        """How often each survey response is stored, by its reference; None for at most once."""
        self.stored: dict[int, str] = {}
        self.progress: dict[tuple[str, Any], int] = {}
        self.cancelled: dict[Any, Any] = {}
        self.named: dict[str, str] = {}

    def teardown(self) -> None:
        for client in getattr(self, "clients", {}).values():
            self.driver.run(client.close())

    # What is expected of a call

    def call(self, name: str, call: Callable[[Any], Any], *, idempotent: bool = True) -> Any:
        """The answer's data if there must be an answer, else None after the error that there must be."""
        client = self.clients[name]
        if self.trouble is not None and self.trouble.effects.startswith("delay"):
            client = client.with_options(timeout=0.4)
        allowed, attempts = self._foreseen(idempotent)
        failed: TruecopyError | None = None
        try:
            answer = self.driver.run(call(client.with_raw_response))
        except TruecopyError as error:
            failed = error
        assert _is(failed, allowed), f"{failed!r} instead of {allowed}"
        made = answer.attempts if failed is None else failed.attempts
        assert attempts in (None, made), f"{made} attempts instead of {attempts}"
        return answer.data if failed is None else None

    def _foreseen(self, idempotent: bool) -> tuple[tuple[type[TruecopyError] | None, ...], int | None]:
        """What the next call may end with, None being an answer, and after how many attempts, None if that varies."""
        if refused := KEYS[self.key]:
            return refused, 1
        trouble = self.trouble
        if trouble is None:
            return (None,), 1
        if not trouble.certain:
            self.trouble = None  # it strikes once
            return (None, trouble.error), None
        attempts = 1 + (RETRIES if trouble.repeated and idempotent else 0)
        if self.left is None:
            return (trouble.error,), attempts
        if self.left < attempts:
            attempts, self.trouble = self.left + 1, None
            return (None,), attempts
        self.left -= attempts
        self.trouble = trouble if self.left else None
        return (trouble.error,), attempts

    # What goes wrong

    @precondition(lambda self: self.troubles and not KEYS[self.key])
    @rule(trouble=st.sampled_from(TROUBLES), times=st.sampled_from([1, 1, 2, 3, None]))
    def go_wrong(self, trouble: Trouble, times: int | None) -> None:
        self.calm()
        if not trouble.certain:
            times = 1
        body: dict[str, Any] = {"effects": trouble.effects}
        self.process.ask("POST", "/faults", body if times is None else {**body, "times": times})
        self.trouble, self.left = trouble, times

    @rule()
    def calm(self) -> None:
        if self.trouble is not None:
            self.trouble = None
            self.process.ask("DELETE", "/faults")

    @rule(key=st.sampled_from(list(KEYS)))
    def change_credential(self, key: str) -> None:
        self.calm()
        self.key = key if self.key == VALID else VALID

    @precondition(lambda self: self.restarts > 0)
    @rule()
    def cut_the_power(self) -> None:
        """What was acknowledged is not lost, and nothing is sent while nobody listens."""
        self.restarts -= 1
        self.calm()
        self.process.kill()
        with pytest.raises(TransportError):
            self.driver.run(
                self.clients["QuestionPro"].responses.create_response(SURVEY, body=_response("in the dark"))
            )
        self.sent["in the dark"] = 0
        self.process.start()

    # Survey responses

    @rule(target=responses, text=texts)
    def create_response(self, text: str) -> Any:
        reference = f"{len(self.sent)}: {text}"
        trouble, refused = self.trouble, KEYS[self.key]
        made = self.call(
            "QuestionPro",
            lambda raw: raw.responses.create_response(SURVEY, body=_response(reference)),
            idempotent=False,
        )
        if made is None:
            never = bool(refused) or (trouble is not None and trouble.reached is False)
            self.sent[reference] = 0 if never else 1 if trouble is not None and trouble.reached else None
            return multiple()
        self.sent[reference] = 1
        if trouble is not None and not trouble.certain:
            return multiple()  # drift may have changed what the answer says
        assert made.response_id not in self.stored
        self.stored[made.response_id] = reference
        return made.response_id

    @rule(number=responses)
    def get_response(self, number: int) -> None:
        drifting = self.trouble is not None and not self.trouble.certain
        read = self.call("QuestionPro", lambda raw: raw.responses.get_response(SURVEY, number))
        assert read is None or drifting or read.external_reference == self.stored[number]

    @rule(size=st.integers(1, 7), filtered=st.booleans())
    def list_responses(self, size: int, filtered: bool) -> None:
        """Page by page, everything is there as often as it must be."""
        self.calm()
        self.key = VALID
        resource = self.clients["QuestionPro"].responses
        pages = (
            resource.iter_filter_responses(SURVEY, body=ResponseFilter.from_dict({}), per_page=size)
            if filtered
            else resource.iter_responses(SURVEY, per_page=size)
        )
        found = Counter(str(each.external_reference) for each in self.driver.all(pages))
        for reference, times in self.sent.items():
            assert found[reference] in ((0, 1) if times is None else (times,)), (
                f"{reference!r} is there {found[reference]} times"
            )

    # Batches that go from state to state

    def seen(self, name: str, number: Any, state: str) -> None:
        now = STATES[name].index(state)
        assert now >= self.progress[name, number], "a batch goes forward only"
        self.progress[name, number] = now

    @rule(target=batches, minutes=st.integers(5, 60))
    def create_query_batch(self, minutes: int) -> Any:
        body = QueryBatchCreate.from_dict({"queries": [{"ds_id": "AW"}], "timeout_minutes": minutes})
        drifting = self.trouble is not None and not self.trouble.certain
        made = self.call("Supermetrics", lambda raw: raw.query.create_batch(body=body), idempotent=False)
        if made is None or drifting:
            return multiple()
        assert (made.status_code, made.timeout_minutes) == ("QUEUED", minutes)
        self.progress["Supermetrics", made.batch_id] = 0
        return "Supermetrics", made.batch_id

    @rule(target=batches)
    def create_micropanel_batch(self) -> Any:
        body = MicropanelBatchCreate.from_dict({"compose": {"surveyID": SURVEY}, "recipients": {"filterType": 1}})
        drifting = self.trouble is not None and not self.trouble.certain
        made = self.call("QuestionPro", lambda raw: raw.micropanel.create_batch(body=body), idempotent=False)
        if made is None or drifting:
            return multiple()
        self.progress["QuestionPro", made.id] = 0
        return "QuestionPro", made.id

    @rule(batch=batches)
    def get_batch(self, batch: tuple[str, Any]) -> None:
        name, number = batch
        drifting = self.trouble is not None and not self.trouble.certain
        read = self.call(name, lambda raw: _of(raw, name).get_batch(number))
        if read is not None and not drifting:
            self.seen(name, number, _state(read))
            if name == "Supermetrics":
                assert read.cancel_time == self.cancelled.get(number)

    @rule(batch=batches)
    def cancel_batch(self, batch: tuple[str, Any]) -> None:
        name, number = batch
        if name != "Supermetrics":
            return
        before, trouble = self.progress[name, number], self.trouble
        read = self.call(name, lambda raw: raw.query.cancel_batch(number))
        if trouble is not None and (read is None or not trouble.certain):
            # It may be cancelled without our knowing when: ask, with nothing in the way.
            self.calm()
            read = self.call(name, lambda raw: raw.query.get_batch(number))
            self.seen(name, number, _state(read))
            assert trouble.reached is not True or _state(read) == "STOPPED"
            self.cancelled[number] = read.cancel_time
        elif read is not None:
            assert _state(read) == "STOPPED"
            assert before < 2 or read.cancel_time == self.cancelled.get(number), "what is over is not cancelled"
            self.progress[name, number] = 2
            self.cancelled[number] = read.cancel_time

    @rule(batch=batches, patient=st.booleans())
    def wait_for_batch(self, batch: tuple[str, Any], patient: bool) -> None:
        """Until the end, or until the time is up: every update is a step forward."""
        name, number = batch
        updates: list[Any] = []
        resource = _of(self.clients[name], name)
        trouble, refused = self.trouble, KEYS[self.key]
        if trouble is not None and trouble.effects.startswith("delay"):
            self.calm()
            trouble = None
        until = {} if patient else {"until": lambda seen: False}
        failed: TruecopyError | None = None
        try:
            waited = resource.wait_for_batch(number, timeout=5, interval=1, on_update=updates.append, **until)
            last = self.driver.run(waited)
        except TruecopyError as error:
            failed = error
        if failed is None:
            assert patient
            assert last == updates[-1]
        elif isinstance(failed, WaitTimeoutError):
            assert not refused
            assert not patient or (trouble is not None and trouble.error is RateLimitError)
            assert failed.last == (updates[-1] if updates else None)
        else:
            allowed = refused or ((trouble.error,) if trouble is not None else ())
            assert _is(failed, allowed), f"{failed!r} instead of {allowed}"
        if trouble is None or trouble.certain:
            for update in updates:
                self.seen(name, number, _state(update))
            assert not updates or not patient or trouble or self.progress[name, number] == 2
        self.calm()

    @rule(batch=batches, size=st.integers(1, 3))
    def list_queries(self, batch: tuple[str, Any], size: int) -> None:
        name, number = batch
        if name == "Supermetrics" and not KEYS[self.key]:
            self.calm()
            queries = self.driver.all(self.clients[name].query.iter_batch_status(number, limit=size))
            assert len(queries) == 1

    @rule(name=of_batches)
    def get_what_is_not_there(self, name: str) -> None:
        if self.trouble is None and not KEYS[self.key]:
            with pytest.raises(NotFoundError):
                self.driver.run(
                    _of(self.clients[name], name).get_batch({"QuestionPro": 1, "Supermetrics": "qrb_0"}[name])
                )

    # Asavie's batches keep their state

    @rule(target=commands, name=texts)
    def create_commands(self, name: str) -> Any:
        drifting = self.trouble is not None and not self.trouble.certain
        made = self.call("Asavie", lambda raw: raw.batches.create_batch(body=Batch(name=name)), idempotent=False)
        if made is None or drifting:
            return multiple()
        self.named[made.id] = name
        return made.id

    @rule(commands=commands)
    def take_an_id_twice(self, commands: str) -> None:
        if self.trouble is None and not KEYS[self.key]:
            with pytest.raises(ConflictError):
                self.driver.run(self.clients["Asavie"].batches.create_batch(body=Batch(id=commands)))

    @rule(commands=commands)
    def get_commands(self, commands: str) -> None:
        drifting = self.trouble is not None and not self.trouble.certain
        read = self.call("Asavie", lambda raw: raw.batches.get_batch(commands))
        assert read is None or drifting or read.name == self.named[commands]

    @rule(commands=commands, later=st.booleans())
    def get_commands_with_tokens(self, commands: str, later: bool) -> None:
        """A token that has expired at the server only is exchanged once more."""
        self.calm()
        if later:
            self.process.ask("PUT", "/clock", {"advance": 4000})
        answer = self.driver.run(self.clients["tokens"].with_raw_response.batches.get_batch(commands))
        assert answer.data.name == self.named[commands]
        assert answer.attempts <= 1 + later

    @invariant()
    def the_emulator_keeps_to_the_spec(self) -> None:
        if hasattr(self, "clients"):
            assert self.process.ask("GET", "/breaches")["breaches"] == []


def _is(error: TruecopyError | None, kinds: Collection[type[TruecopyError] | None]) -> bool:
    """Whether an error is one of the kinds, None standing for none."""
    return None in kinds if error is None else isinstance(error, tuple(kind for kind in kinds if kind))


def _response(reference: str) -> SurveyResponseCreate:
    return SurveyResponseCreate.from_dict({"responseSet": [], "externalReference": reference})


def _of(client: Any, name: str) -> Any:
    """The resource with the batches."""
    return client.micropanel if name == "QuestionPro" else client.query


def _state(batch: Any) -> str:
    return str(getattr(batch, "status", None) or batch.status_code)
