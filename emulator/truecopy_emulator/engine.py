"""The engine: a request in, an answer out, no network. Routing, credentials, parameters and bodies are checked
against the spec, then a behaviour answers, then the answer itself is checked before it leaves."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import RLock
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl, unquote

from . import diagnostics
from .examples import NoExampleError, example, example_headers
from .faults import HEADER, PROFILES, FaultError, Faults, Instead, Target, apply
from .http import Answer, Headers, Request, basic
from .journal import Exchange, Journal
from .masks import Masks
from .media import BodyError, dump, header_parameter, load, negotiate
from .openapi import FORM, MEDIA_XML, Body, Credential, Media, Node, Operation, Response, essence
from .parameters import Fields, Parameter
from .provider import Call, Problem, Provider, Reply, phrase
from .schemas import Schema, SpecError, Violation, shown
from .storage import StateError
from .world import KINDS, Settings, Transition, World

MAX_BODY = 1 << 20


@dataclass(frozen=True, slots=True)
class Breach:
    """An answer of the emulator's own that broke the spec and was withheld."""

    provider: str
    operation: str
    status: int
    problem: str


class Engine:
    """Serves any number of providers.

    Args:
        world: state, clock and ids.
        providers: what to serve; their mounts must differ.
        max_body: bytes of a request body above which the answer is 413.
        journal_size: exchanges that the journal keeps.
        profile: faults that are there from the start and after each reset, see `faults.PROFILES`.

    Raises:
        FaultError: there is no such profile.
    """

    def __init__(
        self,
        world: World,
        providers: Iterable[Provider],
        *,
        max_body: int = MAX_BODY,
        journal_size: int = 10_000,
        profile: str | None = None,
    ) -> None:
        self.world, self.max_body = world, max_body
        self.providers: dict[str, Provider] = {}
        self.journal = Journal(journal_size, self.served)
        self.masks = Masks(lambda: world.settings.credentials)
        self.faults = Faults(world, self.operations)
        self.log: Callable[[Exchange], None] | None = None
        """Called with every exchange that stands in the journal."""
        self.breaches: list[Breach] = []
        self.defect: Callable[[Request], Answer] | None = None
        """What answers in the engine's place, see `defects.plant`."""
        self._root = Node()
        self._lock = RLock()
        for provider in providers:
            self.mount(provider)
        with world.change():
            self._seed()
            if profile not in (None, world.settings.profile):
                self.faults.clear()
                self.faults.profile(profile)
                world.settings.profile = profile

    def mount(self, provider: Provider) -> None:
        """Add a provider.

        Raises:
            SpecError: its mount or its name is taken.
        """
        base = self._root.walk(provider.mount)
        if base.owner is not None or provider.name in self.providers:
            raise SpecError(f"cannot mount {provider.name} at {provider.mount}: the name or the mount is taken")
        base.owner = provider
        for name in provider.document.credential_names:
            self.masks.declare(name)
        for prefix in provider.prefixes:
            for operation in provider.operations:
                base.walk(prefix + operation.template).methods[operation.method] = operation
        self.providers[provider.name] = provider

    def reset(self, seed: int | None = None) -> None:
        """Back to the seeded state, with an empty journal and the faults of the profile; ids come from another seed if
        one is given."""
        with self._lock, self.world.change():
            profile = self.world.settings.profile
            self.world.reset(seed)
            self.journal.clear()
            self.breaches.clear()
            self._seed()
            if profile is not None:
                self.faults.profile(profile)
                self.world.settings.profile = profile

    def _seed(self) -> None:
        for provider in self.providers.values():
            provider.behaviour.seed()

    def dump(self) -> dict[str, Any]:
        """Everything that is stored, as JSON; `load` takes it back."""
        with self._lock:
            return self.world.dump()

    def load(self, dump: Mapping[str, Any]) -> None:
        """Put a dumped state in the place of everything.

        Raises:
            StateError: it is not a dump; the state stays as it was.
        """
        with self._lock:
            self.world.load(dump, self._check)

    def _check(self, settings: Settings) -> None:
        """Raises StateError when settings name what there is not; what faults are made of is put in its usual form."""
        for kind in settings.credentials.values():
            _check_kind(kind)
        if settings.profile not in (None, *PROFILES):
            raise StateError(f"no profile {settings.profile!r}; there are {', '.join(PROFILES)}")
        for provider in settings.transitions:
            self._moving(provider)
        for provider, names in settings.switches.items():
            for name in names:
                self._check_oddity(provider, name)
        for fault in settings.faults.values():
            try:
                fault.effects = self.faults.checked(
                    fault.effects, fault.provider, fault.operation, fault.times, fault.probability
                )
            except FaultError as error:
                raise StateError(f"fault {fault.id}: {error}") from None

    def set_credential(self, credential: str, kind: str = "valid") -> None:
        """Make a credential one of the kinds of `world.KINDS`, or `unknown`.

        Raises:
            StateError: there is no such kind.
        """
        if kind != "unknown":
            _check_kind(kind)
        with self.world.change():
            others = {name: of for name, of in self.world.settings.credentials.items() if name != credential}
            self.world.settings.credentials = others if kind == "unknown" else {**others, credential: kind}

    def transition(self, provider: str, mode: str, every: float = 1) -> None:
        """How a provider's things get from state to state: `immediate`, `reads` or `seconds`, see `world.Transition`.

        Raises:
            StateError: the mode or the number is wrong, or there is no such provider, or nothing of it moves.
        """
        self._moving(provider)
        transition = Transition(mode, every)
        with self.world.change():
            self.world.settings.transitions[provider] = transition

    def oddity(self, provider: str, name: str, on: bool = True) -> None:
        """Switch an oddity of a provider.

        Raises:
            StateError: there is no such provider or oddity.
        """
        self._check_oddity(provider, name)
        with self.world.change():
            others = [other for other in self.world.settings.switches.get(provider, []) if other != name]
            self.world.settings.switches[provider] = [*others, name] if on else others

    def _known(self, provider: str) -> Provider:
        found = self.providers.get(provider)
        if found is None:
            raise StateError(f"no provider {provider!r}; there are {', '.join(self.providers)}")
        return found

    def _moving(self, provider: str) -> None:
        if not self._known(provider).behaviour.states:
            raise StateError(f"nothing of {provider} goes from state to state by itself")

    def _check_oddity(self, provider: str, name: str) -> None:
        oddities = self._known(provider).behaviour.oddities
        if name not in oddities:
            raise StateError(f"no oddity {name!r} of {provider}; there are {', '.join(oddities) or 'none'}")

    def operations(self) -> list[tuple[Provider, Operation]]:
        """All operations that can be called, the control API's aside."""
        return [
            (provider, operation)
            for provider in self.providers.values()
            if provider.recorded
            for operation in provider.operations
        ]

    def served(self) -> list[tuple[str, str, str]]:
        """Id, method and full path of all operations, with each prefix."""
        return [
            (operation.id, operation.method, provider.mount + prefix + operation.template)
            for provider, operation in self.operations()
            for prefix in provider.prefixes
        ]

    def handle(self, request: Request) -> Answer:
        """Answer one request. Never raises; safe to call from several threads."""
        with self._lock:
            return self._handle(request) if self.defect is None else self.defect(request)

    def called(self, request: Request) -> tuple[str, str]:
        """Names of the provider and the operation that a request is for; empty when it is for none."""
        try:
            provider, node, _ = self._route([unquote(part) for part in request.path.split("/")])
        except Problem:
            return "", ""
        operation = node.methods.get(request.method)
        return provider.name, operation.id if operation else ""

    def _handle(self, request: Request) -> Answer:
        started = perf_counter()
        provider: Provider | None = None
        operation: Operation | None = None
        problem: Problem | None = None
        struck: list[dict[str, Any]] = []
        path = request.path
        segments = path.split("/") if "%" not in path else [unquote(part) for part in path.split("/")]
        try:
            if self.world.store.shared:
                self.world.sync()
            provider, node, values = self._route(segments)
            operation = node.methods.get(request.method)
            if operation is None:
                allowed = ", ".join(node.methods)
                raise Problem(405, "E102", f"{request.method} is not one of {allowed}", headers={"allow": allowed})
            operation.prepare()
            if (self.world.settings.faults or HEADER in request.headers) and provider.recorded:
                struck = self._strike(provider, operation, request)
                for effects in struck:
                    apply(effects, "instead", None)
            with self.world.store.transaction():
                reply = self._answer(provider, operation, request, values)
                answer = self._write(provider, operation, reply, request)
        except Problem as refusal:
            problem = refusal
        except Instead as instead:
            answer = instead.answer
        except StateError as error:
            problem = Problem(500, "E504", str(error))
        except SpecError as error:
            problem = self._spec_problem(provider, operation, error)
        except Exception as error:
            problem = Problem(500, "E502", f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}")
            self._breach(provider, operation, 500, traceback.format_exc())
        if problem is not None:
            answer, problem = self._refuse(provider, operation, problem, request)
            # The journal keeps it: without the frames that it came through, which hold the connection.
            problem.__traceback__ = problem.__context__ = problem.__cause__ = None
        fault = self._spoil(provider, operation, answer, struck) if struck and provider and operation else ""
        if provider is None or provider.recorded:
            name, identity = (provider.name if provider else ""), (operation.id if operation else "")
            seconds = perf_counter() - started
            now, masks = self.world.clock.now(), self.masks
            self._record(Exchange(now, name, identity, request, answer, seconds, problem, masks, fault))
        return answer

    def _record(self, exchange: Exchange) -> None:
        """Put an exchange into journal and log; that it cannot be does not keep it from being answered."""
        try:
            self.journal.add(exchange)
        except StateError as error:
            self._breach(None, None, exchange.answer.status, f"the journal could not be written: {error}")
        if self.log is not None:
            try:
                self.log(exchange)
            except OSError:  # whoever read it has gone
                self.log = None

    def _spec_problem(self, provider: Provider | None, operation: Operation | None, error: SpecError) -> Problem:
        self._breach(provider, operation, 500, str(error))
        return Problem(500, "E505", str(error))

    def _strike(self, provider: Provider, operation: Operation, request: Request) -> list[dict[str, Any]]:
        """The effects of the faults that hit a call."""
        try:
            return self.faults.striking(provider, operation, request.headers.get(HEADER))
        except FaultError as error:
            raise Problem(400, "E602", str(error)) from None

    def _spoil(self, provider: Provider, operation: Operation, answer: Answer, struck: list[dict[str, Any]]) -> str:
        """Put into an answer what faults put there; returns them as text."""
        target = Target(self.world, provider, operation, answer)
        text = ";".join(f"{name}={value}" for effects in struck for name, value in effects.items())
        try:
            idle = [name for stage in ("answer", "wire") for each in struck for name in apply(each, stage, target)]
            text += f" ({', '.join(idle)}: nothing in this answer to change)" if idle else ""
        except StateError as error:  # chances are counted in it
            text += f" ({error})"
        if answer.header("x-emulator-diagnostic") is None:
            answer.headers.append((b"x-emulator-diagnostic", diagnostics.header("E601", text)))
        return text

    # Before the behaviour: where, who, what.

    def _route(self, segments: list[str]) -> tuple[Provider, Node, list[str]]:
        values: list[str] = []
        node = self._root.find(segments, 1, values)
        if node is None:
            raise Problem(404, "E101", "no operation has this path")
        return node.owner, node, values

    def owner(self, path: str) -> Provider | None:
        """The provider whose mount a path lies under."""
        node, owner = self._root, None
        for segment in path.split("/")[1:]:
            child = node.static.get(segment)
            if child is None:
                break
            node, owner = child, child.owner or owner
        return owner

    def _answer(self, provider: Provider, operation: Operation, request: Request, values: list[str]) -> Reply:
        query = _query(request.query, operation)
        credential = self._authenticate(provider, operation, request, query) if operation.security else ""
        if operation.negotiates:
            response = operation.response(operation.success)
            accept = request.headers.get("accept", "")
            if response and response.media and negotiate(accept, tuple(response.media)) is None:
                raise Problem(406, "E103", f"none of {', '.join(response.media)} is in {accept[:100]}")
        params = _parameters(operation, request, query, values)
        body = _body(operation.body, request) if operation.body is not None else None
        handler = provider.behaviour.handlers.get(operation.id)
        if handler is not None:
            return handler(Call(provider, operation, request, params, body, credential))
        return _from_spec(operation, request)

    def _authenticate(
        self, provider: Provider, operation: Operation, request: Request, query: Mapping[str, list[str]]
    ) -> str:
        """The credential of the first alternative that is given and valid."""
        refusals = []
        for together in operation.security:
            first, refused = None, None
            for credential in together:
                secrets = _secrets(credential, request, query)
                if not secrets:
                    break
                secret, kind = _known(provider, secrets)
                first = secret if first is None else first
                refused = refused or (None if kind == "valid" else _REFUSALS[kind])
            else:
                if refused:
                    refusals.append(refused)
                elif first is not None:
                    return first
        if refusals:
            status, code, detail, kind = max(refusals, key=lambda refusal: refusal[1] != "E202")
            raise Problem(status, code, detail, kind=kind)
        if [] in operation.security and not provider.behaviour.strict:
            return ""
        raise self._nobody(operation, request, query)

    def _nobody(self, operation: Operation, request: Request, query: Mapping[str, list[str]]) -> Problem:
        """No credential where one is expected; it may stand elsewhere."""
        wanted = " or ".join(" and ".join(map(_wanted, together)) for together in operation.security if together)
        given = [f"header {name}" for name in request.headers if name != "cookie" and self.masks.secret(name)]
        given += [f"query {name}" for name in query if self.masks.secret(name)]
        if given:
            hint = "; HTTP header names have no case" if "header apikey" in given else ""
            return Problem(401, "E203", f"{' and '.join(given)} given, {wanted} expected{hint}")
        return Problem(401, "E201", f"{wanted} expected")

    # After the behaviour: the answer, checked.

    def _refuse(
        self, provider: Provider | None, operation: Operation | None, problem: Problem, request: Request
    ) -> tuple[Answer, Problem]:
        """The answer to a problem; the problem is another one when the document is wrong where it describes that."""
        provider = provider or self.owner(request.path)
        if provider is None:
            mounts = ", ".join(each.path for each in self.providers.values())
            answer = _plain(problem.status, f"Nothing is mounted here; the emulator serves {mounts}.")
        else:
            described = None if problem.code == "E505" else operation
            try:
                reply = provider.behaviour.error(problem, request, described)
                answer = self._write(provider, described, reply, request)
            except SpecError as error:
                problem = self._spec_problem(provider, operation, error)
                answer = _plain(problem.status, problem.detail)
        if answer.status == problem.status:
            answer.headers.append((b"x-emulator-diagnostic", diagnostics.header(problem.code, problem.diagnosis)))
        return answer, problem

    def _write(self, provider: Provider, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        """The reply as an answer, checked against the document; an answer that breaks it becomes a 500 that says so."""
        status = reply.status or (operation.success if operation else 200)
        response = operation.response(status) if operation else None
        broken: Violation | str | None
        try:
            media, broken = self._media(provider, operation, response, status, reply, request)
            if broken is None and response is not None and response.headers:
                broken = _headers(response, reply.headers)
            if broken is None:
                headers: Headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in reply.headers.items()]
                if media is None:
                    return Answer(status, headers, b"")
                headers.append((b"content-type", (reply.label or media.label).encode("latin-1")))
                value = {**reply.value, **reply.extra} if reply.extra else reply.value
                return Answer(status, headers, dump(media, value))
        except SpecError:
            raise
        except (TypeError, ValueError) as error:
            broken = str(error)
        return self._withhold(provider, operation, status, broken, request)

    def _media(
        self,
        provider: Provider,
        operation: Operation | None,
        response: Response | None,
        status: int,
        reply: Reply,
        request: Request,
    ) -> tuple[Media | None, Violation | str | None]:
        """The media type to answer in, and the rule that the value breaks."""
        if response is None:
            schema = provider.document.error_schema
            if status < 400 and schema is not None:
                return None, f"status {status} is not documented"
            if reply.value is None:
                return None, None
            media = Media(reply.media or "application/json", schema)
            return media, schema.check(reply.value) if schema else None
        offered = response.media
        if not offered:
            return None, None if reply.value is None else Violation(
                f"{provider.document.name}#{response.pointer}", "", "no body", shown(reply.value)
            )
        media = offered.get(reply.media or "") or _chosen(operation, offered, request)
        # The value is JSON's whatever it is written as: XML has no schema language here but the hints for writing it.
        schema = media.schema
        if "xml" in media.essence:
            schema = next((m.schema for name, m in offered.items() if "json" in name), None)
        if schema is None or isinstance(reply.value, bytes):
            return media, None
        return media, schema.check(reply.value)

    def _withhold(
        self,
        provider: Provider,
        operation: Operation | None,
        status: int,
        broken: Violation | str | None,
        request: Request,
    ) -> Answer:
        rule = f"; rule {broken.rule}" if isinstance(broken, Violation) else ""
        self._breach(provider, operation, status, f"{broken}{rule}")
        problem = Problem(500, "E501", f"the answer {status} breaks the spec: {broken}{rule}")
        reply = provider.behaviour.error(problem, request)
        headers: Headers = [
            (b"content-type", (reply.media or "application/json").encode("latin-1")),
            (b"x-emulator-diagnostic", diagnostics.header(problem.code, problem.detail)),
        ]
        return Answer(500, headers, dump(_JSON, reply.value if reply.value is not None else {}))

    def _breach(self, provider: Provider | None, operation: Operation | None, status: int, problem: str) -> None:
        if len(self.breaches) < 1000:
            name = provider.name if provider else ""
            self.breaches.append(Breach(name, operation.id if operation else "", status, problem))


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise StateError(f"no kind {kind!r} of credential; there are {', '.join(KINDS)}, unknown")


_JSON = Media("application/json")
_REFUSALS = {
    None: (401, "E202", "the credential is not known", ""),
    "expired": (401, "E204", "the credential has expired", "expired"),
    "forbidden": (403, "E205", "the owner of the credential may not use this", ""),
    "quota": (429, "E206", "the credential's budget is used up", "quota"),
}


def _plain(status: int, detail: str) -> Answer:
    """A refusal as a problem (RFC 9457), whatever any document says."""
    value = {"type": "about:blank", "title": phrase(status), "status": status, "detail": detail}
    return Answer(status, [(b"content-type", b"application/problem+json")], dump(_JSON, value))


def _chosen(operation: Operation | None, offered: Mapping[str, Media], request: Request) -> Media:
    """The media type to answer in: what the client likes best, where the document lets it choose."""
    name = None
    if operation is not None and operation.negotiates:
        name = negotiate(request.headers.get("accept", ""), tuple(offered))
    return offered[name] if name else next(iter(offered.values()))


def _query(query: str, operation: Operation) -> Fields:
    if not query:
        return {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        rule = f"{operation.document.name}#{operation.pointer}/parameters"
        raise Problem(400, "E301", violation=Violation(rule, "query", "1000 parameters at most", "more")) from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _cookies(request: Request) -> dict[str, str]:
    pairs = (part.partition("=") for part in request.headers.get("cookie", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _secrets(credential: Credential, request: Request, query: Fields) -> list[str]:
    """What was sent as a credential: one text, or user and password; nothing when none was sent."""
    if credential.place == "query":
        return query.get(credential.name, [])[:1]
    if credential.place == "cookie":
        found = _cookies(request).get(credential.name)
        return [] if found is None else [found]
    value = request.headers.get(credential.name.lower())
    if value is None or credential.kind == "apiKey":
        return [] if value is None else [value]
    scheme, _, secret = value.partition(" ")
    if scheme.lower() != credential.kind:
        return []
    return (basic(secret) if credential.kind == "basic" else []) or [secret.strip()]


def _known(provider: Provider, secrets: list[str]) -> tuple[str, str | None]:
    """The first of some texts that is a credential, with its kind."""
    for secret in secrets:
        kind = provider.behaviour.credential_kind(secret)
        if kind is not None:
            return secret, kind
    return secrets[0], None


def _wanted(credential: Credential) -> str:
    if credential.kind == "apiKey":
        return f"{credential.place} {credential.name}"
    return f"header Authorization with the scheme {credential.kind.capitalize()}"


def _parameters(operation: Operation, request: Request, query: Fields, values: list[str]) -> dict[str, Any]:
    params: dict[str, Any] = {}

    def read(parameter: Parameter, found: Any) -> None:
        params[parameter.name], broken = parameter.read(found)
        if broken is not None:
            raise Problem(400, "E301", violation=broken, kind=parameter.place)

    for name, text, parameter in zip(operation.names, values, operation.path_parameters, strict=True):
        if parameter is None:
            params[name] = text
        else:
            read(parameter, [text])
    for parameter in operation.query_parameters:
        read(parameter, parameter.find(query))
    if operation.other_parameters:
        cookies = {name: [text] for name, text in _cookies(request).items()}
        for parameter in operation.other_parameters:
            if parameter.place == "cookie":
                read(parameter, parameter.find(cookies))
            else:
                sent = request.headers.get(parameter.name.lower())
                read(parameter, None if sent is None else [sent])
    return params


def _body(body: Body, request: Request) -> Any:
    if request.too_large:
        raise Problem(413, "E306", "the body is too large")
    given = request.headers.get("content-type", "")
    if not request.body and essence(given) != FORM:  # an empty form is a body
        if body.required:
            raise Problem(400, "E302", "a body is required")
        return None
    media = _find(body.media, essence(given))
    accepted = ", ".join(body.media)
    if media is None:
        raise Problem(415, "E305", f"Content-Type {given[:100]!r} is not one of {accepted}")
    charset = header_parameter(given, "charset").lower()
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise Problem(415, "E305", f"charset {charset[:50]!r} is not UTF-8")
    if request.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise Problem(415, "E305", "Content-Encoding is not supported; send the body as it is")
    try:
        value = load(media, request.body, given)
    except BodyError as error:
        raise Problem(400, "E303", f"not {media.type}: {error}") from None
    schema: Schema | None = media.schema
    if "xml" in media.essence:  # the value is JSON's: checked by the JSON schema, when there is one
        schema = next((m.schema for name, m in body.media.items() if "json" in name), schema)
    if schema is not None:
        broken = schema.check(value)
        if broken is not None:
            raise Problem(400, "E304", violation=broken)
    return value


def _find(offered: Mapping[str, Media], name: str) -> Media | None:
    if name in offered:
        return offered[name]
    if not name:
        return None
    return offered.get(name.partition("/")[0] + "/*") or offered.get("*/*")


def _headers(response: Response, headers: Mapping[str, str]) -> Violation | None:
    for name, header in response.headers.items():
        value = headers.get(name)
        if value is not None:
            _, broken = header.read([value])
            if broken is not None:
                return Violation(broken.rule, f"header {name}", broken.expected, broken.got)
        elif header.required:
            return Violation(f"{header.document.name}#{response.pointer}", name, "the header", "none")
    return None


def _from_spec(operation: Operation, request: Request) -> Reply:
    """An answer for an operation without a handler: the document's example, or one made from its schema."""
    response = operation.response(operation.success)
    if response is None:
        return Reply(None)
    try:
        headers = example_headers(response)
        if not response.media:
            return Reply(None, headers=headers)
        media = _chosen(operation, response.media, request)
        value = example(media)
    except NoExampleError as error:
        raise Problem(500, "E503", str(error)) from None
    if isinstance(value, str) and value.lstrip().startswith("<") and MEDIA_XML.match(media.essence):
        value = value.encode()  # an example that is written as XML
    return Reply(value, headers=headers, media=media.essence)
