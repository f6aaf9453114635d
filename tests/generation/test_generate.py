"""Regeneration: repeatable, all or nothing, and mending what the stock generator gets wrong (numbers: traps)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from truecopy_tools import generate
from truecopy_tools.generate import ROOT, GenerationError

MINI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Mini", "version": "1"},
    "servers": [{"url": "https://mini.example"}],
    "tags": [{"name": "things", "description": "Things"}],
    "x-payload": "data",
    "paths": {
        "/things/{thing-id}": {
            "get": {
                "tags": ["things"],
                "operationId": "getThing",
                "security": [{"token": []}],
                "parameters": [{"name": "thing-id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "responses": {
                    "200": {
                        "description": "A thing",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingAnswer"}}},
                    },
                    "404": {"description": "None"},
                },
            }
        }
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "ThingAnswer": {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Thing"}}},
            "Thing": {
                "type": "object",
                "required": ["id", "secret"],
                "properties": {
                    "id": {"type": "integer"},
                    "secret": {"type": "string", "format": "password"},
                    "kind": {"type": "string", "enum": ["small", "large"]},
                    "size": {"type": "integer", "enum": [1, 2]},
                    "note": {"type": "string"},
                },
            },
        },
    },
}


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    folder = tmp_path / "specs"
    folder.mkdir()
    write(folder, MINI)
    return folder


def write(folder: Path, document: dict[str, Any], name: str = "mini") -> None:
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(document))


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def run(output: Path, code: str) -> str:
    """Run code in a process of its own that imports from the output folder; warnings are errors."""
    command = [sys.executable, "-W", "error", "-c", f"import sys; sys.path.insert(0, {str(output)!r})\n{code}"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_same_input_same_bytes_and_nothing_to_do_the_second_time(specs: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert generate.generate(specs, one)
    assert generate.generate(specs, two)
    assert tree(one) == tree(two)
    before = {path: path.stat().st_mtime_ns for path in one.rglob("*")}
    assert not generate.generate(specs, one)
    assert {path: path.stat().st_mtime_ns for path in one.rglob("*")} == before


def test_check_sees_a_stale_tree_and_an_edited_one(
    specs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "generated"
    generate.generate(specs, output)
    assert generate.check(specs, output) == 0
    edited = output / "mini_api" / "models" / "thing.py"
    edited.write_text(edited.read_text() + "\n# by hand\n")
    (output / "mini_api" / "extra.py").touch()
    (output / "mini_api" / "types.py").unlink()
    assert generate.check(specs, output) == 1
    told = capsys.readouterr().err
    assert "generated/mini_api/models/thing.py: differs" in told
    assert "generated/mini_api/extra.py: not from a spec" in told
    assert "generated/mini_api/types.py: missing" in told
    assert generate.generate(specs, output), "a hand-edited tree is made anew"
    assert generate.check(specs, output) == 0
    write(specs, {**MINI, "info": {"title": "Mini", "version": "2"}})
    assert generate.check(specs, output) == 1


def test_a_folder_that_cannot_be_written_is_named(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--specs", str(specs), "--output", "/proc/none/generated"]) == 1
    assert capsys.readouterr().err.startswith("generate: /proc/none/")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: d["paths"]["/things/{thing-id}"]["get"].pop("responses"),
            "mini.yaml#/paths/~1things~1{thing-id}/get: responses is missing",
        ),
        (lambda d: d["paths"]["/things/{thing-id}"]["get"].pop("operationId"), "operationId is missing"),
        (
            lambda d: d["components"]["schemas"].pop("Thing"),
            "mini.yaml#/components/schemas/ThingAnswer/properties/data",
        ),
    ],
)
def test_a_failure_names_spec_and_place_and_leaves_the_old_tree(
    specs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, message: str
) -> None:
    output = tmp_path / "generated"
    write(specs, MINI, "other")
    generate.generate(specs, output)
    before = tree(output)
    broken = json.loads(json.dumps(MINI))
    change(broken)
    write(specs, broken)
    assert generate.main(["--specs", str(specs), "--output", str(output)]) == 1
    assert message in capsys.readouterr().err
    assert tree(output) == before
    assert [path.name for path in tmp_path.iterdir()] == ["specs", "generated"] or not list(
        tmp_path.glob(".generated*")
    )


def test_not_yaml_and_no_specs_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="no specs in"):
        generate.generate(tmp_path, tmp_path / "generated")
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(GenerationError, match=r"bad\.yaml: not YAML"):
        generate.generate(tmp_path, tmp_path / "generated")
    (tmp_path / "bad.yaml").write_text("[]")
    with pytest.raises(GenerationError, match=r"bad\.yaml: not an OpenAPI document"):
        generate.generate(tmp_path, tmp_path / "generated")


def test_a_crash_between_the_two_renames_is_mended(specs: Path, tmp_path: Path) -> None:
    output = tmp_path / "generated"
    generate.generate(specs, output)
    before = tree(output)
    output.rename(tmp_path / ".generated.old")
    assert not generate.generate(specs, output)
    assert tree(output) == before


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mini")
    write(folder, MINI)
    generate.generate(folder, folder / "generated")
    return folder / "generated"


def test_trap_12_package_is_typed_and_carries_its_spec(mini: Path) -> None:
    assert (mini / "mini_api" / "py.typed").exists()
    assert json.loads((mini / "mini_api" / "openapi.json").read_text())["info"]["title"] == "Mini"
    assert json.loads((mini / "generation.lock").read_text())["inputs"]["openapi-python-client"] == "0.29.1"


def test_trap_13_stock_client_does_not_print_its_token(mini: Path) -> None:
    shown = run(
        mini,
        "from mini_api import AuthenticatedClient as C\n"
        "c = C(base_url='https://mini.example', token='s3cret', headers={'x': 's3cret'}, cookies={'x': 's3cret'})\n"
        "c.get_httpx_client(); print(c)",
    )
    assert "mini.example" in shown
    assert "s3cret" not in shown


def test_trap_14_unset_stays_itself_through_pickle_and_copies(mini: Path) -> None:
    run(
        mini,
        "import copy, json, pickle\n"
        "from mini_api.models import Thing\nfrom mini_api.types import UNSET\n"
        "thing = Thing(id=1, secret='x')\n"
        "for other in (pickle.loads(pickle.dumps(thing)), copy.copy(thing), copy.deepcopy(thing)):\n"
        "    assert other.note is UNSET and other == thing\n"
        "    assert json.dumps(other.to_dict()) == json.dumps(thing.to_dict())",
    )


def test_unknown_enumeration_members_are_kept(mini: Path) -> None:
    run(
        mini,
        "import pickle\nfrom mini_api.models import Thing\n"
        "body = {'id': 1, 'secret': 'x', 'kind': 'huge', 'size': 3}\n"
        "thing = Thing.from_dict(body)\n"
        "assert thing.kind == 'huge' and str(thing.kind) == 'huge' and thing.size == 3\n"
        "assert thing.to_dict() == body and pickle.loads(pickle.dumps(thing)) == thing\n"
        "try: Thing.from_dict({**body, 'kind': 3})\n"
        "except ValueError: pass\n"
        "else: raise AssertionError",
    )


def test_members_with_format_password_are_not_printed(mini: Path) -> None:
    shown = run(mini, "from mini_api.models import Thing\nprint(Thing(id=7, secret='s3cret'))")
    assert "id=7" in shown
    assert "s3cret" not in shown


def test_trap_8_one_media_type_per_body_reaches_the_generator(tmp_path: Path) -> None:
    document = json.loads(json.dumps(MINI))
    operation = document["paths"]["/things/{thing-id}"]["get"]
    document["paths"]["/things/{thing-id}"]["put"] = {
        **operation,
        "operationId": "putThing",
        "requestBody": {
            "content": {
                media_type: {"schema": {"$ref": "#/components/schemas/Thing"}}
                for media_type in ("application/json", "application/x-www-form-urlencoded", "application/xml")
            }
        },
    }
    write(tmp_path, document)
    generate.generate(tmp_path, tmp_path / "generated")
    run(
        tmp_path / "generated",
        "from mini_api.api.things.put_thing import _get_kwargs\nfrom mini_api.models import Thing\n"
        "kwargs = _get_kwargs(1, body=Thing(id=1, secret='x'))\n"
        "assert kwargs['json'] == {'id': 1, 'secret': 'x'} and 'data' not in kwargs, kwargs",
    )


def test_trap_9_a_second_success_type_is_refused(specs: Path, tmp_path: Path) -> None:
    document = json.loads(json.dumps(MINI))
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    document["paths"]["/things/{thing-id}"]["get"]["responses"]["202"] = {"description": "Later", "content": content}
    write(specs, document)
    with pytest.raises(GenerationError, match="every success answer has the same schema"):
        generate.generate(specs, tmp_path / "generated")


def test_an_operation_without_a_body_in_its_answer(specs: Path, tmp_path: Path) -> None:
    document = json.loads(json.dumps(MINI))
    document["paths"]["/things/{thing-id}"]["get"]["responses"] = {"204": {"description": "Gone"}}
    write(specs, document)
    generate.generate(specs, tmp_path / "generated")
    text = (tmp_path / "generated" / "mini_api" / "api" / "things" / "__init__.py").read_text()
    assert "-> Any:" in text


def test_the_committed_tree_is_up_to_date() -> None:
    assert generate.check(ROOT / "specs", ROOT / "generated") == 0


def test_trap_16_every_generated_module_can_be_imported() -> None:
    packages = sorted(path.parent.name for path in (ROOT / "generated").glob("*/py.typed"))
    assert packages == ["asavie_api", "questionpro_api", "supermetrics_api"]
    told = run(
        ROOT / "generated",
        "import importlib, pkgutil\ncount = 0\n"
        f"for name in {packages!r}:\n"
        "    package = importlib.import_module(name)\n"
        "    for found in pkgutil.walk_packages(package.__path__, name + '.'):\n"
        "        importlib.import_module(found.name); count += 1\n"
        "print(count)",
    )
    assert int(told) >= 80


def test_resources_load_operations_and_models_when_they_are_used() -> None:
    told = run(
        ROOT / "generated",
        "import questionpro_api.api.responses as r\nr.Responses\n"
        "print([m for m in sys.modules if m.startswith(('questionpro_api.models', 'questionpro_api.api.responses.'))])",
    )
    assert told.strip() == "[]"


def test_operations_load_without_httpx_until_the_stock_client_is_named() -> None:
    told = run(
        ROOT / "generated",
        "import questionpro_api.api.micropanel.get_batch as operation\n"
        "print('httpx' in sys.modules)\n"
        "from questionpro_api import Client\n"
        "print('httpx' in sys.modules)",
    )
    assert told.split() == ["False", "True"]


def test_generated_code_needs_neither_overlay_nor_emulator() -> None:
    told = run(
        ROOT / "generated",
        "import asavie_api.api.batches, asavie_api.models\nprint([m for m in sys.modules if m.startswith('truecopy')])",
    )
    assert told.strip() == "[]"
