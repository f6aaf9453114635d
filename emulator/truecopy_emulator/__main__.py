"""The command `truecopy-emulator`: serve the providers, or explain a diagnostic."""

from __future__ import annotations

import gc
import signal
import sys
from pathlib import Path
from queue import SimpleQueue
from typing import Any

try:
    import click

    from .diagnostics import DIAGNOSTICS
    from .emulator import Emulator
    from .faults import PROFILES
    from .schemas import SpecError
    from .server import ServerError
    from .storage import StateError
except ModuleNotFoundError as error:
    sys.exit(f"truecopy-emulator: it needs its extra: pip install 'truecopy[emulator]' ({error})")


def _option(*names: str, **settings: Any) -> Any:
    return click.option(*names, show_default=settings.get("default") is not None, **settings)


_SERVE = [
    _option("--port", default=8080, type=click.IntRange(0, 65535), help="Port to listen on; 0 for a free one."),
    _option("--host", default="127.0.0.1", help="Address to listen on."),
    _option("--public", is_flag=True, help="Allow a --host that other machines can reach."),
    _option("--seed", type=int, help="Seed of ids: one seed, one run. 0, or that of a --state that exists."),
    _option("--state", metavar="FILE|URL", help="Keep the state in a SQLite file or a PostgreSQL database."),
    _option("--spec", "specs", multiple=True, metavar="FILE", help="Serve one more OpenAPI document at a --mount."),
    _option("--mount", "mounts", multiple=True, metavar="PATH", help="Where to serve a --spec, in the same order."),
    _option("--profile", type=click.Choice(list(PROFILES)), help="Faults from the start."),
    _option("--defect", metavar="NAME", help="A defect to show what notices it; `defects` lists them."),
    _option("--control-token", envvar="TRUECOPY_EMULATOR_CONTROL_TOKEN", help="Bearer token for /_emulator/."),
    _option("--max-body", default=1 << 20, type=click.IntRange(1), help="Largest request body in bytes."),
    _option("--journal", "journal_size", default=10_000, type=click.IntRange(0, 10**9), help="Exchanges to keep."),
    _option("--certificate", type=click.Path(path_type=Path), help="PEM file; with --key, speak TLS."),
    _option("--key", type=click.Path(path_type=Path), help="PEM file of the certificate's key."),
    _option("--access-log", is_flag=True, help="Write a line of JSON to standard error for each call of a provider."),
    _option("--workers", default=1, type=click.IntRange(1, 64), help="Server processes; more than one needs --state."),
    _option("--http", type=click.Choice(["auto", "1", "2"]), default="auto", help="HTTP version."),
]


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="truecopy", prog_name="truecopy-emulator")
@click.pass_context
def main(context: click.Context, /, specs: tuple[str, ...], mounts: tuple[str, ...], **options: Any) -> None:
    """Serve local stand-ins for QuestionPro, Supermetrics and Asavie until interrupted."""
    if context.invoked_subcommand is not None:
        return
    if len(specs) != len(mounts):
        raise click.UsageError(f"{len(specs)} --spec and {len(mounts)} --mount: each --spec needs one --mount")
    serve(specs=dict(zip(mounts, specs, strict=True)), **options)


for _add in reversed(_SERVE):
    main = _add(main)


def serve(workers: int, **options: Any) -> None:
    """Run until SIGINT or SIGTERM."""
    try:
        if workers > 1:
            from . import workers as several

            server = {name: options.pop(name) for name in ("host", "port", "public", "certificate", "key", "http")}
            several.serve(workers, _ready, server=server, emulator=options)
        else:
            _serve_one(options)
    except (ServerError, SpecError, StateError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _serve_one(options: dict[str, Any]) -> None:
    # A signal may come at any step of this thread, also within a lock: SimpleQueue is made for that, Event is not.
    stop: SimpleQueue[int] = SimpleQueue()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _: stop.put(number))
    with Emulator(**options) as emulator:
        # What is there now stays: the collector need not look at it again, and looks less often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)
        _ready(emulator.origin, emulator.paths)
        stop.get()


def _ready(origin: str, paths: list[str]) -> None:
    print(f"ready: {'  '.join(origin + path for path in paths)}  credential: {Emulator.credential}", flush=True)


@main.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a diagnostic's CODE means and what to do."""
    found = DIAGNOSTICS.get(code.upper())
    if found is None:
        raise click.ClickException(f"no diagnostic {code}; there are {', '.join(DIAGNOSTICS)}")
    print(f"{found.code} {found.title}\n\n{found.meaning}\n\nWhat to do: {found.remedy}")


@main.command()
def defects() -> None:
    """List what --defect can plant."""
    from .defects import DEFECTS  # a long table that serving does not need

    for defect in DEFECTS.values():
        print(f"{defect.name:32} {defect.provider:13} {defect.operation or 'no operation':38} {defect.what}")


if __name__ == "__main__":
    sys.exit(main())
