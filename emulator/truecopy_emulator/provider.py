"""A provider: a document, where it is mounted, and a behaviour. A behaviour is what a spec cannot say: state and
error bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar

from .examples import NoExampleError, example, example_headers
from .http import Request
from .openapi import Document, Operation, Response
from .schemas import Violation
from .world import World

_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")


def phrase(status: int) -> str:
    """The status's name in HTTP; Error when it has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _challenge(problem: Problem, operation: Operation, response: Response) -> dict[str, str]:
    """The header of a 401 that says which scheme is wanted, where the document has it."""
    kinds = [credential.kind for together in operation.security for credential in together]
    schemes = [kind.capitalize() for kind in kinds if kind != "apiKey"]
    wanted = problem.status == 401 and schemes and "www-authenticate" in response.headers
    return {"www-authenticate": schemes[0]} if wanted else {}


@dataclass(slots=True)
class Reply:
    """What a behaviour answers: a value that the engine checks against the spec and writes in the media type agreed on.

    `status` None stands for the operation's first documented success, `value` None for no body. `media` forces a
    media type. What breaks the spec on purpose is put in after the check: `extra` members, and another `label` for the
    Content-Type.
    """

    value: Any = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    label: str = ""


class Problem(Exception):  # noqa: N818 (RFC 9457's word)
    """A refusal. `code` is a key of `diagnostics.DIAGNOSTICS`, `detail` one sentence for the reader, `kind` what a
    behaviour may need to know beyond the status, as "quota"."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        violation: Violation | None = None,
        headers: Mapping[str, str] | None = None,
        kind: str = "",
    ) -> None:
        super().__init__(f"{status} {code} {detail}")
        self.status, self.code, self.violation, self.kind = status, code, violation, kind
        self.detail = detail or (str(violation) if violation else "")
        self.headers = dict(headers or {})

    @property
    def diagnosis(self) -> str:
        """The detail and the rule that it comes from."""
        return self.detail + (f"; rule {self.violation.rule}" if self.violation else "")


@dataclass(slots=True)
class Call:
    """One call of an operation, after routing and checks. `params` has the parameters by name, defaults filled in."""

    provider: Provider
    operation: Operation
    request: Request
    params: dict[str, Any]
    body: Any = field(default=None, repr=False)
    credential: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """The provider's base URL as the client wrote it: origin, mount and prefix."""
        host = self.request.headers.get("host", "")
        origin = f"{self.request.scheme}://{host}" if _HOST.fullmatch(host) else "http://localhost"
        path = self.request.path
        prefixes = sorted(self.provider.prefixes, key=len, reverse=True)
        bases = (self.provider.mount + prefix for prefix in prefixes)
        return origin + next((base for base in bases if path.startswith(base + "/")), self.provider.mount)


Handler = Callable[[Call], Reply]


class Behaviour:
    """What a provider does. The base class has no state and answers errors as problems (RFC 9457)."""

    extra_paths: ClassVar[Mapping[str, Any]] = {}
    """OpenAPI paths beyond the document's, for what the emulator must serve and no page describes."""
    strict: bool = False
    """Whether credentials that the document makes optional are required all the same."""
    states: ClassVar[tuple[str, ...]] = ()
    """What things go through by themselves, see `world.Transition`."""
    oddities: ClassVar[Mapping[str, str]] = {}
    """Switches: name and what it does."""

    def __init__(self, name: str, world: World) -> None:
        self.name, self.world = name, world
        self.handlers: dict[str, Handler] = {}

    def seed(self) -> None:
        """Store what is there from the start."""

    def credential_kind(self, secret: str) -> str | None:
        """The kind of a credential (see `world.KINDS`); None when it is unknown."""
        return self.world.settings.credentials.get(secret)

    def error(self, problem: Problem, request: Request, operation: Operation | None = None) -> Reply:
        """A refusal in the provider's own words; here a problem (RFC 9457) where the document lets it stand, else the
        body that the document promises for the status."""
        value = {"type": "about:blank", "title": phrase(problem.status), "status": problem.status}
        if problem.detail:
            value["detail"] = problem.diagnosis
        response = operation.response(problem.status) if operation else None
        if operation is None or response is None:
            return Reply(value, problem.status, problem.headers, "application/problem+json")
        try:
            headers = example_headers(response) | _challenge(problem, operation, response) | problem.headers
            media = next(iter(response.media.values()), None)
            if media is None:
                return Reply(None, problem.status, headers)
            for media in response.media.values():
                if media.schema is None or media.schema.check(value) is None:
                    return Reply(value, problem.status, headers, media.essence)
            return Reply(example(media), problem.status, headers, media.essence)
        except NoExampleError:
            return Reply(value, problem.status, problem.headers)

    def odd(self, name: str) -> bool:
        """Whether an oddity is on."""
        return self.world.switch(self.name, name)


@dataclass
class Provider:
    """One document served under one mount."""

    name: str
    mount: str
    document: Document
    behaviour: Behaviour
    recorded: bool = True
    """Whether calls stand in the journal."""
    prefixes: list[str] = field(default_factory=list)
    """What stands between mount and paths; from the document's servers unless given."""

    def __post_init__(self) -> None:
        self.prefixes = self.prefixes or self.document.prefixes

    @cached_property
    def operations(self) -> list[Operation]:
        """The document's operations and the behaviour's own."""
        return [*self.document.operations, *self.document.extended(self.behaviour.extra_paths)]

    @property
    def path(self) -> str:
        """The path of the base URL: the mount and the first prefix."""
        return self.mount + self.prefixes[0]
