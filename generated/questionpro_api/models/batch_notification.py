from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="BatchNotification")


@_attrs_define
class BatchNotification:
    """
    Attributes:
        enable_email_invitation (bool | Unset):
    """

    enable_email_invitation: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        enable_email_invitation = self.enable_email_invitation

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if enable_email_invitation is not UNSET:
            field_dict["enableEmailInvitation"] = enable_email_invitation

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        enable_email_invitation = d.pop("enableEmailInvitation", UNSET)

        batch_notification = cls(
            enable_email_invitation=enable_email_invitation,
        )

        return batch_notification
