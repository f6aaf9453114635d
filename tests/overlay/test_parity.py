"""Synchronous and asynchronous clients offer the same; generated code, specs and overlay agree."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
import truecopy
from truecopy.client import CallOptions, Options
from truecopy.schema import Operation, snake_case

PROVIDERS = ("QuestionPro", "Supermetrics", "Asavie")


def public(kind: type) -> dict[str, Any]:
    return {name: value for name, value in inspect.getmembers(kind) if not name.startswith("_") and name != "PROVIDER"}


def signature(function: Any) -> list[tuple[str, Any, str]]:
    """Names, kinds and defaults, and annotations without what is asynchronous about them."""
    return [(p.name, p.kind, str(p.default)) for p in inspect.signature(function).parameters.values()]


def resources(provider: str) -> list[tuple[type, type]]:
    """Classes of the generated resources: synchronous and asynchronous, plain and raw."""
    package = f"{provider.lower()}_api.api"
    folder = Path(str(importlib.import_module(package).__file__)).parent
    modules = [
        importlib.import_module(f"{package}.{path.name}")
        for path in folder.iterdir()
        if path.is_dir() and path.name[0] != "_"
    ]
    classes = {
        name: kind
        for m in [importlib.import_module(package), *modules]
        for name, kind in inspect.getmembers(m, inspect.isclass)
        if kind.__module__ == m.__name__
    }
    return [(kind, classes[f"Async{name}"]) for name, kind in classes.items() if not name.startswith("Async")]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_clients_offer_the_same(provider: str) -> None:
    sync, asynchronous = getattr(truecopy, provider), getattr(truecopy, f"Async{provider}")
    assert public(sync).keys() == public(asynchronous).keys()
    assert signature(sync) == signature(asynchronous)
    for name in public(sync):
        if inspect.isfunction(getattr(sync, name)):
            assert signature(getattr(sync, name)) == signature(getattr(asynchronous, name))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_resources_offer_the_same(provider: str) -> None:
    pairs = resources(provider)
    assert len(pairs) >= 4
    for sync, asynchronous in pairs:
        assert public(sync).keys() == public(asynchronous).keys()
        for name, method in public(sync).items():
            twin = getattr(asynchronous, name)
            if not inspect.isfunction(method):
                continue
            assert signature(method) == signature(twin)
            assert inspect.iscoroutinefunction(twin) or name.startswith("iter_")
            returned = re.sub(r"^Iterator", "AsyncIterator", str(inspect.signature(method).return_annotation))
            assert returned == str(inspect.signature(twin).return_annotation)
            assert inspect.getdoc(method) == inspect.getdoc(twin)


@pytest.mark.parametrize("name", ["HttpxExchange", "PyreqwestExchange"])
def test_exchanges_offer_the_same(name: str) -> None:
    module = importlib.import_module("truecopy.over_httpx" if name.startswith("Httpx") else "truecopy.over_pyreqwest")
    assert public(getattr(module, name)).keys() == public(getattr(module, f"Async{name}")).keys()


def operations() -> list[tuple[str, Operation]]:
    return [(name, operation) for name in PROVIDERS for operation in provider_of(name).spec.operations()]


def provider_of(name: str) -> Any:
    return importlib.import_module(f"truecopy.{name.lower()}").PROVIDER


@pytest.mark.parametrize(("provider", "operation"), [pytest.param(*case, id=case[1].name) for case in operations()])
def test_the_overlay_knows_every_argument_by_its_generated_name(provider: str, operation: Operation) -> None:
    module = importlib.import_module(f"{provider.lower()}_api.api.{operation.tag}")
    method = getattr(getattr(module, operation.tag.title()), operation.method_name)
    arguments = list(inspect.signature(method).parameters)[1:]
    assert set(arguments) == operation.parameters.keys() | ({"body"} if operation.body is not None else set())
    build = importlib.import_module(f"{module.__name__}.{operation.method_name}")._get_kwargs
    assert set(inspect.signature(build).parameters) == set(arguments)


def test_names_are_those_of_the_generator() -> None:
    from openapi_python_client.strings import PythonIdentifier

    names = [
        "getBatch",
        "survey-id",
        "perPage",
        "batchID",
        "batchid",
        "batch_id",
        "X-Request-ID",
        "HTTPCode",
        "ds_id2",
        "a1b2",
        "IDs",
        "getV2Batch",
        "x",
        "APIKey2Name",
        "filter",
        "type",
        "class",
        "id",
        "2nd",
        "x.y",
        "äÖ",
        "v2",
        ".issued",
    ]
    assert {name: snake_case(name) for name in names} == {name: str(PythonIdentifier(name, "field_")) for name in names}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_servers_are_those_of_the_spec(provider: str) -> None:
    data = provider_of(provider)
    servers = data.spec.document["servers"]
    assert next(iter(data.servers.values())) == servers[0]["url"]
    if provider == "QuestionPro":
        assert data.servers == {server["description"]: server["url"] for server in servers}
    assert set(data.servers.values()) <= {server["url"] for server in servers}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_error_that_a_spec_shows_is_normalised(provider: str) -> None:
    """Every example of an error in a spec has a status, and fields where it has them."""
    from truecopy import answers, errors
    from truecopy.exchange import Answer, Headers

    data, count = provider_of(provider), 0
    for operation in data.spec.operations():
        for status, reference in operation.node["responses"].items():
            response = data.spec.resolve(reference)
            for media in response.get("content", {}).values():
                for example in media.get("examples", {}).values():
                    if status.startswith("2") or "value" not in example:
                        continue
                    body = json.dumps(example["value"]).encode()
                    with pytest.raises(errors.ApiError) as raised:
                        answers.read(data.wording, Answer(int(status), Headers(), body), [], 0.0)
                    assert (raised.value.status, type(raised.value)) == (int(status), errors.class_for(int(status)))
                    assert raised.value.detail or raised.value.title
                    count += 1
    assert count > 0


def test_call_options_are_options() -> None:
    assert CallOptions.__annotations__.keys() <= Options.__annotations__.keys() | CallOptions.__annotations__.keys()
    assert Options.__optional_keys__ > CallOptions.__optional_keys__


def test_everything_public_has_a_docstring() -> None:
    for name in truecopy.__all__:
        value = getattr(truecopy, name)
        if callable(value):
            assert inspect.getdoc(value), name
            for member, method in public(value).items() if inspect.isclass(value) else ():
                if inspect.isfunction(method) and method.__module__.startswith("truecopy"):
                    assert inspect.getdoc(method), f"{name}.{member}"


def test_every_generated_module_can_be_imported() -> None:
    """Trap 8 and trap 16."""
    count = 0
    for provider in PROVIDERS:
        package = importlib.import_module(f"{provider.lower()}_api")
        root = Path(str(package.__file__)).parent
        assert (root / "py.typed").exists()
        for path in root.rglob("*.py"):
            parts = path.relative_to(root.parent).with_suffix("").parts
            importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
            count += 1
    assert count > 50


def test_the_stock_client_shows_no_token() -> None:
    """Trap 13."""
    from questionpro_api.client import AuthenticatedClient

    client = AuthenticatedClient("http://x", token="t0ken-of-a-test", headers={"api-key": "t0ken-of-a-test"})
    assert "t0ken" not in repr(client)


def test_one_request_media_type_and_json_first_in_the_specs() -> None:
    """Trap 8 and trap 9: what the client sends and asks for."""
    for provider, operation in operations():
        spec = provider_of(provider).spec
        body = spec.resolve(operation.node.get("requestBody", {}))
        if body:
            assert next(iter(body["content"])) in ("application/json", "application/x-www-form-urlencoded")
        for status, reference in operation.node["responses"].items():
            content = spec.resolve(reference).get("content", {})
            if status.startswith("2") and content:
                assert next(iter(content)) == "application/json"
