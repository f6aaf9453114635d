"""Asavie: network provisioning. Source of the wording of failures: specs/asavie.yaml and its pages."""

from __future__ import annotations

from typing import Any, Unpack

from asavie_api.api import SPEC, AsyncResources, Resources

from truecopy.answers import MESSAGE, OAUTH, Family, Wording
from truecopy.client import AsyncClient, BaseClient, Options, SyncClient
from truecopy.credentials import Asked, ClientCredentials, Fixed, Given, client_credentials, credential
from truecopy.errors import ConfigurationError
from truecopy.provider import Provider
from truecopy.schema import Spec


def _failed(envelope: dict[str, Any]) -> bool:
    """The envelope can say failure under HTTP 200."""
    code = envelope.get("Code")
    return envelope.get("Success") is False or (type(code) is int and code >= 400)


PROVIDER = Provider(
    name="asavie",
    servers={"default": "https://api.provisioning.asavie.com"},
    spec=Spec(SPEC),
    wording=Wording(
        families=(
            MESSAGE,
            OAUTH,
            Family(
                {"detail": ("ErrorDescription",), "code": ("ErrorCode",), "sub_code": ("ErrorSubCode",)},
                statuses=(("Code",), ("ErrorCode",)),
                failed=_failed,
            ),
        ),
    ),
    limit=(10, 1),
)


def _credential(token: Given, client_id: str | None, client_secret: str | None) -> Fixed | Asked | ClientCredentials:
    if token is not None and (client_id or client_secret):
        raise ConfigurationError("pass a token, or client_id and client_secret, not both")
    exchanged = None if token is not None else client_credentials(client_id, client_secret, _VARIABLES)
    return exchanged or credential(token, "token", "ASAVIE_TOKEN", f"; or {' and '.join(_VARIABLES)}")


_VARIABLES = ("ASAVIE_CLIENT_ID", "ASAVIE_CLIENT_SECRET")


class _Configured(BaseClient):
    """What both clients take.

    Args:
        token: A bearer token, or a function that returns it; the environment variable ASAVIE_TOKEN by default.
        client_id: With ``client_secret``, is exchanged for tokens that are renewed as needed; the environment variables
            ASAVIE_CLIENT_ID and ASAVIE_CLIENT_SECRET by default.
        client_secret: See ``client_id``.
        options: See ``truecopy.client.Options``; ASAVIE_BASE_URL stands in for ``base_url``.

    Raises:
        ConfigurationError: A setting is unusable.
    """

    PROVIDER = PROVIDER

    def __init__(
        self,
        token: Given = None,
        *,
        client_id: str | None = None,
        client_secret: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(_credential(token, client_id, client_secret), **options)


class Asavie(_Configured, SyncClient, Resources):
    """Asavie, for threads."""


class AsyncAsavie(_Configured, AsyncClient, AsyncResources):
    """Asavie, for the tasks of one event loop."""
