"""A spec as far as a client needs it: its operations, and checks of JSON values against its schemas.

A check returns None when all is well, or findings. Findings of kind ``error`` break a promise of the spec. The others
do not keep a client from reading an answer: ``drift`` is what the spec rules out (an unlisted value, a bound passed, a
member of a closed object), ``new`` a member that it does not mention.
"""

from __future__ import annotations

import builtins
import datetime
import json
import keyword
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from truecopy.forks import lazy

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError


class Finding(NamedTuple):
    """One difference between a value and its schema."""

    kind: str
    """``error`` breaks a promise, ``drift`` is what the spec rules out, ``new`` what it does not mention."""
    pointer: str
    """JSON pointer (RFC 6901) to the value."""
    expected: str
    got: str
    """The value's type; never the value itself."""


_TYPES = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def type_name(value: Any) -> str:
    """The JSON type of a value."""
    return _TYPES.get(type(value), type(value).__name__)


def escape(part: object) -> str:
    """One part of a JSON pointer."""
    return "/" + str(part).replace("~", "~0").replace("/", "~1")


def errors_in(findings: Iterable[Finding] | None) -> list[Finding]:
    """The findings that break a promise."""
    return [found for found in findings or () if found.kind == "error"]


class Check:
    """A check of JSON values against one schema."""

    def __init__(self, spec: Spec, schema: dict[str, Any]) -> None:
        self._spec, self._schema = spec, schema

    @lazy
    def _validator(self) -> Draft202012Validator:
        import jsonschema_rs  # here because it takes 10 ms: importing truecopy stays quick

        schema = {**_closed(self._schema), "components": self._spec.closed}
        return jsonschema_rs.Draft202012Validator(schema, formats=_FORMATS, validate_formats=True)

    def __call__(self, value: Any) -> list[Finding] | None:
        try:
            if self._validator.is_valid(value):
                return None
            return [found for error in self._validator.iter_errors(value) for found in _findings(error)]
        except UnicodeEncodeError:  # half of a character, as texts that were cut hold them
            return self(json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")))
        except ValueError as error:  # no JSON, or too deep
            return [Finding("error", "", "JSON", str(error).lower())]


def _closed(node: Any) -> Any:
    """A schema whose objects have no members but those that it mentions; one fitting choice is enough."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {("anyOf" if name == "oneOf" else name): _closed(member) for name, member in node.items()}
    if "properties" in node:
        closed["properties"] = {name: _closed(member) for name, member in node["properties"].items()}
        if "additionalProperties" not in node:
            closed["unevaluatedProperties"] = False
    return closed


def _findings(error: ValidationError) -> list[Finding]:
    """What one error of the validator means."""
    kind: Any = error.kind
    pointer, got = "".join(map(escape, error.instance_path)), type_name(error.instance)
    match kind.name:
        case "anyOf":
            return _meant([[f for each in choice for f in _findings(each)] for choice in kind.context], pointer, got)
        case "required":
            return [Finding("error", pointer + escape(kind.property), "a required member", "nothing")]
        case "additionalProperties" | "unevaluatedProperties" as keyword:
            # The spec's own schemas have the former, those that were closed here the latter.
            what: Any = error.instance
            strange = "drift" if keyword == "additionalProperties" else "new"
            return [
                Finding(strange, pointer + escape(n), "no such member", type_name(what[n])) for n in kind.unexpected
            ]
        case "type":
            return [Finding("error", pointer, " or ".join(sorted(kind.types, key="null".__eq__)), got)]
        case "const":
            return [Finding("error", pointer, repr(kind.expected_value), f"another {got}")]
        case "format":
            broken = "error" if kind.format in _FORMATS else "drift"
            return [Finding(broken, pointer, kind.format, f"a {got} that is none")]
        case "enum":
            return [Finding("drift", pointer, "one of " + ", ".join(map(str, kind.options)), "another value")]
        case keyword:
            return [Finding("drift", pointer, f"{keyword} {kind.value}", got)]


def _meant(choices: list[list[Finding]], pointer: str, got: str) -> list[Finding]:
    """The findings of the choice that was meant: one that can be read, else the one whose errors lie deepest."""
    readable = [findings for findings in choices if not errors_in(findings)]
    best = max(readable or choices, key=lambda findings: max(found.pointer.count("/") for found in findings))
    if readable or any(found.pointer != pointer for found in best):
        return best
    expected = dict.fromkeys(found.expected for findings in choices for found in errors_in(findings))
    return [Finding("error", pointer, " or ".join(expected), got)]


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return check


#: What the models turn into objects, as they read it.
_FORMATS = {
    "date-time": _parses(datetime.datetime.fromisoformat),
    "date": _parses(datetime.date.fromisoformat),
}


class Spec:
    """A spec as JSON, read when it is first asked for; its operations and checks are made one by one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._operations: dict[str, Operation] = {}

    @lazy
    def document(self) -> Any:
        """The whole spec."""
        return json.loads(self._path.read_bytes())

    @lazy
    def closed(self) -> Any:
        """The components with schemas for checks."""
        return {"schemas": {n: _closed(schema) for n, schema in self.document["components"]["schemas"].items()}}

    def operations(self) -> list[Operation]:
        """Every operation, in the order of the spec."""
        return [self.operation(node["operationId"]) for _, _, node, _ in self._nodes()]

    def _nodes(self) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
        """Path, method, node and path item of every operation."""
        for path, item in self.document["paths"].items():
            for method, node in item.items():
                if "operationId" in node:
                    yield path, method, node, item

    def schemes(self) -> list[str]:
        """Names of the security schemes."""
        return list(self.document["components"]["securitySchemes"])

    def operation(self, operation_id: str) -> Operation:
        """The operation with this id. Raises KeyError when there is none."""
        if operation_id not in self._operations:
            places = {place[2]["operationId"]: place for place in self._nodes()}
            self._operations[operation_id] = Operation(self, *places[operation_id])
        return self._operations[operation_id]

    def token_operation(self) -> Operation:
        """The operation that exchanges client credentials for a token: ``x-token-operation`` of a security scheme."""
        schemes = self.document["components"]["securitySchemes"].values()
        return self.operation(next(filter(None, (scheme.get("x-token-operation") for scheme in schemes))))

    def fetching(self) -> Operation:
        """An operation for reading a URL that an answer names, with the credential of the other operations."""
        security = next(node["security"] for _, _, node, _ in self._nodes() if node.get("security"))
        node = {"operationId": "fetch", "tags": ["client"], "security": security, "responses": {}}
        return Operation(self, "", "get", node, {})

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow ``$ref`` to the node that it names."""
        while "$ref" in node:
            at: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part.replace("~1", "/").replace("~0", "~")]
            node = at
        return node


class Operation:
    """What the spec says about one operation, as far as a client needs it."""

    def __init__(self, spec: Spec, path: str, method: str, node: dict[str, Any], item: dict[str, Any]) -> None:
        self.node = node
        """The operation as it stands in the spec."""
        self.id: str = node["operationId"]
        self.tag: str = node["tags"][0]
        self.path = path
        self.method = method.upper()
        self.summary: str = node.get("summary", "")
        self.method_name = snake_case(self.id)
        """Its method on the resource, as in ``get_batch``."""
        self.name = f"{self.tag}.{self.method_name}"
        """Tag and method, as in ``micropanel.get_batch``."""
        self.idempotent = self.method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS") or node.get("x-idempotent", False)
        """Whether repeating the request does no harm (RFC 9110 section 9.2.2, or ``x-idempotent`` in the spec)."""
        self.accepts = "202" in node["responses"]
        """Whether it may say that what was asked for will be done later."""
        self.waiter: dict[str, Any] = node.get("x-waiter", {})
        self.pager: dict[str, Any] = node.get("x-pagination", {})
        self.secured = bool(node.get("security"))
        schemes = spec.document["components"].get("securitySchemes", {}).values()
        self.exchanges = any(scheme.get("x-token-operation") == self.id for scheme in schemes)
        """Whether it exchanges client credentials for a token."""
        self._places = {name: _place(spec, name) for choice in node.get("security", []) for name in choice}
        parameters = [spec.resolve(p) for p in [*item.get("parameters", []), *node.get("parameters", [])]]
        self.described = [{**p, "python": snake_case(p["name"])} for p in parameters]
        """Its parameters as they stand in the spec, each with its Python name."""
        self.in_path = {p["python"] for p in self.described if p["in"] == "path"}
        """Python names of the parameters in the path."""
        self.parameters = {p["python"]: Check(spec, p["schema"]) for p in self.described}
        """Check by Python name."""
        self.body = self._schema(spec, spec.resolve(node.get("requestBody", {})))
        """Check of the request's body, if there is one."""
        success = (spec.resolve(node["responses"][status]) for status in node["responses"] if status.startswith("2"))
        self.success = next(filter(None, (self._schema(spec, response) for response in success)), None)
        """Check of a success answer's body, or None when none is promised."""

    def credential_place(self, scheme: str | None) -> tuple[str, str, str]:
        """Where the secret goes: ``header`` or ``query``, name, and what stands before the secret.

        Args:
            scheme: Name of a security scheme of the spec; one that this operation does not offer is passed over.
        """
        return self._places.get(scheme or "") or next(iter(self._places.values()))

    @staticmethod
    def _schema(spec: Spec, node: dict[str, Any]) -> Check | None:
        media_type = next(iter(node.get("content", {}).values()), None)
        return media_type and Check(spec, media_type["schema"])


def _place(spec: Spec, name: str) -> tuple[str, str, str]:
    scheme = spec.document["components"]["securitySchemes"][name]
    if scheme["type"] == "apiKey":
        return scheme["in"], scheme["name"], ""
    return "header", "authorization", f"{scheme['scheme'].capitalize()} "


_RESERVED = {*dir(builtins), *keyword.kwlist, "self", "true", "false", "datetime"} - {"id"}


def snake_case(name: str) -> str:
    """The Python name that the generator gives to a parameter or operation."""
    name = re.sub(r"[^\w. -]", "", name)
    if not name.islower():
        name = " ".join(re.split("([A-Z]?[a-z]+)", name))
    name = "_".join(re.findall(r"[^. _-]+", name)).lower()
    name += "_" * (name in _RESERVED)
    return name if name.isidentifier() else f"field_{name}"
