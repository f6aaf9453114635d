from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="QueryBatchProgress")


@_attrs_define
class QueryBatchProgress:
    """How many queries are in each state

    Attributes:
        queued (int | Unset):
        running (int | Unset):
        success (int | Unset):
        failure (int | Unset):
    """

    queued: int | Unset = UNSET
    running: int | Unset = UNSET
    success: int | Unset = UNSET
    failure: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        queued = self.queued

        running = self.running

        success = self.success

        failure = self.failure

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if queued is not UNSET:
            field_dict["queued"] = queued
        if running is not UNSET:
            field_dict["running"] = running
        if success is not UNSET:
            field_dict["success"] = success
        if failure is not UNSET:
            field_dict["failure"] = failure

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        queued = d.pop("queued", UNSET)

        running = d.pop("running", UNSET)

        success = d.pop("success", UNSET)

        failure = d.pop("failure", UNSET)

        query_batch_progress = cls(
            queued=queued,
            running=running,
            success=success,
            failure=failure,
        )

        query_batch_progress.additional_properties = d
        return query_batch_progress

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
