"""One use of everything public, checked by mypy --strict and never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from asavie_api.models import Batch, Token, TokenRequest
from questionpro_api.models import (
    MicropanelBatch,
    MicropanelBatchCreate,
    ResponseFilter,
    SurveyResponse,
    SurveyResponseCreate,
    SurveyResponsePage,
)
from supermetrics_api.models import BatchQuery, QueryBatch, QueryBatchCreate, QueryBatchStatus
from truecopy import (
    ApiResponse,
    Asavie,
    AsyncAsavie,
    AsyncQuestionPro,
    AsyncSupermetrics,
    QuestionPro,
    Retries,
    Supermetrics,
    Timeouts,
    errors,
    without_sleeping,
)
from truecopy.drift import Drift
from truecopy.errors import RateLimit
from truecopy.observe import Event
from truecopy.retry import Clock, Failure


def of_issue_2() -> None:
    with QuestionPro(api_key="…", datacenter="us") as qp:
        batch = qp.micropanel.get_batch(4445556)
        assert_type(batch, MicropanelBatch)
        print(batch.status, batch.creation_timestamp)  # noqa: T201
    try:
        qp.micropanel.get_batch(1)
    except errors.NotFoundError as e:
        print(e.provider, e.operation, e.status, e.code, e.title, e.detail, e.request_id)  # noqa: T201


def policy(failure: Failure) -> float | None:
    assert_type(failure.error, errors.TruecopyError)
    return Retries(attempts=2)(failure)


def hook(event: Event) -> None:
    assert_type(event.status, int | None)


def questionpro(client: QuestionPro, create: MicropanelBatchCreate, answer: SurveyResponseCreate) -> None:
    assert_type(client.micropanel.create_batch(body=create), MicropanelBatch)
    assert_type(client.micropanel.wait_for_batch(1, until=lambda seen: seen.status == "x"), MicropanelBatch)
    assert_type(client.responses.create_response(1, body=answer), SurveyResponse)
    assert_type(client.responses.get_response(1, 2), SurveyResponse)
    assert_type(client.responses.list_responses(1, page=2), SurveyResponsePage)
    assert_type(client.responses.filter_responses(1, body=ResponseFilter()), SurveyResponsePage)
    assert_type(client.responses.iter_responses(1), Iterator[SurveyResponse])
    raw = client.with_raw_response.micropanel.get_batch(1)
    assert_type(raw, ApiResponse[MicropanelBatch])
    assert_type(raw.data, MicropanelBatch)
    assert_type(raw.rate_limit, RateLimit | None)
    assert_type(client.with_options(timeout=Timeouts(read=5), retries=0, headers={}, deadline=1.0), QuestionPro)
    assert_type(client.drift, Drift)
    assert_type(client.fetch("/x"), Any)


def supermetrics(client: Supermetrics, create: QueryBatchCreate) -> None:
    assert_type(client.query.create_batch(body=create), QueryBatch)
    assert_type(client.query.wait_for_batch("b", timeout=5.0, on_update=print), QueryBatch)
    assert_type(client.query.cancel_batch("b"), QueryBatch)
    assert_type(client.query.get_batch_status("b"), QueryBatchStatus)
    assert_type(client.query.iter_batch_status("b", offset=3), Iterator[BatchQuery])


def asavie(client: Asavie, batch: Batch, request: TokenRequest) -> None:
    assert_type(client.batches.create_batch(body=batch), Batch)
    assert_type(client.batches.get_batch("b"), Batch)
    assert_type(client.auth.create_token(body=request), Token)


async def asynchronous(first: AsyncQuestionPro, second: AsyncSupermetrics, third: AsyncAsavie) -> None:
    assert_type(await first.micropanel.get_batch(1), MicropanelBatch)
    assert_type(await first.with_raw_response.micropanel.get_batch(1), ApiResponse[MicropanelBatch])
    assert_type(first.responses.iter_responses(1), AsyncIterator[SurveyResponse])
    assert_type(await second.query.wait_for_batch("b", until=reached, on_update=reached), QueryBatch)
    assert_type(await second.query.wait_for_batch("b", until=lambda seen: seen.status_code == "x"), QueryBatch)
    assert_type(await third.batches.get_batch("b"), Batch)
    assert_type(await third.fetch("/x"), Any)
    async with first.with_options(retries=policy) as view:
        assert_type(view, AsyncQuestionPro)
    await second.close()


async def reached(seen: QueryBatch) -> bool:
    return bool(seen.end_time)


async def secret() -> str:
    return "…"


def clients() -> None:
    QuestionPro(lambda: "…", clock=Clock(), on_request=hook, on_response=hook, on_error=hook, limiter=True)
    QuestionPro(
        "…", base_url="https://…", on_mismatch="warn", scheme="apiKeyQuery", max_body=1, pickle_credentials=True
    )
    AsyncSupermetrics(secret, http_client=object())
    Asavie(client_id="…", client_secret="…", retries=Retries(cap=5.0))
    with without_sleeping():
        pass


def refused(client: QuestionPro) -> None:
    client.micropanel.get_batch("4445556")  # type: ignore[arg-type]
    client.with_options(base_url="x")  # type: ignore[call-arg]
    client.responses.create_response(1, body={})  # type: ignore[arg-type]
    QuestionPro("…", nonsense=1)  # type: ignore[call-arg]
    Supermetrics("…").query.wait_for_batch("b", until=reached)  # type: ignore[arg-type]
