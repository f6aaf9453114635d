"""Regenerate the clients in generated/ from specs/*.yaml.

    python -m truecopy_tools.generate [--check]

Everything is built in a staging folder and swapped in only when every spec succeeded. ``generation.lock`` records what
the tree was made from; with nothing changed the command only compares hashes. ``--check`` generates again and compares,
writes nothing, and exits 1 when generated/ is stale or was edited by hand.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.metadata
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from truecopy_tools.openapi import operations, resolve

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "scripts" / "templates"
LOCK = "generation.lock"
#: What the clients don't need of a spec.
_LEFT_OUT = ("x-sources", "x-deviations", "x-evidence")


class GenerationError(Exception):
    """A spec cannot be generated from; the message names the spec and the place in it."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns its exit status."""
    parser = argparse.ArgumentParser(prog="generate", description="Regenerate generated/ from specs/*.yaml.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when generated/ is not up to date")
    parser.add_argument("--specs", type=Path, default=ROOT / "specs", help="folder of the specs")
    parser.add_argument("--output", type=Path, default=ROOT / "generated", help="folder to generate into")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            return check(options.specs, options.output)
        changed = generate(options.specs, options.output)
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"generate: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{options.output.name}/: {'generated anew' if changed else 'up to date'}")
    return 0


def generate(specs: Path, output: Path) -> bool:
    """Bring the output folder up to date.

    Returns:
        Whether anything was written.

    Raises:
        GenerationError: A spec is unusable; the output folder is as it was.
    """
    _recover(output)
    inputs = _inputs(specs)
    lock = _read_lock(output)
    if lock and lock["inputs"] == inputs and lock["output"] == _digest(output):
        return False
    staging = Path(tempfile.mkdtemp(prefix=".generated-", dir=output.parent))
    try:
        _build(specs, staging)
        _write_lock(staging, inputs)
        staging.chmod(0o755)
        _swap(staging, output)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return True


def check(specs: Path, output: Path) -> int:
    """Generate again beside the output folder and compare.

    Returns:
        0 when they agree, 1 otherwise; the differences are printed.
    """
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        fresh = Path(folder) / "generated"
        fresh.mkdir()
        _build(specs, fresh)
        _write_lock(fresh, _inputs(specs))
        old, new = (dict(_files(tree)) for tree in (output, fresh))
    differing = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    for name in differing:
        what = "missing" if name not in old else "not from a spec" if name not in new else "differs"
        print(f"{output.name}/{name}: {what}", file=sys.stderr)
    if differing:
        print(f"{output.name}/ is stale or was edited by hand: run make generate", file=sys.stderr)
    return 1 if differing else 0


def spec_files(specs: Path) -> list[Path]:
    """The specs that clients are generated from: those with ``x-payload`` or servers of their own."""
    return [path for path in sorted(specs.glob("*.yaml")) if path.stem != "emulator"]


def load(path: Path) -> dict[str, Any]:
    """Read and check one spec.

    Raises:
        GenerationError: It is not YAML, not OpenAPI 3.1, or breaks a rule of lint.py.
    """
    from truecopy_tools.lint import lint

    try:
        document = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise GenerationError(f"{path.name}: not YAML: {error}") from None
    if not isinstance(document, dict):
        raise GenerationError(f"{path.name}: not an OpenAPI document")
    if findings := lint(document):
        raise GenerationError("\n".join(f"{path.name}#{finding}" for finding in findings))
    return document


def _build(specs: Path, target: Path) -> None:
    files = spec_files(specs)
    if not files:
        raise GenerationError(f"no specs in {specs}: expected *.yaml")
    for path in files:
        package = target / f"{path.stem}_api"
        document = load(path)
        _run_generator(path.name, document, package)
        _mend(package, document)
        (package / "py.typed").touch()
        kept = {key: value for key, value in document.items() if key not in _LEFT_OUT}
        (package / "openapi.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False, default=str) + "\n")
    _run_ruff("check", "--fix-only", "--select=I,F401,F811", str(target))
    _run_ruff("format", str(target))


def _run_ruff(*arguments: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), *arguments, "--isolated", "--no-cache", "--line-length=120", "--target-version=py311"]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode:
        raise GenerationError(f"ruff {arguments[0]} on the generated code: {ran.stderr.strip()}")


def _run_generator(name: str, document: dict[str, Any], package: Path) -> None:
    """Run the stock generator with our two templates; a warning is an error."""
    from openapi_python_client import Project
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.parser.errors import GeneratorError

    config = Config.from_sources(
        ConfigFile(package_name_override=package.name, post_hooks=[]),
        MetaType.NONE,
        document_source=package,
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )
    data = GeneratorData.from_dict(_for_generator(document), config=config)
    if isinstance(data, GeneratorError):
        raise GenerationError(f"{name}: {data.header} {data.detail}")
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    project.env.globals["spec"] = _names(document, data)
    with contextlib.redirect_stdout(io.StringIO()):
        errors = project.build()
    if errors:
        raise GenerationError("\n".join(f"{name}: {error.header} {error.detail}" for error in errors))


def _for_generator(document: dict[str, Any]) -> dict[str, Any]:
    """The spec with one media type per body: with several the generator writes code that cannot be imported."""
    document = json.loads(json.dumps(document, default=str))
    for _, _, operation, _ in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in (resolve(document, body) for body in bodies):
            for media_type in list(body.get("content", {}))[1:]:
                del body["content"][media_type]
    return document


def _names(document: dict[str, Any], data: Any) -> dict[str, Any]:
    """What the templates need beyond the generator's own data: operation ids, envelopes, pagers, waiters."""
    from openapi_python_client.strings import PythonIdentifier

    described = {tag["name"]: tag.get("description", tag["name"]) for tag in document.get("tags", [])}
    sources = {PythonIdentifier(o["operationId"], "field_"): o for _, _, o, _ in operations(document)}
    collections = data.endpoint_collections_by_tag
    found = {e.name: _operation(document, e, sources[e.name]) for c in collections.values() for e in c.endpoints}
    return {
        "title": document["info"]["title"],
        "tags": {tag: described.get(str(tag), str(tag)) for tag in collections},
        "operations": found,
        "imports": {
            tag: sorted(
                {
                    f"from ...models.{m['module']} import {m['name']}"
                    for e in c.endpoints
                    for m in found[e.name]["models"]
                }
            )
            for tag, c in collections.items()
        },
    }


def _operation(document: dict[str, Any], endpoint: Any, source: dict[str, Any]) -> dict[str, Any]:
    """One operation as the templates see it: its model, the payload in the model's envelope, its pager and waiter."""
    from openapi_python_client.parser.properties import ModelProperty
    from openapi_python_client.parser.properties.list_property import ListProperty

    successes = [r.prop for r in endpoint.responses.patterns if 200 <= r.status_code.range[0] < 300]
    model = next((prop for prop in successes if isinstance(prop, ModelProperty)), None)
    properties = [*(model.required_properties or ()), *(model.optional_properties or ())] if model else []
    members: dict[str, Any] = {p.name.get_untrusted_value(): p for p in properties}
    envelope: Any = members.get(document.get("x-payload", ""))
    candidates = [envelope, *getattr(envelope, "inner_properties", [])]
    payload = next((prop for prop in candidates if isinstance(prop, ModelProperty)), None)
    verb, _, rest = str(endpoint.name).partition("_")
    waiter, pager = source.get("x-waiter"), source.get("x-pagination")
    items = envelope.inner_property if isinstance(envelope, ListProperty) else None
    return {
        "id": source["operationId"],
        "model": _model(model),
        "payload": payload and {**_model(payload), "attribute": envelope.python_name},
        "accepts": "202" in source["responses"],
        "waiter": waiter and {"method": f"wait_for_{rest}", **waiter},
        "pager": pager
        and _pager(pager, endpoint, envelope, f"iter_{rest if verb in ('get', 'list') else endpoint.name}"),
        "models": [_model(part) for part in (model, payload, items) if part],
    }


def _model(prop: Any) -> Any:
    return prop and {"name": prop.class_info.name, "module": prop.class_info.module_name}


def _pager(pager: dict[str, Any], endpoint: Any, items: Any, method: str) -> dict[str, Any]:
    parameters = {parameter.name.get_untrusted_value(): parameter for parameter in endpoint.query_parameters}
    position, size = parameters[pager["position"]], parameters[pager["size"]]
    return {
        "method": method,
        "position": position.python_name,
        "first": position.default.python_code.as_unembedded_code(),
        "size": size.python_name,
        "default_size": size.default.python_code.as_unembedded_code(),
        "elements": items.python_name,
        "item": items.inner_property.class_info.name,
    }


def _mend(package: Path, document: dict[str, Any]) -> None:
    """Mend what the stock output gets wrong and no template of ours reaches (see docs/maintainers.md)."""
    # UNSET must stay the one UNSET through pickle, copy and deepcopy: the models compare with `is`.
    _replace(
        package / "types.py",
        "    def __bool__(self) -> Literal[False]:\n        return False\n",
        "    def __bool__(self) -> Literal[False]:\n        return False\n\n"
        '    def __reduce__(self) -> str:\n        return "UNSET"\n\n'
        '    def __repr__(self) -> str:\n        return "UNSET"\n',
    )
    # The stock client prints its token and headers.
    client = package / "client.py"
    _replace(client, "    token: str\n", "    token: str = field(repr=False)\n")
    text = client.read_text()
    client.write_text(re.sub(r'(_(?:headers|cookies): .*?)alias="', r'\1repr=False, alias="', text))
    # The stock client imports httpx, which takes longer than all the rest, and the overlay does without it.
    _replace(package / "__init__.py", _EAGER_CLIENT, _LAZY_CLIENT)
    for path in sorted((package / "api").glob("*/[!_]*.py")):
        for line in _EAGER_IMPORTS:
            _replace(path, line, "")
        path.write_text("from __future__ import annotations\n" + path.read_text())
        _replace(path, "\n\ndef _get_kwargs(", f"{_TYPING_IMPORTS}\n\ndef _get_kwargs(")
    # A provider may add a value to an enumeration without telling: keep it instead of failing.
    for path in sorted((package / "models").glob("*.py")):
        text = path.read_text()
        for kind, base in (("StrEnum", "str"), ("IntEnum", "int")):
            if f"({kind})" in text:
                name = re.search(rf"class (\w+)\({kind}\)", text)[1]  # type: ignore[index]
                text = text.rstrip("\n") + _UNKNOWN_MEMBER.format(name=name, base=base)
                path.write_text(text)
    for schema, name in _secrets(document):
        _hide(package / "models", schema, name)


_EAGER_CLIENT = "from .client import AuthenticatedClient, Client\n"
_EAGER_IMPORTS = ("import httpx\n", "from ...client import AuthenticatedClient, Client\n")
_TYPING_IMPORTS = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import httpx
    from ...client import AuthenticatedClient, Client
"""
_LAZY_CLIENT = '''from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import AuthenticatedClient, Client


def __getattr__(name: str) -> Any:
    """The stock client is imported when it is first named."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import client

    return getattr(client, name)

'''

_UNKNOWN_MEMBER = '''

    @classmethod
    def _missing_(cls, value: object) -> "{name} | None":
        """A value that the spec does not list becomes a member of its own, equal to that value."""
        if type(value) is not {base}:
            return None
        member = {base}.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member
'''


def _secrets(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Members of schemas that hold secrets: OpenAPI marks them with format password."""
    for schema, body in document.get("components", {}).get("schemas", {}).items():
        for name, member in body.get("properties", {}).items():
            if member.get("format") == "password":
                yield schema, name


def _hide(models: Path, schema: str, name: str) -> None:
    """Keep a member out of its model's repr."""
    from openapi_python_client.strings import snake_case

    pattern = re.compile(rf"(?m)^class {re.escape(schema)}:")
    for path in sorted(models.glob("*.py")):
        if pattern.search(path.read_text()):
            _replace(
                path, f"    {snake_case(name)}: str\n", f"    {snake_case(name)}: str = _attrs_field(repr=False)\n"
            )
            return
    raise GenerationError(f"no model of schema {schema}, whose {name} must be kept out of its repr")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if text.count(old) != 1:
        raise GenerationError(
            f"{path.parent.name}/{path.name}: the generator's output is not what generate.py mends: {old!r}"
        )
    path.write_text(text.replace(old, new))


def _inputs(specs: Path) -> dict[str, str]:
    """Hashes and versions of all that the output depends on."""
    tools = ("openapi-python-client", "ruff")
    sources = [*spec_files(specs), *sorted(TEMPLATES.iterdir()), Path(__file__), Path(__file__).with_name("lint.py")]
    return {
        **{tool: importlib.metadata.version(tool) for tool in tools},
        **{f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in sources},
    }


def _files(tree: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a tree by its relative name, Python's caches left out."""
    for path in sorted(tree.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(tree).as_posix(), path.read_bytes()


def _digest(tree: Path) -> str:
    digest = hashlib.sha256()
    for name, content in _files(tree):
        if name != LOCK:
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _read_lock(output: Path) -> Any:
    try:
        return json.loads((output / LOCK).read_text())
    except (OSError, ValueError):
        return None


def _write_lock(tree: Path, inputs: dict[str, str]) -> None:
    lock = {"inputs": inputs, "output": _digest(tree)}
    (tree / LOCK).write_text(json.dumps(lock, indent=2) + "\n")


def _swap(staging: Path, output: Path) -> None:
    """Put the staging folder in the output folder's place. A crash between the renames is mended by _recover."""
    old = _aside(output)
    if output.exists():
        output.replace(old)
    staging.replace(output)
    shutil.rmtree(old, ignore_errors=True)


def _recover(output: Path) -> None:
    if not output.exists() and _aside(output).exists():
        _aside(output).replace(output)


def _aside(output: Path) -> Path:
    return output.with_name(f".{output.name}.old")


if __name__ == "__main__":
    sys.exit(main())
