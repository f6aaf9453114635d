from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="BatchIncentives")


@_attrs_define
class BatchIncentives:
    """
    Attributes:
        completion_points (int | Unset):
        quota_points (int | Unset):
        termination_points (int | Unset):
    """

    completion_points: int | Unset = UNSET
    quota_points: int | Unset = UNSET
    termination_points: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        completion_points = self.completion_points

        quota_points = self.quota_points

        termination_points = self.termination_points

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if completion_points is not UNSET:
            field_dict["completionPoints"] = completion_points
        if quota_points is not UNSET:
            field_dict["quotaPoints"] = quota_points
        if termination_points is not UNSET:
            field_dict["terminationPoints"] = termination_points

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        completion_points = d.pop("completionPoints", UNSET)

        quota_points = d.pop("quotaPoints", UNSET)

        termination_points = d.pop("terminationPoints", UNSET)

        batch_incentives = cls(
            completion_points=completion_points,
            quota_points=quota_points,
            termination_points=termination_points,
        )

        return batch_incentives
