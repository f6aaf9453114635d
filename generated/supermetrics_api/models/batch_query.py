from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.batch_query_status_code import BatchQueryStatusCode
from ..models.batch_query_type import BatchQueryType
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.query_error_info import QueryErrorInfo
    from ..models.query_result_info import QueryResultInfo
    from ..models.split_info import SplitInfo


T = TypeVar("T", bound="BatchQuery")


@_attrs_define
class BatchQuery:
    """One query of a batch

    Attributes:
        type_ (BatchQueryType | Unset):
        schedule_id (str | Unset):
        status_code (BatchQueryStatusCode | Unset):
        query_start_time (datetime.datetime | None | Unset):
        query_end_time (datetime.datetime | None | Unset):
        split_info (SplitInfo | Unset):
        error_info (QueryErrorInfo | Unset):
        result_info (QueryResultInfo | Unset):
    """

    type_: BatchQueryType | Unset = UNSET
    schedule_id: str | Unset = UNSET
    status_code: BatchQueryStatusCode | Unset = UNSET
    query_start_time: datetime.datetime | None | Unset = UNSET
    query_end_time: datetime.datetime | None | Unset = UNSET
    split_info: SplitInfo | Unset = UNSET
    error_info: QueryErrorInfo | Unset = UNSET
    result_info: QueryResultInfo | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_.value

        schedule_id = self.schedule_id

        status_code: str | Unset = UNSET
        if not isinstance(self.status_code, Unset):
            status_code = self.status_code.value

        query_start_time: None | str | Unset
        if isinstance(self.query_start_time, Unset):
            query_start_time = UNSET
        elif isinstance(self.query_start_time, datetime.datetime):
            query_start_time = self.query_start_time.isoformat()
        else:
            query_start_time = self.query_start_time

        query_end_time: None | str | Unset
        if isinstance(self.query_end_time, Unset):
            query_end_time = UNSET
        elif isinstance(self.query_end_time, datetime.datetime):
            query_end_time = self.query_end_time.isoformat()
        else:
            query_end_time = self.query_end_time

        split_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.split_info, Unset):
            split_info = self.split_info.to_dict()

        error_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error_info, Unset):
            error_info = self.error_info.to_dict()

        result_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.result_info, Unset):
            result_info = self.result_info.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["@type"] = type_
        if schedule_id is not UNSET:
            field_dict["schedule_id"] = schedule_id
        if status_code is not UNSET:
            field_dict["status_code"] = status_code
        if query_start_time is not UNSET:
            field_dict["query_start_time"] = query_start_time
        if query_end_time is not UNSET:
            field_dict["query_end_time"] = query_end_time
        if split_info is not UNSET:
            field_dict["split_info"] = split_info
        if error_info is not UNSET:
            field_dict["error_info"] = error_info
        if result_info is not UNSET:
            field_dict["result_info"] = result_info

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_error_info import QueryErrorInfo  # noqa: PLC0415
        from ..models.query_result_info import QueryResultInfo  # noqa: PLC0415
        from ..models.split_info import SplitInfo  # noqa: PLC0415

        d = dict(src_dict)
        _type_ = d.pop("@type", UNSET)
        type_: BatchQueryType | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = BatchQueryType(_type_)

        schedule_id = d.pop("schedule_id", UNSET)

        _status_code = d.pop("status_code", UNSET)
        status_code: BatchQueryStatusCode | Unset
        if isinstance(_status_code, Unset):
            status_code = UNSET
        else:
            status_code = BatchQueryStatusCode(_status_code)

        def _parse_query_start_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                query_start_time_type_0 = datetime.datetime.fromisoformat(data)

                return query_start_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        query_start_time = _parse_query_start_time(d.pop("query_start_time", UNSET))

        def _parse_query_end_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                query_end_time_type_0 = datetime.datetime.fromisoformat(data)

                return query_end_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        query_end_time = _parse_query_end_time(d.pop("query_end_time", UNSET))

        _split_info = d.pop("split_info", UNSET)
        split_info: SplitInfo | Unset
        if isinstance(_split_info, Unset):
            split_info = UNSET
        else:
            split_info = SplitInfo.from_dict(_split_info)

        _error_info = d.pop("error_info", UNSET)
        error_info: QueryErrorInfo | Unset
        if isinstance(_error_info, Unset):
            error_info = UNSET
        else:
            error_info = QueryErrorInfo.from_dict(_error_info)

        _result_info = d.pop("result_info", UNSET)
        result_info: QueryResultInfo | Unset
        if isinstance(_result_info, Unset):
            result_info = UNSET
        else:
            result_info = QueryResultInfo.from_dict(_result_info)

        batch_query = cls(
            type_=type_,
            schedule_id=schedule_id,
            status_code=status_code,
            query_start_time=query_start_time,
            query_end_time=query_end_time,
            split_info=split_info,
            error_info=error_info,
            result_info=result_info,
        )

        batch_query.additional_properties = d
        return batch_query

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
