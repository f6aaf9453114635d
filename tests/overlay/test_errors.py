"""Every failure that a provider words becomes the right exception with the fields of RFC 9457."""

from __future__ import annotations

import concurrent.futures
import copy
import gc
import inspect
import multiprocessing
import pickle
import traceback
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from truecopy import errors

from .conftest import KEY, Player
from .samples import ASAVIE_BATCH, questionpro_error
from .server import RESET, Server, answer

CALLS = {
    "QuestionPro": lambda c: c.micropanel.get_batch(1),
    "Supermetrics": lambda c: c.query.get_batch("b"),
    "Asavie": lambda c: c.batches.get_batch("b"),
}
PROBLEM = {
    "type": "https://supermetrics.com/problems/unauthorized",
    "title": "Unauthorized",
    "status": 401,
    "detail": "Authentication required",
    "instance": "https://api.supermetrics.com/v2/api-keys",
}
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def refused(play: Player, provider: str, script: Any, **options: Any) -> errors.TruecopyError:
    """The exception that the provider's client raises for an answer."""
    options.setdefault("retries", 0)
    with Server(script) as server, pytest.raises(errors.TruecopyError) as raised:
        play(provider, CALLS[provider], base_url=server.url, **options)
    assert_no_secret(raised.value)
    return raised.value


def assert_no_secret(error: BaseException, secret: str = KEY) -> None:
    """Neither the error nor anything that hangs on it holds the secret."""
    assert secret not in "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen is not None:
        assert secret not in f"{seen!r} {seen} {seen.args!r} {vars(seen)!r}"
        assert secret.encode() not in pickle.dumps(vars(seen))
        assert not [value for value in vars(seen).values() if type(value).__module__.startswith(("httpx", "pyreqwest"))]
        seen = seen.__cause__ or seen.__context__


def envelope(**changes: Any) -> dict[str, Any]:
    return {**ASAVIE_BATCH, "Success": False, "Data": None, **changes}


SHARED: list[tuple[bytes, type[errors.TruecopyError], dict[str, Any]]] = [
    (answer(HTML, 502, content_type="text/html"), errors.ServerError, {"status": 502, "title": "Bad Gateway"}),
    (answer(HTML, 403, content_type="text/html"), errors.PermissionDeniedError, {"body": HTML.decode()}),
    (answer(HTML, 520), errors.ServerError, {"status": 520, "title": None}),
    (answer(b"", 499), errors.ApiError, {"status": 499, "title": None}),
    (answer(b"{}", 561), errors.ServerError, {"status": 561}),
    (answer(b"[1, 2]", 500), errors.ServerError, {"status": 500}),
    (answer(b'"text"', 418), errors.ApiError, {"status": 418}),
    (answer(b"{", 400), errors.BadRequestError, {"status": 400}),
    (answer(b"", 200), errors.ResponseMismatchError, {"pointer": "", "status": 200}),
    (answer(HTML, 200), errors.ResponseMismatchError, {"pointer": "", "got": "application/json"}),
    (answer(b"null", 200), errors.ResponseMismatchError, {"pointer": ""}),
    (answer(b"[]", 200), errors.ResponseMismatchError, {"expected": "object", "got": "array"}),
    (answer(b'{"a": NaN}', 200), errors.ResponseMismatchError, {"pointer": ""}),
    (answer(b'{"a": "\xff\xfe"}', 200), errors.ResponseMismatchError, {"pointer": ""}),
    (answer(b'{"a": "\xed\xa0\x80"}', 200), errors.ResponseMismatchError, {"pointer": ""}),
    (answer(b"[" * 100_000, 200), errors.ResponseMismatchError, {"pointer": ""}),
    (answer(b"9" * 10_000, 200), errors.ResponseMismatchError, {"pointer": ""}),
    (answer(b'{"a": {"b": 1', 200), errors.ResponseMismatchError, {"pointer": ""}),
    (answer(status=204), errors.ResponseMismatchError, {"http_status": 204, "expected": "object"}),
    (answer(b"{}", 301, location="http://elsewhere.example/"), errors.ApiError, {"status": 301}),
    (answer(status=304), errors.ApiError, {"status": 304, "detail": "the answer does not say why"}),
]
CASES: list[tuple[str, bytes, type[errors.TruecopyError], dict[str, Any]]] = [
    *(
        ("QuestionPro", answer(questionpro_error(status), status), kind, {"status": status, "code": "1040"})
        for status, kind in [
            (400, errors.BadRequestError),
            (401, errors.AuthenticationError),
            (403, errors.PermissionDeniedError),
            (404, errors.NotFoundError),
            (409, errors.ConflictError),
            (422, errors.UnprocessableError),
            (429, errors.RateLimitError),
            (500, errors.ServerError),
            (503, errors.ServerError),
        ]
    ),
    (
        "QuestionPro",
        answer(questionpro_error(404, id=1040), 200),
        errors.NotFoundError,
        {"status": 404, "http_status": 200, "code": "1040", "title": "SOME_NAME"},
    ),
    ("QuestionPro", answer(questionpro_error(404, httpStatusCode="404"), 200), errors.NotFoundError, {"status": 404}),
    (
        "QuestionPro",
        answer(questionpro_error(429, name="", id=1013, message="Please contact your account representative"), 429),
        errors.QuotaExhaustedError,
        {"status": 429, "code": "1013", "title": "Too Many Requests"},
    ),
    (
        "Supermetrics",
        answer(PROBLEM, 401, content_type="application/problem+json"),
        errors.AuthenticationError,
        {name: PROBLEM[name] for name in ("type", "title", "detail", "instance")},
    ),
    (
        "Supermetrics",
        answer(
            {"meta": {"request_id": "r-12345678"}, "error": {"code": "NOT_FOUND", "message": "m", "description": "d"}},
            404,
        ),
        errors.NotFoundError,
        {"code": "NOT_FOUND", "title": "m", "detail": "d", "request_id": "r-12345678"},
    ),
    (
        "Supermetrics",
        answer(status=404),
        errors.NotFoundError,
        {"status": 404, "title": "Not Found", "body": "", "detail": "the answer does not say why"},
    ),
    (
        "Supermetrics",
        answer({"error": {"code": "LICENSE_DAILY_QUERY_LIMIT_EXCEEDED", "message": "m"}}, 429, retry_after="7"),
        errors.QuotaExhaustedError,
        {"retry_after": 7.0},
    ),
    (
        "Supermetrics",
        answer({"error": {"code": "TOO_MANY_REQUESTS", "message": "m"}}, 429, X_RateLimit_Limit="20"),
        errors.RateLimitError,
        {"rate_limit": errors.RateLimit(20, None)},
    ),
    (
        "Asavie",
        answer(envelope(Code=404, ErrorCode=12, ErrorSubCode=3, ErrorDescription="none such")),
        errors.NotFoundError,
        {"status": 404, "http_status": 200, "code": "12", "sub_code": "3", "detail": "none such"},
    ),
    ("Asavie", answer(envelope(Code=200, ErrorCode=404)), errors.NotFoundError, {"status": 404, "code": "404"}),
    ("Asavie", answer(envelope(Code=404), 404), errors.NotFoundError, {"status": 404, "http_status": 404}),
    ("Asavie", answer({**ASAVIE_BATCH, "Code": 409}), errors.ConflictError, {"status": 409}),
    ("Asavie", answer(envelope(Code=0, ErrorCode=0)), errors.ApiError, {"status": 200, "code": None}),
    (
        "Asavie",
        answer({"Message": "Authorization has been denied for this request."}, 401),
        errors.AuthenticationError,
        {"detail": "Authorization has been denied for this request."},
    ),
    *((name, *case) for name in CALLS for case in SHARED),
]


@pytest.mark.parametrize("provider", CALLS)
def test_failures_are_normalised(play: Player, provider: str) -> None:
    cases = [case[1:] for case in CASES if case[0] == provider]

    def scenario(client: Any) -> Any:
        for script, kind, fields in cases:
            with pytest.raises(errors.TruecopyError) as raised:
                yield CALLS[provider](client)
            error = raised.value
            assert type(error) is kind, script[:200]
            assert {name: getattr(error, name) for name in fields} == fields
            assert error.provider == provider.lower()
            assert error.operation in ("micropanel.get_batch", "query.get_batch", "batches.get_batch")
            assert error.attempts == 1
            assert error.body is not None
            assert len(error.body) <= 2000
            assert_no_secret(error)

    with Server(*(script for script, _, _ in cases)) as server:
        play(provider, scenario, base_url=server.url, retries=0)
    assert len(server.requests) == len(cases)


@pytest.mark.parametrize("header", ["X-Request-Id", "Request-Id", "X-Correlation-Id"])
def test_the_request_id_may_stand_in_a_header(play: Player, header: str) -> None:
    assert refused(play, "Asavie", answer(HTML, 502, **dict[str, Any]({header: "r-1"}))).request_id == "r-1"


def test_a_body_that_echoes_the_key_is_redacted(play: Player) -> None:
    quoted = f"the key {KEY} is wrong, see https://x.example/?apiKey={KEY}&page=1"
    body = questionpro_error(401, message=quoted, resourceUrl=quoted, name=KEY, id=KEY, docs=KEY)
    error = refused(play, "QuestionPro", answer({**body, "requestID": KEY}, 401, X_Request_Id=KEY, Server=KEY))
    assert error.detail == "the key [redacted] is wrong, see https://x.example/?apiKey=[redacted]&page=1"
    assert error.instance == error.detail


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example/a?page=1&apiKey=another-key-1",
        '{"api_key": "another-key-1"}',
        '{"nested": "{\\"access_token\\": \\"another-key-1\\"}"}',
        "api-key: another-key-1",
        "Authorization: Bearer another-key-1",
        "client_secret=another-key-1",
    ],
)
def test_keys_that_are_not_ours_are_redacted_too(play: Player, text: str) -> None:
    error = refused(play, "QuestionPro", answer(questionpro_error(403, message=text, resourceUrl=text), 403))
    assert "another-key-1" not in f"{error} {error.body} {error.instance}"
    assert "another-key-1" not in str(refused(play, "QuestionPro", answer(text.encode(), 500)).body)


@pytest.mark.parametrize("key", ["a+b/c=d&e%f-0123456789", 'quo"te\\back-0123456789'])
def test_a_key_is_redacted_however_it_is_written(play: Player, key: str) -> None:
    import json
    from urllib.parse import quote, quote_plus

    text = " ".join([key, quote(key, safe=""), quote_plus(key), json.dumps(key)])
    error = refused(play, "QuestionPro", answer(questionpro_error(400, message=text), 400), api_key=key)
    assert error.detail == '[redacted] [redacted] [redacted] "[redacted]"'
    assert_no_secret(error, key)


def test_a_body_is_never_cut_inside_a_key(play: Player) -> None:
    for padding in range(0, 50, 7):
        error = refused(play, "QuestionPro", answer(b"x" * padding + (KEY.encode() + b" ") * 900, 500))
        assert error.body is not None
        assert KEY[:8] not in error.body


def test_headers_of_an_error_are_an_allow_listed_few(play: Player) -> None:
    error = refused(play, "Asavie", answer(HTML, 503, Set_Cookie="a=b", Retry_After="3", X_Secret="s"))
    assert dict(error.headers or {}) == {
        "content-type": "application/json",
        "content-length": str(len(HTML)),
        "retry-after": "3",
    }


TREE = """
TruecopyError
|- ConfigurationError (ValueError)
|- TransportError
|  |- NotSentError
|  |- MaybeSentError
|- ApiError
|  |- BadRequestError
|  |- AuthenticationError
|  |- PermissionDeniedError
|  |- NotFoundError
|  |- ConflictError
|  |- UnprocessableError
|  |- RateLimitError
|  |  |- QuotaExhaustedError
|  |- ServerError
|- ResponseMismatchError
|- WaitTimeoutError
"""


def drawn(kind: type[BaseException], depth: int = 0) -> list[str]:
    others = [base.__name__ for base in kind.__bases__ if base is not kind.__mro__[1] and base is not Exception]
    line = "|  " * (depth - 1) + ("|- " if depth else "") + kind.__name__ + "".join(f" ({name})" for name in others)
    return [line, *(each for sub in kind.__subclasses__() for each in drawn(sub, depth + 1))]


def test_the_tree_is_the_one_that_is_documented() -> None:
    assert drawn(errors.TruecopyError) == TREE.split("\n")[1:-1]
    kinds = {c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.TruecopyError)}
    assert {line.strip("|- ").split()[0] for line in TREE.strip().splitlines()} == {kind.__name__ for kind in kinds}


def examples() -> list[errors.TruecopyError]:
    fields: dict[str, Any] = {
        "type": "t",
        "title": "u",
        "status": 418,
        "instance": "i",
        "provider": "p",
        "operation": "o",
        "code": "c",
        "sub_code": "s",
        "request_id": "r",
        "retry_after": 1.5,
        "rate_limit": errors.RateLimit(1, None),
        "http_status": 200,
        "headers": {"date": "now"},
        "body": "b",
        "attempts": 3,
    }
    kinds = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.TruecopyError)]
    extra: dict[type, dict[str, Any]] = {
        errors.ResponseMismatchError: {"pointer": "/a", "expected": "x", "got": "y"},
        errors.WaitTimeoutError: {"last": {"a": 1}},
    }
    return [kind("detail", **fields, **extra.get(kind, {})) for kind in kinds]


def _same(error: errors.TruecopyError) -> errors.TruecopyError:
    return error


def _raise(error: errors.TruecopyError) -> None:
    raise error


@pytest.mark.parametrize("error", examples(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("through", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_errors_pickle_and_copy_whole(error: errors.TruecopyError, through: Any) -> None:
    again = through(error)
    assert type(again) is type(error)
    assert (vars(again), again.args, repr(again)) == (vars(error), error.args, repr(error))
    assert repr(error) == f"{type(error).__name__}({str(error)!r})"


def test_errors_cross_a_process_pool() -> None:
    fork = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=fork) as pool:
        for error, again in zip(examples(), pool.map(_same, examples()), strict=True):
            assert vars(again) == vars(error)
        with pytest.raises(errors.NotFoundError) as raised:
            pool.submit(_raise, errors.NotFoundError("d", code="c", attempts=2)).result()
    assert (raised.value.code, raised.value.attempts, raised.value.detail) == ("c", 2, "d")
    assert str(raised.value) == "d (code c, attempts 2)"


@pytest.fixture
def collector_off() -> Iterator[None]:
    """Objects go when nothing refers to them, or not at all."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    "script",
    [answer({"error": {}}, 401), answer({}), answer({"data": []}), [RESET], [answer({}, length=9), RESET]],
    ids=["status", "spec", "payload", "no answer", "half an answer"],
)
def test_an_error_that_is_let_go_of_takes_its_frames_and_the_body_with_it(
    play: Player, collector_off: None, script: Any
) -> None:
    seen = []

    def scenario(client: Any) -> Any:
        try:
            yield client.query.get_batch("b")
        except errors.TruecopyError as error:
            seen.append(weakref.ref(error))

    with Server(script) as server:
        play("Supermetrics", scenario, base_url=server.url, retries=0)
    assert [left() for left in seen] == [None]
