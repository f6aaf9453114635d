"""QuestionPro: surveys. Source of the limits and of the wording of failures: specs/questionpro.yaml and its pages."""

from __future__ import annotations

import re
from typing import Unpack

from questionpro_api.api import SPEC, AsyncResources, Resources

from truecopy.answers import Family, Wording
from truecopy.client import AsyncClient, BaseClient, Options, SyncClient
from truecopy.credentials import Given, credential
from truecopy.provider import Provider
from truecopy.schema import Spec

PROVIDER = Provider(
    name="questionpro",
    servers={
        "us": "https://api.questionpro.com/a/api/v2",
        "eu": "https://api.questionpro.eu/a/api/v2",
        "ca": "https://api.questionpro.ca/a/api/v2",
        "sg": "https://api.questionpro.sg/a/api/v2",
        "au": "https://api.questionpro.au/a/api/v2",
        "ae": "https://api.questionpro.ae/a/api/v2",
        "sa": "https://api.surveyanalytics.com/a/api/v2",
        "ksa": "https://api.questionprosa.com/a/api/v2",
    },
    spec=Spec(SPEC),
    wording=Wording(
        families=(
            Family(
                {
                    "type": ("response", "error", "docs"),
                    "title": ("response", "error", "name"),
                    "detail": ("response", "error", "message"),
                    "instance": ("response", "error", "resourceUrl"),
                    "code": ("response", "error", "id"),
                },
                statuses=(("response", "error", "httpStatusCode"),),
                marks=("response", "error"),
                failed=bool,
            ),
        ),
        request_id=(("requestID",),),
        # No page says how the answer reads when a plan's calls are used up; these words are not of a rate limit.
        quota=lambda error: bool(re.search(r"\b(plan|quota|account representative)\b", error.detail or "", re.I)),
    ),
    limit=(300, 60),
)


class _Configured(BaseClient):
    """What both clients take.

    Args:
        api_key: The key, or a function that returns it; the environment variable QUESTIONPRO_API_KEY by default.
        datacenter: us (default), eu, ca, sg, au, ae, sa or ksa; or the environment variable QUESTIONPRO_DATACENTER.
        options: See ``truecopy.client.Options``; QUESTIONPRO_BASE_URL stands in for ``base_url``.

    Raises:
        ConfigurationError: A setting is unusable.
    """

    PROVIDER = PROVIDER

    def __init__(self, api_key: Given = None, *, datacenter: str | None = None, **options: Unpack[Options]) -> None:
        super().__init__(credential(api_key, "api_key", "QUESTIONPRO_API_KEY"), datacenter, **options)


class QuestionPro(_Configured, SyncClient, Resources):
    """QuestionPro, for threads."""


class AsyncQuestionPro(_Configured, AsyncClient, AsyncResources):
    """QuestionPro, for the tasks of one event loop."""
