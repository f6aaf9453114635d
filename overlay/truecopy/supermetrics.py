"""Supermetrics: batched marketing queries. Source of the wording of failures: specs/supermetrics.yaml and its pages."""

from __future__ import annotations

from typing import Unpack

from supermetrics_api.api import SPEC, AsyncResources, Resources

from truecopy.answers import PROBLEM, Family, Wording
from truecopy.client import AsyncClient, BaseClient, Options, SyncClient
from truecopy.credentials import Given, credential
from truecopy.provider import Provider
from truecopy.schema import Spec

PROVIDER = Provider(
    name="supermetrics",
    servers={"default": "https://api.supermetrics.com/enterprise/v2"},
    spec=Spec(SPEC),
    wording=Wording(
        families=(
            Family(
                {"title": ("error", "message"), "detail": ("error", "description"), "code": ("error", "code")},
                marks=("error",),
                failed=bool,
            ),
            PROBLEM,
        ),
        request_id=(("meta", "request_id"),),
        quota=lambda error: (error.code or "").startswith("LICENSE_"),
    ),
    limit=(20, 1),
)


class _Configured(BaseClient):
    """What both clients take.

    Args:
        token: The bearer token, or a function that returns it; the environment variable SUPERMETRICS_TOKEN by default.
        options: See ``truecopy.client.Options``; SUPERMETRICS_BASE_URL stands in for ``base_url``.

    Raises:
        ConfigurationError: A setting is unusable.
    """

    PROVIDER = PROVIDER

    def __init__(self, token: Given = None, **options: Unpack[Options]) -> None:
        super().__init__(credential(token, "token", "SUPERMETRICS_TOKEN"), **options)


class Supermetrics(_Configured, SyncClient, Resources):
    """Supermetrics, for threads."""


class AsyncSupermetrics(_Configured, AsyncClient, AsyncResources):
    """Supermetrics, for the tasks of one event loop."""
