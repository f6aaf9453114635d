"""State that outlives the process, and state that processes share."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from truecopy_emulator import Emulator, StateError
from truecopy_emulator.__main__ import main
from truecopy_emulator.storage import MemoryStore, Store, open_store

from .conftest import KEY, TLS

JSON = {"content-type": "application/json"}
RESPONSES = "http://emulator/questionpro/a/api/v2/surveys/7654321/responses"


def client(emulator: Emulator) -> httpx.Client:
    return httpx.Client(verify=TLS, transport=emulator.transport(), headers={"api-key": KEY})


def post(emulator: Emulator, count: int = 1) -> list[int]:
    with client(emulator) as http:
        answers = [http.post(RESPONSES, json={"responseSet": []}) for _ in range(count)]
    return [answer.json()["response"]["responseID"] for answer in answers]


def total(emulator: Emulator) -> int:
    with client(emulator) as http:
        return int(http.get(RESPONSES).json()["pagination"]["totalItems"])


@pytest.fixture(params=["memory", "memory in a file", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    stores: dict[str, Callable[[], Store]] = {
        "memory": MemoryStore,
        "memory in a file": lambda: MemoryStore(bound=20),
        "sqlite": lambda: open_store(tmp_path / "state.db"),
    }
    found = stores[request.param]()
    yield found
    found.close()


def test_a_store_keeps_order_and_replaces_in_place(store: Store) -> None:
    for key in "cab":
        store.put("letters", key, {"key": key})
    store.put("letters", "a", {"key": "A"})
    assert [document["key"] for document in store.page("letters", 0, 10)] == ["c", "A", "b"]
    assert [document["key"] for document in store.page("letters", 1, 1)] == ["A"]
    assert list(store.items("letters")) == [("c", {"key": "c"}), ("a", {"key": "A"}), ("b", {"key": "b"})]
    assert (store.count("letters"), store.count("numbers")) == (3, 0)
    assert (store.get("letters", "c"), store.get("letters", "z")) == ({"key": "c"}, None)
    assert [store.next("n"), store.next("n"), store.counter("n")] == [1, 2, 2]
    assert store.counters() == {"n": 2}
    assert store.collections() == ["letters"]
    for keep in (5, 3):  # nothing to forget
        store.trim("letters", keep)
    assert [key for key, _ in store.items("letters")] == ["c", "a", "b"]
    store.trim("letters", 1)
    assert [key for key, _ in store.items("letters")] == ["b"]
    store.clear()
    assert (store.count("letters"), store.counter("n"), store.collections()) == (0, 0, [])


def test_integers_of_any_size_stay_what_they_are(store: Store) -> None:
    edges = [2**63 - 1, 2**63, 10**19 - 1, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 1 - 10**19]
    document = {"small": 1, "large": [10**40, -(2**70)], "edges": edges, "text": "1" * 30, "fraction": 0.1}
    store.put("numbers", "n", document)
    assert store.get("numbers", "n") == document


def test_a_request_keeps_its_integers_of_any_size() -> None:
    emulator = Emulator()
    with client(emulator) as http:
        for number in (2**63, 2**64, -(2**63) - 1, 10**40, -(2**70)):
            posted = http.post(RESPONSES, json={"responseSet": [], "timeTaken": number})
            assert posted.json()["response"]["timeTaken"] == number
        assert http.get(RESPONSES).json()["response"][-1]["timeTaken"] == number
        assert http.post(RESPONSES, content=b'{"timeTaken": %s}' % (b"1" * 5000), headers=JSON).status_code == 400
    assert not emulator.breaches


def test_many_documents_take_little_memory() -> None:
    store = MemoryStore()
    document = {"text": "x" * 2000}
    tracemalloc.start()
    for number in range(30_000):
        store.put("many", str(number), document)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < (17 << 20) + 30_000 * 250  # what stays in memory, and a place in the file for the others
    assert store.get("many", "29999") == store.page("many", 20_000, 1)[0] == document
    store.clear()


def test_state_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Emulator(state=path) as first:
        numbers = post(first, 3)
        first.faults.add("delay=0", times=3)
    with Emulator(state=path) as second:
        assert total(second) == 4
        assert post(second) == [numbers[-1] + 1]
        assert [str(fault) for fault in second.faults.all] == ["delay=0.0"]
        second.reset()
        assert total(second) == 1


def test_the_same_dump_from_either_store(tmp_path: Path) -> None:
    memory, kept = Emulator(seed=3), Emulator(seed=3, state=tmp_path / "state.db")
    for emulator in (memory, kept):
        emulator.clock.freeze()
        emulator.clock.set(1714564800.0)
        post(emulator, 2)
    before = memory.dump()
    kept_dump = kept.dump()
    assert kept_dump["collections"] == before["collections"]
    kept.load(before)
    assert kept.dump()["collections"] == before["collections"]
    kept.world.store.close()


@pytest.mark.parametrize("bad", ["folder", "text", "url"])
def test_a_state_that_cannot_be_opened(tmp_path: Path, bad: str) -> None:
    (tmp_path / "text").write_text("no database " * 100)
    target = {
        "folder": str(tmp_path / "missing" / "state.db"),
        "text": str(tmp_path / "text"),
        "url": "postgresql://user:s3cret@127.0.0.1:1/none",
    }[bad]
    with pytest.raises(StateError, match="cannot be opened") as caught:
        Emulator(state=target)
    assert "s3cret" not in str(caught.value)


def test_the_command_says_what_is_wrong_with_a_state(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "truecopy_emulator", "--port", "0", "--state", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert result.returncode == 1
    assert "cannot be opened" in result.stderr
    assert "Traceback" not in result.stderr


def test_kill_9_loses_no_acknowledged_write(tmp_path: Path) -> None:
    """Writers note what was acknowledged until the server is killed in their midst."""
    path = tmp_path / "state.db"
    command = [sys.executable, "-m", "truecopy_emulator", "--port", "0", "--state", str(path)]
    acknowledged: list[int] = []

    def write(base: str) -> None:
        with httpx.Client(verify=TLS, headers={"api-key": KEY}) as http:
            try:
                while True:
                    answer = http.post(f"{base}/surveys/7654321/responses", json={"responseSet": []})
                    acknowledged.append(answer.json()["response"]["responseID"])
            except httpx.HTTPError:
                return

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[1]
        threads = [threading.Thread(target=write, args=(base,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 200:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
    assert len(set(acknowledged)) == len(acknowledged) >= 200
    with Emulator(state=path) as emulator, client(emulator) as http:
        kept = {item["responseID"] for item in http.get(RESPONSES, params={"perPage": 1000}).json()["response"]}
        pages = total(emulator) // 1000 + 1
        for page in range(2, pages + 1):
            rows = http.get(RESPONSES, params={"perPage": 1000, "page": page}).json()["response"]
            kept |= {item["responseID"] for item in rows}
    assert set(acknowledged) <= kept


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_64_writers_lose_nothing(tmp_path: Path, kind: str) -> None:
    emulator = Emulator(state=None if kind == "memory" else tmp_path / "state.db")
    with ThreadPoolExecutor(64) as pool:
        numbers = [number for found in pool.map(lambda _: post(emulator, 5), range(64)) for number in found]
    assert len(set(numbers)) == 320
    assert total(emulator) == 321
    emulator.world.store.close()


def test_emulators_that_share_a_file_see_each_others_changes(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    one, two = Emulator(state=path), Emulator(state=path)
    assert post(one) != post(two)
    assert total(one) == total(two) == 3
    fault = one.faults.add("status=503", times=2)
    with client(one) as first, client(two) as second:
        statuses = [http.get(RESPONSES).status_code for http in (first, second, first, second)]
    assert statuses == [503, 503, 200, 200]
    assert fault.times == 2
    one.set_credential("another")
    one.clock.advance(3600)
    with client(two) as http:
        assert http.get(RESPONSES, headers={"api-key": "another"}).status_code == 200
    assert abs(two.clock.now() - one.clock.now()) < 1
    for emulator in (one, two):
        emulator.world.store.close()


def test_emulators_that_share_a_file_lose_no_change_of_each_other(tmp_path: Path) -> None:
    """Although neither has heard of the other's when it makes its own."""
    path = tmp_path / "state.db"
    one, two = Emulator(state=path), Emulator(state=path)
    for emulator in (one, two):
        emulator.faults.add("delay=0")
        emulator.set_credential(f"of {emulator.port} {id(emulator)}")
        emulator.clock.advance(60)
    assert [fault.id for fault in two.faults.all] == ["1", "2"]
    assert len(two.credentials()) == 6
    assert abs(two.clock.now() - time.time() - 120) < 30
    for emulator in (one, two):  # each begins anew for both
        emulator.reset()
    numbers = [fault.id for fault in (two.faults.add("delay=0"), one.faults.add("delay=0"))]
    assert numbers == [fault.id for fault in one.faults.all] == ["1", "2"]
    for emulator in (one, two):
        emulator.world.store.close()


def test_a_change_that_cannot_be_stored_is_none(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    one, two = Emulator(state=path), Emulator(state=path)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TRIGGER full BEFORE UPDATE ON truecopy_state BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(StateError, match="full"):
        one.faults.add("status=503")
    with pytest.raises(StateError, match="full"):
        one.clock.advance(3600)
    with sqlite3.connect(path) as database:
        database.execute("DROP TRIGGER full")
    database.close()
    with client(one) as http:
        assert http.get(RESPONSES).status_code == 200
        two.faults.add("status=504")
        assert http.get(RESPONSES).status_code == 504
    assert one.clock.now() < time.time() + 600
    for emulator in (one, two):
        emulator.world.store.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_settings_change_from_many_threads_at_once(tmp_path: Path, kind: str) -> None:
    emulator = Emulator(state=None if kind == "memory" else tmp_path / "state.db")

    def change(number: int) -> list[str]:
        found = []
        for turn in range(10):
            emulator.set_credential(KEY)
            emulator.set_credential(f"key {number} {turn}")
            found.append(emulator.faults.add("delay=0", operation="getBatch").id)
            emulator.dump()
            with client(emulator) as http:
                assert http.get(RESPONSES).status_code == 200  # the credential is known all the while
        return found

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(16) as pool:
            ids = [number for found in pool.map(change, range(16)) for number in found]
    finally:
        sys.setswitchinterval(interval)
    assert len(set(ids)) == len(emulator.faults.all) == 160
    assert len(emulator.credentials()) == 164
    emulator.world.store.close()


FAULT = {"effects": {"delay": 0}, "id": "1"}


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("settings/faults", {"1": {**FAULT, "times": "x"}}, "fault 1: times=x"),
        ("settings/faults", {"1": {**FAULT, "times": -1}}, "fault 1: times=-1"),
        ("settings/faults", {"1": {**FAULT, "probability": "7"}}, "fault 1: probability=7"),
        ("counters/n", 2**70, "a counter is not between 0 and"),
        ("counters/n", -1, "a counter is not between 0 and"),
        ("collections/c", {"\ud800": {}}, "surrogates not allowed"),
        ("clock/frozen", "soon", "could not convert string"),
        ("version", 1, "version 1, expected 2"),
    ],
)
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_what_is_no_dump_is_refused_whole(tmp_path: Path, kind: str, place: str, value: Any, said: str) -> None:
    emulator = Emulator(state=None if kind == "memory" else tmp_path / "state.db")
    before = emulator.dump()
    wrong: Any = json.loads(json.dumps(before))
    *path, last = place.split("/")
    inner = wrong
    for name in path:
        inner = inner[name]
    inner[last] = value
    with pytest.raises(StateError, match=f"this is not a dump of an emulator's state: .*{said}"):
        emulator.load(wrong)
    assert emulator.dump() == before
    emulator.world.store.close()


def test_a_loaded_moment_is_a_number_and_a_loaded_fault_has_the_id_it_stands_under() -> None:
    emulator = Emulator()
    dump = emulator.dump()
    settings = {**dump["settings"], "faults": {"9": FAULT}}
    emulator.load({**dump, "clock": {"offset": 0, "frozen": "60"}, "settings": settings})
    assert emulator.clock.now() == 60
    assert emulator.faults.remove(emulator.faults.all[0].id)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\0", "is damaged: emulator controls/controls cannot be read"),
        (b"{}", "'epoch' is missing; choose another"),
        (b'{"version": 1}', "version 1, expected 2; choose another"),
        (b'{"version": 2, "epoch": 0, "settings": []}', "damaged, or another version's: list indices"),
    ],
)
def test_settings_of_another_version_or_damaged_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "state.db"
    Emulator(state=path).world.store.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE truecopy_state SET body = ? WHERE key = 'controls'", (content,))
    database.close()
    result = CliRunner().invoke(main, ["--port", "0", "--state", str(path)])
    assert (result.exit_code, result.output.count("Error:")) == (1, 1)
    assert said in result.output


def test_a_damaged_document_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    emulator = Emulator(state=path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE truecopy_state SET body = 'no JSON' WHERE key = '12345678'")
    database.close()
    with client(emulator) as http:
        for place in ("", "/12345678"):
            answer = http.get(RESPONSES + place)
            diagnostic = answer.headers["x-emulator-diagnostic"]
            assert (answer.status_code, diagnostic[:4]) == (500, "E504")
            assert "is damaged: questionpro/responses/7654321/12345678 cannot be read" in diagnostic
    emulator.world.store.close()


@pytest.mark.parametrize("key", ["", "a\0b", "long " * 1000, "\u00e4\U0001f600", "sha256:"])
def test_any_text_is_a_key(store: Store, key: str) -> None:
    for name in ("first", key, "last"):
        store.put("things", name, {"name": name})
    store.put("things", key, {"name": key, "changed": True})
    assert store.get("things", key) == {"name": key, "changed": True}
    assert [name for name, _ in store.items("things")] == ["first", key, "last"]


def test_counters_of_the_store_itself_are_not_loaded(tmp_path: Path) -> None:
    emulator = Emulator(state=tmp_path / "state.db")
    before = emulator.dump()
    with pytest.raises(StateError, match="size of"):
        emulator.load({**before, "counters": {"size of questionpro/responses/7654321": 0}})
    assert emulator.dump() == before
    emulator.world.store.close()


def test_one_seed_gives_the_same_bytes_also_where_the_state_was_there_before(tmp_path: Path) -> None:
    def bodies() -> list[str]:
        emulator = Emulator(state=tmp_path / "state.db", seed=7)
        emulator.reset()
        emulator.clock.set(1.7e9)
        emulator.clock.freeze()
        emulator.clock.set(1.7e9)
        with client(emulator) as http:
            found = [http.get(RESPONSES + "?perPage=1").text, http.post(RESPONSES, json={"responseSet": []}).text]
        emulator.world.store.close()
        return found

    assert bodies() == bodies()


def test_what_a_state_was_made_with_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    first = Emulator(state=path, seed=7, profile="down")
    with pytest.raises(StateError, match="made with the seed 7"):
        Emulator(state=path, seed=8)
    same = Emulator(state=path)
    assert (same.world.seed, str(same.faults.all[0])) == (7, "status=503;retry-after=30")
    other = Emulator(state=path, profile="quota")
    assert [str(fault) for fault in other.faults.all] == ["quota"]
    other.faults.add("delay=0")
    assert len(Emulator(state=path, profile="quota").faults.all) == 2  # it has that profile, and what was added
    other.reset()
    assert [str(fault) for fault in other.faults.all] == ["quota"]
    for emulator in (first, same, other):
        emulator.world.store.close()


def test_a_state_that_fails_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    emulator = Emulator(state=path, shared_journal=True)
    assert len(post(emulator)) == 1
    emulator.world.store.close()
    for file in tmp_path.iterdir():
        file.unlink()
    path.mkdir()
    with client(emulator) as http:
        answer = http.post(RESPONSES, json={"responseSet": []})
        assert answer.status_code == 500
        assert answer.json()["response"]["error"]["httpStatusCode"] == 500
        assert answer.headers["x-emulator-diagnostic"].startswith("E504 state unavailable: the state ")
        health = http.get("http://emulator/_emulator/health")
    assert (health.status_code, health.json()["status"]) == (500, 500)


def test_a_state_that_fails_when_all_is_answered_but_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    emulator = Emulator(state=path)
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON truecopy_counters WHEN new.name = 'emulator.chance'"
            " BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    database.close()
    with client(emulator) as http:
        answer = http.get(RESPONSES, headers={"X-Emulator-Fault": "jitter=1"})
    assert answer.status_code == 200
    assert "jitter=1.0 (the state" in answer.headers["x-emulator-diagnostic"]
    assert len(emulator.journal) == 1
    emulator.world.store.close()


def test_a_full_temporary_folder_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**settings: Any) -> None:
        raise OSError(28, "No space left on device")

    emulator = Emulator()
    monkeypatch.setattr(emulator.world.store, "_bound", 0)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with client(emulator) as http:
        answer = http.post(RESPONSES, json={"responseSet": []})
    assert answer.status_code == 500
    said = "E504 state unavailable: the state does not fit into the temporary folder: No space left on device"
    assert answer.headers["x-emulator-diagnostic"] == said
    assert total(emulator) == 1
    assert not emulator.breaches


def test_states_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="leave the state out"):
        open_store(":memory:")
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE truecopy_counters (something INTEGER)")
    database.close()
    with pytest.raises(StateError, match="cannot be opened: no such column"):
        open_store(tmp_path / "other.db")
    with pytest.raises(StateError) as caught:
        open_store("postgresql://nobody@127.0.0.1:1/x?password=HUSHHUSH&connect_timeout=2")
    assert "HUSHHUSH" not in str(caught.value)


def test_postgresql_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StateError, match=r"cannot be opened: it needs its extra: pip install 'truecopy\[postgresql\]'"):
        open_store("postgresql://127.0.0.1/x")


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "what?a=b#c.db"
    store = open_store(path)
    store.put("a", "b", {})
    store.close()
    assert path.exists()


def test_a_page_costs_the_same_wherever_it_is(tmp_path: Path) -> None:
    """By index, not by counting: SQLite says so itself."""
    path = tmp_path / "state.db"
    emulator = Emulator(state=path)
    post(emulator, 3)
    emulator.world.store.close()
    with sqlite3.connect(path) as database:
        plan = database.execute(
            "EXPLAIN QUERY PLAN SELECT key, body FROM truecopy_state"
            " WHERE collection = 'x' AND position > 5 ORDER BY position LIMIT 10"
        ).fetchall()
    database.close()
    assert "truecopy_state_positions (collection=? AND position>?)" in str(plan)


def _postgresql() -> str | None:
    """A server that is reachable: by TRUECOPY_POSTGRESQL, or on this machine."""
    import psycopg

    for url in (os.environ.get("TRUECOPY_POSTGRESQL"), "postgresql://postgres@127.0.0.1/postgres"):
        if url:
            try:
                psycopg.connect(url, connect_timeout=2).close()
            except psycopg.Error:
                continue
            return url
    return None


def test_postgresql() -> None:
    url = _postgresql()
    if url is None:
        pytest.skip("no PostgreSQL is reachable; set TRUECOPY_POSTGRESQL to the URL of one")
    one, two = Emulator(state=url), Emulator(state=url)
    one.reset()
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda emulator: post(emulator, 5), [one, two] * 8))
    numbers = [number for row in found for number in row]
    assert len(set(numbers)) == 80
    assert total(one) == total(two) == 81
    for key in ("a\0b", "long " * 5000):
        one.world.store.put("things", key, {})
        assert key in dict(two.world.store.items("things"))
    one.faults.add("status=503", times=1)
    with client(two) as http:
        assert [http.get(RESPONSES).status_code for _ in range(2)] == [503, 200]
    one.reset()
    for emulator in (one, two):
        emulator.world.store.close()


def test_the_memory_store_does_not_hand_out_its_own() -> None:
    store = MemoryStore()
    document: dict[str, Any] = {"list": []}
    store.put("c", "k", document)
    document["list"].append(1)
    found = store.get("c", "k")
    assert found == {"list": []}
    found["list"].append(2)
    assert store.get("c", "k") == {"list": []}
