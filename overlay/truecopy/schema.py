"""Checks of JSON values against the schemas of a spec, compiled on first use.

A check is a function of a value that returns None when all is well, or findings. Findings of kind ``error`` break a
promise of the spec. The others do not keep a client from reading an answer: ``drift`` is what the spec rules out (an
unlisted value, a bound passed, a member of a closed object), ``new`` a member that it does not mention.
"""

from __future__ import annotations

import builtins
import datetime
import json
import keyword
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple


class Finding(NamedTuple):
    """One difference between a value and its schema."""

    kind: str
    """``error`` breaks a promise, ``drift`` is what the spec rules out, ``new`` what it does not mention."""
    pointer: str
    """JSON pointer (RFC 6901) to the value."""
    expected: str
    got: str
    """The value's type; never the value itself."""


Check = Callable[[Any], list[Finding] | None]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_NAMES = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}
_FORMATS: dict[str, Callable[[str], object]] = {
    "date-time": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
}
#: keyword -> whether a value keeps to its limit
_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "minimum": lambda value, limit: value >= limit,
    "maximum": lambda value, limit: value <= limit,
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
    "pattern": lambda value, limit: re.search(limit, value) is not None,
}


def type_name(value: Any) -> str:
    """The JSON type of a value."""
    return _NAMES.get(type(value), type(value).__name__)


def escape(part: object) -> str:
    """One part of a JSON pointer."""
    return "/" + str(part).replace("~", "~0").replace("/", "~1")


def below(part: object, findings: list[Finding]) -> list[Finding]:
    """The findings on a member, seen from its parent."""
    return [found._replace(pointer=escape(part) + found.pointer) for found in findings]


def errors_in(findings: Iterable[Finding] | None) -> list[Finding]:
    """The findings that break a promise."""
    return [found for found in findings or () if found.kind == "error"]


class Spec:
    """A spec as JSON, read when it is first asked for; its operations and checks are made one by one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document: dict[str, Any] | None = None
        self._operations: dict[str, Operation] = {}
        self._checks: dict[str, Check] = {}

    @property
    def document(self) -> dict[str, Any]:
        """The whole spec."""
        if self._document is None:
            self._document = json.loads(self._path.read_bytes())
        return self._document

    def operations(self) -> list[Operation]:
        """Every operation, in the order of the spec."""
        ids = (
            node["operationId"]
            for item in self.document["paths"].values()
            for node in item.values()
            if "operationId" in node
        )
        return [self.operation(operation_id) for operation_id in ids]

    def schemes(self) -> list[str]:
        """Names of the security schemes."""
        return list(self.document["components"]["securitySchemes"])

    def operation(self, operation_id: str) -> Operation:
        """The operation with this id. Raises KeyError when there is none."""
        found = self._operations.get(operation_id)
        if found is None:
            found = self._operations[operation_id] = self._find(operation_id)
        return found

    def _find(self, operation_id: str) -> Operation:
        for path, item in self.document["paths"].items():
            for method, node in item.items():
                if isinstance(node, dict) and node.get("operationId") == operation_id:
                    return Operation(self, path, method, node, item)
        raise KeyError(operation_id)

    def token_operation(self) -> Operation:
        """The operation that exchanges client credentials for a token: ``x-token-operation`` of a security scheme."""
        schemes = self.document["components"]["securitySchemes"].values()
        return self.operation(next(filter(None, (scheme.get("x-token-operation") for scheme in schemes))))

    def fetching(self) -> Operation:
        """An operation for reading a URL that an answer names, with the credential of the other operations."""
        nodes = [node for item in self.document["paths"].values() for node in item.values() if isinstance(node, dict)]
        security = next(node["security"] for node in nodes if node.get("security"))
        return Operation(
            self, "", "get", {"operationId": "fetch", "tags": ["client"], "security": security, "responses": {}}, {}
        )

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow ``$ref`` to the node that it names."""
        while "$ref" in node:
            at: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def check(self, schema: dict[str, Any]) -> Check:
        """The check of a schema; schemas may refer to themselves."""
        reference = schema.get("$ref")
        if reference is None:
            return _compile(self, schema)

        def follow(value: Any) -> list[Finding] | None:
            check = self._checks.get(reference)
            if check is None:
                check = self._checks[reference] = _compile(self, self.resolve(schema))
            return check(value)

        return follow


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
        self.waiter: dict[str, Any] = node.get("x-waiter", {})
        self.pager: dict[str, Any] = node.get("x-pagination", {})
        self.secured = bool(node.get("security"))
        self._places = {name: _place(spec, name) for choice in node.get("security", []) for name in choice}
        parameters = [spec.resolve(p) for p in [*item.get("parameters", []), *node.get("parameters", [])]]
        self.described = [{**p, "python": snake_case(p["name"])} for p in parameters]
        """Its parameters as they stand in the spec, each with its Python name."""
        self.in_path = {p["python"] for p in self.described if p["in"] == "path"}
        """Python names of the parameters in the path."""
        self.parameters = {p["python"]: spec.check(p["schema"]) for p in self.described}
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
        return media_type and spec.check(media_type["schema"])


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


def _compile(spec: Spec, schema: dict[str, Any]) -> Check:
    checks = [compiler(spec, schema) for keyword, compiler in _COMPILERS.items() if keyword in schema]
    if _OBJECT & schema.keys():
        checks.append(_object(spec, schema))
    if not checks:
        return lambda value: None
    return checks[0] if len(checks) == 1 else _all(checks)


def _all(checks: list[Check]) -> Check:
    def check(value: Any) -> list[Finding] | None:
        findings = None
        for each in checks:
            found = each(value)
            if found:
                if errors_in(found):
                    return found
                findings = [*(findings or ()), *found]
        return findings

    return check


def _type(spec: Spec, schema: dict[str, Any]) -> Check:
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    accepted = frozenset(kind for name in names for kind in _TYPES[name])
    expected = " or ".join(names)

    def check(value: Any) -> list[Finding] | None:
        kind = type(value)
        if kind in accepted or (kind is float and int in accepted and value.is_integer()):
            return None
        return [Finding("error", "", expected, type_name(value))]

    return check


def _format(spec: Spec, schema: dict[str, Any]) -> Check:
    parse, expected = _FORMATS.get(schema["format"]), schema["format"]
    if parse is None:
        return lambda value: None

    def check(value: Any) -> list[Finding] | None:
        if type(value) is str:
            try:
                parse(value)
            except ValueError:
                return [Finding("error", "", expected, "a string that is none")]
        return None

    return check


def _enum(spec: Spec, schema: dict[str, Any]) -> Check:
    known = schema["enum"]

    def check(value: Any) -> list[Finding] | None:
        if value in known:
            return None
        return [Finding("drift", "", "one of " + ", ".join(map(str, known)), "another value")]

    return check


def _const(spec: Spec, schema: dict[str, Any]) -> Check:
    only = schema["const"]

    def check(value: Any) -> list[Finding] | None:
        if value == only and type(value) is type(only):
            return None
        return [Finding("error", "", repr(only), f"another {type_name(value)}")]

    return check


def _bounds(keyword: str) -> Callable[[Spec, dict[str, Any]], Check]:
    def compile_bound(spec: Spec, schema: dict[str, Any]) -> Check:
        limit, holds = schema[keyword], _BOUNDS[keyword]
        kinds: tuple[type, ...] = (int, float) if keyword in ("minimum", "maximum") else (str,)

        def check(value: Any) -> list[Finding] | None:
            if type(value) not in kinds or holds(value, limit):
                return None
            return [Finding("drift", "", f"{keyword} {limit}", type_name(value))]

        return check

    return compile_bound


def _items(spec: Spec, schema: dict[str, Any]) -> Check:
    item = spec.check(schema["items"])

    def check(value: Any) -> list[Finding] | None:
        if type(value) is not list:
            return None
        findings = None
        for index, each in enumerate(value):
            found = item(each)
            if found:
                findings = [*(findings or ()), *below(index, found)]
        return findings

    return check


def _object(spec: Spec, schema: dict[str, Any]) -> Check:
    members = {name: spec.check(member) for name, member in schema.get("properties", {}).items()}
    required = schema.get("required", [])
    # A member that the spec rules out, or that it only does not mention.
    unknown = "drift" if "additionalProperties" in schema else "new"
    extra = schema.get("additionalProperties", False)
    other = spec.check(extra) if isinstance(extra, dict) else None

    def check(value: Any) -> list[Finding] | None:
        if type(value) is not dict:
            return None
        findings = [
            Finding("error", escape(name), "a required member", "nothing") for name in required if name not in value
        ]
        for name, member in value.items():
            known = members.get(name, other)
            if known is not None:
                found = known(member)
                if found:
                    findings += below(name, found)
            elif extra is False:
                findings.append(Finding(unknown, escape(name), "no such member", type_name(member)))
        return findings

    return check


def _choice(keyword: str) -> Callable[[Spec, dict[str, Any]], Check]:
    def compile_choice(spec: Spec, schema: dict[str, Any]) -> Check:
        choices = [spec.check(choice) for choice in schema[keyword]]

        def check(value: Any) -> list[Finding] | None:
            best: list[Finding] = []
            for choice in choices:
                found = choice(value)
                if not errors_in(found):
                    return found
                # The choice whose error lies deepest is the one that was meant.
                if not best or max(f.pointer.count("/") for f in found or ()) > max(f.pointer.count("/") for f in best):
                    best = found or []
            if any(found.pointer for found in best):
                return best
            wanted = " or ".join(
                dict.fromkeys(f.expected for choice in choices for f in errors_in(choice(value)) if not f.pointer)
            )
            return [Finding("error", "", wanted, type_name(value))]

        return check

    return compile_choice


_COMPILERS: dict[str, Callable[[Spec, dict[str, Any]], Check]] = {
    "type": _type,
    "const": _const,
    "enum": _enum,
    "format": _format,
    **{keyword: _bounds(keyword) for keyword in _BOUNDS},
    "items": _items,
    "oneOf": _choice("oneOf"),
    "anyOf": _choice("anyOf"),
}

_OBJECT = {"properties", "required", "additionalProperties"}
