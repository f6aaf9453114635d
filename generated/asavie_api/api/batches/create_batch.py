from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...models.batch import Batch
from ...models.message import Message
from ...models.pbpr_return_of_batch import PBPRReturnOfBatch
from ...types import Response

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    *,
    body: Batch,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/batches",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Message | PBPRReturnOfBatch | None:
    if response.status_code == 200:
        response_200 = PBPRReturnOfBatch.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = PBPRReturnOfBatch.from_dict(response.json())

        return response_202

    if response.status_code == 400:
        response_400 = PBPRReturnOfBatch.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Message.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Message.from_dict(response.json())

        return response_403

    if response.status_code == 406:
        response_406 = Message.from_dict(response.json())

        return response_406

    if response.status_code == 409:
        response_409 = PBPRReturnOfBatch.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Message.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Message.from_dict(response.json())

        return response_415

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
    *,
    client: AuthenticatedClient,
    body: Batch,
) -> Response[Message | PBPRReturnOfBatch]:
    """Create a batch

     Opens a batch; commands are sent to it before its Status is set to "defined".

    Args:
        body (Batch): A batch of commands

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Message | PBPRReturnOfBatch]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: Batch,
) -> Message | PBPRReturnOfBatch | None:
    """Create a batch

     Opens a batch; commands are sent to it before its Status is set to "defined".

    Args:
        body (Batch): A batch of commands

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Message | PBPRReturnOfBatch
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: Batch,
) -> Response[Message | PBPRReturnOfBatch]:
    """Create a batch

     Opens a batch; commands are sent to it before its Status is set to "defined".

    Args:
        body (Batch): A batch of commands

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Message | PBPRReturnOfBatch]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: Batch,
) -> Message | PBPRReturnOfBatch | None:
    """Create a batch

     Opens a batch; commands are sent to it before its Status is set to "defined".

    Args:
        body (Batch): A batch of commands

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Message | PBPRReturnOfBatch
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
