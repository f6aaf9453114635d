from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.query_settings import QuerySettings


T = TypeVar("T", bound="Query")


@_attrs_define
class Query:
    """One query; members that are not listed are strings

    Attributes:
        ds_id (str | Unset):
        ds_accounts (str | Unset):
        start_date (datetime.date | Unset):
        end_date (datetime.date | Unset):
        fields (str | Unset):
        settings (QuerySettings | Unset): Settings of the data source
    """

    ds_id: str | Unset = UNSET
    ds_accounts: str | Unset = UNSET
    start_date: datetime.date | Unset = UNSET
    end_date: datetime.date | Unset = UNSET
    fields: str | Unset = UNSET
    settings: QuerySettings | Unset = UNSET
    additional_properties: dict[str, str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ds_id = self.ds_id

        ds_accounts = self.ds_accounts

        start_date: str | Unset = UNSET
        if not isinstance(self.start_date, Unset):
            start_date = self.start_date.isoformat()

        end_date: str | Unset = UNSET
        if not isinstance(self.end_date, Unset):
            end_date = self.end_date.isoformat()

        fields = self.fields

        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if ds_id is not UNSET:
            field_dict["ds_id"] = ds_id
        if ds_accounts is not UNSET:
            field_dict["ds_accounts"] = ds_accounts
        if start_date is not UNSET:
            field_dict["start_date"] = start_date
        if end_date is not UNSET:
            field_dict["end_date"] = end_date
        if fields is not UNSET:
            field_dict["fields"] = fields
        if settings is not UNSET:
            field_dict["settings"] = settings

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_settings import QuerySettings  # noqa: PLC0415

        d = dict(src_dict)
        ds_id = d.pop("ds_id", UNSET)

        ds_accounts = d.pop("ds_accounts", UNSET)

        _start_date = d.pop("start_date", UNSET)
        start_date: datetime.date | Unset
        if isinstance(_start_date, Unset):
            start_date = UNSET
        else:
            start_date = datetime.date.fromisoformat(_start_date)

        _end_date = d.pop("end_date", UNSET)
        end_date: datetime.date | Unset
        if isinstance(_end_date, Unset):
            end_date = UNSET
        else:
            end_date = datetime.date.fromisoformat(_end_date)

        fields = d.pop("fields", UNSET)

        _settings = d.pop("settings", UNSET)
        settings: QuerySettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = QuerySettings.from_dict(_settings)

        query = cls(
            ds_id=ds_id,
            ds_accounts=ds_accounts,
            start_date=start_date,
            end_date=end_date,
            fields=fields,
            settings=settings,
        )

        query.additional_properties = d
        return query

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> str:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: str) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
