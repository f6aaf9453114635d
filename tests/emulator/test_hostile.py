"""Hostile requests: no crash, no 5xx, the provider's own error body, memory within bounds.

`HOSTILE_REQUESTS` sets how many are made up; `make hostile` makes the 100,000.
"""

# ruff: noqa: E501 (tables of attacks)
from __future__ import annotations

import gc
import json
import os
import random
import resource
import socket
import tracemalloc
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from truecopy_emulator import Answer, Emulator, Request
from truecopy_emulator.journal import Journal

from .conftest import KEY, document, serve

COUNT = int(os.environ["HOSTILE_REQUESTS"])
QP, SM, AV = "/questionpro/a/api/v2", "/supermetrics/enterprise/v2", "/asavie"
TARGETS = [
    ("GET", f"{QP}/micropanel/batches/{{}}"),
    ("POST", f"{QP}/micropanel/batches"),
    ("POST", f"{QP}/surveys/7654321/responses"),
    ("GET", f"{QP}/surveys/{{}}/responses"),
    ("POST", f"{QP}/surveys/7654321/responses/filter"),
    ("GET", f"{QP}/surveys/7654321/responses/{{}}"),
    ("POST", f"{SM}/query/batch"),
    ("GET", f"{SM}/query/batch/{{}}"),
    ("GET", f"{SM}/query/batch/{{}}/status"),
    ("DELETE", f"{SM}/query/batch/{{}}"),
    ("GET", f"{SM}/query/results/{{}}"),
    ("POST", f"{AV}/v1/batches"),
    ("GET", f"{AV}/v1/batches/{{}}"),
    ("POST", f"{AV}/v1/authtoken"),
]
TEXTS = [
    "", "0", "-1", "4445556", "batch-0001", "9" * 400, "9" * 4400, "1e400", "NaN", "null", "true", "..", "../../etc", "%00", "%2e%2e%2f",
    "%c0%ae", "%ff%fe", "a%2Fb", "%", "%zz", "\u0661", "x" * 5000, "'; DROP TABLE x;--", "<script>", "{{7*7}}", "\r\nX: y", "qrb_3feb5ff5c71e",
    "qrb_3feb5ff5c71e_query_1", "qrb_3feb5ff5c71e_query_999999999", ";", "//", "?", "#",
]  # fmt: skip
BODIES = [
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"[" * 100_000, b'{"a":' * 50_000, b'{"responseSet":[],"responseSet":1}',
    b'{"responseSet":[],"timeTaken":NaN}', b'{"responseSet":[],"timeTaken":1e999}', b'{"responseSet":[],"language":"\\ud800"}',
    b'{"responseSet":[],"timeTaken":' + b"9" * 5000 + b"}", b'{"responseSet":[],"timeTaken":123456789012345678901234567890}',
    b'\xff\xfe{"a":1}', b"\xef\xbb\xbf{}", b"\x00" * 1000, '{"responseSet":[]}'.encode("utf-16"), b" " * 100_000 + b"{}",
    b'{"compose":{"surveyID":1e30},"recipients":{"filterType":1}}', b'{"queries":[{"start_date":"0001-01-01","end_date":"9999-12-31"}]}',
    b'{"queries":[{"start_date":"2024-02-30"}],"split_dates_policy":"day"}', b'{"queries":[{"settings":{"a":[[[[]]]]}}],"timeout_minutes":6.5}',
    b'{"queries":[{"ds_accounts":",,,,","start_date":"0001-01-01","end_date":"9999-12-31"}],"split_dates_policy":"day",'
    b'"split_accounts_policy":"all"}',
    b"<Batch/>", b"<a>" * 50_000, b'<?xml version="1.0" encoding="utf-7"?><Batch/>',
    b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Batch>&b;</Batch>',
    b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><Batch><Name>&x;</Name></Batch>',
    b'<!DOCTYPE l SYSTEM "http://127.0.0.1:1/x.dtd"><Batch/>', b'<Batch xmlns="x"><Name>\x01</Name></Batch>', b"<?xml?>", b"]]>",
    b'<Batch xmlns="http://schemas.datacontract.org/2004/07/AS.Models.API"><Status>1e9</Status></Batch>',
    b"grant_type=client_credentials&client_id=%ff&client_secret=", b"&" * 5000, b"a=1&" * 3000, b"=", b"%%%", b"x" * 1_100_000,
]  # fmt: skip
TYPES = [
    "application/json", "application/json; charset=utf-16", "application/xml", "text/xml", "application/x-www-form-urlencoded", "", "x",
    "application/json, application/xml", "multipart/form-data; boundary=x", "application/json;" + "a" * 5000, "text/json",
]  # fmt: skip
ACCEPTS = [
    "",
    "*/*",
    "text/xml",
    "application/xml;q=0.1",
    "text/html",
    ";q=",
    "a" * 3000,
    "application/json;q=9",
    ",,,",
]
SECRETS = [KEY] * 6 + ["", "x" * 9000, "\u00e9", "Bearer", "emulator-forbidden", "emulator-quota", "emulator-expired"]


def made_up(choice: random.Random) -> Request:
    method, path = choice.choice(TARGETS)
    path = path.replace("{}", choice.choice(TEXTS)) if choice.random() < 0.9 else path + "/" + choice.choice(TEXTS) * 50
    secret = choice.choice(SECRETS)
    headers = {
        "host": choice.choice(["localhost", "", "evil\u00e9", "a" * 300, "[::1]:80"]),
        "api-key": secret,
        "authorization": f"Bearer {secret}",
        "content-type": choice.choice(TYPES),
        "accept": choice.choice(ACCEPTS),
        **({"content-encoding": "gzip"} if choice.random() < 0.05 else {}),
        **({f"x-{i}": "y" for i in range(500)} if choice.random() < 0.02 else {}),
    }
    query = "&".join(
        f"{choice.choice(['page', 'perPage', 'offset', 'limit', 'apiKey', '%00', ''])}={choice.choice(TEXTS)}"
        for _ in range(choice.choice([0, 0, 1, 2, 2000] if choice.random() < 0.05 else [0, 1, 2]))
    )
    if choice.random() < 0.1:
        method = choice.choice(["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "X" * 100])
    body = choice.choice(BODIES)
    too_large = len(body) > 1 << 20
    return Request(method, path, query, headers, b"" if too_large else body, "http", too_large)


def proper(request: Request, answer: Answer) -> str | None:
    """What is wrong with an answer, if anything."""
    if answer.status >= 500:
        return f"{answer.status} {answer.header('x-emulator-diagnostic')} {answer.body[:300]!r}"
    if answer.status < 400:
        return None
    if answer.header("x-emulator-diagnostic") is None:
        return "no diagnostic"
    kind = answer.header("content-type") or ""
    if request.path.startswith(SM) and answer.status == 404:
        return "a body" if answer.body else None
    if "xml" in kind:
        return None if request.path.startswith(AV) else "XML"
    value = json.loads(answer.body)
    members = {"q": {"response"}, "s": {"type", "error"}, "a": {"Success", "Message", "error"}}[request.path[1]]
    return None if members & set(value) else f"not the provider's body: {answer.body[:200]!r}"


def test_made_up_requests() -> None:
    emulator = Emulator(journal_size=100)
    choice = random.Random(20201005)
    before = 0
    for number in range(COUNT):
        request = made_up(choice)
        wrong = proper(request, emulator.handle(request))
        assert wrong is None, (request.method, request.path[:200], request.query[:200], request.body[:200], wrong)
        if number == COUNT // 3:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert emulator.breaches == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB, for what was stored meanwhile


@pytest.mark.parametrize(
    "place", ["the path of the page", "Accept", "an element of XML", "a member", "a field", "a scheme"]
)
def test_nothing_of_a_request_is_kept_for_the_next(tmp_path: Path, place: str) -> None:
    """Beyond a bound; 500 names of 20,000 letters would be ten megabytes."""
    bodies = {
        "application/xml": {"schema": {"type": "object"}},
        "multipart/form-data": {"schema": {"type": "object"}},
        "application/json": {"schema": {"type": "object", "additionalProperties": {"type": "string"}}},
    }
    operation = {"requestBody": {"content": bodies}, "responses": {"204": {"description": ""}}}
    emulator, _ = serve(tmp_path, document(paths={"/any": {"post": operation}}))
    emulator.engine.journal = Journal(1)
    form = "multipart/form-data; boundary=b"

    def ask(number: int) -> None:
        name = f"n{number}" + "x" * 20_000
        mine = partial(Request, "POST", "/mine/any", "")
        emulator.handle(
            {
                "the path of the page": lambda: Request("GET", f"/_emulator/assets/{name}"),
                "Accept": lambda: Request(
                    "GET", f"{AV}/v1/batches/1", "", {"accept": name, "authorization": f"Bearer {KEY}"}
                ),
                "an element of XML": lambda: mine({"content-type": "application/xml"}, f"<a><{name}/></a>".encode()),
                "a member": lambda: mine({"content-type": "application/json"}, b'{"%s": 1}' % name.encode()),
                "a field": lambda: mine(
                    {"content-type": form},
                    f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n--b--'.encode(),
                ),
                "a scheme": lambda: Request("GET", f"{AV}/v1/batches/1", "", {"authorization": f"{name} x"}),
            }[place]()
        )

    for number in range(100):
        ask(number)
    tracemalloc.start()
    for number in range(100, 600):
        ask(number)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 2_000_000


RAW = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"BREW /pot HTCPCP/1.0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /questionpro/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET " + b"/a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(3000)) + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n",
    b"POST /asavie/v1/batches HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /asavie/v1/batches HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    b"POST /asavie/v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /asavie/v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    b"POST /asavie/v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n0123456789",
    b"POST /asavie/v1/batches HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n",
    b"GET /\x00\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Type: \xff\xfe\r\n\r\n",
]


def exchange(emulator: Emulator, raw: bytes, seconds: float = 0.3) -> bytes:
    url = urlsplit(emulator.origin)
    assert url.hostname
    assert url.port
    with socket.create_connection((url.hostname, url.port), timeout=seconds) as connection:
        try:
            connection.sendall(raw)
            return connection.recv(65536)
        except OSError:  # no answer, or the connection is gone
            return b""


def healthy(emulator: Emulator) -> bool:
    raw = b"GET /_emulator/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    return exchange(emulator, raw, 10).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("raw", RAW, ids=[str(i) for i in range(len(RAW))])
def test_bytes_on_a_socket(emulator: Emulator, raw: bytes) -> None:
    answer = exchange(emulator, raw)
    assert answer == b"" or answer.split(b" ")[1][:1] == b"4", answer[:200]
    assert healthy(emulator)


def test_slow_senders_hold_nobody_up(emulator: Emulator) -> None:
    url = urlsplit(emulator.origin)
    slow = [socket.create_connection((url.hostname or "", url.port or 0)) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(b"POST /asavie/v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert healthy(emulator)
    finally:
        for connection in slow:
            connection.close()
    assert healthy(emulator)


def test_a_body_beyond_the_limit_is_not_read(emulator: Emulator) -> None:
    """Chunked, without a length: the answer comes after about a megabyte, not after all of it."""
    url = urlsplit(emulator.url("questionpro") + "/surveys/7654321/responses")
    head = (
        f"POST {url.path} HTTP/1.1\r\nHost: x\r\napi-key: {KEY}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with socket.create_connection((url.hostname or "", url.port or 0), timeout=10) as connection:
        connection.sendall(head.encode())
        for _ in range(20):
            connection.sendall(chunk)
        answer = connection.recv(65536)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b'"httpStatusCode":413' in answer


@pytest.mark.parametrize("framing", ["Content-Length: 200\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n44\r\n"])
def test_a_body_that_ends_too_soon_is_no_request(emulator: Emulator, framing: str) -> None:
    """What came of it would do for a whole one: a token would be given for it."""
    form = "grant_type=client_credentials&client_id=a&client_secret=emulator-key"
    head = "POST /asavie/v1/authtoken HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with socket.create_connection(("127.0.0.1", emulator.port), timeout=10) as connection:
        connection.sendall((head + framing + form).encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
    assert healthy(emulator)
    assert list(emulator.journal) == []
    assert "asavie/tokens" not in emulator.dump()["collections"]
