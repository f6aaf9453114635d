from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.paginate import Paginate
    from ..models.query_batch_progress import QueryBatchProgress


T = TypeVar("T", bound="QueryBatchStatusMeta")


@_attrs_define
class QueryBatchStatusMeta:
    """
    Attributes:
        request_id (str | Unset):
        status_code (str | Unset):
        progress (QueryBatchProgress | Unset): How many queries are in each state
        paginate (Paginate | Unset):
    """

    request_id: str | Unset = UNSET
    status_code: str | Unset = UNSET
    progress: QueryBatchProgress | Unset = UNSET
    paginate: Paginate | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        request_id = self.request_id

        status_code = self.status_code

        progress: dict[str, Any] | Unset = UNSET
        if not isinstance(self.progress, Unset):
            progress = self.progress.to_dict()

        paginate: dict[str, Any] | Unset = UNSET
        if not isinstance(self.paginate, Unset):
            paginate = self.paginate.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if request_id is not UNSET:
            field_dict["request_id"] = request_id
        if status_code is not UNSET:
            field_dict["status_code"] = status_code
        if progress is not UNSET:
            field_dict["progress"] = progress
        if paginate is not UNSET:
            field_dict["paginate"] = paginate

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.paginate import Paginate  # noqa: PLC0415
        from ..models.query_batch_progress import QueryBatchProgress  # noqa: PLC0415

        d = dict(src_dict)
        request_id = d.pop("request_id", UNSET)

        status_code = d.pop("status_code", UNSET)

        _progress = d.pop("progress", UNSET)
        progress: QueryBatchProgress | Unset
        if isinstance(_progress, Unset):
            progress = UNSET
        else:
            progress = QueryBatchProgress.from_dict(_progress)

        _paginate = d.pop("paginate", UNSET)
        paginate: Paginate | Unset
        if isinstance(_paginate, Unset):
            paginate = UNSET
        else:
            paginate = Paginate.from_dict(_paginate)

        query_batch_status_meta = cls(
            request_id=request_id,
            status_code=status_code,
            progress=progress,
            paginate=paginate,
        )

        query_batch_status_meta.additional_properties = d
        return query_batch_status_meta

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
