"""Fixtures for the tests of truecopy-docs: `tests.docs` can be imported, captured pages are found when present."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def captured() -> dict[str, Path]:
    """The captured pages by the first three characters of their names; skips where they are not present."""
    folder = Path(os.environ.get("TRUECOPY_PAGES", ROOT.parent / "shared" / "docs"))
    pages = {path.name[:3]: path for path in sorted(folder.glob("*.txt"))}
    if not pages:
        pytest.skip(f"no captured pages in {folder}; set TRUECOPY_PAGES to their folder")
    return pages
