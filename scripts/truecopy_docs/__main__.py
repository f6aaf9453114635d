"""The command line: ``truecopy-docs facts | check | explain | diff | breaking | update | draft``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from truecopy_docs.facts import dump, read_facts
from truecopy_docs.page import DocsError

UNREADABLE = 2


def _one_line(command: Callable[..., Any]) -> Callable[..., Any]:
    """Input that cannot be used is one line on standard error and exit status 2, never a traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except DocsError as error:
            click.echo(f"truecopy-docs: {error}", err=True)
            raise SystemExit(UNREADABLE) from None

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Facts of documentation pages, and the proof that the specs agree with them."""


@main.command()
@click.argument("page", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@_one_line
def facts(page: Path, output: Path | None) -> None:
    """Read a captured PAGE (plain text or saved HTML) and print its facts as YAML."""
    found = read_facts(page)
    if found.truncated:
        click.echo(
            f"truecopy-docs: {page}: is cut off at line {found.truncated['line']}, in {found.truncated['in']}", err=True
        )
    if output is None:
        click.echo(dump(found), nl=False)
        return
    try:
        output.write_text(dump(found), encoding="utf-8")
    except OSError as error:
        raise DocsError(f"{output}: cannot be written ({error.strerror}); give a file in an existing folder") from None
    click.echo(f"Wrote {output}: {len(found.rows)} facts of a {found.family} page. Next: make docs-check", err=True)


if __name__ == "__main__":
    main()
