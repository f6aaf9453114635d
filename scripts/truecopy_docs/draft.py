"""A first spec from facts: OpenAPI 3.1 in the conventions of this project, with a TODO wherever the pages are silent.

What the page states is transcribed; what it does not state is a TODO with a harmless stand-in, so that the draft is
valid at once. What had to be repaired or settled to read the page becomes an entry of `x-deviations` that only lacks
its reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from truecopy_docs.facts import Fact, Facts
from truecopy_docs.loose import step
from truecopy_docs.page import DocsError
from truecopy_docs.rules import same_words
from truecopy_docs.schemas import KEYWORDS

__all__ = ["draft"]

_VERBS = {"GET": "get", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}
_ENVELOPES = ("data", "response", "result", "payload", "item", "items")
_PHRASES = {
    "200": "Success", "201": "Created", "202": "Accepted", "204": "No content", "400": "The request is not acceptable",
    "401": "The credential is missing or wrong", "403": "Not allowed", "404": "Not found", "409": "Conflict",
    "422": "The request cannot be processed", "429": "Too many requests", "500": "The service failed",
}  # fmt: skip
_HEAD = """\
# Drafted by truecopy-docs from the facts of {documents}.
# Settle every TODO: what the page does not say needs a source (x-evidence) or a decision (x-deviations).
"""


def draft(pages: Sequence[Facts], title: str | None = None) -> str:
    """A spec for one provider from the facts of its pages.

    Raises:
        DocsError: two pages document the same operation.
    """
    writer = _Writer(title or _title(pages))
    for page in pages:
        writer.add(page)
    return writer.text([page.document for page in pages])


class _Writer:
    def __init__(self, title: str) -> None:
        self.title = title
        self.paths: dict[str, Any] = {}
        self.schemas: dict[str, Any] = {}
        self.schemes: dict[str, Any] = {}
        self.servers: list[dict[str, str]] = []
        self.tags: list[str] = []
        self.sources: list[dict[str, Any]] = []
        self.deviations: list[dict[str, Any]] = []
        self.envelopes: list[str] = []
        self.errors: list[str] = []

    # -- one page, one operation -------------------------------------------------------------------

    def add(self, page: Facts) -> None:
        said = next(page.of("operation")).says
        method, path = str(said["method"]), str(said["path"])
        item = self.paths.setdefault(path, {})
        if method.lower() in item:
            raise DocsError(
                f"{page.document}: documents {method} {path}, as another page does; draft one spec from one of them"
            )
        name, tag = self.name_of(method, path), _tag(path)
        at = step(step("/paths", path), method.lower())
        operation: dict[str, Any] = {
            "tags": [tag],
            "operationId": name,
            "summary": "TODO: say in a few words what it does",
            "security": self.security(page),
        }
        if not operation["security"]:
            operation["description"] = "TODO: the page names no credential"
        if parameters := [self.parameter(row) for row in page.of("parameter")]:
            operation["parameters"] = parameters
        if any(page.of("request")):
            operation["requestBody"] = {
                "required": True,
                "content": self.content(page, at, "request", f"{_pascal(name)}Request"),
            }
        operation["responses"] = self.responses(page, name, at)
        item[method.lower()] = operation
        self.tags += [tag] if tag not in self.tags else []
        self.hosts(page)
        self.sources.append({"document": page.document, "operations": [name], "sha256": page.sha256})
        self.deviate(page, at)

    def name_of(self, method: str, path: str) -> str:
        """``getBatch`` for GET /batches/{id}, ``listBatches`` for GET /batches, ``createBatch`` for POST /batches."""
        fixed = [
            part for part in path.split("/") if part and not part.startswith("{") and not re.fullmatch(r"v\d+", part)
        ]
        noun = _pascal(fixed[-1] if fixed else "root")
        many = method == "GET" and not path.endswith("}")
        name = ("list" if many else _VERBS.get(method, method.lower())) + (noun if many else _singular(noun))
        taken = {operation["operationId"] for item in self.paths.values() for operation in item.values()}
        while name in taken:
            name += "2"
        return name

    def security(self, page: Facts) -> list[dict[str, list[str]]]:
        requirements: list[dict[str, list[str]]] = []
        for row in page.of("security"):
            kind, name, place = row.key
            if kind == "http":
                scheme_name, scheme = name, {"type": "http", "scheme": name}
            elif kind == "apiKey":
                scheme_name, scheme = f"apiKey{place.capitalize()}", {"type": "apiKey", "name": name, "in": place}
            else:
                scheme_name = kind
                scheme = {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"TODO: the page says {kind}; state its flows",
                }
            if self.schemes.setdefault(scheme_name, scheme) != scheme:
                scheme_name = f"{scheme_name}{_pascal(name)}"
                self.schemes[scheme_name] = scheme
            requirements.append({scheme_name: []})
        return requirements

    def parameter(self, row: Fact) -> dict[str, Any]:
        place, name = row.key
        parameter: dict[str, Any] = {"name": name, "in": place, "required": bool(row.says.get("required"))}
        parameter["description"] = "TODO: say what it means"
        parameter["schema"] = _schema(row.says, "the page gives no type")
        return parameter

    def responses(self, page: Facts, name: str, at: str) -> dict[str, Any]:
        responses: dict[str, Any] = {}
        for row in page.of("response"):
            status = row.key[0]
            where = f"response {status}"
            response: dict[str, Any] = {"description": _PHRASES.get(status, "TODO: say when this is answered")}
            headers = {
                header.key[1]: {"schema": _schema(header.says, "the page gives no type")}
                for header in page.of("header")
                if header.key[0] == where
            }
            if headers:
                response["headers"] = headers
            success = status.startswith("2")
            has_fields = any(field.key[0] == where for field in page.of("field"))
            if has_fields:
                response["content"] = self.content(page, at, where, f"{_pascal(name)}Response" if success else "Error")
            responses[status] = response
            if row.says.get("stated") is False:
                words = {"stated": False}
                self.deviation(page, f"{at}/responses/{status}", "An answer without a status of its own", status, words)
        if not any(status.startswith("2") for status in responses):
            responses = {"200": {"description": "TODO: the page shows no answer of success"}, **responses}
        return dict(sorted(responses.items()))

    def content(self, page: Facts, operation: str, at: str, name: str) -> dict[str, Any]:
        tree = _Tree({row.key[1]: row for row in page.of("field") if row.key[0] == at})
        reference = self.component(tree, "", name)
        content: dict[str, Any] = {}
        place = at.replace("response ", "responses/").replace("request", "requestBody")
        stated = [row.key[1] for row in page.of("media") if row.key[0] == at]
        if not stated:
            where = f"{operation}/{place}/content/application~1json"
            self.deviation(page, where, "A body without a media type", "application/json", None)
        for media_type in sorted(stated or ["application/json"], key=lambda kind: "json" not in kind):
            content[media_type] = {"schema": reference}
            xml = next((row for row in page.of("xml") if row.key == (at,)), None)
            if media_type.endswith("xml") and xml:
                inner = {
                    word: xml.says[said]
                    for word, said in (("name", "root"), ("namespace", "namespace"))
                    if said in xml.says
                }
                content[media_type] = {
                    "schema": {"type": "object", "xml": inner, "description": "TODO: the XML's members"}
                }
        first = next(iter(content.values()))
        samples = [row for row in page.of("sample") if row.key[0] == at and "xml" not in row.key[1]]
        for number, row in enumerate(samples, 1):
            label = "sample" if number == 1 else f"sample{number}"
            first.setdefault("examples", {})[label] = {"value": row.says.get("value", row.says.get("repaired"))}
        if at.startswith("response 2"):
            self.envelopes += [key for key in tree.members("") if key.lower() in _ENVELOPES]
        elif at != "request" and reference["$ref"] not in self.errors:
            self.errors.append(reference["$ref"])
        return content

    # -- schemas -----------------------------------------------------------------------------------

    def component(self, tree: _Tree, pointer: str, name: str) -> dict[str, Any]:
        """A component for an object, or the one that says the same already."""
        schema = self.schema(tree, pointer, name)
        for known, other in self.schemas.items():
            if other == schema and (known == name or known.startswith(name) or name.startswith(known)):
                return {"$ref": f"#/components/schemas/{known}"}
        free, number = name, 2
        while free in self.schemas:
            free, number = f"{name}{number}", number + 1
        self.schemas[free] = schema
        return {"$ref": f"#/components/schemas/{free}"}

    def schema(self, tree: _Tree, pointer: str, name: str) -> dict[str, Any]:
        row = tree.rows.get(pointer)
        says = row.says if row else {"type": "object"}
        schema = _schema(says, "the page gives no type")
        members = tree.members(pointer)
        items = tree.rows.get(step(pointer, "*"))
        if items is not None:
            word = "items" if says.get("type") == "array" else "additionalProperties"
            schema[word] = self.inner(tree, step(pointer, "*"), _singular(name))
        elif says.get("type") == "array":
            schema["items"] = {"description": "TODO: the page does not say what the items are"}
        if members:
            needed = [key for key in members if tree.rows[step(pointer, key)].says.get("required")]
            schema |= {"required": needed} if needed else {}
            schema["properties"] = {key: self.inner(tree, step(pointer, key), _pascal(key)) for key in members}
        if says.get("additional") is False:
            schema["additionalProperties"] = False
        return schema

    def inner(self, tree: _Tree, pointer: str, name: str) -> dict[str, Any]:
        row = tree.rows[pointer]
        if row.says.get("type") == "object" and (tree.members(pointer) or step(pointer, "*") in tree.rows):
            reference = self.component(tree, pointer, _pascal(str(row.says.get("model") or name)))
            return {"oneOf": [reference, {"type": "null"}]} if row.says.get("nullable") else reference
        return self.schema(tree, pointer, name)

    # -- what is not in an operation ---------------------------------------------------------------

    def hosts(self, page: Facts) -> None:
        for row in page.of("host"):
            url = row.key[0]
            if "{" in url:
                stand_in = re.sub(r"\{([^{}]*)\}", r"TODO-\1", url)
                server = {"url": stand_in, "description": f"TODO: name the servers behind {url}"}
                self.deviation(page, "/servers", url, stand_in, {"url": url})
            else:
                server = {"url": url}
            if server not in self.servers:
                self.servers.append(server)
        if not any(page.of("host")):
            self.deviation(page, "/servers", "A path and no host", "TODO: the server", {"url": None})

    def deviate(self, page: Facts, at: str) -> None:
        """Entries for what was repaired, and for contradictions that have to be settled."""
        said = next(page.of("operation")).says
        if "repaired" in said:
            path = at.rpartition("/")[0]
            self.deviation(
                page, path, str(said.get("printed", said["path"])), str(said["path"]), {"repaired": said["repaired"]}
            )
        for row in page.of("sample"):
            if "reason" in row.says:
                where = "requestBody" if row.key[0] == "request" else row.key[0].replace("response ", "responses/")
                label = "sample" if row.key[2] == "1" else f"sample{row.key[2]}"
                place = f"{at}/{where}/content/{row.key[1].replace('/', '~1')}/examples/{label}"
                self.deviation(
                    page, place, "; ".join(row.says["reason"]), "The same sample as JSON", {"sample": "damaged"}
                )
        for row in page.of("contradiction"):
            about = row.says.get("about", [])
            place = f"/components/securitySchemes/{next(iter(self.schemes), '')}" if about[:1] == ["security"] else at
            text = "; ".join(map(str, row.says.get("says", [])))
            self.deviation(
                page,
                place,
                f"{row.key[0]}: {text}",
                "TODO: the side that this spec takes",
                {"contradiction": row.key[0]},
            )

    def deviation(self, page: Facts, at: str, says: str, spec: str, words: Mapping[str, Any] | None) -> None:
        entry = {
            "at": at,
            "document": page.document,
            "page": says,
            "spec": spec,
            "because": "TODO: why",
            "evidence": "inferred",
        }
        covers = {"covers": {"words": dict(words)}} if words is not None else {}
        self.deviations.append({**entry, **covers})

    def text(self, documents: list[str]) -> str:
        envelope = next((name for name in self.envelopes if self.envelopes.count(name) == len(self.sources)), None)
        servers = self.servers or [{"url": "https://todo.invalid", "description": "TODO: the page names no host"}]
        document: dict[str, Any] = {
            "openapi": "3.1.0",
            "info": {"title": self.title, "version": "1", "summary": "TODO: say in a few words what the API is for"},
            "servers": servers,
            "tags": [{"name": tag, "description": "TODO: say what it groups"} for tag in self.tags],
        }
        document |= {"x-payload": envelope} if envelope else {}
        document |= {"x-error-schema": self.errors[0]} if self.errors else {}
        components: dict[str, Any] = {"securitySchemes": self.schemes} if self.schemes else {}
        components |= {"schemas": self.schemas} if self.schemas else {}
        document |= {"paths": self.paths, "components": components, "x-sources": self.sources}
        document |= {"x-deviations": self.deviations, "x-evidence": []}
        body = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
        return _HEAD.format(documents=", ".join(documents)) + body


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Tree:
    """The fields of one payload by pointer."""

    def __init__(self, rows: dict[str, Fact]) -> None:
        self.rows = rows

    def members(self, pointer: str) -> list[str]:
        """The names right below a pointer, in the page's order."""
        names = [key.rpartition("/")[2] for key in self.rows if key and key.rpartition("/")[0] == pointer]
        return [name.replace("~1", "/").replace("~0", "~") for name in names if name != "*"]


def _schema(says: Mapping[str, Any], silence: str) -> dict[str, Any]:
    """The words of a row as a schema."""
    kind = says.get("type")
    schema: dict[str, Any] = {}
    if kind is None:
        schema["description"] = f"TODO: {silence}"
    elif kind == "null":
        schema |= {"type": "null", "description": "TODO: the page shows null only"}
    else:
        names = [kind] if isinstance(kind, str) else list(kind)
        names += ["null"] if says.get("nullable") else []
        schema["type"] = names[0] if len(names) == 1 else names
    schema |= {word: says[word] for word in KEYWORDS if word in says}
    if says.get("nullable") and "enum" in schema and not same_words("enum", schema["enum"], [*schema["enum"], None]):
        schema["enum"] = [*schema["enum"], None]
    if "choices" in says:
        schema["anyOf"] = says["choices"]
    return schema


def _title(pages: Sequence[Facts]) -> str:
    """The provider's name from its host: the label before the top-level domain."""
    for page in pages:
        for row in page.of("host"):
            labels = re.sub(r"^\w+://|[:/].*$", "", row.key[0]).split(".")
            if len(labels) > 1:
                return _pascal(labels[-2].strip("{}"))
    return _pascal(pages[0].family) + "Todo"


def _tag(path: str) -> str:
    fixed = [part for part in path.split("/") if part and not part.startswith("{") and not re.fullmatch(r"v\d+", part)]
    after = path.rpartition("}/")[2].split("/")[0] if "}/" in path else ""
    return re.sub(r"\W+", "-", after or (fixed[0] if fixed else "root"))


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name) if word) or "Value"


def _singular(name: str) -> str:
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if name.endswith(ending):
            return name.removesuffix(ending) + instead
    return (
        name.removesuffix("s")
        if name.endswith("s") and not name.endswith(("ss", "us", "is"))
        else f"{name}Item"
        if name.endswith("Item")
        else name
    )
