"""The command line: made from the operations of the specs, without a line per operation.

Heavy modules are imported where they are used, so that help and completion answer at once.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from truecopy import errors
from truecopy._version import __version__

if TYPE_CHECKING:
    from truecopy.schema import Operation

#: provider -> name of its client, and where its credential is read from
PROVIDERS = {
    "questionpro": ("QuestionPro", "QUESTIONPRO_API_KEY"),
    "supermetrics": ("Supermetrics", "SUPERMETRICS_TOKEN"),
    "asavie": ("Asavie", "ASAVIE_TOKEN, or ASAVIE_CLIENT_ID and ASAVIE_CLIENT_SECRET"),
}
STATUSES = {
    0: "done",
    1: "a defect of truecopy, or nothing can be written",
    2: "unusable arguments or settings; nothing was changed",
    3: "the provider answered with a failure",
    4: "no answer: the connection failed",
    5: "the answer is not what the documentation says",
    6: "the wait is over and no end state was reached",
    130: "interrupted",
}
#: exception -> exit status and the way out; the first row that fits counts
OUTCOMES: tuple[tuple[type[errors.TruecopyError], int, str], ...] = (
    (errors.ConfigurationError, 2, "see --help"),
    (errors.AuthenticationError, 3, "check the credential in {variables}"),
    (errors.PermissionDeniedError, 3, "the credential in {variables} does not allow this"),
    (errors.NotFoundError, 3, "check the ids, and --base-url or --datacenter"),
    (errors.QuotaExhaustedError, 3, "the plan's budget is used up; repeating does not help"),
    (errors.RateLimitError, 3, "try again later"),
    (errors.ServerError, 3, "try again later; if it stays, tell the provider's support"),
    (errors.ApiError, 3, "check the arguments"),
    (errors.NotSentError, 4, "nothing was processed: check the network, HTTPS_PROXY and --base-url"),
    (errors.TransportError, 4, "it may have been processed: look before you repeat it"),
    (errors.ResponseMismatchError, 5, "the provider answers otherwise than documented: report it"),
    (errors.WaitTimeoutError, 6, "the same command waits on; --timeout makes it longer"),
)
EPILOG = "\b\nExit status:\n" + "\n".join(f"  {status:<4} {meaning}" for status, meaning in STATUSES.items())
_NEVER_ARGUMENTS = "It is never an argument: those stand in the shell's history and in the list of processes."
_SECONDS = click.FloatRange(min=0, min_open=True)
_TYPES = {"integer": click.INT, "number": click.FLOAT, "boolean": click.BOOL}
_JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON and nothing else.")


class Group(click.Group):
    """A group of commands that suggests one when there is none of a name."""

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, names = arguments[0], self.list_commands(context)
        if name not in names and not name.startswith("-") and not context.resilient_parsing:
            near = difflib.get_close_matches(_kebab(name), names, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
            raise click.UsageError(f"no {name!r} here; {hint}", context)
        return super().resolve_command(context, arguments)


class Providers(Group):
    """A group with one command per provider; that command is made when it is named."""

    def __init__(self, name: str, make: Callable[[str], click.Command], text: str) -> None:
        super().__init__(name, help=text, no_args_is_help=True)
        self._make = make

    def list_commands(self, context: click.Context) -> list[str]:
        return list(PROVIDERS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return self._make(name) if name in PROVIDERS else None


def _kebab(name: str) -> str:
    return name.replace("_", "-")


def _provider(name: str) -> Any:
    return importlib.import_module(f"truecopy.{name}").PROVIDER


def _call(provider: str) -> click.Command:
    """The group of a provider's resources."""
    resources: dict[str, Group] = {}
    for operation in _provider(provider).spec.operations():
        new = Group(_kebab(operation.tag), help=f"Operations on {operation.tag}.")
        resources.setdefault(operation.tag, new).add_command(_call_command(provider, operation))
    return Group(provider, help=f"Operations of {PROVIDERS[provider][0]}.", commands=[*resources.values()])


def _wait(provider: str) -> click.Command:
    """The command that waits, or a group of them when a provider has several operations with end states."""
    operations = _provider(provider).spec.operations()
    commands = [_wait_command(provider, operation) for operation in operations if "x-waiter" in operation.node]
    return commands[0] if len(commands) == 1 else Group(provider, commands=commands)


def _call_command(provider: str, operation: Operation) -> click.Command:
    verb, _, rest = operation.method_name.partition("_")

    def run(every: bool = False, **values: Any) -> None:
        with _client(provider, values) as client:
            resource = getattr(client, operation.tag)
            method = getattr(resource, operation.method_name)
            arguments = _arguments(provider, operation, method, values)
            if every:
                pager = getattr(resource, f"iter_{rest if verb in ('get', 'list') else operation.method_name}")
                for item in pager(**arguments):
                    _show(item, values["as_json"], indent=None)
            else:
                _show(method(**arguments), values["as_json"])

    options = [click.Option(["--timeout"], type=_SECONDS, help="Seconds for each step of a request.")]
    if "x-pagination" in operation.node:
        options.append(click.Option(["--all", "every"], is_flag=True, help="All pages; with --json one item a line."))
    return _command(provider, operation, run, options)


def _wait_command(provider: str, operation: Operation) -> click.Command:
    ends, state = operation.node["x-waiter"]["ends"], operation.node["x-waiter"]["state"]

    def run(timeout: float, interval: float, until: tuple[str, ...], **values: Any) -> None:
        reached = _reached([condition.partition("=") for condition in until]) if until else None
        with _client(provider, values) as client, _progress(state) as update:
            resource = getattr(client, operation.tag)
            wait = getattr(resource, f"wait_for_{operation.method_name.partition('_')[2]}")
            arguments = _arguments(provider, operation, wait, values)
            last = wait(**arguments, timeout=timeout, interval=interval, until=reached, on_update=update)
        _show(last, values["as_json"])

    default = f"Default: {state}={' or '.join(ends)}." if ends else "Needed: no end state is documented."
    text = f"End when a field has a value; may be repeated. {default}"
    options = [
        click.Option(["--timeout"], type=_SECONDS, default=600.0, help="Seconds to wait; 600 by default."),
        click.Option(["--interval"], type=_SECONDS, default=1.0, help="Seconds to the second look; they grow."),
        click.Option(["--until"], metavar="FIELD=VALUE", multiple=True, required=not ends, help=text),
    ]
    return _command(provider, operation, run, options)


def _command(
    provider: str, operation: Operation, run: Callable[..., None], options: list[click.Option]
) -> click.Command:
    """A command with an operation's parameters, the given options, and those of every command that makes requests."""
    paragraphs = [f"{operation.summary}.", operation.node.get("description", "")]
    parameters: list[click.Parameter] = []
    for described in operation.described:
        name, schema, text = described["python"], described["schema"], described.get("description", "")
        kind = _TYPES.get(str(schema.get("type")), click.STRING)
        if described["in"] == "path":
            parameters.append(click.Argument([name], type=kind, metavar=name.upper()))
            paragraphs.append(f"{name.upper()}: {text or schema.get('type')}.")
        else:
            text += f" Default: {schema['default']}." if "default" in schema else ""
            flag, needed = f"--{_kebab(name)}", described.get("required", False)
            parameters.append(click.Option([flag], type=kind, required=needed, help=text))
    if operation.body is not None:
        text = "A file of JSON, - for standard input, or the JSON itself."
        parameters.append(click.Option(["--body"], metavar="FILE|-|JSON", required=True, help=text))
    if operation.secured:
        paragraphs.append(f"The credential is read from {PROVIDERS[provider][1]}. {_NEVER_ARGUMENTS}")
    servers = list(_provider(provider).servers)
    if len(servers) > 1:
        options.append(click.Option(["--datacenter"], type=click.Choice(servers), help="Where the account is."))
    options += [
        click.Option(["--base-url"], metavar="URL", help="Where requests go instead."),
        click.Option(["--emulator"], is_flag=True, help="Run against an emulator that is started for this command."),
        _JSON,
    ]
    return click.Command(
        _kebab(operation.method_name),
        params=[*parameters, *options],
        callback=run,
        help="\n\n".join(paragraphs),
        epilog=EPILOG,
    )


def _arguments(
    provider: str, operation: Operation, method: Callable[..., Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of the client's method; what was not given is left to its defaults. Raises UsageError."""
    arguments = {d["python"]: values[d["python"]] for d in operation.described if values[d["python"]] is not None}
    if operation.body is not None:
        body = _body(values["body"])
        for found in operation.body(body) or ():
            raise click.UsageError(f"--body{found.pointer}: expected {found.expected}, got {found.got}")
        model = inspect.signature(method).parameters["body"].annotation
        arguments["body"] = getattr(importlib.import_module(f"{provider}_api.models"), model).from_dict(body)
    return arguments


def _body(given: str) -> Any:
    """The JSON that --body names. Raises UsageError."""
    try:
        if given == "-":
            return json.loads(sys.stdin.buffer.read())
        inline = not given.strip() or given.lstrip().startswith(("{", "["))
        return json.loads(given if inline else Path(given).read_bytes())
    except OSError as error:
        raise click.UsageError(f"--body: cannot read {given}: {error.strerror}") from None
    except ValueError as error:
        raise click.UsageError(f"--body is not JSON: {error}") from None
    except RecursionError:
        raise click.UsageError("--body is nested too deeply") from None


def _reached(conditions: Sequence[tuple[str, str, str]]) -> Callable[[Any], bool]:
    """Whether one of several fields has its value. Raises UsageError when there is no such field."""
    if not all(equals for _, equals, _ in conditions):
        raise click.UsageError("--until is FIELD=VALUE")

    def reached(seen: Any) -> bool:
        members = seen.to_dict()
        for field, _, _ in conditions:
            if field not in members:
                raise click.UsageError(f"--until: no field {field!r}; there are {', '.join(members)}")
        return any(_plain(members[field]) == value for field, _, value in conditions)

    return reached


@contextlib.contextmanager
def _client(provider: str, values: Mapping[str, Any]) -> Iterator[Any]:
    """A client as the options say."""
    # One call gains nothing from pyreqwest, and Ctrl-C does not end its blocking calls.
    os.environ["TRUECOPY_TRANSPORT"] = "httpx"
    chosen = {name: values[name] for name in ("base_url", "datacenter", "timeout") if values.get(name) is not None}
    with contextlib.ExitStack() as stack:
        credential = []
        if values["emulator"]:
            if "base_url" in chosen or "datacenter" in chosen:
                raise click.UsageError("--emulator goes without --base-url and --datacenter")
            try:
                emulator = stack.enter_context(importlib.import_module("truecopy_emulator").Emulator())
            except ImportError:
                raise click.UsageError("--emulator needs: pip install 'truecopy[emulator]'") from None
            chosen["base_url"], credential = emulator.url(provider), [emulator.credential]
        client = getattr(importlib.import_module("truecopy"), PROVIDERS[provider][0])
        yield stack.enter_context(client(*credential, **chosen))


@contextlib.contextmanager
def _progress(state: str) -> Iterator[Callable[[Any], None]]:
    """Show on the standard error stream how a wait goes: a live line in a terminal, else a line per change."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    before = ""
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("waiting", total=None)

        def update(seen: Any) -> None:
            nonlocal before
            now = _plain(getattr(seen, state, None))
            progress.update(task, description=now)
            if now != before and not console.is_terminal:
                click.echo(now, err=True)
            before = now

        yield update


def _plain(value: Any) -> str:
    """A value of an answer as one line that cannot steer a terminal."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _show(result: Any, as_json: bool, *, indent: int | None = 2) -> None:
    """Print a result: as JSON, or for people as a table of its fields."""
    data = result.to_dict() if hasattr(result, "to_dict") else result
    if as_json or not isinstance(data, dict):
        click.echo(json.dumps(data, indent=indent))
    else:
        _table(data.items())


def _table(rows: Iterable[Iterable[Any]], columns: Sequence[str] = ()) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, show_header=bool(columns))
    for row in rows:
        table.add_row(*(Text(_plain(cell), overflow="fold") for cell in row))
    # What is piped to another program is not cut to the width of a terminal that is not there.
    console = Console(width=None if sys.stdout.isatty() else 200)
    with console.capture() as shown:  # rich itself would end the process with 1 when the reader has enough
        console.print(table)
    click.echo(shown.get(), nl=False)


def _operations(provider: str | None, as_json: bool) -> None:
    rows = [
        {
            "provider": name,
            "resource": _kebab(operation.tag),
            "operation": _kebab(operation.method_name),
            "arguments": " ".join(d["python"].upper() for d in operation.described if d["in"] == "path"),
            "also": " ".join(
                w for key, w in (("x-pagination", "--all"), ("x-waiter", "wait")) if key in operation.node
            ),
            "summary": operation.summary,
        }
        for name in ([provider] if provider else PROVIDERS)
        for operation in _provider(name).spec.operations()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        _table((row.values() for row in rows), list(rows[0]))


cli = Group(
    help="Call QuestionPro, Supermetrics and Asavie, or local stand-ins for them.\n\nThe credential comes from "
    f"{'; '.join(variables for _, variables in PROVIDERS.values())}. {_NEVER_ARGUMENTS}",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    commands=[
        click.Command(
            "operations",
            callback=_operations,
            help="List the operations.",
            params=[
                click.Argument(["provider"], type=click.Choice(list(PROVIDERS)), required=False, metavar="[PROVIDER]"),
                _JSON,
            ],
        ),
        Providers("call", _call, "Call an operation."),
        Providers("wait", _wait, "Wait until a batch is in an end state."),
    ],
)


click.version_option(__version__, prog_name="truecopy")(cli)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; an error becomes one line on the standard error stream.

    Returns:
        The exit status, see STATUSES.
    """
    try:
        cli.main(arguments, prog_name="truecopy", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "truecopy"
        return _fail(f"{error.format_message().rstrip('.')}; see {path} --help", 2)
    except errors.TruecopyError as error:
        status, way_out = next(row[1:] for row in OUTCOMES if isinstance(error, row[0]))
        variables = PROVIDERS[error.provider][1] if error.provider else "the environment"
        return _fail(f"{error}; {way_out.format(variables=variables)}", status)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", 130)
    except (BrokenPipeError, SystemExit):  # click makes an exit of the former, and of the end of a completion
        if "_TRUECOPY_COMPLETE" in os.environ:
            raise
        # Whoever read the output has enough of it; closing the stream must not complain either.
        _silence()
    except OSError as error:  # of the output: what goes wrong with requests and files has errors of its own
        _silence()
        return _fail(f"cannot write: {error.strerror}", 1)
    return 0


def _silence() -> None:
    """Let nothing more be written, not even when the stream is closed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int) -> int:
    click.echo(f"truecopy: {_plain(' '.join(message.split()))}", err=True)
    return status
