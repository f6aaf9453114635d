"""docs/new-provider.md, step by step: from a saved page to a typed client, an emulator and fuzzing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from truecopy_emulator import Emulator
from truecopy_tools import generate

GUIDE = (generate.ROOT / "docs" / "new-provider.md").read_text()
BIN = Path(sys.executable).parent

#: What the guide leaves to the maintainer: the draft's TODOs, settled.
SETTLED = {
    "https://todo.invalid": "https://api.parcels.example/v1",
    "TODO: the page names no host": "default",
    "TODO: the server": "https://api.parcels.example/v1",
    "TODO: why": "Asked and answered.",
    "TODO: say in a few words what the API is for": "Where parcels are",
    "TODO: say in a few words what it does": "Read a parcel",
    "TODO: say what it groups": "Parcels",
    "TODO: say what it means": "See the page",
}

USE = """
import asyncio, sys, typing
sys.path[:0] = sys.argv[1:3]
from parcels import AsyncParcels, Parcels
from parcels_api.models import Parcel
from truecopy import errors

with Parcels("emulator-key", base_url=sys.argv[3]) as client:
    parcel = client.parcels.get_parcel("p-1")
    assert isinstance(parcel, Parcel), parcel
    assert parcel.state in ("SENT", "DELIVERED"), parcel
with Parcels("wrong", base_url=sys.argv[3]) as client:
    try:
        client.parcels.get_parcel("p-1")
    except errors.AuthenticationError as error:
        assert (error.provider, error.operation) == ("parcels", "parcels.get_parcel")
    else:
        raise AssertionError

async def use() -> None:
    async with AsyncParcels("emulator-key", base_url=sys.argv[3]) as client:
        assert isinstance(await client.parcels.get_parcel("p-1"), Parcel)

asyncio.run(use())
"""


def block(name: str) -> str:
    found = re.search(rf"(?ms)^```\w+ title={re.escape(name)}\n(.*?)^```", GUIDE)
    assert found, f"docs/new-provider.md has no {name}"
    return found[1]


def run(*command: object, cwd: Path | None = None) -> str:
    ran = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Steps 1 and 2: the page, its facts, the draft, and every TODO settled."""
    folder = tmp_path_factory.mktemp("provider")
    (folder / "specs").mkdir()
    (folder / "parcels.txt").write_text(block("parcels.txt"))
    run(BIN / "truecopy-docs", "facts", folder / "parcels.txt", "-o", folder / "parcels.facts.yaml")
    path = folder / "specs" / "parcels.yaml"
    run(BIN / "truecopy-docs", "draft", folder / "parcels.facts.yaml", "--title", "Parcels", "-o", path)
    text = path.read_text()
    for todo, settled in SETTLED.items():
        assert todo in text, f"the draft has no {todo!r}"
        text = text.replace(todo, settled)
    assert "todo" not in text.lower().replace("settle every todo", "")
    document = yaml.safe_load(text)
    for status in ("400", "401"):
        at = f"/paths/~1parcels~1{{parcel_id}}/get/responses/{status}"
        document["paths"]["/parcels/{parcel_id}"]["get"]["responses"][status] = {"description": "Refused"}
        document["x-evidence"].append({"at": at, "evidence": "inferred", "source": "RFC 9110 section 15.5."})
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def test_the_client_has_at_most_30_hand_written_lines() -> None:
    lines = [line for line in block("parcels.py").splitlines() if line.strip() and not line.strip().startswith('"""')]
    assert len(lines) <= 30


def test_client_and_emulator_work(spec: Path) -> None:
    folder = spec.parents[1]
    assert generate.main(["--specs", str(spec.parent), "--output", str(folder / "generated")]) == 0
    (folder / "parcels.py").write_text(block("parcels.py"))
    with Emulator(specs={"/parcels": spec}) as emulator:
        run(sys.executable, "-W", "error", "-c", USE, folder, folder / "generated", emulator.url("parcels"))
        assert not emulator.breaches


def test_fuzzing_works(spec: Path) -> None:
    with Emulator(specs={"/parcels": spec}) as emulator:
        key = f"Authorization: Bearer {emulator.credential}"
        report = spec.parents[1] / "report"
        told = run(
            *(BIN / "schemathesis", "run", spec, "--url", emulator.url("parcels"), "--header", key),
            *("--max-examples", "10", "--seed", "1", "--report", "ndjson", "--report-dir", report, "--no-color"),
            cwd=spec.parents[1],
        )
    assert re.search(r"\b[1-9]\d* generated, [1-9]\d* ", told) or "No issues found" in told, told


def test_the_draft_follows_the_page(spec: Path) -> None:
    document = yaml.safe_load(spec.read_text())
    operation = document["paths"]["/parcels/{parcel_id}"]["get"]
    assert operation["operationId"] == "getParcel"
    assert operation["responses"].keys() == {"200", "400", "401", "404"}
    assert document["components"]["schemas"]["Parcel"]["properties"]["weight"] == {"type": "number", "minimum": 0}
