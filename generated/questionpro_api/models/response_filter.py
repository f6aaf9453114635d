from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.response_filter_result_mode import ResponseFilterResultMode
from ..types import UNSET, Unset

T = TypeVar("T", bound="ResponseFilter")


@_attrs_define
class ResponseFilter:
    """Which responses to read

    Attributes:
        result_mode (ResponseFilterResultMode | Unset): 0 all, 1 started, 2 completed, 3 terminated
        start_date (str | Unset): Day and time without offset, as in 2024-01-01T00:00:00
        end_date (str | Unset): Day and time without offset, as in 2024-01-01T00:00:00
        time_zone (str | Unset): Offset, as in GMT-07:00
        custom1 (str | Unset):
        custom2 (str | Unset):
        custom3 (str | Unset):
        custom4 (str | Unset):
        custom5 (str | Unset):
    """

    result_mode: ResponseFilterResultMode | Unset = UNSET
    start_date: str | Unset = UNSET
    end_date: str | Unset = UNSET
    time_zone: str | Unset = UNSET
    custom1: str | Unset = UNSET
    custom2: str | Unset = UNSET
    custom3: str | Unset = UNSET
    custom4: str | Unset = UNSET
    custom5: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        result_mode: int | Unset = UNSET
        if not isinstance(self.result_mode, Unset):
            result_mode = self.result_mode.value

        start_date = self.start_date

        end_date = self.end_date

        time_zone = self.time_zone

        custom1 = self.custom1

        custom2 = self.custom2

        custom3 = self.custom3

        custom4 = self.custom4

        custom5 = self.custom5

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if result_mode is not UNSET:
            field_dict["resultMode"] = result_mode
        if start_date is not UNSET:
            field_dict["startDate"] = start_date
        if end_date is not UNSET:
            field_dict["endDate"] = end_date
        if time_zone is not UNSET:
            field_dict["timeZone"] = time_zone
        if custom1 is not UNSET:
            field_dict["custom1"] = custom1
        if custom2 is not UNSET:
            field_dict["custom2"] = custom2
        if custom3 is not UNSET:
            field_dict["custom3"] = custom3
        if custom4 is not UNSET:
            field_dict["custom4"] = custom4
        if custom5 is not UNSET:
            field_dict["custom5"] = custom5

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _result_mode = d.pop("resultMode", UNSET)
        result_mode: ResponseFilterResultMode | Unset
        if isinstance(_result_mode, Unset):
            result_mode = UNSET
        else:
            result_mode = ResponseFilterResultMode(_result_mode)

        start_date = d.pop("startDate", UNSET)

        end_date = d.pop("endDate", UNSET)

        time_zone = d.pop("timeZone", UNSET)

        custom1 = d.pop("custom1", UNSET)

        custom2 = d.pop("custom2", UNSET)

        custom3 = d.pop("custom3", UNSET)

        custom4 = d.pop("custom4", UNSET)

        custom5 = d.pop("custom5", UNSET)

        response_filter = cls(
            result_mode=result_mode,
            start_date=start_date,
            end_date=end_date,
            time_zone=time_zone,
            custom1=custom1,
            custom2=custom2,
            custom3=custom3,
            custom4=custom4,
            custom5=custom5,
        )

        return response_filter
