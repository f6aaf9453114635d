from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.query_batch_status_code import QueryBatchStatusCode
from ..models.query_batch_type import QueryBatchType
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.query_batch_links import QueryBatchLinks


T = TypeVar("T", bound="QueryBatch")


@_attrs_define
class QueryBatch:
    """A batch of queries

    Attributes:
        type_ (QueryBatchType | Unset):
        batch_id (str | Unset):
        status_code (QueryBatchStatusCode | Unset):
        schedule_time (datetime.datetime | Unset):
        start_time (datetime.datetime | None | Unset):
        end_time (datetime.datetime | None | Unset):
        cancel_time (datetime.datetime | None | Unset):
        description (str | Unset):
        split_accounts_policy (str | Unset):
        split_dates_policy (str | Unset):
        timeout_minutes (int | Unset):
        query_amount (int | Unset):
        query_concurrency (int | Unset):
        query_output_format (str | Unset):
        add_exclude_account_errors (bool | Unset):
        add_clean_data_types (bool | Unset):
        links (QueryBatchLinks | Unset):
    """

    type_: QueryBatchType | Unset = UNSET
    batch_id: str | Unset = UNSET
    status_code: QueryBatchStatusCode | Unset = UNSET
    schedule_time: datetime.datetime | Unset = UNSET
    start_time: datetime.datetime | None | Unset = UNSET
    end_time: datetime.datetime | None | Unset = UNSET
    cancel_time: datetime.datetime | None | Unset = UNSET
    description: str | Unset = UNSET
    split_accounts_policy: str | Unset = UNSET
    split_dates_policy: str | Unset = UNSET
    timeout_minutes: int | Unset = UNSET
    query_amount: int | Unset = UNSET
    query_concurrency: int | Unset = UNSET
    query_output_format: str | Unset = UNSET
    add_exclude_account_errors: bool | Unset = UNSET
    add_clean_data_types: bool | Unset = UNSET
    links: QueryBatchLinks | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_.value

        batch_id = self.batch_id

        status_code: str | Unset = UNSET
        if not isinstance(self.status_code, Unset):
            status_code = self.status_code.value

        schedule_time: str | Unset = UNSET
        if not isinstance(self.schedule_time, Unset):
            schedule_time = self.schedule_time.isoformat()

        start_time: None | str | Unset
        if isinstance(self.start_time, Unset):
            start_time = UNSET
        elif isinstance(self.start_time, datetime.datetime):
            start_time = self.start_time.isoformat()
        else:
            start_time = self.start_time

        end_time: None | str | Unset
        if isinstance(self.end_time, Unset):
            end_time = UNSET
        elif isinstance(self.end_time, datetime.datetime):
            end_time = self.end_time.isoformat()
        else:
            end_time = self.end_time

        cancel_time: None | str | Unset
        if isinstance(self.cancel_time, Unset):
            cancel_time = UNSET
        elif isinstance(self.cancel_time, datetime.datetime):
            cancel_time = self.cancel_time.isoformat()
        else:
            cancel_time = self.cancel_time

        description = self.description

        split_accounts_policy = self.split_accounts_policy

        split_dates_policy = self.split_dates_policy

        timeout_minutes = self.timeout_minutes

        query_amount = self.query_amount

        query_concurrency = self.query_concurrency

        query_output_format = self.query_output_format

        add_exclude_account_errors = self.add_exclude_account_errors

        add_clean_data_types = self.add_clean_data_types

        links: dict[str, Any] | Unset = UNSET
        if not isinstance(self.links, Unset):
            links = self.links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if type_ is not UNSET:
            field_dict["@type"] = type_
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if status_code is not UNSET:
            field_dict["status_code"] = status_code
        if schedule_time is not UNSET:
            field_dict["schedule_time"] = schedule_time
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if end_time is not UNSET:
            field_dict["end_time"] = end_time
        if cancel_time is not UNSET:
            field_dict["cancel_time"] = cancel_time
        if description is not UNSET:
            field_dict["description"] = description
        if split_accounts_policy is not UNSET:
            field_dict["split_accounts_policy"] = split_accounts_policy
        if split_dates_policy is not UNSET:
            field_dict["split_dates_policy"] = split_dates_policy
        if timeout_minutes is not UNSET:
            field_dict["timeout_minutes"] = timeout_minutes
        if query_amount is not UNSET:
            field_dict["query_amount"] = query_amount
        if query_concurrency is not UNSET:
            field_dict["query_concurrency"] = query_concurrency
        if query_output_format is not UNSET:
            field_dict["query_output_format"] = query_output_format
        if add_exclude_account_errors is not UNSET:
            field_dict["add_exclude_account_errors"] = add_exclude_account_errors
        if add_clean_data_types is not UNSET:
            field_dict["add_clean_data_types"] = add_clean_data_types
        if links is not UNSET:
            field_dict["links"] = links

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_batch_links import QueryBatchLinks  # noqa: PLC0415

        d = dict(src_dict)
        _type_ = d.pop("@type", UNSET)
        type_: QueryBatchType | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = QueryBatchType(_type_)

        batch_id = d.pop("batch_id", UNSET)

        _status_code = d.pop("status_code", UNSET)
        status_code: QueryBatchStatusCode | Unset
        if isinstance(_status_code, Unset):
            status_code = UNSET
        else:
            status_code = QueryBatchStatusCode(_status_code)

        _schedule_time = d.pop("schedule_time", UNSET)
        schedule_time: datetime.datetime | Unset
        if isinstance(_schedule_time, Unset):
            schedule_time = UNSET
        else:
            schedule_time = datetime.datetime.fromisoformat(_schedule_time)

        def _parse_start_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                start_time_type_0 = datetime.datetime.fromisoformat(data)

                return start_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        start_time = _parse_start_time(d.pop("start_time", UNSET))

        def _parse_end_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                end_time_type_0 = datetime.datetime.fromisoformat(data)

                return end_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        end_time = _parse_end_time(d.pop("end_time", UNSET))

        def _parse_cancel_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cancel_time_type_0 = datetime.datetime.fromisoformat(data)

                return cancel_time_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        cancel_time = _parse_cancel_time(d.pop("cancel_time", UNSET))

        description = d.pop("description", UNSET)

        split_accounts_policy = d.pop("split_accounts_policy", UNSET)

        split_dates_policy = d.pop("split_dates_policy", UNSET)

        timeout_minutes = d.pop("timeout_minutes", UNSET)

        query_amount = d.pop("query_amount", UNSET)

        query_concurrency = d.pop("query_concurrency", UNSET)

        query_output_format = d.pop("query_output_format", UNSET)

        add_exclude_account_errors = d.pop("add_exclude_account_errors", UNSET)

        add_clean_data_types = d.pop("add_clean_data_types", UNSET)

        _links = d.pop("links", UNSET)
        links: QueryBatchLinks | Unset
        if isinstance(_links, Unset):
            links = UNSET
        else:
            links = QueryBatchLinks.from_dict(_links)

        query_batch = cls(
            type_=type_,
            batch_id=batch_id,
            status_code=status_code,
            schedule_time=schedule_time,
            start_time=start_time,
            end_time=end_time,
            cancel_time=cancel_time,
            description=description,
            split_accounts_policy=split_accounts_policy,
            split_dates_policy=split_dates_policy,
            timeout_minutes=timeout_minutes,
            query_amount=query_amount,
            query_concurrency=query_concurrency,
            query_output_format=query_output_format,
            add_exclude_account_errors=add_exclude_account_errors,
            add_clean_data_types=add_clean_data_types,
            links=links,
        )

        query_batch.additional_properties = d
        return query_batch

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
