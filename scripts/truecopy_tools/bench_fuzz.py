"""How many cases a second `make fuzz` has for the providers' specs, beside schemathesis as it comes: one process at a
time, its default configuration, over sockets to an emulator in a process of its own. Both in turn in one run, since the
rates themselves are the machine's.

    make bench-fuzz
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from .bench_emulator import emulator_command, running
from .fuzz.__main__ import CASES, SEED
from .fuzz.targets import TARGETS
from .fuzz.worker import CREDENTIAL, EVIDENCE, SUMMARY

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
NAMES = ("questionpro", "supermetrics", "asavie")
PORT = 18607
HEADERS = {"QUESTIONPRO_API_KEY": f"api-key: {CREDENTIAL}"}
BEARER = f"Authorization: Bearer {CREDENTIAL}"


def stock(folder: Path) -> tuple[int, float]:
    """Cases and seconds of `st run`, spec after spec."""
    configuration, summary = folder / "schemathesis.toml", folder / SUMMARY
    configuration.write_text(f"seed = {SEED}\ncontinue-on-failure = true\n")
    cases, seconds = 0, 0.0
    for name in NAMES:
        target = TARGETS[name]
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration), "run", str(target.spec)),
            *("--url", f"http://127.0.0.1:{PORT}{target.mount}", "--header", HEADERS.get(target.secret, BEARER)),
            *("--max-examples", str(CASES), "--report-json-path", str(summary)),
        ]
        with running(emulator_command(PORT), PORT):
            started = time.perf_counter()
            # Its exit code is of no interest here: it does not know what our configuration says of the providers.
            subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
            seconds += time.perf_counter() - started
        cases += json.loads(summary.read_text(encoding="utf-8"))["test_cases"]["generated"]
    return cases, seconds


def ours(folder: Path) -> tuple[int, float]:
    """Cases and seconds of `make fuzz`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FUZZ_")}
    environment = {**kept, "FUZZ_SPECS": ",".join(NAMES), "FUZZ_BUILD": str(folder)}
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "truecopy_tools.fuzz"], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    seconds = time.perf_counter() - started
    return sum(json.loads((folder / name / EVIDENCE).read_text())["cases"] for name in NAMES), seconds


def main() -> None:
    rates: dict[str, list[float]] = {"stock": [], "ours": []}
    for _ in range(ROUNDS):
        for name, measure in (("stock", stock), ("ours", ours)):
            with tempfile.TemporaryDirectory() as folder:
                cases, seconds = measure(Path(folder))
            rates[name].append(cases / seconds)
            print(f"{name}: {cases} cases in {seconds:.1f} s, {rates[name][-1]:.0f} a second", flush=True)
    few, many = (median(rates[name]) for name in rates)
    print(f"make fuzz / stock schemathesis: {many / few:.2f}   ({many:.0f} and {few:.0f} cases a second)")


if __name__ == "__main__":
    main()
