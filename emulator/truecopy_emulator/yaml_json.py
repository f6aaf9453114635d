"""YAML as JSON has it. A module of its own, because importing PyYAML takes longer than reading what is cached."""

from __future__ import annotations

import re
from typing import Any

import orjson
import yaml


class _Loader(yaml.CSafeLoader):
    """PyYAML's quick loader with the scalars of JSON (YAML 1.2's JSON schema) in the place of YAML 1.1's: `no`, dates,
    12:30:45, 0123 and +49 stay text. Merge keys are read, tags are dropped."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] in ("null", "merge")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_NUMBER = r"-?(?:0|[1-9][0-9]*)"
for name, pattern, first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", _NUMBER, "-0123456789"),
    ("float", _NUMBER + r"(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"^(?:{pattern})$"), first)


def _number(loader: yaml.CSafeLoader, node: yaml.Node) -> Any:
    try:
        return orjson.loads(node.value)  # as JSON has it: a float where an integer is too long
    except orjson.JSONDecodeError:
        return node.value  # tagged as a number, as in `!!int 0x1F`, and none of JSON's


def _untagged(loader: yaml.CSafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_constructor(None, _untagged)
_Loader.add_constructor("tag:yaml.org,2002:int", _number)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def parse(content: bytes) -> Any:
    """The document as JSON would have it: a key such as 200 becomes text.

    Raises:
        ValueError: it is not YAML, or JSON cannot hold it.
    """
    try:
        value = yaml.load(content, _Loader)  # noqa: S506 (a safe loader)
        return orjson.loads(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        raise ValueError(" ".join(str(error).split())) from None
