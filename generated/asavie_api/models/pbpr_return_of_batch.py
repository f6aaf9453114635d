from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch import Batch
    from ..models.dictionary import Dictionary


T = TypeVar("T", bound="PBPRReturnOfBatch")


@_attrs_define
class PBPRReturnOfBatch:
    """The envelope of every answer

    Attributes:
        data (Batch | None | Unset):
        success (bool | Unset): Whether the call succeeded
        meta (Dictionary | Literal[''] | None | Unset): Further data about the answer
        code (int | Unset): HTTP status of the call, as 200, 202 or 409
        error_code (int | Unset): Code of the failure, when Success is false
        error_sub_code (int | Unset): Second code of the failure, if there is one
        error_description (None | str | Unset): The failure in words
        status_url (None | str | Unset): Where to ask what became of an accepted command
        continuation_token (None | str | Unset): Where the next page of a list starts
    """

    data: Batch | None | Unset = UNSET
    success: bool | Unset = UNSET
    meta: Dictionary | Literal[""] | None | Unset = UNSET
    code: int | Unset = UNSET
    error_code: int | Unset = UNSET
    error_sub_code: int | Unset = UNSET
    error_description: None | str | Unset = UNSET
    status_url: None | str | Unset = UNSET
    continuation_token: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.batch import Batch  # noqa: PLC0415
        from ..models.dictionary import Dictionary  # noqa: PLC0415

        data: dict[str, Any] | None | Unset
        if isinstance(self.data, Unset):
            data = UNSET
        elif isinstance(self.data, Batch):
            data = self.data.to_dict()
        else:
            data = self.data

        success = self.success

        meta: dict[str, Any] | Literal[""] | None | Unset
        if isinstance(self.meta, Unset):
            meta = UNSET
        elif isinstance(self.meta, Dictionary):
            meta = self.meta.to_dict()
        else:
            meta = self.meta

        code = self.code

        error_code = self.error_code

        error_sub_code = self.error_sub_code

        error_description: None | str | Unset
        if isinstance(self.error_description, Unset):
            error_description = UNSET
        else:
            error_description = self.error_description

        status_url: None | str | Unset
        if isinstance(self.status_url, Unset):
            status_url = UNSET
        else:
            status_url = self.status_url

        continuation_token: None | str | Unset
        if isinstance(self.continuation_token, Unset):
            continuation_token = UNSET
        else:
            continuation_token = self.continuation_token

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if data is not UNSET:
            field_dict["Data"] = data
        if success is not UNSET:
            field_dict["Success"] = success
        if meta is not UNSET:
            field_dict["Meta"] = meta
        if code is not UNSET:
            field_dict["Code"] = code
        if error_code is not UNSET:
            field_dict["ErrorCode"] = error_code
        if error_sub_code is not UNSET:
            field_dict["ErrorSubCode"] = error_sub_code
        if error_description is not UNSET:
            field_dict["ErrorDescription"] = error_description
        if status_url is not UNSET:
            field_dict["StatusUrl"] = status_url
        if continuation_token is not UNSET:
            field_dict["ContinuationToken"] = continuation_token

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch import Batch  # noqa: PLC0415
        from ..models.dictionary import Dictionary  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_data(data: object) -> Batch | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                data_type_0 = Batch.from_dict(data)

                return data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Batch | None | Unset, data)

        data = _parse_data(d.pop("Data", UNSET))

        success = d.pop("Success", UNSET)

        def _parse_meta(data: object) -> Dictionary | Literal[""] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                meta_type_0 = Dictionary.from_dict(data)

                return meta_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            meta_type_1 = cast(Literal[""], data)
            if meta_type_1 != "":
                raise ValueError(f"Meta_type_1 must match const '', got '{meta_type_1}'")
            return meta_type_1
            return cast(Dictionary | Literal[""] | None | Unset, data)

        meta = _parse_meta(d.pop("Meta", UNSET))

        code = d.pop("Code", UNSET)

        error_code = d.pop("ErrorCode", UNSET)

        error_sub_code = d.pop("ErrorSubCode", UNSET)

        def _parse_error_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error_description = _parse_error_description(d.pop("ErrorDescription", UNSET))

        def _parse_status_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        status_url = _parse_status_url(d.pop("StatusUrl", UNSET))

        def _parse_continuation_token(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        continuation_token = _parse_continuation_token(d.pop("ContinuationToken", UNSET))

        pbpr_return_of_batch = cls(
            data=data,
            success=success,
            meta=meta,
            code=code,
            error_code=error_code,
            error_sub_code=error_sub_code,
            error_description=error_description,
            status_url=status_url,
            continuation_token=continuation_token,
        )

        pbpr_return_of_batch.additional_properties = d
        return pbpr_return_of_batch

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
