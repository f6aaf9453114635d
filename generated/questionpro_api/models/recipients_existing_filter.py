from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="RecipientsExistingFilter")


@_attrs_define
class RecipientsExistingFilter:
    """The members that a stored filter selects

    Attributes:
        filter_type (Literal[3]):
        existing_filter_id (int):
    """

    filter_type: Literal[3]
    existing_filter_id: int

    def to_dict(self) -> dict[str, Any]:
        filter_type = self.filter_type

        existing_filter_id = self.existing_filter_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filterType": filter_type,
                "existingFilterID": existing_filter_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        filter_type = cast(Literal[3], d.pop("filterType"))
        if filter_type != 3:
            raise ValueError(f"filterType must match const 3, got '{filter_type}'")

        existing_filter_id = d.pop("existingFilterID")

        recipients_existing_filter = cls(
            filter_type=filter_type,
            existing_filter_id=existing_filter_id,
        )

        return recipients_existing_filter
