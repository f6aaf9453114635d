"""Every Python example of README and docs/ runs, in the order of its page, against the emulator, and is typed."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

import pytest
from mypy import api
from truecopy_emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path) -> list[tuple[int, str]]:
    """The Python blocks of a page with the lines that they start at; ```python no-run is left out."""
    text = page.read_text()
    return [(text.count("\n", 0, m.start(1)), m[1]) for m in re.finditer(r"(?ms)^```python\n(.*?)^```", text)]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_examples_run(page: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in ("questionpro", "supermetrics", "asavie"):
        monkeypatch.setenv(f"{provider.upper()}_BASE_URL", emulator.url(provider))
    for variable in ("QUESTIONPRO_API_KEY", "SUPERMETRICS_TOKEN", "ASAVIE_TOKEN"):
        monkeypatch.setenv(variable, emulator.credential)
    names: dict[str, object] = {"__name__": page.stem}
    for line, source in blocks(page):
        code = compile("\n" * line + source, str(page), "exec")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            exec(code, names)


def test_examples_satisfy_the_strictest_checker_of_types(tmp_path: Path) -> None:
    for page in PAGES:
        imports: list[str] = []
        for line, source in blocks(page):
            module = tmp_path / f"{page.stem.replace('-', '_')}_{line}.py"
            module.write_text("\n".join([*imports, source]))
            nodes = ast.parse(source).body
            imports += [ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    told, problems, status = api.run(["--config-file", str(ROOT / "pyproject.toml"), "--strict", str(tmp_path)])
    assert status == 0, told + problems


def test_there_are_examples() -> None:
    assert sum(len(blocks(page)) for page in PAGES) >= 12
