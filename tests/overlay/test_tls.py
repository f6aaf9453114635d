"""Real TLS handshakes with a private certificate authority, over both transports."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import trustme
from truecopy import AsyncQuestionPro, QuestionPro, errors, over_httpx

from .conftest import KEY, Player
from .samples import BATCH
from .server import Server, answer, drip
from .test_errors import assert_no_secret
from .test_faults import HEAD, get


class Authority(NamedTuple):
    """A certificate authority that has issued a certificate for ``localhost``."""

    file: Path
    server: ssl.SSLContext


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    private = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    private.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    private.issue_cert("localhost").configure_cert(context)
    return Authority(file, context)


@pytest.fixture(autouse=True)
def _fresh_context() -> Iterator[None]:
    """The context is made once a process: what another test trusted must not count."""
    over_httpx._tls.cache_clear()
    yield
    over_httpx._tls.cache_clear()


def at_localhost(server: Server) -> str:
    return f"https://localhost:{server.port}"


def test_a_private_authority_is_trusted_by_the_environment(
    play: Player, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with Server(answer(BATCH), tls=authority.server) as server:
        assert play("QuestionPro", get, base_url=at_localhost(server)).id == 4445556
        with pytest.raises(errors.NotSentError, match=r"not valid for.*127\.0\.0\.1") as raised:
            play("QuestionPro", get, base_url=server.url, retries=0)
    assert_no_secret(raised.value)
    assert len(server.requests) == 1


def test_an_unknown_authority_is_refused_before_anything_is_sent(play: Player, authority: Authority) -> None:
    with (
        Server(answer(BATCH), tls=authority.server) as server,
        pytest.raises(errors.NotSentError, match=r"(?i)certificate.*issuer") as raised,
    ):
        play("QuestionPro", get, base_url=at_localhost(server), retries=0)
    assert_no_secret(raised.value)
    assert server.requests == []


def test_a_server_without_tls_is_refused(play: Player) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer(b"", 400))

        plain = threading.Thread(target=serve)
        plain.start()
        with pytest.raises(errors.NotSentError):
            play("QuestionPro", get, base_url=f"https://localhost:{listener.getsockname()[1]}", retries=0)
        plain.join()


def test_the_deadline_holds_over_tls(play: Player, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with (
        Server(drip(HEAD + b"a: b\r\n" * 500, 0.02), tls=authority.server) as server,
        pytest.raises(errors.MaybeSentError),
    ):
        play("QuestionPro", get, base_url=at_localhost(server), retries=0, timeout=5, deadline=0.5)


def test_an_own_client_brings_its_own_trust(authority: Authority) -> None:
    trusting = ssl.create_default_context(cafile=str(authority.file))

    async def main(options: dict[str, Any]) -> None:
        async with httpx.AsyncClient(verify=trusting) as own:
            assert (await get(AsyncQuestionPro(KEY, http_client=own, **options))).id == 4445556

    with Server(answer(BATCH), tls=authority.server) as server:
        options: dict[str, Any] = {"base_url": at_localhost(server)}
        with httpx.Client(verify=trusting) as own:
            assert get(QuestionPro(KEY, http_client=own, **options)).id == 4445556
        asyncio.run(main(options))
