"""OpenAPI 3.0 and 3.1 documents: loading, references, operations, schemas.

Everything about one operation is compiled when it is first called, so that neither start-up nor a request pays for
the others. A rule is named by its JSON pointer in the document it was written in
(`questionpro.yaml#/components/schemas/Error/required`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jsonschema_rs
import orjson

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MEDIA_JSON = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?json$")
MEDIA_XML = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?xml$")
FORM = "application/x-www-form-urlencoded"
CACHE_FORMAT = "3"


class SpecError(ValueError):
    """A document that cannot be served; the message names the file, the place and the way out."""


def escape(token: str) -> str:
    """One token of a JSON pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def tokens(pointer: str) -> list[str]:
    """The unescaped tokens of a JSON pointer; `#` in front is allowed."""
    return [unquote(token).replace("~1", "/").replace("~0", "~") for token in pointer.lstrip("#").split("/")[1:]]


def _parse(content: bytes, name: str) -> dict[str, Any]:
    try:
        root = orjson.loads(content)
    except orjson.JSONDecodeError:
        from . import yaml_json

        try:
            root = yaml_json.parse(content)
        except ValueError as error:
            raise SpecError(f"{name} is neither JSON nor YAML: {error}") from None
    if not isinstance(root, dict):
        raise SpecError(f"{name} is not an OpenAPI document: an object is expected at its root")
    return root


def _cache_file(content: bytes) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    digest = hashlib.sha256(CACHE_FORMAT.encode() + content).hexdigest()
    return Path(base).expanduser() / "truecopy-emulator" / f"{digest}.json"


def _load(content: bytes, name: str) -> dict[str, Any]:
    """The parsed document. YAML takes a while to parse, so what came out is kept in the user's cache folder under the
    content's hash."""
    try:
        cache = _cache_file(content)
    except RuntimeError:  # no home folder
        return _root(_parse(content, name), name)
    try:
        return dict(orjson.loads(cache.read_bytes()))
    except (OSError, ValueError):
        pass
    root = _root(_parse(content, name), name)
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        draft = cache.with_suffix(f".{os.getpid()}")
        draft.write_bytes(orjson.dumps(root))
        draft.replace(cache)
    except (OSError, TypeError):
        pass  # an unwritable cache only costs time
    return root


def _root(root: dict[str, Any], name: str) -> dict[str, Any]:
    version = str(root.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        raise SpecError(f"{name} is not OpenAPI 3.0 or 3.1: its member openapi is {root.get('openapi')!r}")
    if not isinstance(root.get("paths"), dict):
        raise SpecError(f"{name} has no paths to serve")
    return root


@dataclass(frozen=True, slots=True)
class Violation:
    """A value that breaks a rule. `rule` is the rule's pointer with its document, `at` the place in the value."""

    rule: str
    at: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.at + ': ' if self.at else ''}expected {self.expected}, got {self.got}"


def shown(value: Any, limit: int = 60) -> str:
    """A value as short JSON for a message."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = ascii(value)
    return text if len(text) <= limit else text[:limit] + "…"


def _expected(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """What a failed keyword asks for, and what was there, in words."""
    name, value, got = error.kind.name, error.kind.value, shown(error.instance)
    match name:
        case "type":
            return " or ".join([value] if isinstance(value, str) else map(str, value)), got
        case "required":
            return f"a member {value}", "none"
        case "additionalProperties" | "unevaluatedProperties":
            return "no other members", ", ".join(map(str, value))
        case "enum":
            return "one of " + shown(value), got
        case "const":
            return shown(value), got
        case "oneOf" | "anyOf":
            kinds = " or ".join(sorted({_expected(branch[0])[0] for branch in value if branch}))
            return kinds or f"a match of {name}", got
        case "format":
            return f"the format {value}", got
        case _:
            return f"{name} {shown(value)}", got


class Schema:
    """One schema of a document, compiled when it is first used."""

    def __init__(self, document: Document, pointer: str) -> None:
        self.document, self.pointer = document, pointer

    @cached_property
    def node(self) -> Any:
        return self.document.resolve(self.pointer)[0]

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that the schema lets through at its top; all of them when it does not say."""
        return self.document.types(self.pointer)

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator:
        try:
            return jsonschema_rs.Draft202012Validator(self.document.bundle(self.pointer), validate_formats=True)
        except ValueError as error:
            raise SpecError(f"{self.document.name}#{self.pointer} is not a usable schema: {error}") from None

    @cached_property
    def is_valid(self) -> Any:
        """The validator's own check, the fastest way to a yes or no."""
        return self._validator.is_valid

    def check(self, value: Any) -> Violation | None:
        """The first rule that `value` breaks, or None. Strings that are not Unicode text break every schema."""
        try:
            if self.is_valid(value):
                return None
            error = next(self._validator.iter_errors(value))
        except UnicodeEncodeError:
            return Violation(f"{self.document.name}#{self.pointer}", "", "Unicode text", "a lone surrogate")
        expected, got = _expected(error)
        rule = "".join("/" + escape(str(token)) for token in error.schema_path)
        at = "".join(f"/{escape(str(token))}" for token in error.instance_path)
        return Violation(f"{self.document.name}#{rule}", at, expected, got)


class Document:
    """One OpenAPI document.

    Args:
        root: the parsed document.
        name: how messages call it, as `questionpro.yaml`.
    """

    def __init__(self, root: dict[str, Any], name: str) -> None:
        self.root, self.name = root, name
        self.old = str(root["openapi"]).startswith("3.0")
        self._schemas: dict[str, Schema] = {}

    @staticmethod
    def load(path: Path | str) -> Document:
        """Read a YAML or JSON file.

        Raises:
            SpecError: the file cannot be read or is not OpenAPI 3.0 or 3.1.
        """
        path = Path(path)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SpecError(f"the spec {path} cannot be read: {error.strerror or error}") from None
        return _loaded(content, path.name)

    def at(self, pointer: str) -> Any:
        """The node at a pointer, references not followed.

        Raises:
            SpecError: nothing is there.
        """
        node: Any = self.root
        for token in tokens(pointer):
            try:
                node = node[int(token)] if isinstance(node, list) else node[token]
            except (KeyError, ValueError, IndexError, TypeError):
                raise SpecError(f"{self.name} refers to #{pointer.lstrip('#')}, which is not in it") from None
        return node

    def resolve(self, pointer: str) -> tuple[Any, str]:
        """The node at a pointer after following references, and where it stands."""
        node = self.at(pointer)
        for _ in range(64):
            if not (isinstance(node, dict) and isinstance(node.get("$ref"), str)):
                return node, pointer
            pointer = self._local(node["$ref"])
            node = self.at(pointer)
        raise SpecError(f"{self.name}#{pointer}: references in a circle")

    def modern(self, node: dict[str, Any]) -> dict[str, Any]:
        """A schema of this document as JSON Schema 2020-12 has it."""
        return dict(_modern(node)) if self.old else node

    def _local(self, reference: str) -> str:
        if not reference.startswith("#"):
            raise SpecError(
                f"{self.name} refers to {reference}; bundle the document into one file, other files are not read"
            )
        return "/" + "/".join(escape(token) for token in tokens(reference)) if reference != "#" else ""

    def schema(self, pointer: str) -> Schema:
        """The schema at a pointer; the same object each time."""
        schema = self._schemas.get(pointer)
        if schema is None:
            schema = self._schemas[pointer] = Schema(self, pointer)
        return schema

    def types(self, pointer: str, depth: int = 0) -> frozenset[str]:
        every = frozenset(("string", "integer", "number", "boolean", "array", "object", "null"))
        node, pointer = self.resolve(pointer)
        if not isinstance(node, dict) or depth > 16:
            return every
        found = every
        if "type" in node:
            own = node["type"]
            found = frozenset([own] if isinstance(own, str) else own)
            if node.get("nullable") and self.old:
                found |= {"null"}
        elif "const" in node or "enum" in node:
            values = [node["const"]] if "const" in node else node["enum"]
            found = frozenset(_type(value) for value in values)
        for keyword in ("oneOf", "anyOf"):
            if keyword in node:
                branches = (self.types(f"{pointer}/{keyword}/{i}", depth + 1) for i in range(len(node[keyword])))
                found &= frozenset().union(*branches)
        for i in range(len(node.get("allOf", ()))):
            found &= self.types(f"{pointer}/allOf/{i}", depth + 1)
        return found

    def bundle(self, pointer: str) -> dict[str, Any]:
        """A JSON Schema for the schema at a pointer: a sparse copy of the document with all that it refers to, each
        at its own place, so that the paths of errors are pointers into the document."""
        root: dict[str, Any] = {"$ref": "#" + quote(pointer, safe="/~")}
        placed: set[str] = set()
        queue = [pointer]
        while queue:
            current = queue.pop()
            path = tokens(current)
            if current in placed or any("".join("/" + escape(t) for t in path[:i]) in placed for i in range(len(path))):
                continue
            placed.add(current)
            node = self.at(current)
            queue += [self._local(reference) for reference in _references(node)]
            place: Any = root
            for token in path[:-1]:
                place = place.setdefault(token, {})
            node = _modern(node) if self.old else node
            if path:
                place[path[-1]] = node
            else:
                root = {**node, **root}
        return root

    @cached_property
    def operations(self) -> list[Operation]:
        """Every operation in the order of the document."""
        found = []
        for template, item in self.root["paths"].items():
            if not template.startswith("/"):
                raise SpecError(f"{self.name}: the path {template!r} does not start with a slash")
            if not isinstance(item, dict):
                raise SpecError(f"{self.name}: the path {template!r} has no operations")
            found += [Operation(self, template, method) for method in METHODS if isinstance(item.get(method), dict)]
        return found

    def extended(self, paths: Mapping[str, Any]) -> list[Operation]:
        """Operations of further paths, which may refer to this document."""
        if not paths:
            return []
        root = {**self.root, "paths": dict(paths)}
        return Document(root, self.name + " (emulator)").operations

    @cached_property
    def error_schema(self) -> Schema | None:
        """What bodies of undocumented errors must satisfy: the root's x-error-schema."""
        reference = self.root.get("x-error-schema")
        return self.schema(self._local(reference)) if isinstance(reference, str) else None

    @cached_property
    def credential_names(self) -> list[str]:
        """The headers, cookies and parts of queries that hold API keys."""
        schemes = (self.root.get("components") or {}).get("securitySchemes") or {}
        return [str(node["name"]) for node in schemes.values() if isinstance(node, dict) and "name" in node]

    @cached_property
    def prefixes(self) -> list[str]:
        """The path of each server's URL, without a slash at the end; of a document without servers, the empty one."""
        paths = []
        for server in self.root.get("servers") or [{"url": ""}]:
            url = str(server.get("url", ""))
            for name, variable in (server.get("variables") or {}).items():
                url = url.replace("{" + name + "}", str(variable.get("default", "")))
            path = urlsplit(url).path.rstrip("/")
            paths.append(path if path.startswith("/") or not path else "/" + path)
        return list(dict.fromkeys(paths))


@lru_cache(maxsize=64)
def _loaded(content: bytes, name: str) -> Document:
    return Document(_load(content, name), name)


def _type(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference
        for key, value in node.items():
            if key not in ("example", "examples", "default", "enum", "const"):
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _modern(node: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema 2020-12: nullable and the boolean bounds."""
    if isinstance(node, list):
        return [_modern(item) for item in node]
    if not isinstance(node, dict):
        return node
    new = {key: value if key in ("example", "default", "enum") else _modern(value) for key, value in node.items()}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)
    if new.pop("nullable", False) is True:
        if isinstance(new.get("type"), str):
            new["type"] = [new["type"], "null"]
            if isinstance(new.get("enum"), list) and None not in new["enum"]:
                new["enum"] = [*new["enum"], None]
        elif "type" not in new:
            new = {"anyOf": [new, {"type": "null"}]}
    return new


_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


def from_text(text: str, types: frozenset[str]) -> Any:
    """A text (of a parameter, a form field, an XML element) as the first of the types it can be; else the text
    itself."""
    if "integer" in types and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in types and _NUMBER.fullmatch(text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    if "null" in types and text in ("", "null") and "string" not in types:
        return None
    return text


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    required: bool
    schema: Schema
    pointer: str
    explode: bool
    style: str

    @cached_property
    def is_array(self) -> bool:
        return "array" in self.schema.types and "string" not in self.schema.types

    @cached_property
    def _item_types(self) -> frozenset[str]:
        document, pointer = self.schema.document, self.schema.document.resolve(self.schema.pointer)[1]
        return document.types(pointer + "/items") if "items" in self.schema.node else frozenset(("string",))

    @cached_property
    def _typed(self) -> bool:
        """Whether a text that converts to the type needs no further check."""
        node = self.schema.node
        return isinstance(node, dict) and set(node) <= {
            "type",
            "description",
            "default",
            "example",
            "examples",
            "title",
        }

    @cached_property
    def default(self) -> Any:
        node = self.schema.node
        return node.get("default") if isinstance(node, dict) else None

    def read(self, values: list[str]) -> tuple[Any, Violation | None]:
        """The parameter's value from the texts that were sent under its name, and the rule it breaks, if it does."""
        at = f"{self.place} parameter {self.name}"
        if self.is_array:
            separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(self.style, ",")
            texts = values if self.explode and self.place in ("query", "cookie") else values[0].split(separator)
            value: Any = [from_text(text, self._item_types) for text in texts]
        elif len(values) > 1:
            return None, Violation(
                f"{self.schema.document.name}#{self.pointer}", at, "one value", f"{len(values)} values"
            )
        else:
            value = from_text(values[0], self.schema.types)
            if self._typed and _type(value) in self.schema.types:
                return value, None
        broken = self.schema.check(value)
        return value, broken and Violation(broken.rule, at + broken.at, broken.expected, broken.got)


@dataclass(frozen=True, slots=True, eq=False)
class Media:
    """One media type of a body: its schema, if the document gives one, and where it stands."""

    type: str
    schema: Schema | None
    pointer: str
    node: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    required: bool
    media: Mapping[str, Media]
    pointer: str


@dataclass(frozen=True, slots=True)
class Response:
    """What the document says about one status of an operation."""

    status: str
    media: Mapping[str, Media]
    headers: Mapping[str, tuple[bool, Schema]]
    pointer: str


@dataclass(frozen=True, slots=True)
class Credential:
    """Where a security scheme looks for a secret."""

    scheme: str
    kind: str
    place: str
    name: str


class Operation:
    """One operation; what it takes and gives is compiled when first asked for."""

    def __init__(self, document: Document, template: str, method: str) -> None:
        self.document, self.template, self.method = document, template, method.upper()
        self.pointer = f"/paths/{escape(template)}/{method}"
        self.node: dict[str, Any] = document.root["paths"][template][method]
        self.id: str = self.node.get("operationId") or f"{method} {template}"
        self.names = re.findall(r"\{([^{}]+)\}", template)

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Parameter]:
        """By place and name; those of the operation stand above those of its path."""
        found = {}
        path_item = self.pointer.rsplit("/", 1)[0]
        for base, item in ((path_item, self.document.at(path_item)), (self.pointer, self.node)):
            for i in range(len(item.get("parameters") or ())):
                node, pointer = self.document.resolve(f"{base}/parameters/{i}")
                name, place = node["name"], node["in"]
                schema = pointer + "/schema"
                if "content" in node:
                    schema = f"{pointer}/content/{escape(next(iter(node['content'])))}/schema"
                elif "schema" not in node:
                    raise SpecError(f"{self.document.name}#{pointer} has no schema")
                style = node.get("style", "form" if place in ("query", "cookie") else "simple")
                key = name.lower() if place == "header" else name
                found[place, key] = Parameter(
                    name,
                    place,
                    bool(node.get("required")) or place == "path",
                    self.document.schema(schema),
                    pointer,
                    bool(node.get("explode", style == "form")),
                    style,
                )
        return found

    @cached_property
    def path_parameters(self) -> list[Parameter | None]:
        """In the order of the template; None for a name that the document does not describe."""
        return [self.parameters.get(("path", name)) for name in self.names]

    @cached_property
    def query_parameters(self) -> list[Parameter]:
        return [p for (place, _), p in self.parameters.items() if place == "query"]

    @cached_property
    def other_parameters(self) -> list[Parameter]:
        ignored = ("accept", "content-type", "authorization")
        return [
            p
            for (place, name), p in self.parameters.items()
            if place == "cookie" or (place == "header" and name not in ignored)
        ]

    @cached_property
    def body(self) -> Body | None:
        if "requestBody" not in self.node:
            return None
        node, pointer = self.document.resolve(f"{self.pointer}/requestBody")
        return Body(bool(node.get("required")), self._media(node, pointer), pointer)

    def _media(self, node: Mapping[str, Any], pointer: str) -> dict[str, Media]:
        found = {}
        for name, item in (node.get("content") or {}).items():
            place = f"{pointer}/content/{escape(name)}"
            schema = self.document.schema(f"{place}/schema") if "schema" in item else None
            found[name.lower()] = Media(name, schema, place, item)
        return found

    @cached_property
    def responses(self) -> dict[str, Response]:
        """By status as the document writes it: 200, 4XX, default."""
        found = {}
        for status in self.node.get("responses") or {}:
            node, pointer = self.document.resolve(f"{self.pointer}/responses/{escape(status)}")
            headers = {}
            for name in node.get("headers") or {}:
                header, place = self.document.resolve(f"{pointer}/headers/{escape(name)}")
                if "schema" in header:
                    headers[name.lower()] = (bool(header.get("required")), self.document.schema(place + "/schema"))
            found[status.upper()] = Response(status, self._media(node, pointer), headers, pointer)
        return found

    def response(self, status: int) -> Response | None:
        """What the document says about a status; None when it says nothing."""
        responses = self.responses
        return responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("DEFAULT")

    @cached_property
    def success(self) -> int:
        """The first documented status of success; 200 when none is."""
        statuses = [status for status in self.responses if status[0] == "2"]
        return int(statuses[0]) if statuses and statuses[0].isdigit() else 200

    @cached_property
    def negotiates(self) -> bool:
        """Whether the document lets the service refuse what the client accepts."""
        return "406" in self.responses

    @cached_property
    def security(self) -> list[list[Credential]]:
        """Alternatives, each a list of credentials that go together; an empty one among them makes credentials
        optional. No alternative: open to everyone."""
        wanted = self.node.get("security", self.document.root.get("security")) or []
        alternatives = []
        for requirement in wanted:
            together = []
            for name in requirement:
                node, _ = self.document.resolve(f"/components/securitySchemes/{escape(name)}")
                if node.get("type") == "apiKey":
                    together.append(Credential(name, "apiKey", node["in"], node["name"]))
                elif node.get("type") == "http":
                    together.append(Credential(name, str(node.get("scheme", "")).lower(), "header", "Authorization"))
                else:  # oauth2, openIdConnect
                    together.append(Credential(name, "bearer", "header", "Authorization"))
            alternatives.append(together)
        return alternatives


class Node:
    """One place in the tree of paths: where its next segments lead, and what can be done there."""

    __slots__ = ("methods", "owner", "parameter", "patterns", "static")

    def __init__(self, owner: Any = None) -> None:
        self.static: dict[str, Node] = {}
        self.parameter: Node | None = None
        self.patterns: list[tuple[re.Pattern[str], Node]] = []
        self.methods: dict[str, Operation] = {}
        self.owner = owner

    def child(self, segment: str) -> Node:
        """The node for one segment of a template, made when it is new."""
        if "{" not in segment:
            return self.static.setdefault(segment, Node(self.owner))
        if re.fullmatch(r"\{[^{}]+\}", segment):
            self.parameter = self.parameter or Node(self.owner)
            return self.parameter
        parts = re.split(r"\{[^{}]+\}", segment)
        pattern = re.compile("(.+?)".join(map(re.escape, parts)))
        for known, node in self.patterns:
            if known.pattern == pattern.pattern:
                return node
        self.patterns.append((pattern, Node(self.owner)))
        return self.patterns[-1][1]

    def walk(self, path: str) -> Node:
        """The node for a template below this one, made when it is new."""
        node = self
        for segment in path.split("/")[1:]:
            node = node.child(segment)
        return node

    def find(self, segments: list[str], start: int, values: list[str]) -> Node | None:
        """The node with methods for the segments from `start`; the parameters' texts are left in `values`."""
        node = self
        for index in range(start, len(segments)):
            child = node.static.get(segments[index])
            if child is None or node.parameter is not None or node.patterns:
                return node._search(segments, index, values)
            node = child
        return node if node.methods else None

    def _search(self, segments: list[str], index: int, values: list[str]) -> Node | None:
        """One segment where there is a choice: the text itself, then patterns, then the parameter."""
        segment = segments[index]
        child = self.static.get(segment)
        if child is not None:
            found = child.find(segments, index + 1, values)
            if found is not None:
                return found
        for pattern, node in self.patterns:
            match = pattern.fullmatch(segment)
            if match:
                found = node.find(segments, index + 1, values)
                if found is not None:
                    values[0:0] = match.groups()
                    return found
        if self.parameter is not None and segment:
            found = self.parameter.find(segments, index + 1, values)
            if found is not None:
                values.insert(0, segment)
                return found
        return None
