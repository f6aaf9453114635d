"""The command `truecopy-emulator`: serve the providers, or explain a diagnostic."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

import click

from .diagnostics import DIAGNOSTICS
from .emulator import Emulator
from .openapi import SpecError
from .server import ServerError


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 for a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--public", is_flag=True, help="Allow a --host that other machines can reach.")
@click.option("--seed", default=0, show_default=True, help="Seed of ids: one seed, one run.")
@click.option(
    "--max-body", default=1 << 20, show_default=True, type=click.IntRange(1), help="Largest request body in bytes."
)
@click.version_option(package_name="truecopy", prog_name="truecopy-emulator")
@click.pass_context
def main(context: click.Context, /, **options: Any) -> None:
    """Serve local stand-ins for QuestionPro, Supermetrics and Asavie until interrupted."""
    if context.invoked_subcommand is None:
        serve(**options)


def serve(**options: Any) -> None:
    """Run until SIGINT or SIGTERM."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    try:
        with Emulator(**options) as emulator:
            bases = "  ".join(emulator.url(name) for name in emulator.names)
            print(f"ready: {bases}  credential: {emulator.credential}", flush=True)
            stopped.wait()
    except (ServerError, SpecError) as error:
        raise click.ClickException(str(error)) from None


@main.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a diagnostic's CODE means and what to do."""
    found = DIAGNOSTICS.get(code.upper())
    if found is None:
        raise click.ClickException(f"no diagnostic {code}; there are {', '.join(DIAGNOSTICS)}")
    print(f"{found.code} {found.title}\n\n{found.meaning}\n\nWhat to do: {found.remedy}")


if __name__ == "__main__":
    sys.exit(main())
