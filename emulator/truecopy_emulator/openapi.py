"""OpenAPI 3.0 and 3.1 documents: loading, references, operations, routes.

Everything about one operation is compiled when it is first called, so that neither start-up nor a request pays for
the others. At the start only that is looked at which costs nothing: servers, paths, and what parameters and security
are called.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import orjson

from .parameters import STYLES, Parameter
from .schemas import Schema, SpecError, at, escape, shown

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MEDIA_JSON = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?json$")
MEDIA_XML = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?xml$")
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_CONCRETE = {"*": "application/json", "application": "application/json", "text": "text/plain", "image": "image/png"}
CACHE_FORMAT = "4"


def essence(content_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


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


class Document:
    """One OpenAPI document.

    Args:
        root: the parsed document.
        name: how messages call it, as `questionpro.yaml`.
    """

    def __init__(self, root: dict[str, Any], name: str) -> None:
        self.root, self.name = root, name
        self.old = str(root["openapi"]).startswith("3.0")
        self._schemas: dict[tuple[str, str], Schema] = {}

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

    def at(self, pointer: str, source: str | None = None) -> Any:
        """The node at a pointer, references not followed. `source` is where the document refers to it.

        Raises:
            SpecError: nothing is there.
        """
        try:
            return at(self.root, pointer)
        except LookupError:
            place = self.name if source is None else f"{self.name}#{source}"
            what = f"{place} refers to #{pointer}, which is not in it"
            raise SpecError(f"{what}; add that or mend the reference") from None

    def local(self, reference: str, source: str) -> str:
        """The pointer that a reference stands for.

        Raises:
            SpecError: it leads out of the document, or is not a pointer.
        """
        pointer = unquote(reference[1:])
        if not reference.startswith("#"):
            way_out = "bundle the document into one file, other files are not read"
        elif pointer and not pointer.startswith("/"):
            way_out = "write it as a JSON pointer, as #/components/schemas/Pet"
        else:
            return pointer
        raise SpecError(f"{self.name}#{source} refers to {reference}; {way_out}")

    def chain(self, pointer: str) -> list[tuple[Any, str]]:
        """The node at a pointer and, as far as it is a reference, what it refers to, each with its place."""
        found = [(self.at(pointer), pointer)]
        while isinstance(found[-1][0], dict) and isinstance(found[-1][0].get("$ref"), str):
            node, source = found[-1]
            place = self.local(node["$ref"], source)
            if any(place == known for _, known in found):
                raise SpecError(f"{self.name}#{source} refers to itself in a circle; mend the reference")
            found.append((self.at(place, source), place))
        return found

    def resolve(self, pointer: str) -> tuple[Any, str]:
        """The node at a pointer after following references, and where it stands."""
        return self.chain(pointer)[-1]

    def schema(self, pointer: str, hidden: str = "") -> Schema:
        """The schema at a pointer, in which members that are `hidden` (readOnly or writeOnly) must not be asked for;
        the same object each time."""
        key = pointer, hidden if hidden in self._hiding else ""
        schema = self._schemas.get(key)
        if schema is None:
            schema = self._schemas[key] = Schema(self, *key)
        return schema

    @cached_property
    def security_schemes(self) -> Mapping[str, Any]:
        """What operations can ask for, by name."""
        try:
            return dict(at(self.root, "/components/securitySchemes"))
        except (LookupError, TypeError, ValueError):
            return {}

    @cached_property
    def _hiding(self) -> set[str]:
        """What of readOnly and writeOnly is used at all, so that most schemas serve both ways."""
        text = orjson.dumps(self.root)
        return {word for word in ("readOnly", "writeOnly") if f'"{word}":true'.encode() in text}

    def parameter(self, pointer: str, name: str, place: str, others: frozenset[str] = frozenset()) -> Parameter:
        """The parameter or header that is described at a pointer, which is no reference."""
        node = self.at(pointer)
        content = next(iter(node.get("content") or ()), None)
        schema = f"/content/{escape(content)}/schema" if content else "/schema"
        style = node.get("style") or STYLES[place]
        described = self.schema(pointer + schema)
        return Parameter(
            name,
            place,
            bool(node.get("required")) or place == "path",
            described,
            [described.node],
            pointer,
            style,
            bool(node.get("explode", style == "form")),
            bool(content and MEDIA_JSON.match(essence(content))),
            node,
            others,
        )

    @cached_property
    def operations(self) -> list[Operation]:
        """Every operation in the order of the document, each looked at as far as that costs nothing."""
        found: list[Operation] = []
        for template in self.root["paths"]:
            if not template.startswith("/"):
                raise SpecError(f"{self.name}: the path {template!r} does not start with a slash")
            methods: dict[str, Operation] = {}
            for item, pointer in self.chain(f"/paths/{escape(template)}"):
                if not isinstance(item, dict):
                    raise SpecError(f"{self.name}: the path {template!r} has no operations")
                for method in METHODS:
                    if method not in methods and isinstance(item.get(method), dict):
                        methods[method] = Operation(self, template, method, f"{pointer}/{method}", item)
            found += methods.values()
        for operation in found:
            operation.glance()
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
        return self.schema(self.local(reference, "/x-error-schema")) if isinstance(reference, str) else None

    @cached_property
    def credential_names(self) -> list[str]:
        """The headers, cookies and parts of queries that hold API keys."""
        schemes = self.security_schemes.values()
        return [str(node["name"]) for node in schemes if isinstance(node, dict) and "name" in node]

    @cached_property
    def prefixes(self) -> list[str]:
        """The path of each server's URL, without a slash at the end; of a document without servers, the empty one."""
        servers = self.root.get("servers") or [{}]
        paths = []
        for i, server in enumerate(servers if isinstance(servers, list) else [servers]):
            try:
                url = str(server.get("url", ""))
                for name, variable in (server.get("variables") or {}).items():
                    url = url.replace("{" + name + "}", str(variable["default"]))
                path = urlsplit(urljoin("http://localhost/", url)).path.rstrip("/")
            except (AttributeError, LookupError, TypeError, ValueError):  # not an object, or not a URL
                expected = "a list of objects with a url, as [{url: https://example.com/v1}], is expected"
                what = f"{self.name}#/servers/{i} is {shown(server)}; {expected}, and a default for each variable"
                raise SpecError(what) from None
            if "{" in path:
                what = f"{self.name}#/servers/{i} has a variable in its path, {path}, that it does not describe"
                raise SpecError(f"{what}; add it to its variables, with a default")
            paths.append(path)
        return list(dict.fromkeys(paths))


@lru_cache(maxsize=64)
def _loaded(content: bytes, name: str) -> Document:
    return Document(_load(content, name), name)


@dataclass(frozen=True, eq=False)
class Media:
    """One media type of a body: its schema, if the document gives one, and where it stands."""

    type: str
    schema: Schema | None = None
    pointer: str = ""
    node: Mapping[str, Any] = field(default_factory=dict)
    document: Document | None = None

    @cached_property
    def essence(self) -> str:
        """The type without its parameters, in lower case."""
        return essence(self.type)

    @cached_property
    def label(self) -> str:
        """What a Content-Type says: a range, as `*/*`, stands for one type of it."""
        kind, _, subtype = self.essence.partition("/")
        return _CONCRETE.get(kind, "application/octet-stream") if subtype == "*" else self.type


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
    headers: Mapping[str, Parameter]
    pointer: str


@dataclass(frozen=True, slots=True)
class Credential:
    """Where a security scheme looks for a secret."""

    scheme: str
    kind: str
    place: str
    name: str


class Operation:
    """One operation; what it takes and gives is compiled when first asked for. `item` is the path item that it stands
    in."""

    def __init__(self, document: Document, template: str, method: str, pointer: str, item: dict[str, Any]) -> None:
        self.document, self.template, self.method = document, template, method.upper()
        self.pointer = pointer
        self.node: dict[str, Any] = item[method]
        self.id = str(self.node.get("operationId") or f"{method} {template}")
        self.names = re.findall(r"\{([^{}]+)\}", template)
        self._holders = ((pointer.rpartition("/")[0], item), (pointer, self.node))
        self._prepared = False

    def glance(self) -> None:
        """Look at what is cheap to see.

        Raises:
            SpecError: a parameter has no name, or a security scheme is nowhere described.
        """
        with self._as_described():
            for base, holder in self._holders:
                for i, node in enumerate(holder.get("parameters") or ()):
                    if "$ref" not in node and not self._is_named(node):
                        self._refuse_parameter(f"{base}/parameters/{i}")
            for requirement in self._requirements:
                for name in requirement:
                    if name not in self.document.security_schemes:
                        what = f"{self.document.name}#{self.pointer} needs the security scheme {name!r}"
                        raise SpecError(f"{what}; describe it in #/components/securitySchemes, where it is not")

    @contextmanager
    def _as_described(self) -> Iterator[None]:
        """While the document is read; what is not as OpenAPI has it becomes a SpecError."""
        try:
            yield
        except SpecError:
            raise
        except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
            what = f"{self.document.name}#{self.pointer} is not an operation as OpenAPI has it"
            raise SpecError(f"{what} ({type(error).__name__}: {error}); validate the document") from None

    def _is_named(self, node: Any) -> bool:
        return isinstance(node, dict) and isinstance(node.get("name"), str) and node.get("in") in STYLES

    def _refuse_parameter(self, pointer: str) -> None:
        expected = f"a name and a place (in: {', '.join(STYLES)}) are expected"
        raise SpecError(f"{self.document.name}#{pointer} is not a parameter: {expected}")

    @property
    def _requirements(self) -> list[dict[str, Any]]:
        return self.node.get("security", self.document.root.get("security")) or []

    def prepare(self) -> None:
        """Read all that a call needs, once.

        Raises:
            SpecError: the document does not describe the operation as OpenAPI has it.
        """
        if not self._prepared:
            with self._as_described():
                for part in ("parameters", "body", "responses", "success", "security"):
                    getattr(self, part)
            self._prepared = True

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Parameter]:
        """By place and name; those of the operation stand above those of its path."""
        described = {}
        for base, holder in self._holders:
            for i in range(len(holder.get("parameters") or ())):
                node, pointer = self.document.resolve(f"{base}/parameters/{i}")
                if not self._is_named(node):
                    self._refuse_parameter(pointer)
                if "schema" not in node and not node.get("content"):
                    raise SpecError(f"{self.document.name}#{pointer} has no schema; give it one")
                name, place = node["name"], node["in"]
                described[place, name.lower() if place == "header" else name] = name, pointer
        names = frozenset(name for name, _ in described.values())
        return {
            (place, key): self.document.parameter(pointer, name, place, names)
            for (place, key), (name, pointer) in described.items()
        }

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
        return Body(bool(node.get("required")), self._media(node, pointer, "readOnly"), pointer)

    def _media(self, node: Mapping[str, Any], pointer: str, hidden: str) -> dict[str, Media]:
        """By essence; of several that differ in their parameters only, the first."""
        found: dict[str, Media] = {}
        for name, item in (node.get("content") or {}).items():
            place = f"{pointer}/content/{escape(name)}"
            schema = self.document.schema(f"{place}/schema", hidden) if "schema" in item else None
            found.setdefault(essence(name), Media(name, schema, place, item, self.document))
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
                if name.lower() != "content-type" and ("schema" in header or header.get("content")):
                    headers[name.lower()] = self.document.parameter(place, name, "header")
            found[status.upper()] = Response(status, self._media(node, pointer, "writeOnly"), headers, pointer)
        return found

    def response(self, status: int) -> Response | None:
        """What the document says about a status; None when it says nothing."""
        responses = self.responses
        return responses.get(str(status)) or responses.get(f"{status // 100}XX") or responses.get("DEFAULT")

    @cached_property
    def success(self) -> int:
        """The first documented status of success, else of a redirection; 200 when there is none."""
        statuses = [status for status in self.responses if status.startswith("2")]
        if not statuses and "DEFAULT" not in self.responses:
            statuses = [status for status in self.responses if status.startswith("3")]
        return int(statuses[0]) if statuses and statuses[0].isdigit() else 200

    @cached_property
    def negotiates(self) -> bool:
        """Whether the document lets the service refuse what the client accepts."""
        return "406" in self.responses

    @cached_property
    def security(self) -> list[list[Credential]]:
        """Alternatives, each a list of credentials that go together; an empty one among them makes credentials
        optional. No alternative: open to everyone."""
        return [
            [credential for name in requirement if (credential := self._credential(name))]
            for requirement in self._requirements
        ]

    def _credential(self, name: str) -> Credential | None:
        """What a security scheme asks of a request; None for mutualTLS, which is not said in the request."""
        node, _ = self.document.resolve(f"/components/securitySchemes/{escape(name)}")
        match node.get("type"):
            case "apiKey":
                return Credential(name, "apiKey", node["in"], node["name"])
            case "http":
                return Credential(name, str(node.get("scheme", "")).lower(), "header", "Authorization")
            case "mutualTLS":
                return None
        return Credential(name, "bearer", "header", "Authorization")  # oauth2, openIdConnect


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
            return self.static.setdefault(unquote(segment), Node(self.owner))
        if re.fullmatch(r"\{[^{}]+\}", segment):
            self.parameter = self.parameter or Node(self.owner)
            return self.parameter
        first, *parts, last = [re.escape(unquote(part)) for part in re.split(r"\{[^{}]+\}", segment)]
        # Atomic groups: what comes first is right if anything is, and looking further would take for ever.
        pattern = re.compile(first + "".join(f"(?>(.+?){part})" for part in parts) + f"(.+?){last}", re.DOTALL)
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
