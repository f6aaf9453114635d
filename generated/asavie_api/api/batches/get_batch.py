from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ... import errors
from ...models.message import Message
from ...models.pbpr_return_of_batch import PBPRReturnOfBatch
from ...types import Response

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    batchid: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/batches/{batchid}".format(
            batchid=quote(str(batchid), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Message | PBPRReturnOfBatch | None:
    if response.status_code == 200:
        response_200 = PBPRReturnOfBatch.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = Message.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Message.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = PBPRReturnOfBatch.from_dict(response.json())

        return response_404

    if response.status_code == 406:
        response_406 = Message.from_dict(response.json())

        return response_406

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Message | PBPRReturnOfBatch]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    batchid: str,
    *,
    client: AuthenticatedClient,
) -> Response[Message | PBPRReturnOfBatch]:
    """Read a batch

     The batch, or a failure whose error code is 404.

    Args:
        batchid (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Message | PBPRReturnOfBatch]
    """

    kwargs = _get_kwargs(
        batchid=batchid,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    batchid: str,
    *,
    client: AuthenticatedClient,
) -> Message | PBPRReturnOfBatch | None:
    """Read a batch

     The batch, or a failure whose error code is 404.

    Args:
        batchid (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Message | PBPRReturnOfBatch
    """

    return sync_detailed(
        batchid=batchid,
        client=client,
    ).parsed


async def asyncio_detailed(
    batchid: str,
    *,
    client: AuthenticatedClient,
) -> Response[Message | PBPRReturnOfBatch]:
    """Read a batch

     The batch, or a failure whose error code is 404.

    Args:
        batchid (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Message | PBPRReturnOfBatch]
    """

    kwargs = _get_kwargs(
        batchid=batchid,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    batchid: str,
    *,
    client: AuthenticatedClient,
) -> Message | PBPRReturnOfBatch | None:
    """Read a batch

     The batch, or a failure whose error code is 404.

    Args:
        batchid (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Message | PBPRReturnOfBatch
    """

    return (
        await asyncio_detailed(
            batchid=batchid,
            client=client,
        )
    ).parsed
