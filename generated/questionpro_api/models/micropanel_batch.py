from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="MicropanelBatch")


@_attrs_define
class MicropanelBatch:
    """A batch of invitations to a survey

    Attributes:
        survey_id (int):
        sender_user_id (int):
        creation_timestamp (str):
        id (int):
        status (str):
    """

    survey_id: int
    sender_user_id: int
    creation_timestamp: str
    id: int
    status: str

    def to_dict(self) -> dict[str, Any]:
        survey_id = self.survey_id

        sender_user_id = self.sender_user_id

        creation_timestamp = self.creation_timestamp

        id = self.id

        status = self.status

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "surveyID": survey_id,
                "senderUserID": sender_user_id,
                "creationTimestamp": creation_timestamp,
                "id": id,
                "status": status,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        survey_id = d.pop("surveyID")

        sender_user_id = d.pop("senderUserID")

        creation_timestamp = d.pop("creationTimestamp")

        id = d.pop("id")

        status = d.pop("status")

        micropanel_batch = cls(
            survey_id=survey_id,
            sender_user_id=sender_user_id,
            creation_timestamp=creation_timestamp,
            id=id,
            status=status,
        )

        return micropanel_batch
