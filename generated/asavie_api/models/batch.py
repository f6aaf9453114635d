from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.dictionary import Dictionary


T = TypeVar("T", bound="Batch")


@_attrs_define
class Batch:
    """A batch of commands

    Attributes:
        name (None | str | Unset):
        app_tag (None | str | Unset):
        description (None | str | Unset):
        parameters (Dictionary | None | Unset):
        id (None | str | Unset):
        status (int | Unset):
        timeout_minutes (int | Unset):
    """

    name: None | str | Unset = UNSET
    app_tag: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    parameters: Dictionary | None | Unset = UNSET
    id: None | str | Unset = UNSET
    status: int | Unset = UNSET
    timeout_minutes: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.dictionary import Dictionary  # noqa: PLC0415

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        app_tag: None | str | Unset
        if isinstance(self.app_tag, Unset):
            app_tag = UNSET
        else:
            app_tag = self.app_tag

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        parameters: dict[str, Any] | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        elif isinstance(self.parameters, Dictionary):
            parameters = self.parameters.to_dict()
        else:
            parameters = self.parameters

        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        status = self.status

        timeout_minutes = self.timeout_minutes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["Name"] = name
        if app_tag is not UNSET:
            field_dict["AppTag"] = app_tag
        if description is not UNSET:
            field_dict["Description"] = description
        if parameters is not UNSET:
            field_dict["Parameters"] = parameters
        if id is not UNSET:
            field_dict["ID"] = id
        if status is not UNSET:
            field_dict["Status"] = status
        if timeout_minutes is not UNSET:
            field_dict["TimeoutMinutes"] = timeout_minutes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.dictionary import Dictionary  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("Name", UNSET))

        def _parse_app_tag(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        app_tag = _parse_app_tag(d.pop("AppTag", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("Description", UNSET))

        def _parse_parameters(data: object) -> Dictionary | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                parameters_type_0 = Dictionary.from_dict(data)

                return parameters_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Dictionary | None | Unset, data)

        parameters = _parse_parameters(d.pop("Parameters", UNSET))

        def _parse_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        id = _parse_id(d.pop("ID", UNSET))

        status = d.pop("Status", UNSET)

        timeout_minutes = d.pop("TimeoutMinutes", UNSET)

        batch = cls(
            name=name,
            app_tag=app_tag,
            description=description,
            parameters=parameters,
            id=id,
            status=status,
            timeout_minutes=timeout_minutes,
        )

        batch.additional_properties = d
        return batch

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
