from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="RecipientsAllVerified")


@_attrs_define
class RecipientsAllVerified:
    """Every verified member

    Attributes:
        filter_type (Literal[1]):
    """

    filter_type: Literal[1]

    def to_dict(self) -> dict[str, Any]:
        filter_type = self.filter_type

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filterType": filter_type,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        filter_type = cast(Literal[1], d.pop("filterType"))
        if filter_type != 1:
            raise ValueError(f"filterType must match const 1, got '{filter_type}'")

        recipients_all_verified = cls(
            filter_type=filter_type,
        )

        return recipients_all_verified
