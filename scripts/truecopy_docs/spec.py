"""An OpenAPI spec read as rows, the same rows as the facts of a page, so that page and spec can be compared like two
pages.

Every row of a spec knows where it is declared (`pointer`), which pointers led there (`chain`, references included),
and the public Python names that are made from it.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from truecopy_docs.facts import Fact, Facts
from truecopy_docs.grammar import misshapen
from truecopy_docs.loose import step
from truecopy_docs.page import DocsError
from truecopy_docs.schemas import KEYWORDS, split_null
from truecopy_docs.urls import METHODS, same_path

__all__ = ["Entry", "Operation", "Spec", "exception_for", "load_specs", "snake"]

_EXCEPTIONS = {
    "400": "BadRequestError", "401": "AuthenticationError", "403": "PermissionDeniedError", "404": "NotFoundError",
    "409": "ConflictError", "422": "UnprocessableError", "429": "RateLimitError",
}  # fmt: skip
_RESERVED = (set(dir(builtins)) | set(keyword.kwlist) | {"self", "true", "false", "datetime"}) - {"id"}
_DEEPEST = 200


class _Loader(yaml.CSafeLoader):
    """YAML with the scalars of JSON: `no`, `on`, dates, 12:30:45 and 0123 are text, as the emulator and clients have
    them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] in ("null", "merge")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
for _name, _pattern, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), _first)


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """A name of the API as the generated code spells it: ``creationTimestamp`` -> ``creation_timestamp``."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name))
    plain = re.sub(r"\W+|_+", "_", words).strip("_").lower()
    return f"{plain}_" if plain in _RESERVED else plain


def exception_for(status: str) -> str:
    """The public exception that a failure status raises."""
    return _EXCEPTIONS.get(status, "ServerError" if status.startswith("5") else "ApiError")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a spec: the fact it states, where it is declared, how one gets there, and the model that carries
    it."""

    fact: Fact
    pointer: str
    chain: tuple[str, ...]
    model: str = ""

    @property
    def own(self) -> tuple[str, ...]:
        """The pointers that mean this row itself, and not something around it."""
        if self.fact.kind in ("operation", "host"):
            return self.chain
        if self.fact.kind == "security":
            return self.chain[1:]
        return self.chain[self.chain.index(self.pointer) :] if self.pointer in self.chain else (self.pointer,)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a spec."""

    method: str
    path: str
    pointer: str
    node: Mapping[str, Any] = field(repr=False)
    item: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        return str(self.node.get("operationId", ""))

    @property
    def tag(self) -> str:
        return str((self.node.get("tags") or [""])[0])


class Spec:
    """A spec and its lookups. `name` is the file's stem, `title` what the client class is called."""

    def __init__(self, path: Path, document: Mapping[str, Any]) -> None:
        self.path, self.name, self.document = path, path.stem, document
        info = document.get("info")
        info = info if isinstance(info, dict) else {}
        self.title = re.sub(r"\W", "", str(info.get("title", self.name)))
        self.version = str(info.get("version", ""))
        self._rows: dict[str, dict[tuple[str, ...], Entry]] = {}

    @classmethod
    def read(cls, path: Path) -> Spec:
        """Read a spec.

        Raises:
            DocsError: the file cannot be read or is not an OpenAPI document.
        """
        try:
            text = path.read_text(encoding="utf-8")
            if _too_deep(text):
                raise DocsError(f"{path}: is nested deeper than {_DEEPEST} levels; give the path of an OpenAPI file")
            document = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
        except OSError as error:
            raise DocsError(f"{path}: cannot be read ({error.strerror}); give the path of an OpenAPI file") from None
        except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, or tagged as a number and none
            reason = " ".join(str(error).split())
            raise DocsError(f"{path}: is not YAML ({reason}); give the path of an OpenAPI file") from None
        if isinstance(document, dict) and "openapi" in document and not isinstance(document.get("paths", {}), dict):
            raise DocsError(f"{path}: /paths: is not a mapping; correct it there")
        if not isinstance(document, dict) or "paths" not in document or "openapi" not in document:
            raise DocsError(
                f"{path}: is not an OpenAPI document (no openapi or paths); give the path of an OpenAPI file"
            )
        spec = cls(path, document)
        if fault := next(spec.faults(), None):
            raise DocsError(f"{path}: {fault}; correct it there")
        return spec

    def faults(self) -> Iterator[str]:
        """What no reader of this spec could make sense of: parts that are something else, and references to nothing."""
        yield from self._lost("", self.document, set())
        yield from misshapen(self.document, self.at)

    def _lost(self, pointer: str, node: Any, seen: set[int]) -> Iterator[str]:
        if id(node) in seen or not isinstance(node, (dict, list)):
            return  # YAML aliases: the same node again
        seen.add(id(node))
        if isinstance(node, list):
            for number, inner in enumerate(node):
                yield from self._lost(step(pointer, number), inner, seen)
            return
        target = node.get("$ref")
        if isinstance(target, str) and (not target.startswith("#/") or self.at(target[1:]) is None):
            yield f"{pointer}: refers to {target}, which is not there"
        for word, inner in node.items():
            if word not in ("example", "examples", "default", "enum", "const", "links", "properties"):
                yield from self._lost(step(pointer, word), inner, seen)
            elif word == "properties" and isinstance(inner, dict):
                for name, schema in inner.items():
                    yield from self._lost(step(step(pointer, word), name), schema, seen)

    # -- pointers ----------------------------------------------------------------------------------

    def at(self, pointer: str) -> Any:
        """The node at a pointer, or None. In a reference a pointer may be percent-encoded."""
        found = self._at(pointer)
        return self._at(unquote(pointer)) if found is None and "%" in pointer else found

    def _at(self, pointer: str) -> Any:
        node: Any = self.document
        for part in pointer.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and part.isdigit() and int(part) < len(node):
                node = node[int(part)]
            elif isinstance(node, dict) and (part in node or (part.isdigit() and int(part) in node)):
                node = node[part] if part in node else node[int(part)]
            else:
                return None
        return node

    def follow(self, pointer: str, node: Any) -> tuple[tuple[str, ...], Any]:
        """A node behind its references, and every pointer on the way."""
        chain = [pointer]
        while isinstance(node, dict) and isinstance(node.get("$ref"), str) and len(chain) < 20:
            target = node["$ref"].removeprefix("#")
            extra = {word: value for word, value in node.items() if word != "$ref"}
            node = self.at(target)
            if isinstance(node, dict) and extra:
                node = {**node, **extra}
            chain.append(target)
        return tuple(chain), node if node is not None else {}

    # -- operations --------------------------------------------------------------------------------

    def operations(self) -> Iterator[Operation]:
        """Every operation of the spec."""
        for path, item in self.document["paths"].items():
            for method, node in (item or {}).items():
                if method.upper() in METHODS and isinstance(node, dict):
                    pointer = step(step("/paths", path), method)
                    yield Operation(method.upper(), path, pointer, node, item)

    def operation_of(self, facts: Facts) -> Operation | None:
        """The operation that a page documents: named in `x-sources`, or the one with its method and path."""
        for source in self.document.get("x-sources") or ():
            if source.get("document") == facts.document:
                named = source.get("operations") or ()
                found = [operation for operation in self.operations() if operation.id in named]
                if found:
                    return found[0]
        said = next((row.says for row in facts.of("operation")), {})
        for operation in self.operations():
            if operation.method == said.get("method") and same_path(operation.path, str(said.get("path"))):
                return operation
        return None

    # -- rows --------------------------------------------------------------------------------------

    def rows(self, operation: Operation) -> dict[tuple[str, ...], Entry]:
        """All rows of an operation, keyed like the facts of a page."""
        if operation.pointer not in self._rows:
            rows: dict[tuple[str, ...], Entry] = {}
            for entry in self._entries(operation):
                rows.setdefault((entry.fact.kind, *entry.fact.key), entry)
            self._rows[operation.pointer] = rows
        return self._rows[operation.pointer]

    def _entries(self, operation: Operation) -> Iterator[Entry]:
        top = operation.pointer
        says: dict[str, Any] = {
            "method": operation.method,
            "path": operation.path,
            "id": operation.id,
            "tag": operation.tag,
        } | ({"deprecated": True} if operation.node.get("deprecated") else {})
        yield Entry(Fact("operation", (), says, 0), top, (top.rpartition("/")[0], top))
        for number, server in enumerate(operation.node.get("servers") or self.document.get("servers") or ()):
            yield Entry(Fact("host", (str(server.get("url")),), {}, 0), "/servers", ("/servers", f"/servers/{number}"))
        yield from self._security(operation)
        yield from self._parameters(operation)
        body = operation.node.get("requestBody")
        if body is not None:
            chain, node = self.follow(step(top, "requestBody"), body)
            yield Entry(Fact("request", (), {"required": bool(node.get("required"))}, 0), chain[0], (top, *chain))
            yield from self._content("request", (top, *chain), node)
        for status, response in (operation.node.get("responses") or {}).items():
            chain, node = self.follow(step(step(top, "responses"), str(status)), response)
            at = f"response {status}"
            says = {"body": bool(node.get("content"))}
            yield Entry(Fact("response", (str(status),), says, 0), chain[0], (top, *chain))
            for name, header in (node.get("headers") or {}).items():
                way, inner = self.follow(step(step(chain[-1], "headers"), name), header)
                words = self._words(step(way[-1], "schema"), inner.get("schema", {}))[0]
                yield Entry(Fact("header", (at, name), words, 0), way[0], (top, *chain, *way))
            yield from self._content(at, (top, *chain), node)

    def _security(self, operation: Operation) -> Iterator[Entry]:
        own = "security" in operation.node
        where = step(operation.pointer, "security") if own else "/security"
        for requirement in operation.node.get("security", self.document.get("security")) or ():
            for name in requirement:
                pointer = f"/components/securitySchemes/{name}"
                scheme = self.at(pointer) or {}
                kind = str(scheme.get("type"))
                key = (
                    kind,
                    str(scheme.get("scheme") if kind == "http" else scheme.get("name", "")),
                    str(scheme.get("in", "header")),
                )
                others = sorted({*requirement} - {name})
                says = {"with": others} if others else {}
                yield Entry(Fact("security", key, says, 0), pointer, (operation.pointer, where, pointer))

    def _parameters(self, operation: Operation) -> Iterator[Entry]:
        item = operation.pointer.rpartition("/")[0]
        for owner, node in ((operation.pointer, operation.node), (item, operation.item)):
            for number, printed in enumerate(node.get("parameters") or ()):
                chain, parameter = self.follow(f"{owner}/parameters/{number}", printed)
                place = f"{chain[-1]}/schema"
                words, way = self._words(place, parameter.get("schema", {}))
                words["required"] = bool(parameter.get("required"))
                words |= {"deprecated": True} if parameter.get("deprecated") else {}
                key = (str(parameter.get("in")), str(parameter.get("name")))
                yield Entry(Fact("parameter", key, words, 0), chain[-1], (operation.pointer, *chain, *way))

    def _content(self, at: str, chain: tuple[str, ...], node: Mapping[str, Any]) -> Iterator[Entry]:
        content = node.get("content") or {}
        first = next(((inner or {}).get("schema") for kind, inner in content.items() if not kind.endswith("xml")), None)
        for media_type, inner in content.items():
            pointer = step(step(chain[-1], "content"), media_type)
            schema = (inner or {}).get("schema")
            # Pages describe one payload for all media types; only XML is described apart.
            other = schema is None if media_type.endswith("xml") else schema is None or schema != first
            says = {"schema": "another" if schema else "none"} if other else {}
            yield Entry(Fact("media", (at, media_type), says, 0), pointer, (*chain, pointer))
            if schema is None:
                continue
            way, resolved = self.follow(step(pointer, "schema"), schema)
            if media_type.endswith("xml"):
                yield self._xml(at, (*chain, pointer, *way), resolved)
                continue
            yield from self._fields(at, "", (*chain, pointer), step(pointer, "schema"), schema, None, "", 0)

    def _fields(
        self,
        at: str,
        pointer: str,
        chain: tuple[str, ...],
        place: str,
        node: Any,
        required: bool | None,
        model: str,
        depth: int,
    ) -> Iterator[Entry]:
        way, _ = self.follow(place, node)
        words, more = self._words(place, node)
        if required is not None:
            words["required"] = required
        yield Entry(Fact("field", (at, pointer), words, 0), place, (*chain, *way, *more), model)
        # A schema that refers to itself is followed once.
        if depth > 30 or any(chain.count(target) > 1 for target in way[1:]):
            return
        for target, variant in self._variants(place, node):
            name = target.removeprefix("/components/schemas/")
            owner = name if "/" not in name and name != target else model
            needed = variant.get("required") or ()
            on = (*chain, *way, target)
            for member, inner in (variant.get("properties") or {}).items():
                where = step(f"{target}/properties", member)
                yield from self._fields(at, step(pointer, member), on, where, inner, member in needed, owner, depth + 1)
            for word in ("items", "additionalProperties"):
                if isinstance(variant.get(word), dict) and variant[word]:
                    yield from self._fields(
                        at, step(pointer, "*"), on, f"{target}/{word}", variant[word], None, owner, depth + 1
                    )

    def _variants(self, place: str, node: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """A schema and its choices, behind their references."""
        way, schema = self.follow(place, node)
        if not isinstance(schema, dict):
            return
        yield way[-1], schema
        for word in ("allOf", "anyOf", "oneOf"):
            for number, choice in enumerate(schema.get(word) or ()):
                yield from self._variants(f"{way[-1]}/{word}/{number}", choice)

    def _words(self, place: str, node: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
        """What a schema says in the words of a row: a choice between one schema and null is that schema, nullable."""
        variants = list(self._variants(place, node))
        kinds: set[str] = set()
        for _, variant in variants:
            said = variant.get("type", [])
            kinds |= {said} if isinstance(said, str) else set(said)
        kind, nullable = split_null(kinds)
        top = [variant for _, variant in variants[:1]]
        choices = [v for _, v in variants[1:] if v.get("type") != "null"] if top and not top[0].get("allOf") else []
        sources = [v for _, v in variants] if len(choices) <= 1 else top
        words: dict[str, Any] = {"type": kind, "nullable": nullable}
        for source in sources:
            words |= {word: source[word] for word in KEYWORDS if word in source}
            if isinstance(source.get("additionalProperties"), bool):
                words["additional"] = source["additionalProperties"]
        if len(choices) > 1:
            words["choices"] = [{w: v for w, v in choice.items() if w in ("type", *KEYWORDS)} for choice in choices]
        return {word: value for word, value in words.items() if value is not None}, tuple(
            target for target, _ in variants
        )

    def _xml(self, at: str, chain: tuple[str, ...], schema: Mapping[str, Any]) -> Entry:
        says = {"root": (schema.get("xml") or {}).get("name"), "namespace": (schema.get("xml") or {}).get("namespace")}
        elements = list(self._elements(schema, ""))
        said = {word: value for word, value in says.items() if value} | {"elements": elements}
        return Entry(Fact("xml", (at,), said, 0), chain[-1], chain)

    def _elements(self, schema: Mapping[str, Any], above: str) -> Iterator[str]:
        for member, printed in (schema.get("properties") or {}).items():
            _, inner = self.follow("", {} if isinstance(printed, bool) else printed)
            xml = inner.get("xml") or {}
            path = f"{above}/{xml.get('name', member)}".lstrip("/")
            items = self.follow("", inner["items"])[1] if isinstance(inner.get("items"), dict) else None
            if items is None:
                yield path
                yield from self._elements(inner, path)
                continue
            name = (items.get("xml") or {}).get("name", member)
            if xml.get("wrapped"):
                yield path
            path = f"{path}/{name}" if xml.get("wrapped") else f"{above}/{name}".lstrip("/")
            yield path
            yield from self._elements(items, path)

    def examples(self, at: str, operation: Operation) -> Iterator[tuple[tuple[str, ...], Any]]:
        """The examples of a request or response with the pointers that lead to each."""
        owner = operation.node.get("requestBody")
        place = step(operation.pointer, "requestBody")
        if at != "request":
            status = at.removeprefix("response ")
            owner, place = (
                (operation.node.get("responses") or {}).get(status),
                step(f"{operation.pointer}/responses", status),
            )
        chain, node = self.follow(place, owner or {})
        for media_type, inner in (node.get("content") or {}).items():
            for name, example in (inner.get("examples") or {}).items():
                pointer = f"{step(step(chain[-1], 'content'), media_type)}/examples/{name}"
                way, value = self.follow(pointer, example)
                yield (*chain, *way), value.get("value")

    # -- public Python names -----------------------------------------------------------------------

    def method_name(self, operation: Operation) -> str:
        """``QuestionPro.micropanel.get_batch``."""
        return ".".join(part for part in (self.title, snake(operation.tag), snake(operation.id)) if part)

    def names(self, operation: Operation, key: tuple[str, ...]) -> list[str]:
        """The public names that a row touches: a method, a model's field, an exception, the client's constructor."""
        method, kind = self.method_name(operation), key[0]
        status = next((part.removeprefix("response ") for part in key[1:2] if part.startswith("response ")), "")
        status = key[1] if kind == "response" else status
        failure = [exception_for(status)] if status[:1] in ("4", "5") else []
        entry = self.rows(operation).get(key)
        if kind in ("host", "security"):
            return [self.title, f"Async{self.title}", *(["AuthenticationError"] if kind == "security" else [])]
        if kind == "parameter":
            return [f"{method}({snake(key[2])}=)"]
        if kind == "field":
            field_name = snake(key[2].rpartition("/")[2].replace("~1", "/").replace("~0", "~"))
            model = entry.model if entry else self._nearest_model(operation, key)
            named = model and field_name and field_name != "*"
            found = [f"{model}.{field_name}" if named else model] if model else []
            if named and entry and "enum" in entry.fact.says:
                found.append(model + "".join(word.capitalize() for word in field_name.split("_")))
            return [*found, *(failure or [method])]
        return failure or [method]

    def _nearest_model(self, operation: Operation, key: tuple[str, ...]) -> str:
        """The model that would carry a field that the spec does not have yet: the one of its siblings."""
        above = key[2].rpartition("/")[0]
        for other, entry in self.rows(operation).items():
            if (
                other[0] == "field"
                and other[1] == key[1]
                and other[2].rpartition("/")[0] == above
                and other[2]
                and entry.model
            ):
                return entry.model
        return ""

    def pointer(self, operation: Operation, key: tuple[str, ...]) -> str:
        """Where a row is, or would have to be, declared."""
        entry = self.rows(operation).get(key)
        if entry:
            return entry.pointer
        kind = key[0]
        if kind == "host":
            return "/servers"
        if kind == "security":
            return step(operation.pointer, "security")
        if kind == "parameter":
            return step(operation.pointer, "parameters")
        if kind == "response":
            return step(step(operation.pointer, "responses"), key[1])
        if kind == "field":
            above = self.rows(operation).get(("field", key[1], key[2].rpartition("/")[0]))
            if above:
                return step(step(above.chain[-1], "properties"), key[2].rpartition("/")[2])
        if len(key) > 1 and key[1].startswith("response "):
            return step(step(operation.pointer, "responses"), key[1].removeprefix("response "))
        return step(operation.pointer, "requestBody") if len(key) > 1 and key[1] == "request" else operation.pointer


def _too_deep(text: str) -> bool:
    """Whether a text nests deeper than any document does; libyaml does not survive what is much deeper."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    indent = max((len(lead) for lead in re.findall(r"(?m)^[ \-?:]+", text)), default=0)
    if deepest + indent <= _DEEPEST:
        return False
    depth = 0  # brackets in texts and wide indents are counted too: look again, exactly
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return True
    return False


def load_specs(folder: Path) -> list[Spec]:
    """The specs of a folder.

    Raises:
        DocsError: the folder has none, or one cannot be read.
    """
    found = [Spec.read(path) for path in sorted(folder.glob("*.yaml"))]
    if not found:
        raise DocsError(f"{folder}: holds no spec (*.yaml); give the folder with --specs")
    return found
