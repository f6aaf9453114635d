"""The page at /_emulator/: files of this folder, and the API reference component from the package that ships it."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def find(name: str) -> Path | None:
    """The file behind a name, or None; names are file names, never paths."""
    path = _HERE / name
    return path if path.parent == _HERE and path.suffix in (".html", ".css", ".js") and path.is_file() else None
