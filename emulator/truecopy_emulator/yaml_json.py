"""YAML as JSON has it. A module of its own, because importing PyYAML takes longer than reading what is cached."""

from __future__ import annotations

import re
from typing import Any

import orjson
import yaml


class _Loader(yaml.CSafeLoader):
    """PyYAML's quick loader without what YAML 1.1 has beyond JSON: dates and `no` stay text, tags are dropped."""


_JSON_TYPES = {"null", "int", "float", "merge"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] in _JSON_TYPES]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF")


def _untagged(loader: yaml.CSafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_constructor(None, _untagged)


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
