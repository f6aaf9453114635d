"""The page at /_emulator/: the files of this folder, and Swagger UI from the package that ships it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent
_OWN = frozenset(("index.html", "page.css", "page.js", "reference.html", "reference.js"))
_SWAGGER = frozenset(("swagger-ui-bundle.js", "swagger-ui.css"))


def find(name: str) -> Path | None:
    """The file behind a name; None for every name but those above, or when the package is not installed."""
    if name in _OWN:
        return _HERE / name
    package = find_spec("swagger_ui_bundle") if name in _SWAGGER else None
    if package is None or package.origin is None:
        return None
    return next(iter(sorted(Path(package.origin).parent.glob(f"vendor/*/{name}"))), None)
