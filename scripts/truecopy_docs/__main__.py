"""The command line: ``truecopy-docs facts | check | confirm | explain | diff | breaking | update | draft``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from shlex import quote
from typing import Any

from truecopy_docs.page import DocsError

_EXTRA = "truecopy-docs: it needs its extra: pip install 'truecopy[docs]'"

try:
    import click
except ModuleNotFoundError as error:
    sys.exit(f"{_EXTRA} ({error})")

# Each command imports what it needs: reading a page needs neither the specs nor the validators.

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
        except RecursionError:
            click.echo("truecopy-docs: a file holds values that are nested too deeply to be read", err=True)
            raise SystemExit(UNREADABLE) from None
        except ModuleNotFoundError as error:
            sys.exit(f"{_EXTRA} ({error})")
        except BrokenPipeError:  # click ends quietly
            raise
        except OSError as error:
            sys.exit(f"truecopy-docs: cannot write: {error.strerror}")

    return run


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DocsError(f"{path}: cannot be written ({error.strerror}); give a file in an existing folder") from None


def _cut(title: object, facts: Any) -> str:
    return f"{title}: is cut off at line {facts.truncated['line']}, in {facts.truncated['in']}"


def _found(folder: Path | None) -> Path:
    """The folder of the specs: as given, below the current folder, in the checkout, or in the installed wheel."""
    package = Path(__file__).resolve().parent
    usual = [Path("specs"), package.parents[1] / "specs", package.parent / "truecopy_emulator" / "specs"]
    return folder or next((place for place in usual if any(place.glob("*.yaml"))), usual[0])


_FILE = click.Path(path_type=Path)
_SPECS = click.option(
    "--specs", type=_FILE, help="Folder of the specs. Default: specs/ here, in the checkout or in the package."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Facts of documentation pages, and the proof that the specs agree with them."""


@main.command()
@click.argument("page", type=_FILE)
@click.option("-o", "--output", type=_FILE, help="Write to this file instead of standard output.")
@_one_line
def facts(page: Path, output: Path | None) -> None:
    """Read a captured PAGE (plain text, Markdown, HTML or a web archive) and print its facts as YAML."""
    from truecopy_docs.facts import dump, read_facts

    found = read_facts(page)
    if found.truncated:
        click.echo(f"truecopy-docs: {_cut(page, found)}; capture the whole page", err=True)
    elif found.doubt:
        click.echo(f"truecopy-docs: {page}: may be cut off: {found.doubt}; compare it with the page itself", err=True)
    if output is None:
        click.echo(dump(found), nl=False)
        return
    _write(output, dump(found))
    click.echo(f"Wrote {output}: {len(found.rows)} facts ({found.family}). Next: make docs-check", err=True)


@main.command()
@_SPECS
@click.option(
    "--facts", "facts_folder", type=_FILE, help="Folder of the facts. Default: facts/ in the folder of the specs."
)
@_one_line
def check(specs: Path | None, facts_folder: Path | None) -> None:
    """Check the specs against the facts, both ways. Exit status 1 when there are findings."""
    from truecopy_docs.check import check as run
    from truecopy_docs.report import check_text

    report = run(_found(specs), facts_folder)
    for line in check_text(report):
        click.echo(line)
    raise SystemExit(1 if report.findings else 0)


@main.command()
@_SPECS
@_one_line
def confirm(specs: Path | None) -> None:
    """Say that what x-evidence and x-deviations stand for was looked at again: write confirmed.lock."""
    from truecopy_docs.confirmed import confirm as run

    path, news = run(_found(specs))
    for line in news:
        click.echo(line)
    click.echo(f"Wrote {path}: {len(news)} confirmed anew.")


@main.command()
@click.argument("code", required=False)
@_one_line
def explain(code: str | None) -> None:
    """Say what a finding's CODE means and what to do; all codes without an argument."""
    from truecopy_docs.check import CODES

    if code is not None and code.upper() not in CODES:
        raise DocsError(f"{code}: is no code of a finding; known: {', '.join(CODES)}")
    for known in [code.upper()] if code else CODES:
        click.echo(f"{known}: {CODES[known][0]}\n    {CODES[known][1]}")


_JSON = click.option("--json", "json_", is_flag=True, help="A list of objects instead of text.")
_MARKDOWN = click.option("--markdown", is_flag=True, help="A report for a pull request.")
_HTML = click.option("--html", "html_", type=_FILE, help="Also write a page with both sides of every change.")


@main.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@_JSON
@_MARKDOWN
@_HTML
@_SPECS
@_one_line
def diff(old: Path, new: Path, json_: bool, markdown: bool, html_: Path | None, specs: Path | None) -> None:
    """What changed in the contract from page OLD to page NEW (pages or facts files).

    Exit status: 0 nothing, 3 compatible or documentation only, 4 breaking, 2 a page that cannot be read.
    """
    from truecopy_docs.diff import exit_status
    from truecopy_docs.facts import read_facts

    before, after = read_facts(old), read_facts(new)
    following = f"make docs-update PAGE={quote(str(new))}"
    raise SystemExit(
        exit_status(_compare(before, after, specs, (str(old), str(new)), following, json_, markdown, html_))
    )


def _compare(before: Any, after: Any, specs: Path | None, titles: tuple[str, str], following: str, json_: bool = False,
             markdown: bool = False, html_: Path | None = None) -> Any:  # fmt: skip
    """Print the changes between two sets of facts and return them."""
    from truecopy_docs.diff import compare, cut_off
    from truecopy_docs.spec import load_specs

    folder = _found(specs)
    known = load_specs(folder) if specs or any(folder.glob("*.yaml")) else []
    changes = compare(before, after, known)
    for title, page in zip(titles, (before, after), strict=True):
        if page.truncated:
            click.echo(f"truecopy-docs: {_cut(title, page)}; compared up to there", err=True)
    if doubt := cut_off(before, after):
        click.echo(f"truecopy-docs: {titles[1]}: may be cut off: {doubt}; if so, capture the whole page", err=True)
    if not changes and after.truncated:
        raise DocsError(
            f"{titles[1]}: nothing changed up to the cut, but the rest is not there; capture the whole page"
        )
    _show(changes, titles, following if changes else "", json_, markdown, html_)
    return changes


def _show(
    changes: Any, titles: tuple[str, str], following: str, json_: bool, markdown: bool, html_: Path | None
) -> None:
    from truecopy_docs import report

    if html_ is not None:
        _write(html_, report.as_html(changes, *titles, following or "nothing to do"))
    if json_:
        click.echo(report.as_json(changes))
    elif markdown:
        click.echo(report.as_markdown(changes, *titles, following or "nothing to do"), nl=False)
    else:
        for line in report.as_text(changes):
            click.echo(line)
        if following:
            click.echo(f"\nNext: {following}")


@main.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@_JSON
@_MARKDOWN
@_HTML
@_one_line
def breaking(old: Path, new: Path, json_: bool, markdown: bool, html_: Path | None) -> None:
    """What changed for callers from spec OLD to spec NEW, and the version step it asks for.

    Exit status: 0 nothing, 3 compatible or documentation only, 4 breaking, 2 a spec that cannot be read.
    """
    from truecopy_docs.breaking import compare_specs, version_reason
    from truecopy_docs.diff import exit_status
    from truecopy_docs.spec import Spec

    before, after = Spec.read(old), Spec.read(new)
    changes = compare_specs(before, after)
    following = version_reason(changes, before.version)
    _show(changes, (str(old), str(new)), following, json_, markdown, html_)
    raise SystemExit(exit_status(changes))


@main.command()
@click.argument("page", type=_FILE)
@click.option(
    "--document", help="Id of the document that the page is a new capture of. Default: by file name, then by operation."
)
@click.option(
    "--accept-removed",
    is_flag=True,
    help="Write the facts although the new page lacks some of the old ones, or its operation moved.",
)
@_SPECS
@_one_line
def update(page: Path, document: str | None, accept_removed: bool, specs: Path | None) -> None:
    """Compare a new capture PAGE with the committed facts, print the changes, and write the new facts.

    Where facts are gone, the page may have dropped them or the capture may be cut off; where it names another
    operation, that may have moved or the page may be another one. Then nothing is written without --accept-removed.
    """
    from dataclasses import replace

    from truecopy_docs.facts import dump, read_facts

    folder = _found(specs)
    after = read_facts(page)
    if after.truncated:
        raise DocsError(f"{_cut(page, after)}; nothing was written: capture the whole page")
    target = _committed(folder / "facts", after, document)
    before = read_facts(target)
    if before.sha256 == after.sha256:
        click.echo(f"{page}: is the text that {target} was read from. Nothing to do.")
        return
    _must_be_of(folder / "facts", target, before, after, accept_removed)
    after = replace(after, document=before.document)
    spec = _spec_of(folder, before)
    changed = _compare(before, after, specs, (str(target), str(page)), "")
    removed = [
        change.what for change in changed if change.code.endswith("-removed") and change.key[0] != "contradiction"
    ]
    if removed and not accept_removed:
        raise DocsError(
            f"{page}: lacks {len(removed)} of the old page's facts ({removed[0]}, …); nothing was written. If the page "
            "dropped them, run again with --accept-removed (make docs-update … ACCEPT=1); otherwise capture it whole"
        )
    _write(target, dump(after))
    click.echo(f"\nWrote {target} ({len(after.rows)} facts, sha256 {after.sha256}).")
    todo = "at the pointers above, and in x-sources that sha256" if changed else "in x-sources: that sha256"
    click.echo(f"Next: edit {spec} ({todo}), then: make docs-check && make generate")


def _must_be_of(folder: Path, target: Path, before: Any, after: Any, moved: bool) -> None:
    """Refuse a page of another document: it would overwrite facts of a page that it says nothing about.

    Raises:
        DocsError: the page is of another family, or names another operation and nobody says that it moved.
    """
    from truecopy_docs.facts import read_facts

    was, now = (next(page.of("operation")).says for page in (before, after))
    way_out = "or, for a new document, write its first version with `truecopy-docs facts PAGE -o FILE`"
    if before.family != after.family:
        raise DocsError(
            f"{after.document}: is a page of {after.family}, and {target} was read from one of {before.family}; "
            f"nothing was written. Name the right document with --document, {way_out}"
        )
    if _operation(was) == _operation(now):
        return
    others = [path for path in sorted(folder.glob("*.yaml")) if path != target]
    if owner := next(
        (p for p in others if _operation(next(read_facts(p).of("operation")).says) == _operation(now)), None
    ):
        raise DocsError(
            f"{after.document}: documents {now['method']} {now['path']}, whose facts are in {owner}, and not {target}; "
            f"nothing was written. Run again with --document {quote(owner.stem)}"
        )
    if not moved:
        raise DocsError(
            f"{after.document}: documents {now['method']} {now['path']}, and {target} {was['method']} {was['path']}; "
            "nothing was written. If the operation itself has changed, run again with --accept-removed "
            f"(make docs-update … ACCEPT=1); otherwise name the right document with --document, {way_out}"
        )


def _operation(says: Any) -> tuple[str, str]:
    """Method and path, whatever the placeholders are called."""
    from truecopy_docs.urls import anonymous

    return says["method"], anonymous(says["path"])


def _committed(folder: Path, after: Any, document: str | None) -> Path:
    """The committed facts that a new capture belongs to."""
    from truecopy_docs.facts import read_facts

    for name in (document, after.document):
        if name and (folder / f"{name}.yaml").is_file():
            return folder / f"{name}.yaml"
    if document is None:
        new = next(after.of("operation"))
        for path in sorted(folder.glob("*.yaml")):
            if _operation(next(read_facts(path).of("operation")).says) == _operation(new.says):
                return path
    raise DocsError(
        f"{folder}: holds no facts of {document or after.document}; name the document with --document, "
        "or write a first version with `truecopy-docs facts`"
    )


def _spec_of(folder: Path, before: Any) -> str:
    from truecopy_docs.spec import load_specs

    for spec in load_specs(folder):
        if any(source.get("document") == before.document for source in spec.document.get("x-sources") or ()):
            return str(spec.path)
    return "the spec"


@main.command()
@click.argument("facts_files", metavar="FACTS...", nargs=-1, required=True, type=_FILE)
@click.option("--title", help="Name of the provider, which becomes the client's class. Default: from the host.")
@click.option("-o", "--output", type=_FILE, help="Write to this file instead of standard output.")
@_one_line
def draft(facts_files: tuple[Path, ...], title: str | None, output: Path | None) -> None:
    """Write a first OpenAPI spec from FACTS, with a TODO for everything that the pages do not say."""
    from truecopy_docs.draft import draft as run
    from truecopy_docs.facts import read_facts

    text = run([read_facts(path) for path in facts_files], title)
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text)
    click.echo(
        f"Wrote {output} with {text.count('TODO')} TODOs. Next: settle them, then: make docs-check && make generate",
        err=True,
    )


if __name__ == "__main__":
    main()
