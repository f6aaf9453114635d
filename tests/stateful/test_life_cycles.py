"""The typed clients and the emulator together against a plain model: whatever is created, read, cancelled and refused,
in whatever order and with faults on and off, the client says what the model says."""

from __future__ import annotations

from typing import Any

import pytest
from asavie_api.models import Batch
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from questionpro_api.models import SurveyResponseCreate
from supermetrics_api.models import QueryBatchCreate
from truecopy import Asavie, QuestionPro, Supermetrics
from truecopy.errors import ConflictError, NotFoundError, ServerError
from truecopy_emulator import Emulator

SURVEY = 7654321
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ORDER = ["QUEUED", "RUNNING", "STOPPED"]


class LifeCycles(RuleBasedStateMachine):
    """The model: what was sent under each id, how far each batch has come, and whether the service is down."""

    responses = Bundle("responses")
    batches = Bundle("batches")
    commands = Bundle("commands")

    emulator: Emulator

    @initialize()
    def start(self) -> None:
        self.emulator.reset()
        url, key = self.emulator.url, self.emulator.credential
        options: dict[str, Any] = {"retries": 0}
        self.questionpro = QuestionPro(api_key=key, base_url=url("questionpro"), **options)
        self.supermetrics = Supermetrics(token=key, base_url=url("supermetrics"), **options)
        self.asavie = Asavie(token=key, base_url=url("asavie"), **options)
        self.stored: dict[int, str] = {}
        self.progress: dict[str, int] = {}
        self.named: dict[str, str] = {}
        self.down = False

    def teardown(self) -> None:
        for name in ("questionpro", "supermetrics", "asavie"):
            if hasattr(self, name):
                getattr(self, name).close()

    def expect(self, call: Any) -> Any:
        """The call's result; None when the service is down, which the client must say."""
        if not self.down:
            return call()
        with pytest.raises(ServerError):
            call()
        return None

    @rule(on=st.booleans())
    def fault(self, on: bool) -> None:
        self.emulator.faults.clear()
        self.down = on
        if on:
            self.emulator.faults.add("status=503")

    @rule(target=responses, text=texts)
    def create_response(self, text: str) -> int:
        body = SurveyResponseCreate.from_dict({"responseSet": [], "externalReference": text})
        made = self.expect(lambda: self.questionpro.responses.create_response(SURVEY, body=body))
        if made is None:
            return 0
        assert made.response_id not in self.stored
        self.stored[made.response_id] = text
        return int(made.response_id)

    @rule(number=responses)
    def get_response(self, number: int) -> None:
        def call() -> Any:
            return self.questionpro.responses.get_response(SURVEY, number)

        if number in self.stored:
            read = self.expect(call)
            assert read is None or read.external_reference == self.stored[number]
        elif not self.down:
            with pytest.raises(NotFoundError):
                call()

    @rule(target=batches, minutes=st.integers(5, 60))
    def create_batch(self, minutes: int) -> str:
        body = QueryBatchCreate.from_dict({"queries": [{"ds_id": "AW"}], "timeout_minutes": minutes})
        made = self.expect(lambda: self.supermetrics.query.create_batch(body=body))
        if made is None:
            return ""
        assert (made.status_code, made.timeout_minutes) == ("QUEUED", minutes)
        self.progress[made.batch_id] = 0
        return str(made.batch_id)

    @rule(batch=batches)
    def get_batch(self, batch: str) -> None:
        if batch in self.progress:
            read = self.expect(lambda: self.supermetrics.query.get_batch(batch))
            if read is not None:
                now = ORDER.index(str(read.status_code))
                assert now >= self.progress[batch], "a batch goes forward only"
                self.progress[batch] = now

    @rule(batch=batches)
    def cancel_batch(self, batch: str) -> None:
        if batch in self.progress:
            read = self.expect(lambda: self.supermetrics.query.cancel_batch(batch))
            if read is not None:
                assert str(read.status_code) == "STOPPED"
                self.progress[batch] = 2

    @rule(target=commands, name=texts)
    def create_commands(self, name: str) -> str:
        made = self.expect(lambda: self.asavie.batches.create_batch(body=Batch.from_dict({"Name": name})))
        if made is None:
            return ""
        self.named[made.id] = name
        return str(made.id)

    @rule(commands=commands)
    def take_an_id_twice(self, commands: str) -> None:
        if commands in self.named and not self.down:
            with pytest.raises(ConflictError):
                self.asavie.batches.create_batch(body=Batch.from_dict({"ID": commands}))

    @rule(commands=commands)
    def get_commands(self, commands: str) -> None:
        if commands in self.named:
            read = self.expect(lambda: self.asavie.batches.get_batch(commands))
            assert read is None or read.name == self.named[commands]

    @rule()
    def restart(self) -> None:
        """The state outlives a dump and a load."""
        dump = self.emulator.dump()
        self.emulator.reset()
        self.emulator.load(dump)

    @invariant()
    def the_emulator_keeps_to_the_spec(self) -> None:
        assert self.emulator.breaches == []


def run(emulator: Emulator, **changes: Any) -> None:
    LifeCycles.emulator = emulator
    chosen: dict[str, Any] = {"max_examples": 15, "stateful_step_count": 20, "deadline": None, "derandomize": True}
    chosen |= {"database": None, "suppress_health_check": list(HealthCheck), **changes}
    run_state_machine_as_test(LifeCycles, settings=settings(**chosen))


def test_life_cycles() -> None:
    with Emulator() as emulator:
        run(emulator)


@pytest.mark.parametrize("defect", ["state-uncancelled", "state-member-lost", "state-lower-case", "state-conflict"])
def test_the_model_notices_a_defective_server(defect: str) -> None:
    with Emulator(defect=defect) as emulator, pytest.raises((AssertionError, pytest.fail.Exception)):
        run(emulator, phases=[Phase.generate], max_examples=60)
