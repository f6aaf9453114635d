from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.micropanel_batch import MicropanelBatch


T = TypeVar("T", bound="MicropanelBatchResponse")


@_attrs_define
class MicropanelBatchResponse:
    """
    Attributes:
        response (MicropanelBatch): A batch of invitations to a survey
        request_id (str):
    """

    response: MicropanelBatch
    request_id: str

    def to_dict(self) -> dict[str, Any]:
        response = self.response.to_dict()

        request_id = self.request_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "response": response,
                "requestID": request_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.micropanel_batch import MicropanelBatch  # noqa: PLC0415

        d = dict(src_dict)
        response = MicropanelBatch.from_dict(d.pop("response"))

        request_id = d.pop("requestID")

        micropanel_batch_response = cls(
            response=response,
            request_id=request_id,
        )

        return micropanel_batch_response
