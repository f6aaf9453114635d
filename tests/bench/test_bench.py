"""That the benchmark runs and says what it found; nothing here looks at a time."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import pytest
from truecopy_tools import bench

TARGETS = {
    "sync call: fast / stock": (0.65, False),
    "sync call: without fast / stock": (0.95, False),
    "async, 64 in flight: fast / stock": (4, True),
    "async: 64 in flight / 16 in flight, fast": (1, True),
    "import and first client: truecopy / import httpx": (1.3, False),
    "import and first client: 20 operations / 10 operations": (1.15, False),
    "import and first client: truecopy / official SDK": (0.3, False),
}


def test_it_measures_every_target_and_leaves_no_connection_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bench.json"
    small = ["--rounds", "1", "--calls", "2", "--memory", "20", "--operations", "20"]
    assert bench.main([*small, "--output", str(path)]) == 0
    figures = {figure["name"]: figure for figure in json.loads(path.read_text())["figures"]}
    for name, (target, at_least) in TARGETS.items():
        assert (figures[name]["target"], figures[name]["at_least"]) == (target, at_least)
    assert {f["value"] for name, f in figures.items() if name.startswith("connections left open")} == {0.0}
    assert len(re.findall("memory left by 20 calls", capsys.readouterr().out)) == len(bench.transports())


def test_a_ratio_is_the_median_of_the_rounds() -> None:
    assert bench.ratio({"ours": [1.0, 9.0, 3.0], "stock": [2.0, 9.0, 1.0]}, "ours", "stock") == 1.0


def test_contenders_take_turns() -> None:
    seen: list[str] = []

    def contender(name: str) -> float:
        seen.append(name)
        return 1.0

    contenders = {name: functools.partial(contender, name) for name in ("a", "b")}
    results = bench.in_turns(contenders, 2)
    assert "".join(seen) == "ab" + "ab" + "ba"
    assert results == {"a": [1.0, 1.0], "b": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("value", "at_least", "met"), [(0.5, False, True), (2.0, False, False), (2.0, True, True), (None, False, None)]
)
def test_a_target_is_met_or_not_or_not_measured(value: float | None, at_least: bool, met: bool | None) -> None:
    assert bench.Figure("x", value, target=1, at_least=at_least).met is met
