"""A server that misbehaves on real sockets: always the right exception, in time, in bounded memory, without the key."""

from __future__ import annotations

import asyncio
import functools
import gzip
import json
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from supermetrics_api.models import Query, QueryBatchCreate
from supermetrics_api.types import UNSET
from truecopy import errors
from truecopy.errors import ConfigurationError

from .conftest import KEY, Player
from .samples import BATCH
from .server import CLOSE, RESET, UNREAD, Server, Step, answer, drip, free_port
from .test_errors import assert_no_secret

MEGABYTE = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def get(client: Any) -> Any:
    return client.micropanel.get_batch(4445556)


def failing(play: Player, script: Any, kind: type[errors.TruecopyError], **options: Any) -> errors.TruecopyError:
    options.setdefault("retries", 0)
    with Server(script) as server, pytest.raises(errors.TruecopyError) as raised:
        play("QuestionPro", get, base_url=server.url, **options)
    assert type(raised.value) is kind
    assert_no_secret(raised.value)
    assert raised.value.attempts == 1
    assert raised.value.operation == "micropanel.get_batch"
    return raised.value


def test_refused(play: Player) -> None:
    with pytest.raises(errors.NotSentError) as raised:
        play("QuestionPro", get, base_url=f"http://127.0.0.1:{free_port()}", retries=0)
    assert_no_secret(raised.value)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "a" * 300])
def test_unknown_host(play: Player, host: str) -> None:
    with pytest.raises(errors.NotSentError) as raised:
        play("QuestionPro", get, base_url=f"http://{host}", retries=0)
    assert_no_secret(raised.value)


@pytest.mark.parametrize(
    "steps",
    [
        [RESET],
        [CLOSE],
        [HEAD[:20], RESET],
        [HEAD[:20], CLOSE],
        [HEAD, CLOSE],
        [b"\x00\x01garbage\r\n\r\n", CLOSE],
        [b"HTTP/9.9 abc\r\n\r\n", CLOSE],
        [b"SSH-2.0-server\r\n", CLOSE],
    ],
)
def test_no_answer(play: Player, steps: list[Step]) -> None:
    failing(play, steps, errors.MaybeSentError)


@pytest.mark.parametrize(
    "steps",
    [
        [answer(BATCH, length=5000), CLOSE],
        [answer(BATCH, length=5000), RESET],
        [HEAD + b'transfer-encoding: chunked\r\n\r\n5\r\n{"res\r\n', CLOSE],
        [HEAD + b'transfer-encoding: chunked\r\n\r\nzz\r\n{"res\r\n', CLOSE],
    ],
)
def test_half_an_answer(play: Player, steps: list[Step]) -> None:
    error = failing(play, steps, errors.MaybeSentError)
    assert error.http_status in (200, None)  # pyreqwest reads ahead: it can fail before it tells the status


def test_half_an_answer_that_says_failure_is_that_failure(play: Player) -> None:
    error = failing(play, [answer({"a": 1}, 404, length=500), 0.1, CLOSE], errors.NotFoundError)
    assert (error.http_status, error.body) == (404, '{"a": 1}')


def test_half_an_answer_that_says_success_keeps_its_status(play: Player) -> None:
    error = failing(play, [answer({"a": 1}, 200, length=500), 0.1, CLOSE], errors.MaybeSentError)
    assert (error.http_status, error.body) == (200, '{"a": 1}')


def test_a_reset_before_the_request_was_read(play: Player) -> None:
    with Server([UNREAD]) as server, pytest.raises(errors.TransportError) as raised:
        play("QuestionPro", get, base_url=server.url, retries=0)
    assert_no_secret(raised.value)


def test_half_a_body_without_a_length_is_not_json(play: Player) -> None:
    failing(play, [HEAD + b"\r\n" + b'{"response": {', CLOSE], errors.ResponseMismatchError)


def test_silence_beyond_the_read_timeout(play: Player) -> None:
    started = time.monotonic()
    failing(play, [5.0], errors.MaybeSentError, timeout=0.2)
    assert time.monotonic() - started < 2


def test_a_body_that_stops_beyond_the_read_timeout(play: Player) -> None:
    started = time.monotonic()
    failing(play, [answer(BATCH, length=5000), 5.0], errors.MaybeSentError, timeout=0.2)
    assert time.monotonic() - started < 2


def test_a_body_that_drips_is_held_to_the_deadline(play: Player) -> None:
    started = time.monotonic()
    failing(play, drip(answer(BATCH, length=5000), 0.02), errors.MaybeSentError, timeout=5, deadline=0.5)
    assert time.monotonic() - started < 2


def test_headers_that_drip_are_held_to_the_deadline(play: Player) -> None:
    started = time.monotonic()
    failing(play, drip(HEAD + b"a: b\r\n" * 500, 0.02), errors.MaybeSentError, timeout=5, deadline=0.5)
    assert time.monotonic() - started < 2


def test_a_connection_that_is_not_accepted(play: Player) -> None:
    started = time.monotonic()
    with pytest.raises(errors.TransportError):
        play("QuestionPro", get, base_url="http://127.255.255.254:9", retries=0, timeout=0.3)
    assert time.monotonic() - started < 2


@functools.cache
def bomb(size: int) -> bytes:
    return gzip.compress(b'"' + bytes(size) + b'"', 1)


def zeros(size: int, coding: bool) -> Iterator[Step]:
    """An answer of so many zeros in a JSON string, compressed or not."""
    if coding:
        yield answer(bomb(size), content_encoding="gzip")
        return
    block = b"0" * MEGABYTE
    yield HEAD + b"content-length: %d\r\n\r\n" % size
    for _ in range(size // MEGABYTE):
        yield block


@pytest.mark.parametrize(("coding", "status"), [(False, 200), (True, 500)], ids=["plain", "gzip bomb"])
def test_a_huge_answer_is_bounded(play: Player, coding: bool, status: int) -> None:
    steps = [step.replace(b"200", b"%d" % status, 1) for step in zeros(100 * MEGABYTE, coding)]  # type: ignore[union-attr]
    with Server(steps, answer(BATCH)) as server:

        def scenario(client: Any) -> Any:
            tracemalloc.start()
            try:
                with pytest.raises(errors.TruecopyError) as raised:
                    yield get(client)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert type(raised.value) is (errors.ResponseMismatchError if status == 200 else errors.ServerError)
            assert "larger than" in str(raised.value)
            assert peak < 16 * MEGABYTE
            assert (yield get(client)).id == 4445556

        play("QuestionPro", scenario, base_url=server.url, retries=0, max_body=4 * MEGABYTE)


def test_a_compressed_answer_is_read(play: Player) -> None:
    content = gzip.compress(json.dumps(BATCH).encode())
    with Server(
        answer(content, content_encoding="gzip"), answer(content + b"x" * 100, content_encoding="GZIP")
    ) as server:

        def scenario(client: Any) -> Any:
            for _ in range(2):
                assert (yield get(client)).id == 4445556

        play("QuestionPro", scenario, base_url=server.url)
    assert server.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("content", "coding", "kind"),
    [
        (b"not gzip at all", "gzip", errors.ResponseMismatchError),
        (gzip.compress(b"{}" * 500, mtime=0)[:-12], "gzip", errors.MaybeSentError),
        (b"xyz", "br", errors.ResponseMismatchError),
        (b"xyz", "zstd", errors.ResponseMismatchError),
    ],
)
def test_a_lie_about_the_coding(play: Player, content: bytes, coding: str, kind: type[errors.TruecopyError]) -> None:
    """What broke off may arrive the next time; what is in another coding will not."""
    failing(play, answer(content, content_encoding=coding), kind)


def test_the_body_counts_and_not_its_label(play: Player) -> None:
    """Trap 10: JSON labelled application/octet-stream."""
    labels = ["text/html", "application/octet-stream", "image/png", "", "application/xml; charset=ebcdic"]

    def scenario(client: Any) -> Any:
        for _ in labels:
            assert (yield get(client)).id == 4445556

    with Server(*(answer(BATCH, content_type=label) for label in labels)) as server:
        play("QuestionPro", scenario, base_url=server.url)


def test_a_byte_order_mark_is_passed_over(play: Player) -> None:
    with Server(answer(b"\xef\xbb\xbf" + json.dumps(BATCH).encode())) as server:
        assert play("QuestionPro", get, base_url=server.url).id == 4445556


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(play: Player, status: int) -> None:
    """Trap 18: the key would go to the stranger."""
    with (
        Server(answer(BATCH)) as stranger,
        Server(answer(b"", status, location=stranger.url + "/x")) as server,
        pytest.raises(errors.ApiError) as raised,
    ):
        play("QuestionPro", get, base_url=server.url)
    assert (raised.value.status, raised.value.attempts) == (status, 1)
    assert "redirect" in str(raised.value)
    assert (len(server.requests), stranger.connections) == (1, 0)


def refused(client: Any, call: Any, values: list[Any], match: str = ".") -> Any:
    """Every one of the values is refused before any request."""
    for value in values:
        with pytest.raises(ConfigurationError, match=match):
            yield call(client, value)


def test_fetch_refuses_another_origin(play: Player) -> None:
    urls = [
        "http://elsewhere.example/x",
        "https://127.0.0.1/x",
        "//elsewhere.example/x",
        "http://user@127.0.0.1/x",
        "http://127.0.0.1:1/x",
        "http:\\\\elsewhere.example/x",
        "http://[bad/x",
        "http://127.0.0.1:99999/x",
        "/a\nb\\",
        "",
        None,
    ]
    with Server(answer({})) as server:
        play("Asavie", lambda c: refused(c, lambda c, url: c.fetch(url), urls), base_url=server.url)
    assert server.connections == 0


def test_fetch_sends_the_credential_to_the_own_origin(play: Player) -> None:
    with Server(answer({"a": 1})) as server:

        def scenario(client: Any) -> Any:
            for url in ("/v1/status?x=1", "v1/status?x=1", f"{server.url}/v1/status?x=1".replace("http", "HTTP")):
                assert (yield client.fetch(url)) == {"a": 1}

        play("Asavie", scenario, base_url=server.url)
    assert {(r.target, r.headers["authorization"]) for r in server.requests} == {("/v1/status?x=1", f"Bearer {KEY}")}


def test_wrong_arguments_are_found_before_any_request(play: Player) -> None:
    values: list[Any] = ["abc", None, 1.5, 4445556.0, True, [1], {}, b"1", "4445556"]
    match = "batch_id: expected (integer|JSON), got"
    with Server(answer(BATCH)) as server:
        play(
            "QuestionPro",
            lambda c: refused(c, lambda c, value: c.micropanel.get_batch(value), values, match),
            base_url=server.url,
        )
    assert server.connections == 0


def test_an_id_that_an_answer_did_not_hold_is_refused_like_none(play: Player) -> None:
    with Server(answer({})) as server:
        play(
            "Supermetrics",
            lambda c: refused(c, lambda c, value: c.query.get_batch(value), [UNSET, None], "batch_id: expected string"),
            base_url=server.url,
        )
    assert server.connections == 0


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (None, "body: expected a model such as the signature names, got NoneType"),
        (QueryBatchCreate, "body: expected a model such as the signature names, got type"),
        (QueryBatchCreate([{"ds_id": "AW"}]), "in QueryBatchCreate: 'dict' object has no attribute 'to_dict'"),  # type: ignore[list-item]
        (QueryBatchCreate([Query(start_date="2022-09-01")]), "in Query: 'str' object has no attribute 'isoformat'"),  # type: ignore[arg-type]
    ],
)
def test_a_body_that_cannot_be_written_is_refused_by_name(play: Player, body: Any, match: str) -> None:
    with Server(answer({})) as server:
        play(
            "Supermetrics",
            lambda c: refused(c, lambda c, value: c.query.create_batch(body=value), [body], match),
            base_url=server.url,
        )
    assert server.connections == 0


def test_a_path_cannot_be_left(play: Player) -> None:
    values: list[Any] = ["", ".", "..", None, 1, "\ud800"]
    with Server(answer({})) as server:
        play(
            "Supermetrics",
            lambda c: refused(c, lambda c, value: c.query.get_batch(value), values),
            base_url=server.url,
        )
    assert server.connections == 0


def test_path_arguments_are_quoted(play: Player) -> None:
    values = ["a/b", "../x", "a?b#c", "ü ", "%2e%2e"]

    def scenario(client: Any) -> Any:
        for value in values:
            with pytest.raises(errors.NotFoundError):
                yield client.query.get_batch(value)

    with Server(answer(status=404)) as server:
        play("Supermetrics", scenario, base_url=server.url)
    assert [unquote(request.target.removeprefix("/query/batch/")) for request in server.requests] == values
    assert all(request.target.count("/") == 3 for request in server.requests)


def test_a_cancelled_task_leaves_no_connection_behind(transport: str) -> None:
    async def main(server: Server) -> None:
        player = Player("async", transport)
        async with player.client("QuestionPro", base_url=server.url, timeout=0.6) as client:
            for _ in range(3):
                tasks = [asyncio.create_task(get(client)) for _ in range(60)]
                await asyncio.sleep(0.1)
                for task in tasks:
                    task.cancel()
                done = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(isinstance(each, asyncio.CancelledError) for each in done)
                del done, task, tasks  # their tracebacks hold the connections
            server.scripts[:] = [answer(BATCH)]
            batches = await asyncio.gather(*[get(client) for _ in range(100)])
            assert len(batches) == 100
        for _ in range(60):  # pyreqwest lets a cancelled request run until its timeout
            if not server.open:
                break
            await asyncio.sleep(0.05)

    with Server([0.3]) as server:
        asyncio.run(main(server))
        assert server.open == 0
