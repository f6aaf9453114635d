from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_query import BatchQuery
    from ..models.query_batch_status_meta import QueryBatchStatusMeta


T = TypeVar("T", bound="QueryBatchStatus")


@_attrs_define
class QueryBatchStatus:
    """
    Attributes:
        meta (QueryBatchStatusMeta | Unset):
        data (list[BatchQuery] | Unset):
    """

    meta: QueryBatchStatusMeta | Unset = UNSET
    data: list[BatchQuery] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        meta: dict[str, Any] | Unset = UNSET
        if not isinstance(self.meta, Unset):
            meta = self.meta.to_dict()

        data: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = []
            for data_item_data in self.data:
                data_item = data_item_data.to_dict()
                data.append(data_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if meta is not UNSET:
            field_dict["meta"] = meta
        if data is not UNSET:
            field_dict["data"] = data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_query import BatchQuery  # noqa: PLC0415
        from ..models.query_batch_status_meta import QueryBatchStatusMeta  # noqa: PLC0415

        d = dict(src_dict)
        _meta = d.pop("meta", UNSET)
        meta: QueryBatchStatusMeta | Unset
        if isinstance(_meta, Unset):
            meta = UNSET
        else:
            meta = QueryBatchStatusMeta.from_dict(_meta)

        _data = d.pop("data", UNSET)
        data: list[BatchQuery] | Unset = UNSET
        if _data is not UNSET:
            data = []
            for data_item_data in _data:
                data_item = BatchQuery.from_dict(data_item_data)

                data.append(data_item)

        query_batch_status = cls(
            meta=meta,
            data=data,
        )

        query_batch_status.additional_properties = d
        return query_batch_status

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
