from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="RecipientsOneMember")


@_attrs_define
class RecipientsOneMember:
    """One member, by address

    Attributes:
        filter_type (Literal[2]):
        email_address (str):
    """

    filter_type: Literal[2]
    email_address: str

    def to_dict(self) -> dict[str, Any]:
        filter_type = self.filter_type

        email_address = self.email_address

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filterType": filter_type,
                "emailAddress": email_address,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        filter_type = cast(Literal[2], d.pop("filterType"))
        if filter_type != 2:
            raise ValueError(f"filterType must match const 2, got '{filter_type}'")

        email_address = d.pop("emailAddress")

        recipients_one_member = cls(
            filter_type=filter_type,
            email_address=email_address,
        )

        return recipients_one_member
