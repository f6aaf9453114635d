from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CustomVariables")


@_attrs_define
class CustomVariables:
    """
    Attributes:
        custom1 (None | str | Unset):
        custom2 (None | str | Unset):
        custom3 (None | str | Unset):
        custom4 (None | str | Unset):
        custom5 (None | str | Unset):
    """

    custom1: None | str | Unset = UNSET
    custom2: None | str | Unset = UNSET
    custom3: None | str | Unset = UNSET
    custom4: None | str | Unset = UNSET
    custom5: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        custom1: None | str | Unset
        if isinstance(self.custom1, Unset):
            custom1 = UNSET
        else:
            custom1 = self.custom1

        custom2: None | str | Unset
        if isinstance(self.custom2, Unset):
            custom2 = UNSET
        else:
            custom2 = self.custom2

        custom3: None | str | Unset
        if isinstance(self.custom3, Unset):
            custom3 = UNSET
        else:
            custom3 = self.custom3

        custom4: None | str | Unset
        if isinstance(self.custom4, Unset):
            custom4 = UNSET
        else:
            custom4 = self.custom4

        custom5: None | str | Unset
        if isinstance(self.custom5, Unset):
            custom5 = UNSET
        else:
            custom5 = self.custom5

        field_dict: dict[str, Any] = {}

        field_dict.update({})
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

        def _parse_custom1(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom1 = _parse_custom1(d.pop("custom1", UNSET))

        def _parse_custom2(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom2 = _parse_custom2(d.pop("custom2", UNSET))

        def _parse_custom3(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom3 = _parse_custom3(d.pop("custom3", UNSET))

        def _parse_custom4(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom4 = _parse_custom4(d.pop("custom4", UNSET))

        def _parse_custom5(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom5 = _parse_custom5(d.pop("custom5", UNSET))

        custom_variables = cls(
            custom1=custom1,
            custom2=custom2,
            custom3=custom3,
            custom4=custom4,
            custom5=custom5,
        )

        return custom_variables
