# ruff: noqa: E501  (tables)
"""Spec against spec: what each change means in requests and answers, what is no change, and the version step.

Most of it are tables. A row is tried in both directions, so that each difference is found whichever side has it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest
import yaml
from truecopy_docs.breaking import compare_specs, version_reason, version_step
from truecopy_docs.diff import Change
from truecopy_docs.page import DocsError
from truecopy_docs.spec import Spec, snake

Edit = Callable[[dict[str, Any]], None]
ROOT = Path(__file__).resolve().parents[2]
GONE = object()
B, C, D = "breaking", "compatible", "documentation only"

# -- schemas -----------------------------------------------------------------------------------------

_COMPONENTS = """
Cat: {type: object, required: [kind, lives], properties: {kind: {const: cat}, lives: {type: integer}}}
Dog: {type: object, required: [kind, bark], properties: {kind: {const: dog}, bark: {type: string}}}
Fish: {type: object, required: [kind], properties: {kind: {const: fish}, fins: {type: integer}}}
Name: {type: string, maxLength: 9}
Tree: {type: object, properties: {value: {type: string}, next: {$ref: "#/components/schemas/Tree"}}}
Forest: {type: object, properties: {value: {type: integer}, next: {$ref: "#/components/schemas/Forest"}}}
"""
_REF = {name: f'$ref: "#/components/schemas/{name}"' for name in yaml.safe_load(_COMPONENTS)}
CAT, DOG, FISH = (f"{{{_REF[name]}}}" for name in ("Cat", "Dog", "Fish"))

NARROWED, WIDENED, OTHER = (B, C), (C, B), (B, B)
GAINED, LOST, NOTED = (C, C), (B, B), (D, D)
MIRROR = {NARROWED: WIDENED, WIDENED: NARROWED, OTHER: OTHER, GAINED: LOST, NOTED: NOTED}

# old, new, code, (class in a request, class in an answer); the other way round it is the mirror of that
SCHEMAS: list[tuple[str, str, str, tuple[str, str]]] = [
    ("type: string", "type: integer", "type", OTHER),
    ("type: integer", "type: number", "type", WIDENED),
    ("type: string", "type: [string, integer]", "type", WIDENED),
    ("{}", "type: string", "type", NARROWED),
    ("type: object", "type: array", "type", OTHER),
    ("type: string", "anyOf: [{type: string}, {type: boolean}]", "type", WIDENED),
    ("oneOf: [{type: string}, {type: integer}]", "oneOf: [{type: string}, {type: number}]", "type", WIDENED),
    ("type: string", "type: [string, 'null']", "nullable", WIDENED),
    ("type: string", "anyOf: [{type: string}, {type: 'null'}]", "nullable", WIDENED),
    (_REF["Name"], f"oneOf: [{{{_REF['Name']}}}, {{type: 'null'}}]", "nullable", WIDENED),
    ("type: string", "type: string, enum: [a, b]", "enum", NARROWED),
    ("enum: [a, b]", "enum: [b, a, c]", "enum", WIDENED),
    ("enum: [a, b]", "enum: [a, c]", "enum", OTHER),
    ("const: a", "enum: [a, b]", "enum", WIDENED),
    ("const: a", "const: b", "enum", OTHER),
    ("type: string", "type: string, const: a", "enum", NARROWED),
    ("enum: [1, 2]", "enum: [1, 2, 3.5]", "enum", WIDENED),
    ("type: boolean", "type: boolean, const: true", "enum", NARROWED),
    ("oneOf: [{const: a}, {const: b}]", "oneOf: [{const: a}, {const: b}, {const: c}]", "enum", WIDENED),
    ("type: string", "type: string, maxLength: 5", "maxLength", NARROWED),
    ("type: string, maxLength: 5", "type: string, maxLength: 9", "maxLength", WIDENED),
    ("type: string", "type: string, minLength: 1", "minLength", NARROWED),
    ("type: string, minLength: 1", "type: string, minLength: 2", "minLength", NARROWED),
    ("type: string", "type: string, pattern: ^a", "pattern", NARROWED),
    ("type: string, pattern: ^a", "type: string, pattern: ^b", "pattern", OTHER),
    ("type: string", "type: string, format: email", "format", NARROWED),
    ("type: string", "type: string, format: date", "format", OTHER),
    ("type: string, format: date", "type: string, format: uuid", "format", OTHER),
    ("type: integer, format: int32", "type: integer, format: int64", "format", WIDENED),
    ("type: number, format: float", "type: number, format: double", "format", WIDENED),
    ("type: string", "type: string, contentEncoding: base64", "contentEncoding", NARROWED),
    ("type: string, contentMediaType: image/png", "type: string, contentMediaType: text/csv", "contentMediaType", OTHER),
    ("type: integer", "type: integer, minimum: 1", "minimum", NARROWED),
    ("type: integer, minimum: 1", "type: integer, minimum: 0", "minimum", WIDENED),
    ("type: number, minimum: 1", "type: number, exclusiveMinimum: 1", "minimum", NARROWED),
    ("type: integer, maximum: 9", "type: integer, maximum: 10", "maximum", WIDENED),
    ("type: number, maximum: 9", "type: number, exclusiveMaximum: 9", "maximum", NARROWED),
    ("type: number", "type: number, exclusiveMaximum: 9", "maximum", NARROWED),
    ("type: integer", "type: integer, multipleOf: 2", "multipleOf", NARROWED),
    ("type: integer, multipleOf: 2", "type: integer, multipleOf: 4", "multipleOf", NARROWED),
    ("type: number, multipleOf: 0.1", "type: number, multipleOf: 0.01", "multipleOf", WIDENED),
    ("type: integer, multipleOf: 2", "type: integer, multipleOf: 3", "multipleOf", OTHER),
    ("type: array, items: {type: string}", "type: array, items: {type: integer}", "type", OTHER),
    ("type: array", "type: array, items: {type: integer}", "type", NARROWED),
    ("type: array", "type: array, maxItems: 3", "maxItems", NARROWED),
    ("type: array, minItems: 1", "type: array, minItems: 0", "minItems", WIDENED),
    ("type: array", "type: array, uniqueItems: true", "uniqueItems", NARROWED),
    ("type: array, prefixItems: [{type: string}]", "type: array, prefixItems: [{type: integer}]", "type", OTHER),
    ("type: array, prefixItems: [{}]", "type: array, prefixItems: [{}, {type: integer}]", "type", NARROWED),
    ("type: array, items: {type: string}", "type: array, items: {type: string}, contains: {const: a}", "contains", NARROWED),
    ("type: array, contains: {const: a}", "type: array, contains: {enum: [a, b]}", "enum", WIDENED),
    ("type: array, contains: {const: a}", "type: array, contains: {const: a}, minContains: 2", "minContains", NARROWED),
    ("type: array, contains: {const: a}", "type: array, contains: {const: a}, maxContains: 2", "maxContains", NARROWED),
    ("type: array, items: {type: string}", "type: array, items: {type: string}, prefixItems: [{enum: [a]}]", "enum", NARROWED),
    ("type: array, prefixItems: [{}]", "type: array, prefixItems: [{}], unevaluatedItems: false", "type", NARROWED),
    ("type: object", "type: object, properties: {a: {type: string}}", "field", GAINED),
    ("type: object, required: [a], properties: {a: {}}", "type: object, properties: {a: {}}", "required", WIDENED),
    ("type: object", "type: object, required: [a]", "required", NARROWED),
    ("type: object", "type: object, minProperties: 1", "minProperties", NARROWED),
    ("type: object", "type: object, maxProperties: 3", "maxProperties", NARROWED),
    ("type: object", "type: object, propertyNames: {pattern: ^a}", "pattern", NARROWED),
    ("type: object, propertyNames: {maxLength: 3}", "type: object, propertyNames: {maxLength: 4}", "maxLength", WIDENED),
    ("type: object", "type: object, patternProperties: {^a: {type: string}}", "patternProperties", NARROWED),
    ("type: object, patternProperties: {^a: {type: string}}", "type: object, patternProperties: {^a: {type: integer}}", "type", OTHER),
    ("type: object", "type: object, additionalProperties: {type: string}", "type", NARROWED),
    ("type: object, additionalProperties: {type: string}", "type: object, additionalProperties: {type: integer}", "type", OTHER),
    ("type: object", "type: object, dependentRequired: {a: [b]}", "dependentRequired", NARROWED),
    ("type: object, dependentRequired: {a: [b]}", "type: object, dependentRequired: {a: [b, c]}", "dependentRequired", NARROWED),
    ("type: object", "type: object, dependentSchemas: {a: {required: [b]}}", "dependentSchemas", NARROWED),
    ("type: string", "type: string, not: {const: a}", "not", NARROWED),
    ("type: string, not: {enum: [a]}", "type: string, not: {enum: [a, b]}", "not", NARROWED),
    ("type: string, not: {pattern: ^a}", "type: string, not: {pattern: ^b}", "not", OTHER),
    ("type: string", "type: string, if: {minLength: 3}, then: {pattern: ^a}", "if", NARROWED),
    ("type: string, if: {minLength: 3}, then: {pattern: ^a}", "type: string, if: {minLength: 3}, then: {pattern: ^b}", "if", OTHER),
    ("allOf: [{if: {minLength: 3}, then: {pattern: ^a}}], type: string", "allOf: [{if: {minLength: 3}, then: {pattern: ^a}}, {if: {minLength: 5}, then: {pattern: ^b}}], type: string", "if", NARROWED),
    (f"type: object, if: {CAT}, then: {{required: [a]}}", f"type: object, if: {DOG}, then: {{required: [a]}}", "if", OTHER),
    (f"oneOf: [{CAT}]", f"oneOf: [{CAT}, {DOG}]", "choice", WIDENED),
    (f"oneOf: [{CAT}, {DOG}]", f"oneOf: [{DOG}, {CAT}, {FISH}]", "choice", WIDENED),
    (f"anyOf: [{CAT}, {DOG}]", f"anyOf: [{CAT}, {FISH}, {DOG}]", "choice", WIDENED),
    ("oneOf: [{type: object, required: [a]}, {type: object, required: [b]}]", "anyOf: [{type: object, required: [a]}, {type: object, required: [b]}]", "exclusiveness", WIDENED),
    (f"oneOf: [{CAT}, {DOG}], discriminator: {{propertyName: kind}}", f"oneOf: [{CAT}, {DOG}], discriminator: {{propertyName: sort}}", "discriminator", OTHER),
    (f"oneOf: [{CAT}, {DOG}]", f"oneOf: [{CAT}, {DOG}], discriminator: {{propertyName: kind}}", "discriminator", NOTED),
    ("anyOf: [{pattern: ^a}, {pattern: ^b}], type: string", "anyOf: [{pattern: ^b}], type: string", "choice", NARROWED),
    (f"allOf: [{CAT}]", f"allOf: [{CAT}, {{required: [name]}}]", "required", NARROWED),
    ("allOf: [{type: string}, {maxLength: 5}]", "allOf: [{type: string}, {maxLength: 3}]", "maxLength", NARROWED),
    ("allOf: [{enum: [a, b]}, {enum: [b, c]}]", "enum: [a, b]", "enum", WIDENED),
    (_REF["Tree"], _REF["Forest"], "type", OTHER),
    ("type: object, not: {$ref: '#/components/schemas/Cat'}", "type: object, not: {$ref: '#/components/schemas/Tree'}", "not", OTHER),
    ("type: string", "type: string, deprecated: true", "deprecated", NOTED),
    ("type: string", "type: string, default: a", "default", NOTED),
    ("type: object, properties: {a: {type: [object, 'null'], properties: {b: {type: string}}}}", "type: object, properties: {a: {type: [object, 'null'], properties: {b: {type: integer}}}}", "type", OTHER),
]  # fmt: skip

# What cannot be mirrored: old, new, code, classes in a request and an answer, and the other way round.
ONE_SIDED: list[tuple[str, str, str, tuple[str, str], tuple[str, str]]] = [
    ("type: object", "type: object, additionalProperties: false", "additional", NARROWED, GAINED),
    ("type: object", "type: object, unevaluatedProperties: false", "additional", NARROWED, GAINED),
    ("type: object, additionalProperties: {type: string}", "type: object, additionalProperties: false", "additional", NARROWED, GAINED),
    ("type: object", "type: object, required: [a], properties: {a: {type: string}}", "field", NARROWED, LOST),
    ("type: string, default: a", "type: string, default: b", "default", (B, C), (B, C)),
    ("type: object, properties: {a: {type: string}}", "type: object, properties: {a: {type: string, readOnly: true}}", "readOnly", (B, D), (C, D)),
    ("type: object, properties: {a: {type: string}}", "type: object, properties: {a: {type: string, writeOnly: true}}", "writeOnly", (D, B), (D, C)),
]  # fmt: skip

# Two ways of saying the same thing.
SAME = [
    ("type: string", "type: [string]"),
    ("type: [string, 'null']", "anyOf: [{type: string}, {type: 'null'}]"),
    ("type: [string, 'null'], maxLength: 3", "oneOf: [{type: 'null'}, {type: string, maxLength: 3}]"),
    ("type: [string, integer]", "anyOf: [{type: integer}, {type: string}]"),
    ("type: number", "type: [integer, number]"),
    ("anyOf: [{type: integer}, {type: number}]", "type: number"),
    ("const: a", "enum: [a]"),
    ("type: string, enum: [a, b]", "enum: [b, a]"),
    ("oneOf: [{const: a, title: A}, {const: b}]", "type: string, enum: [a, b]"),
    ("enum: [a, null]", "type: [string, 'null'], enum: [a, null]"),
    ("enum: [true, false]", "type: boolean"),
    ("enum: [1, 2]", "type: integer, enum: [1.0, 2]"),
    ("type: string", "type: string, minLength: 0"),
    ("type: array", "type: array, uniqueItems: false, minItems: 0, items: {}"),
    ("type: object", "type: object, additionalProperties: true, required: []"),
    ("type: object", "type: object, additionalProperties: {}"),
    ("type: object, required: [a]", "type: object, required: [a], minProperties: 1"),
    ("type: integer, minimum: 1", "type: integer, exclusiveMinimum: 0"),
    ("type: integer, maximum: 9", "type: integer, exclusiveMaximum: 10"),
    ("type: integer, minimum: 1", "type: integer, minimum: 0.5, multipleOf: 1"),
    ("type: integer", "type: integer, maxLength: 5"),
    ("type: string, title: A", "type: string, description: b, examples: [c]"),
    (_REF["Name"], "type: string, maxLength: 9"),
    (f"allOf: [{{{_REF['Name']}}}]", _REF["Name"]),
    (f"{_REF['Name']}, description: x", _REF["Name"]),
    ("allOf: [{type: object, required: [a], properties: {a: {type: string}}}, {properties: {b: {type: integer}}}]", "type: object, required: [a], properties: {b: {type: integer}, a: {type: string}}"),
    ("allOf: [{maxLength: 9}, {maxLength: 5}], type: string", "type: string, maxLength: 5"),
    ("allOf: [{enum: [a, b]}, {enum: [b, c]}]", "const: b"),
    (f"oneOf: [{CAT}, {DOG}]", f"oneOf: [{DOG}, {CAT}]"),
    (f"oneOf: [{CAT}, {DOG}]", f"anyOf: [{DOG}, {CAT}]"),
    (f"oneOf: [{CAT}, {DOG}]", f"oneOf: [{DOG}, {{type: object, required: [lives, kind], properties: {{lives: {{type: integer}}, kind: {{enum: [cat]}}}}}}]"),
    (f"oneOf: [{CAT}]", CAT.strip("{}")),
    ("type: object, properties: {a: {}}", "type: object, properties: {a: true}"),
    (f"type: object, if: {CAT}, then: {{required: [a]}}", "type: object, if: {type: object, required: [kind, lives], properties: {kind: {const: cat}, lives: {type: integer}}}, then: {required: [a]}"),
    ("type: string, allOf: [{if: {minLength: 3}, then: {pattern: ^a}}, {if: {minLength: 5}, then: {pattern: ^b}}]", "type: string, allOf: [{if: {minLength: 5}, then: {pattern: ^b}}, {if: {minLength: 3}, then: {pattern: ^a}}]"),
    ("type: array, contains: {const: a}, minContains: 1", "type: array, contains: {enum: [a]}"),
    (f"oneOf: [{CAT}, {DOG}], discriminator: {{propertyName: kind, mapping: {{Cat: '#/components/schemas/Cat'}}}}", f"oneOf: [{CAT}, {DOG}], discriminator: {{propertyName: kind}}"),
    (_REF["Tree"], "type: object, properties: {value: {type: string}, next: {type: object, properties: {value: {type: string}, next: {$ref: '#/components/schemas/Tree'}}}}"),
    (f"anyOf: [{{{_REF['Tree']}}}, {{type: 'null'}}]", f"anyOf: [{{type: 'null'}}, {{{_REF['Tree']}}}]"),
]  # fmt: skip

# OpenAPI 3.0, and the same in 3.1.
REWRITTEN = [
    ("type: string, nullable: true", "type: [string, 'null']"),
    ("type: string, nullable: true, enum: [a, b]", "type: [string, 'null'], enum: [a, b, null]"),
    (f"nullable: true, allOf: [{{{_REF['Name']}}}]", f"anyOf: [{{{_REF['Name']}}}, {{type: 'null'}}]"),
    ("type: integer, minimum: 0, exclusiveMinimum: true", "type: integer, exclusiveMinimum: 0"),
    ("type: number, maximum: 5, exclusiveMaximum: true", "type: number, exclusiveMaximum: 5"),
    ("type: number, maximum: 5, exclusiveMaximum: false", "type: number, maximum: 5"),
    ("type: array, nullable: true, items: {type: string}", "type: [array, 'null'], items: {type: string}"),
    (
        "type: object, nullable: true, properties: {a: {type: string, nullable: true}}",
        "anyOf: [{type: object, properties: {a: {type: [string, 'null']}}}, {type: 'null'}]",
    ),
]


def _document(schema: str, side: str, version: str = "3.1.0") -> dict[str, Any]:
    """A document with a schema as member `x` of a request's or an answer's body."""
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"x": _yaml(schema)}}}}}
    operation: dict[str, Any] = {"operationId": "put", "tags": ["t"], "responses": {"200": {"description": ""}}}
    if side == "request":
        operation["requestBody"] = body
    else:
        operation["responses"]["200"] |= body
    components = {"schemas": _yaml(_COMPONENTS)}
    return {"openapi": version, "info": {"title": "T"}, "paths": {"/t": {"put": operation}}, "components": components}


@lru_cache
def _yaml(text: str) -> Any:
    return yaml.load(text if text.startswith(("{", "\n")) else f"{{{text}}}", Loader=yaml.CSafeLoader)


def _compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """The changes, of which every pointer exists."""
    specs = Spec(Path("old.yaml"), old), Spec(Path("new.yaml"), new)
    changes = compare_specs(*specs)
    for change in changes:
        spec = specs[0 if change.new is None else 1]
        missing = object()
        found = spec.at(change.pointer) if change.pointer else missing
        assert found is not None or specs[0].at(change.pointer) is not None, change
        assert change.what
        assert change.klass in (B, C, D)
    return changes


@pytest.mark.parametrize(("old", "new", "code", "classes", "back"), [
    *((old, new, code, classes, MIRROR[classes]) for old, new, code, classes in SCHEMAS), *ONE_SIDED,
])  # fmt: skip
def test_schemas(old: str, new: str, code: str, classes: tuple[str, str], back: tuple[str, str]) -> None:
    for one, other, expected in ((old, new, classes), (new, old, back)):
        for side, klass in zip(("request", "response"), expected, strict=True):
            found = _compare(_document(one, side), _document(other, side))
            what = [(change.code, change.klass) for change in found]
            assert len(found) == 1, (side, one, other, what)
            assert found[0].klass == klass, (side, one, other, what)
            assert found[0].code.startswith(f"field-{code}") or found[0].code in ("field-added", "field-removed"), what
            assert "T.t.put" in found[0].names


@pytest.mark.parametrize(("old", "new", "versions"), [
    *((old, new, ("3.1.0", "3.1.0")) for old, new in SAME), *((old, new, ("3.0.3", "3.1.0")) for old, new in REWRITTEN),
])  # fmt: skip
def test_two_ways_of_saying_it(old: str, new: str, versions: tuple[str, str]) -> None:
    for side in ("request", "response"):
        one, other = (_document(schema, side, v) for schema, v in zip((old, new), versions, strict=True))
        assert _compare(one, other) == []
        assert _compare(other, one) == []


# -- operations --------------------------------------------------------------------------------------

_BASE = """
openapi: 3.1.0
info: {title: Library, version: 1.4.2}
servers:
  - url: https://{zone}.library.example
    variables: {zone: {default: eu, enum: [eu, us]}}
  - {url: https://old.library.example}
security: [{key: []}]
x-payload: data
x-error-schema: "#/components/schemas/Problem"
paths:
  /books/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    get:
      tags: [books]
      operationId: getBook
      x-waiter: {state: status, ends: [DONE]}
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 10, default: 5}}
        - {name: ids, in: query, schema: {type: array, items: {type: integer}}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: filter, in: query, content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      responses:
        "200":
          description: ok
          headers: {X-Total: {required: true, schema: {type: integer}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
          links: {next: {operationId: getBook}}
        "404": {$ref: "#/components/responses/Failed"}
    put:
      tags: [books]
      operationId: putBook
      security: [{oauth: [write]}]
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/NewBook"}}
          multipart/form-data: {schema: {type: object, properties: {cover: {type: string}}}, encoding: {cover: {contentType: image/png}}}
          application/xml: {schema: {type: object, properties: {a: {type: string, xml: {name: A}}, b: {type: string}}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
        4XX: {description: failed, content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}}
        default: {description: else}
  /books:
    post:
      tags: [books]
      operationId: findBooks
      x-idempotent: true
      x-pagination: {style: page, position: page, size: size}
      parameters:
        - {$ref: "#/components/parameters/page"}
      callbacks: {done: {"{$url}": {post: {responses: {}}}}}
      responses: {"200": {description: ok, content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Book"}}}}}}
components:
  parameters: {page: {name: page, in: query, schema: {type: integer, default: 1}}}
  responses:
    Failed: {description: failed, content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}}
  securitySchemes:
    key: {type: apiKey, name: X-Key, in: header}
    other: {type: http, scheme: bearer}
    oauth:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: https://a.example/token, scopes: {read: r, write: w}}}
  schemas:
    Book:
      type: object
      required: [title]
      properties:
        title: {type: string}
        state: {type: string, enum: [IN, LENT]}
        shelf: {$ref: "#/components/schemas/Shelf"}
        author: {type: object, properties: {name: {type: string}}}
    Shelf: {type: object, properties: {room: {type: string}}}
    NewBook:
      type: object
      required: [title]
      properties: {title: {type: string}, state: {type: string, enum: [IN, LENT]}, tags: {type: array, items: {type: string}}}
    Problem: {type: object, properties: {message: {type: string}}}
"""
_LOADED: dict[str, Any] = yaml.load(_BASE, Loader=yaml.CSafeLoader)
GET, PUT, POST, MODELS = "paths /books/{id} get", "paths /books/{id} put", "paths /books post", "components schemas"
SCHEMES, OAUTH = "components securitySchemes", "components securitySchemes oauth flows clientCredentials"
SHELF = {"type": "object", "properties": {"room": {"type": "integer"}}}
BODY = f"{PUT} requestBody content"


def _at(document: Any, path: str) -> Any:
    for part in path.split(" ") if path else ():
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def _set(document: Any, path: str, value: Any) -> None:
    where, _, last = path.rpartition(" ")
    owner = _at(document, where)
    key = int(last) if isinstance(owner, list) else last
    if value is GONE:
        del owner[key]
    elif isinstance(owner, list) and key == len(owner):
        owner.append(value)
    else:
        owner[key] = value


def _edited(*edits: tuple[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(_LOADED)
    for path, value in edits:
        _set(document, path, value if value is GONE else copy.deepcopy(value))
    return document


# path, value; code and class of the change; code and class of the change back
OPERATIONS: list[tuple[str, Any, str, str, str, str]] = [
    (PUT, GONE, "operation-removed", B, "operation-added", C),
    (f"{GET} operationId", "readBook", "operation-id-changed", B, "operation-id-changed", B),
    (f"{GET} operationId", "get_book", "operation-id-changed", D, "operation-id-changed", D),
    (f"{PUT} tags", ["shelf"], "operation-tag-changed", B, "operation-tag-changed", B),
    (f"{GET} deprecated", True, "operation-deprecated-changed", D, "operation-deprecated-changed", D),
    (f"{GET} parameters 0", GONE, "parameter-removed", B, "parameter-added", C),
    (f"{GET} parameters 4", {"name": "new", "in": "query", "required": True, "schema": {}}, "parameter-added", B, "parameter-removed", B),
    (f"{GET} parameters 0 required", True, "parameter-required-changed", B, "parameter-required-changed", C),
    (f"{GET} parameters 0 schema maximum", 5, "parameter-maximum-changed", B, "parameter-maximum-changed", C),
    (f"{GET} parameters 0 schema type", "string", "parameter-type-changed", B, "parameter-type-changed", B),
    (f"{GET} parameters 0 schema default", 6, "parameter-default-changed", B, "parameter-default-changed", B),
    (f"{GET} parameters 0 schema default", GONE, "parameter-default-changed", D, "parameter-default-changed", D),
    (f"{GET} parameters 0 name", "Limit", "parameter-removed parameter-added", B, "parameter-removed parameter-added", B),
    (f"{GET} parameters 0 in", "header", "parameter-moved", B, "parameter-moved", B),
    (f"{GET} parameters 0 deprecated", True, "parameter-deprecated-changed", D, "parameter-deprecated-changed", D),
    (f"{GET} parameters 0", {"name": "limit", "in": "query", "content": {"text/plain": {"schema": {"type": "integer", "maximum": 10, "default": 5}}}}, "parameter-content-changed", B, "parameter-content-changed", B),
    (f"{GET} parameters 1", {"name": "ids", "in": "query", "style": "pipeDelimited", "explode": True, "schema": {"type": "array", "items": {"type": "integer"}}}, "parameter-style-changed", B, "parameter-style-changed", B),
    ("paths /books/{id} parameters 0 style", "matrix", "parameter-style-changed", B, "parameter-style-changed", B),
    (f"{GET} parameters 2 schema", {"type": "string", "enum": ["a"]}, "parameter-enum-changed", B, "parameter-enum-changed", C),
    (f"{GET} parameters 1 explode", False, "parameter-explode-changed", B, "parameter-explode-changed", B),
    (f"{GET} parameters 1 schema items type", "string", "field-type-changed", B, "field-type-changed", B),
    (f"{GET} parameters 1 allowReserved", True, "parameter-allowReserved-changed", C, "parameter-allowReserved-changed", B),
    (f"{GET} parameters 0 allowEmptyValue", True, "parameter-allowEmptyValue-changed", C, "parameter-allowEmptyValue-changed", B),
    (f"{GET} parameters 3 content application/json schema properties a type", "integer", "field-type-changed", B, "field-type-changed", B),
    (f"{POST} parameters 0", {"name": "page", "in": "query", "schema": {"type": "integer", "default": 0}}, "parameter-default-changed", B, "parameter-default-changed", B),
    ("components parameters page required", True, "parameter-required-changed", B, "parameter-required-changed", C),
    ("paths /books/{id} parameters 0 schema type", "string", "parameter-type-changed", B, "parameter-type-changed", B),
    (f"{GET} responses 404", GONE, "status-removed", B, "status-added", C),
    (f"{GET} responses 429", {"description": "slow down"}, "status-added", C, "status-removed", B),
    (f"{GET} responses 202", {"description": "later"}, "status-added", B, "status-removed", B),
    (f"{GET} responses default", {"description": "else"}, "status-added", C, "status-removed", B),
    (f"{PUT} responses 4XX", GONE, "body-removed status-removed", B, "status-added", C),
    (f"{PUT} responses default", GONE, "status-removed", B, "status-added", C),
    (f"{PUT} responses 404", {"description": "no", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}, "status-added", C, "status-removed", C),
    (f"{GET} responses 200 content", GONE, "body-removed", B, "body-added", C),
    (f"{GET} responses 200 headers X-Total", GONE, "header-removed", B, "header-added", C),
    (f"{GET} responses 200 headers X-Total required", False, "header-required-changed", B, "header-required-changed", C),
    (f"{GET} responses 200 headers X-Total schema type", "number", "header-type-changed", B, "header-type-changed", C),
    (f"{GET} responses 200 links next", GONE, "link-removed", D, "link-added", D),
    (f"{GET} responses 200 links next operationId", "putBook", "link-changed", D, "link-changed", D),
    (f"{POST} callbacks done", GONE, "callback-removed", C, "callback-added", C),
    (f"{POST} callbacks", {"done": {"{$url}": {"put": {"responses": {}}}}}, "callback-changed", C, "callback-changed", C),
    (f"{GET} responses 200 content text/csv", {"schema": {"type": "string"}}, "media-type-added", C, "media-type-removed", B),
    (f"{BODY} text/csv", {"schema": {"type": "string"}}, "media-type-added", C, "media-type-removed", B),
    (f"{PUT} requestBody required", True, "request-required-changed", B, "request-required-changed", C),
    (f"{PUT} requestBody", GONE, "request-body-removed", B, "request-body-added", C),
    (f"{POST} requestBody", {"required": True, "content": {"application/json": {}}}, "request-body-added", B, "request-body-removed", B),
    (f"{BODY} multipart/form-data encoding cover contentType", "image/gif", "field-encoding-changed", B, "field-encoding-changed", B),
    (f"{BODY} multipart/form-data schema properties cover type", "integer", "field-type-changed", B, "field-type-changed", B),
    (f"{BODY} application/xml schema properties a xml name", "Z", "field-xml-changed", B, "field-xml-changed", B),
    (f"{BODY} application/xml schema properties", {"b": {"type": "string"}, "a": {"type": "string", "xml": {"name": "A"}}}, "field-xml-order-changed", B, "field-xml-order-changed", B),
    ("security", [], "security-removed", C, "security-added", B),
    ("security", [{"other": []}], "security-changed", B, "security-changed", B),
    ("security", [{"key": []}, {"other": []}], "security-added", C, "security-removed", B),
    ("security", [{"key": [], "other": []}], "security-added", B, "security-removed", C),
    ("security", [{"key": []}, {}], "security-optional-changed", C, "security-optional-changed", B),
    (f"{GET} security", [{"other": []}], "security-changed", B, "security-changed", B),
    (f"{PUT} security", [{"oauth": ["read", "write"]}], "security-scopes-changed", B, "security-scopes-changed", C),
    (f"{PUT} security", [{"oauth": ["read"]}], "security-scopes-changed", B, "security-scopes-changed", B),
    (f"{PUT} security", [{"oauth": []}], "security-scopes-changed", C, "security-scopes-changed", B),
    (f"{SCHEMES} key name", "X-Api-Key", "security-name-changed", B, "security-name-changed", B),
    (f"{SCHEMES} key in", "query", "security-in-changed", B, "security-in-changed", B),
    (f"{SCHEMES} key", {"type": "http", "scheme": "basic"}, "security-type-changed", B, "security-type-changed", B),
    (f"{SCHEMES} key x-token-operation", "getBook", "security-token-operation-changed", C, "security-token-operation-changed", B),
    (f"{OAUTH} tokenUrl", "https://b.example/token", "security-tokenUrl-changed", B, "security-tokenUrl-changed", B),
    (f"{OAUTH} scopes read", GONE, "security-scope-removed", B, "security-scope-added", C),
    (f"{SCHEMES} oauth flows implicit", {"authorizationUrl": "https://a", "scopes": {}}, "security-flow-added", C, "security-flow-removed", B),
    ("servers 1", GONE, "host-removed", B, "host-added", C),
    ("servers 1 url", "https://old.library.example/v2", "host-removed host-added", B, "host-removed host-added", B),
    ("servers 0 variables zone default", "us", "host-changed", B, "host-changed", B),
    ("servers 0 variables zone enum", ["eu"], "host-removed", B, "host-added", C),
    ("servers 0 variables zone enum 2", "fr", "host-added", C, "host-removed", B),
    (f"{GET} servers", [{"url": "https://get.example"}, *_LOADED["servers"]], "host-changed", B, "host-changed", B),
    ("paths /books servers", [*_LOADED["servers"], {"url": "https://more.example"}], "host-added", C, "host-removed", B),
    ("x-error-schema", "#/components/schemas/Shelf", "field-removed field-added", B, "field-removed field-added", B),
    ("x-payload", "result", "payload-changed", B, "payload-changed", B),
    ("x-error-schema", GONE, "error-schema-changed", B, "error-schema-changed", C),
    (f"{GET} x-waiter", GONE, "waiter-changed", B, "waiter-changed", C),
    (f"{GET} x-waiter ends", ["OVER"], "waiter-changed", B, "waiter-changed", B),
    (f"{POST} x-pagination", GONE, "pagination-changed", B, "pagination-changed", C),
    (f"{POST} x-pagination style", "offset", "pagination-changed", B, "pagination-changed", B),
    (f"{POST} x-idempotent", GONE, "idempotent-changed", C, "idempotent-changed", C),
    ("info title", "Archive", "client-renamed", C, "client-renamed", C),
    ("webhooks", {"lent": {"post": {"responses": {}}}}, "webhook-added", C, "webhook-removed", C),
    (f"{MODELS} Book required", [], "field-required-changed", B, "field-required-changed", C),
    (f"{MODELS} Book properties state", GONE, "field-removed", B, "field-added", C),
    (f"{MODELS} Book properties pages", {"type": "integer"}, "field-added", C, "field-removed", B),
    (f"{MODELS} Book properties state enum", ["IN", "LENT", "LOST"], "field-enum-changed", B, "field-enum-changed", C),
    (f"{MODELS} Book properties state", {"const": "IN"}, "field-enum-changed", C, "field-enum-changed", B),
    (f"{MODELS} Book properties author properties name maxLength", 5, "field-maxLength-changed", C, "field-maxLength-changed", B),
    (f"{MODELS} NewBook properties state enum", ["IN", "LENT", "LOST"], "field-enum-changed", C, "field-enum-changed", B),
    (f"{MODELS} NewBook required", ["title", "state"], "field-required-changed", B, "field-required-changed", C),
    (f"{MODELS} NewBook properties isbn", {"type": "string"}, "field-added", C, "field-removed", B),
    (f"{MODELS} NewBook properties tags items", {"type": "string", "enum": ["a"]}, "field-enum-changed", B, "field-enum-changed", C),
    (f"{MODELS} Shelf", SHELF, "field-type-changed", B, "field-type-changed", B),
    (f"{MODELS} Problem properties message", {"type": ["string", "null"]}, "field-nullable-changed", B, "field-nullable-changed", C),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "code", "klass", "back", "back_klass"), OPERATIONS)
def test_operations(path: str, value: Any, code: str, klass: str, back: str, back_klass: str) -> None:
    changed = _edited((path, value))
    for one, other, expected in ((_LOADED, changed, (code, klass)), (changed, _LOADED, (back, back_klass))):
        found = _compare(one, other)
        assert (" ".join(change.code for change in found), found[0].klass) == expected
        assert found[0].names


_HEADER = {"name": "x-trace", "in": "header", "schema": {"type": "string"}}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_EU = {"url": "https://{place}.library.example/", "variables": {"place": {"default": "eu", "enum": ["us", "eu"]}}}

# Edits that are no change.
UNCHANGED: list[list[tuple[str, Any]]] = [
    [(f"{GET} summary", "Another word"), (f"{GET} description", "for it")],
    [(f"{GET} parameters 2", _HEADER)],
    [(f"{GET} parameters 4", {"name": "Accept", "in": "header", "schema": {"type": "string"}})],
    [("paths /books/{id} parameters", []), (f"{GET} parameters 4", _ID), (f"{PUT} parameters", [_ID])],
    [(f"{GET} parameters 0 explode", False), (f"{GET} parameters 0 style", "form")],
    [(f"{GET} parameters 1 explode", True), (f"{GET} parameters 1 style", "form")],
    [(f"{GET} parameters 0 required", False)],
    [("security", GONE), (f"{GET} security", [{"key": []}]), (f"{POST} security", [{"key": []}])],
    [(f"{SCHEMES} second", _LOADED["components"]["securitySchemes"]["key"]), (f"{SCHEMES} key", GONE), ("security", [{"second": []}])],
    [(f"{SCHEMES} key name", "x-key")],
    [(f"{SCHEMES} other scheme", "Bearer")],
    [(f"{SCHEMES} oauth flows clientCredentials scopes read", "said otherwise")],
    [("servers 0", _EU)],
    [(f"{GET} servers", [_EU, {"url": "https://old.library.example"}])],
    [(f"{PUT} requestBody required", False)],
    [(f"{GET} responses 404", {"description": "x", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}})],
    [(f"{GET} responses 200 headers", {"x-total": {"required": True, "schema": {"type": "integer"}}})],
    [(f"{GET} responses 200 content", {"application/json; charset=utf-8": {"schema": {"$ref": "#/components/schemas/Book"}}})],
    [(f"{GET} responses 200 content application/json schema", _LOADED["components"]["schemas"]["Book"])],
    [(f"{MODELS} Written", _LOADED["components"]["schemas"]["NewBook"]), (f"{MODELS} NewBook", GONE), (f"{BODY} application/json schema $ref", "#/components/schemas/Written")],
    [(f"{MODELS} Unused", {"type": "string"})],
    [("components pathItems", {"Books": _LOADED["paths"]["/books"]}), ("paths /books", {"$ref": "#/components/pathItems/Books"})],
    [("components requestBodies", {"B": _LOADED["paths"]["/books/{id}"]["put"]["requestBody"]}), (f"{PUT} requestBody", {"$ref": "#/components/requestBodies/B"})],
    [("components headers", {"T": {"required": True, "schema": {"type": "integer"}}}), (f"{GET} responses 200 headers X-Total", {"$ref": "#/components/headers/T"})],
    [(f"{MODELS} Book", {"allOf": [{"properties": {"title": {"type": "string"}}, "required": ["title"]}, {"type": "object", "properties": {k: v for k, v in _LOADED["components"]["schemas"]["Book"]["properties"].items() if k != "title"}}]})],
    [(f"{PUT} x-idempotent", True)],
    [(f"{GET} x-evidence", "whatever")],
]  # fmt: skip


@pytest.mark.parametrize("edits", UNCHANGED)
def test_edits_that_change_nothing(edits: list[tuple[str, Any]]) -> None:
    changed = _edited(*edits)
    assert _compare(_LOADED, changed) == []
    assert _compare(changed, _LOADED) == []


def _renamed_path(document: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    document["paths"] = {path.replace(old, new): item for path, item in document["paths"].items()}
    return document


def test_paths() -> None:
    moved = _renamed_path(copy.deepcopy(_LOADED), "/books/{id}", "/tomes/{id}")
    assert [change.code for change in _compare(_LOADED, moved)] == ["path-changed"] * 2
    number = _edited(("paths /books/{id} parameters 0 name", "book-number"))
    found = _compare(_LOADED, _renamed_path(number, "{id}", "{book-number}"))
    assert [(change.code, change.klass) for change in found] == [("parameter-renamed", C)]
    assert "book_number" in found[0].what
    assert "Library.books.get_book(book_number=)" in found[0].names
    assert "Library.books.put_book(id=)" in found[0].names
    spelt = _renamed_path(_edited(("paths /books/{id} parameters 0 name", "ID")), "{id}", "{ID}")
    assert [change.klass for change in _compare(_LOADED, spelt)] == [D]
    escaped = [_renamed_path(copy.deepcopy(_LOADED), "/books", path) for path in ("/my%20~books%2f", "/my ~books%2F")]
    assert _compare(*escaped) == []
    del escaped[1]["paths"]["/my ~books%2F/{id}"]["put"]
    found = _compare(*escaped)
    assert [(change.code, change.pointer) for change in found] == [
        ("operation-removed", "/paths/~1my%20~0books%2f~1{id}/put")
    ]
    method = copy.deepcopy(_LOADED)
    method["paths"]["/books"]["get"] = method["paths"]["/books"].pop("post")
    assert "method-changed" in {change.code for change in _compare(_LOADED, method)}


def test_a_change_is_told_once_with_everything_that_it_touches() -> None:
    changed = _edited((f"{MODELS} Shelf", SHELF))
    changes = _compare(_LOADED, changed)
    assert [change.pointer for change in changes] == ["/components/schemas/Shelf/properties/room"]
    methods = [f"Library.books.{name}" for name in ("get_book", "put_book", "find_books")]
    assert changes[0].names == ("Shelf.room", *methods)
    enum = _compare(_LOADED, _edited((f"{MODELS} Book properties state enum", ["IN"])))
    assert enum[0].names[:2] == ("Book.state", "BookState")
    page = _compare(_LOADED, _edited(("components parameters page schema type", "string")))
    assert page[0].names == ("Library.books.find_books(page=)",)
    failed = _compare(_LOADED, _edited((f"{MODELS} Problem properties message type", "integer")))
    assert len(failed) == 1
    assert {"Problem.message", "NotFoundError", "Library.books.get_book", "ApiError"} <= {*failed[0].names}
    waiter = _compare(_LOADED, _edited((f"{GET} x-waiter", GONE)))
    assert "Library.books.wait_for_book" in waiter[0].names


def test_a_component_of_both_sides_has_the_worse_class() -> None:
    both = _edited((f"{BODY} application/json schema", {"$ref": "#/components/schemas/Book"}))
    for values in (["IN"], ["IN", "LENT", "LOST"]):
        changed = copy.deepcopy(both)
        _set(changed, f"{MODELS} Book properties state enum", values)
        assert [change.klass for change in _compare(both, changed)] == [B]


def test_a_field_that_went_elsewhere() -> None:
    changed = _edited((f"{MODELS} Book properties state", GONE))
    state = _LOADED["components"]["schemas"]["Book"]["properties"]["state"]
    _set(changed, f"{MODELS} Shelf properties state", state)
    found = _compare(_LOADED, changed)
    assert [(change.code, change.old, change.new) for change in found] == [("field-moved", "/state", "/shelf/state")]


def test_a_parameter_that_moves_into_the_body_or_out_of_it() -> None:
    """One change with the names of both; in an answer, or where another method has no such parameter, more is told."""
    limit = _LOADED["paths"]["/books/{id}"]["get"]["parameters"][0]
    added = (f"{MODELS} NewBook properties limit", limit["schema"])
    old, new = _edited((f"{PUT} parameters", [limit])), _edited(added)
    for one, two, values in ((old, new, ("query", "body")), (new, old, ("body", "query"))):
        (change,) = _compare(one, two)
        assert (change.code, change.klass, change.old, change.new) == ("parameter-moved", B, *values)
        assert {"NewBook.limit", "Library.books.put_book(limit=)"} <= {*change.names}
    answers = (f"{PUT} responses 200 content application/json schema", {"$ref": "#/components/schemas/NewBook"})
    asks = (f"{POST} requestBody", {"content": {"application/json": {"schema": answers[1]}}})
    for more in (answers, asks):
        old, new = _edited((f"{PUT} parameters", [limit]), more), _edited(added, more)
        assert {change.code for change in _compare(old, new)} == {"parameter-moved", "field-added"}
        assert {change.code for change in _compare(new, old)} == {"parameter-moved", "field-removed"}


def test_only_read_and_only_written_members_bind_one_side() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, "pin": {"type": "string", "writeOnly": True}}}  # fmt: skip
    for name, side in (("id", "request"), ("pin", "response")):
        old = _document(json.dumps(schema), side)
        for changed in (
            {**schema, "required": [name]},
            {**schema, "properties": {**schema["properties"], name: {**schema["properties"][name], "type": "integer"}}},
            {**schema, "properties": {key: value for key, value in schema["properties"].items() if key != name}},
        ):
            assert _compare(old, _document(json.dumps(changed), side)) == []


def test_what_cannot_be_compared_says_so() -> None:
    for side in ("request", "response"):
        found = _compare(_document("type: string, pattern: ^a", side), _document("type: string, pattern: ^b", side))
        assert found[0].klass == B
        assert "cannot be compared" in found[0].what


def test_two_choices_that_come_are_two_changes() -> None:
    old, new = (f"type: object, oneOf: [{choices}]" for choices in (CAT, f"{CAT}, {DOG}, {FISH}"))
    assert [change.new for change in _compare(_document(old, "request"), _document(new, "request"))] == ["Dog", "Fish"]


def test_a_document_without_a_title() -> None:
    document = _edited(("info title", GONE))
    assert _compare(document, document) == []


def test_paths_that_share_an_item() -> None:
    document = _edited(("components pathItems", {"Books": _LOADED["paths"]["/books"]}))
    for path in ("/books", "/tomes"):
        document["paths"][path] = {"$ref": "#/components/pathItems/Books"}
    assert _compare(document, document) == []
    gone = copy.deepcopy(document)
    del gone["paths"]["/tomes"]
    assert [change.what for change in _compare(document, gone)] == ["POST /tomes"]


def _scalar(random: Random) -> dict[str, Any]:
    kind = random.choice(("string", "integer", "number", "boolean", "null", "enum"))
    if kind == "enum":
        return {"enum": random.sample([1, "a", "b", None, True, 2], random.choice((1, 2, 3)))}
    words = {
        "string": ("minLength", "maxLength"),
        "integer": ("minimum", "exclusiveMaximum"),
        "number": ("maximum", "multipleOf"),
    }
    return {"type": kind} | {word: random.choice((1, 2, 3)) for word in words.get(kind, ()) if random.random() < 0.3}


def _random(random: Random, depth: int = 2) -> dict[str, Any]:
    """A schema; objects have the same members, as what comes and goes by name is more than a set of values."""
    choice = random.random()
    if not depth or choice < 0.3:
        return _scalar(random)
    inner = [_random(random, depth - 1) for _ in range(2)]
    if choice < 0.65:
        return (
            {"anyOf": inner}
            if choice < 0.5
            else {"allOf": inner}
            if choice < 0.6
            else {**_scalar(random), "not": inner[0]}
        )
    if choice < 0.8:
        words = {word: random.choice((1, 2)) for word in ("minItems", "maxItems") if random.random() < 0.3}
        return {"type": "array", random.choice(("items", "contains")): inner[0], **words}
    return {
        "type": "object",
        "properties": dict(zip("ab", inner, strict=True)),
        "required": random.sample("ab", random.choice((0, 1))),
    }


_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    2,
    1.5,
    10,
    "",
    "a",
    "ab",
    "abcd",
    [],
    [1],
    ["a"],
    [1, "a"],
    [None, True, 1],
]
_VALUES += [{}, *({"a": value} for value in _VALUES), *({"a": value, "b": 1} for value in _VALUES[:8]), {"b": "a"}]


def test_what_a_validator_says_of_values() -> None:
    """No value that came into an answer or went from a request is passed over."""
    random, tried = Random(7), 0
    while tried < 80:
        old, new = _random(random), _random(random)
        if random.random() < 0.5:
            new = {"anyOf": [old, _scalar(random)]} if random.random() < 0.5 else {"allOf": [old, _scalar(random)]}
        was, now = (jsonschema_rs.Draft202012Validator(schema) for schema in (old, new))
        come = [value for value in _VALUES if now.is_valid(value) and not was.is_valid(value)]
        gone = [value for value in _VALUES if was.is_valid(value) and not now.is_valid(value)]
        tried += bool(come or gone)
        for side, values in (("request", gone), ("response", come)):
            classes = {
                change.klass for change in _compare(_document(json.dumps(old), side), _document(json.dumps(new), side))
            }
            assert not values or B in classes, (side, old, new, values)
            assert not (come or gone) or classes, (side, old, new)


# -- properties --------------------------------------------------------------------------------------

_SPECS = {path.stem: Spec.read(path) for path in sorted((ROOT / "specs").glob("*.yaml"))}


@pytest.mark.parametrize("name", _SPECS)
def test_a_spec_and_itself(name: str) -> None:
    spec = _SPECS[name]
    assert _compare(dict(spec.document), dict(spec.document)) == []
    # Written out without aliases, and reordered, it is the same.
    plain = json.loads(json.dumps(spec.document))
    assert _compare(dict(spec.document), plain) == []
    assert _compare(dict(spec.document), _reversed(plain)) == []


def _reversed(node: Any) -> Any:
    """Names in another order, but for the members of XML, whose order counts."""
    if isinstance(node, dict):
        names = list(node) if "application/xml" in node or "xml" in node else list(reversed(node))
        return {
            name: node[name] if name in ("application/xml", "text/xml") else _reversed(node[name]) for name in names
        }
    return [_reversed(inner) for inner in node] if isinstance(node, list) else node


def _members(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """(pointer, name, owner, schema) of every member of a component that some operation leads to."""
    todo: list[tuple[str, Any]] = [("", document["paths"])]
    seen: set[int] = set()
    if "x-error-schema" in document:
        todo.append(("", {"$ref": document["x-error-schema"]}))
    while todo:
        at, node = todo.pop()
        if id(node) in seen or not isinstance(node, (dict, list)):
            continue
        seen.add(id(node))
        named: Any = node.items() if isinstance(node, dict) else enumerate(node)
        for name, inner in named:
            if name in ("example", "examples", "links"):
                continue
            if name == "$ref":
                target = document
                for part in inner.split("/")[1:]:
                    target = target[part.replace("~1", "/")]
                todo.append((inner[1:], target))
            elif (
                name == "properties"
                and isinstance(node, dict)
                and at.startswith("/components/schemas/")
                and "type" in node
            ):
                for member, schema in inner.items():
                    yield f"{at}/properties/{member}", str(member), node, schema
            todo.append((f"{at}/{name}", inner))


def _nullable(owner: dict[str, Any], name: str, schema: dict[str, Any]) -> bool:
    kinds = schema.get("type")
    if kinds is None or "enum" in schema or "const" in schema:
        return False
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if kinds == ["null"]:
        return False
    schema["type"] = [kind for kind in kinds if kind != "null"] if "null" in kinds else [*kinds, "null"]
    return True


def _required(owner: dict[str, Any], name: str, schema: dict[str, Any]) -> bool:
    needed = owner.setdefault("required", [])
    owner["required"] = [other for other in needed if other != name] if name in needed else [*needed, name]
    return not {"readOnly", "writeOnly"} & {*schema}


def _leaf(schema: dict[str, Any]) -> bool:
    return not {*schema} & {"$ref", "properties", "items", "allOf", "anyOf", "oneOf", "additionalProperties"}


def _retyped(owner: dict[str, Any], name: str, schema: dict[str, Any]) -> bool:
    if not _leaf(schema):
        return False
    kept: dict[str, Any] = {word: schema[word] for word in ("readOnly", "writeOnly") if word in schema}
    schema.clear()
    schema |= {"type": "array", "minItems": 77, **kept}
    return True


def _removed(owner: dict[str, Any], name: str, schema: dict[str, Any]) -> bool:
    if not _leaf(schema):
        return False
    del owner["properties"][name]
    return True


@pytest.mark.parametrize("mutate", [_nullable, _required, _retyped, _removed])
@pytest.mark.parametrize("name", _SPECS)
def test_every_member_of_the_real_specs(name: str, mutate: Callable[[Any, str, Any], bool]) -> None:
    """All members that can be changed are changed at once, and each is found; the other way round as well."""
    document = json.loads(json.dumps(_SPECS[name].document))
    changed = copy.deepcopy(document)
    expected = {at for at, member, owner, schema in list(_members(changed)) if mutate(owner, member, schema)}
    found = _compare(document, changed), _compare(changed, document)
    assert expected
    for changes in found:
        pointers = {change.pointer for change in changes}
        assert {at for at in expected if at not in pointers} == set()
        assert len(changes) == len({(change.pointer, change.code, change.what) for change in changes})
    assert len(found[0]) == len(found[1])


@pytest.mark.parametrize("name", _SPECS)
def test_every_parameter_of_the_real_specs(name: str) -> None:
    document = dict(_SPECS[name].document)
    changed = json.loads(json.dumps(document))
    places = [("components", "parameters", key) for key in (changed.get("components") or {}).get("parameters") or {}]
    nodes = [changed["components"]["parameters"][place[2]] for place in places]
    nodes += [
        parameter
        for item in changed["paths"].values() for operation in (item, *item.values())
        if isinstance(operation, dict) for parameter in operation.get("parameters") or () if "$ref" not in parameter
    ]  # fmt: skip
    for node in nodes:
        node["schema"] = {"type": "array", "items": {"type": "boolean"}}
    found = [change for change in _compare(document, changed) if change.code == "parameter-type-changed"]
    assert len(found) == len(nodes)


# -- what cannot be read -------------------------------------------------------------------------------

_START = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
_SCHEMA = _START + 'paths: {/a: {get: {responses: {"200": {content: {a/b: {schema: %s}}}}}}}\n'


@pytest.mark.parametrize(("text", "said"), [
    ("a: [", "is not YAML"),
    ("- a", "is not an OpenAPI document"),
    ("a: !!int x", "is not YAML"),
    ("\x00", "is not YAML"),
    ("[" * 100_000 + "]" * 100_000, "nested deeper"),
    ("- " * 5_000 + "a", "nested deeper"),
    (_START + "paths: nope", "/paths: is not a mapping"),
    (_START + "paths: {/a: 7}", "/paths/~1a: is not a mapping"),
    (_START + "paths: {/a: {get: 7}}", "/paths/~1a/get: is not a mapping"),
    (_START + "paths: {/a: {get: {parameters: 7}}}", "/paths/~1a/get/parameters"),
    (_START + "paths: {/a: {get: {parameters: [7]}}}", "/paths/~1a/get/parameters"),
    (_START + "paths: {/a: {get: {parameters: [{in: query}]}}}", "/paths/~1a/get/parameters/0: is not a parameter"),
    (_START + "paths: {/a: {get: {responses: [7]}}}", "/paths/~1a/get/responses: is not a mapping"),
    (_START + "paths: {/a: {get: {security: {a: []}}}}", "/paths/~1a/get/security: is not a list"),
    (_START + "paths: {/a: {get: {tags: x}}}", "/paths/~1a/get/tags: is not a list"),
    (_START + "paths: {/a: {get: {requestBody: [1]}}}", "/paths/~1a/get/requestBody: is not a mapping"),
    (_START + "paths: {/a: {$ref: '#/nowhere'}}", "/paths/~1a: refers to #/nowhere"),
    (_START + "paths: {/a: {$ref: 'other.yaml#/a'}}", "/paths/~1a: refers to other.yaml#/a"),
    (_START + "paths: {/a: {$ref: '#/paths/~1a'}}", "/paths/~1a: refers to itself"),
    (_START + "servers: nope\npaths: {/a: {get: {}}}", "/servers: is not a list"),
    (_START + "components: 7\npaths: {/a: {get: {}}}", "/components: is not a mapping"),
    (_SCHEMA % "7", "/schema: is not a schema"),
    (_SCHEMA % "{type: 7}", "/schema/type: is not the name of a type"),
    (_SCHEMA % "{properties: 7}", "/schema/properties: is not a mapping"),
    (_SCHEMA % "{type: object, required: yes}", "/schema/required: is not a list"),
    (_SCHEMA % "{allOf: 7}", "/schema/allOf: is not a list"),
    (_SCHEMA % "{enum: 7}", "/schema/enum: is not a list"),
    (_SCHEMA % "{type: number, minimum: a}", "/schema/minimum: is not a number"),
    (_SCHEMA % "{type: object, properties: {a: 7}}", "/schema/properties/a: is not a schema"),
    (_SCHEMA % "{$ref: '#/components/schemas/None'}", "/schema: refers to #/components/schemas/None"),
])  # fmt: skip
def test_what_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    from click.testing import CliRunner
    from truecopy_docs.__main__ import main

    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(_SCHEMA % "{type: string}")
    bad.write_text(text)
    for files in ((good, bad), (bad, good)):
        run = CliRunner().invoke(main, ["breaking", *map(str, files)])
        assert run.exit_code == 2, run.output
        assert not isinstance(run.exception, Exception), run.exception
        assert str(bad) in run.stderr
        assert said in run.stderr
        assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("schema", [
    "{$ref: '#/components/schemas/A'}", "{allOf: [{$ref: '#/components/schemas/A'}]}",
    "{type: object, properties: {a: {$ref: '#/components/schemas/B'}}}", "{oneOf: [{$ref: '#/components/schemas/A'}, {type: string}]}",
    "{type: array, items: {$ref: '#/components/schemas/A'}}", "{type: object, additionalProperties: {$ref: '#/components/schemas/B'}}",
    "{not: {$ref: '#/components/schemas/A'}}", "{anyOf: [{$ref: '#/components/schemas/B'}, {type: object, properties: {x: {type: string}}}]}",
])  # fmt: skip
def test_schemas_within_themselves_come_to_an_end(schema: str, tmp_path: Path) -> None:
    text = _SCHEMA % "{$ref: '#/components/schemas/A'}" + f"components: {{schemas: {{A: {schema}, B: {schema}}}}}\n"
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(text)
    new.write_text(text.replace("B: {", "B: {description: x, ", 1))
    specs = Spec.read(old), Spec.read(new)
    if schema.startswith(("{$ref", "{allOf")):
        with pytest.raises(DocsError, match="refers to itself"):
            compare_specs(*specs)
    else:
        assert compare_specs(*specs) == []


def test_scalars_are_those_of_json(tmp_path: Path) -> None:
    specs = []
    for values in ("[on, no, 12:30:45, 2001-01-01, 0123]", "['on', 'no', '12:30:45', '2001-01-01', '0123']"):
        path = tmp_path / "spec.yaml"
        path.write_text(_SCHEMA % f"{{type: string, enum: {values}}}")
        specs.append(Spec.read(path))
    assert compare_specs(*specs) == []
    assert specs[0].document == specs[1].document


def test_names_that_are_no_text(tmp_path: Path) -> None:
    texts = [_SCHEMA % "{type: object, properties: {200: {type: string}, on: {type: string}, a~b/c: {type: string}}}"]
    texts.append(texts[0].replace('"200"', "200"))
    texts.append(texts[1].replace("type: string", "type: integer"))
    specs = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        specs.append(Spec.read(path))
    assert compare_specs(specs[0], specs[1]) == []
    found = compare_specs(specs[1], specs[2])
    assert len(found) == 3
    place = "/paths/~1a/get/responses/200/content/a~1b/schema/properties"
    assert {f"{place}/200", f"{place}/on"} < {change.pointer for change in found}
    assert f"{place}/a~0b~1c" in {change.pointer for change in found}
    assert specs[2].at(f"{place}/a~0b~1c") == {"type": "integer"}


def test_the_command(tmp_path: Path) -> None:
    from click.testing import CliRunner
    from truecopy_docs.__main__ import main

    edits: dict[str, list[tuple[str, Any]]] = {
        "old": [], "same": [(f"{GET} summary", "x")], "wider": [(f"{GET} parameters 0 schema maximum", 99)],
        "gone": [(PUT, GONE)],
    }  # fmt: skip
    for name, edit in edits.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.dump(_edited(*edit)))
    said = {"old": (0, "1.4.3"), "same": (0, "1.4.3"), "wider": (3, "1.5.0"), "gone": (4, "2.0.0")}
    for name, (status, version) in said.items():
        files = [str(tmp_path / f"{one}.yaml") for one in ("old", name)]
        run = CliRunner().invoke(main, ["breaking", *files])
        assert run.exit_code == status, run.output
        assert f"1.4.2 -> {version}" in run.output
        rows = json.loads(CliRunner().invoke(main, ["breaking", "--json", *files]).output)
        assert len(rows) == (status > 0)


# -- the version step ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("classes", "version", "step", "said"), [
    ((), "1.2.3", "patch", "1.2.3 -> 1.2.4): nothing in the contract changed"),
    ((D,), "1.2.3", "patch", "1.2.3 -> 1.2.4): 1 documentation only"),
    ((C, D), "1.2.3", "minor", "1.2.3 -> 1.3.0): 1 compatible"),
    ((B, C, B), "1.2.3", "major", "1.2.3 -> 2.0.0): 2 breaking"),
    ((B,), "0.4.1", "minor", "0.4.1 -> 0.5.0): 1 breaking, and before 1.0"),
    ((C,), "0.4.1", "patch", "0.4.1 -> 0.4.2): 1 compatible"),
    ((D,), "0.4.1", "patch", "0.4.1 -> 0.4.2): 1 documentation only"),
    ((B,), "v2.0", "major", "v2.0 -> 3.0.0"),
    ((B,), "1", "major", "(one place lower before 1.0): 1 breaking"),
    ((B,), "2024-05-01", "major", "(one place lower before 1.0)"),
])  # fmt: skip
def test_the_version_step(classes: tuple[str, ...], version: str, step: str, said: str) -> None:
    changes = [Change(klass, "code", "what", 1, 2, (), None, None) for klass in classes]
    assert version_step(changes, version) == step
    assert version_reason(changes, version).startswith(f"release with a {step} version step")
    assert said in version_reason(changes, version)


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("creationTimestamp", "creation_timestamp"),
        ("surveyID", "survey_id"),
        ("@type", "type_"),
        ("survey-id", "survey_id"),
        ("ID", "id"),
        ("ErrorSubCode", "error_sub_code"),
        ("imageUrl", "image_url"),
    ],
)
def test_names_are_spelt_as_in_the_generated_code(name: str, python: str) -> None:
    assert snake(name) == python


def test_rows_of_a_schema_that_refers_to_itself() -> None:
    spec = Spec(Path("t.yaml"), _document(_REF["Tree"], "response"))
    rows = spec.rows(next(iter(spec.operations())))
    assert ("field", "response 200", "/x/next") in rows
