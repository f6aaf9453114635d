from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="BatchAutomaticClosure")


@_attrs_define
class BatchAutomaticClosure:
    """
    Attributes:
        enabled (bool | Unset):
        closure_date_time (str | Unset): Day and time as in 12/10/2023 13:43
        response_quota (int | Unset):
    """

    enabled: bool | Unset = UNSET
    closure_date_time: str | Unset = UNSET
    response_quota: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        enabled = self.enabled

        closure_date_time = self.closure_date_time

        response_quota = self.response_quota

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if closure_date_time is not UNSET:
            field_dict["closureDateTime"] = closure_date_time
        if response_quota is not UNSET:
            field_dict["responseQuota"] = response_quota

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        enabled = d.pop("enabled", UNSET)

        closure_date_time = d.pop("closureDateTime", UNSET)

        response_quota = d.pop("responseQuota", UNSET)

        batch_automatic_closure = cls(
            enabled=enabled,
            closure_date_time=closure_date_time,
            response_quota=response_quota,
        )

        return batch_automatic_closure
