"""URLs as pages print them: placeholders in any notation become ``{name}``, and what had to be repaired is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

__all__ = ["METHODS", "Address", "anonymous", "credential", "names_in", "parse_address", "same_path"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

_BRACED = re.compile(
    r"\{+\s*(?P<name>[\w.-]+)\s*\}+|\{+(?P<open>[\w.-]+)(?=[/?&]|$)|(?<=/):(?P<colon>[A-Za-z_][\w-]*)|<(?P<angle>[\w.-]+)>"
)
_BASE = re.compile(r"(?P<base>.*?/v\d+)(?P<path>/.*)")
_CREDENTIAL = re.compile(
    r"(?i)(proxy-)?authorization|(x[-_])?(api|access|auth|secret|subscription)[-_]?(key|token|secret)|token"
)
_PLAIN_KEYS = {"partition", "row", "sort", "primary", "foreign", "idempotency", "public", "cache"}


@dataclass(frozen=True, slots=True)
class Address:
    """A printed address: base URL (empty for a path alone), path, query, and the repairs that were needed."""

    base: str
    path: str
    query: dict[str, str]
    repaired: tuple[str, ...] = ()


def parse_address(printed: str, known_path: str | None = None) -> Address:
    """Split a printed URL or path.

    A base URL ends after its version segment (``/v2``), or where `known_path` begins when the address ends with it.
    """
    repaired: list[str] = []

    def placeholder(found: re.Match[str]) -> str:
        token = found.group()
        name = found["name"] or found["open"] or found["colon"] or found["angle"]
        if token.count("{") != token.count("}"):
            repaired.append("unbalanced braces")
        return "{" + str(name) + "}"

    clean = _BRACED.sub(placeholder, printed.strip().strip("'\"`*").rstrip(".,;"))
    clean, _, query = clean.partition("?")
    base, path = "", clean
    if "://" in clean:
        scheme, _, rest = clean.partition("://")
        host, slash, path = rest.partition("/")
        base, path = f"{scheme.lower()}://{host}", slash + path
        if known_path and known_path != "/" and path.endswith(known_path):
            base, path = base + path.removesuffix(known_path), known_path
        elif split := _BASE.fullmatch(path):
            base, path = base + split["base"], split["path"]
    path = "/" + path.strip("/")
    return Address(base, path, dict(parse_qsl(query, keep_blank_values=True)), tuple(repaired))


def names_in(path: str) -> list[str]:
    """The placeholders of a path, in order."""
    return re.findall(r"\{([^{}]+)\}", path)


def anonymous(path: str) -> str:
    """A path as it is on the wire, whatever its placeholders are called."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def same_path(one: str, other: str) -> bool:
    """Whether two paths are the same on the wire."""
    return anonymous(one) == anonymous(other)


def credential(name: str, value: str = "") -> bool:
    """Whether a header or query parameter carries a credential, by its name (``api-key``, ``libraryKey``,
    ``Authorization``) or by that of the placeholder in its value."""
    if (placeholder := re.fullmatch(r"\{+\s*([\w.-]+)\s*\}+", value.strip())) and credential(placeholder[1]):
        return True
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name.strip()).lower().replace("_", "-").split("-")
    keyed = words[-1] in ("key", "apikey", "secret", "auth", "authtoken", "accesstoken") and not _PLAIN_KEYS & set(
        words
    )
    return keyed or bool(_CREDENTIAL.fullmatch(name.strip()))
