from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="AnswerValueCreate")


@_attrs_define
class AnswerValueCreate:
    """
    Attributes:
        scale (str | Unset):
        other (str | Unset):
        dynamic_explode_text (str | Unset):
        text (str | Unset):
        result (str | Unset):
        file_link (str | Unset):
        weight (float | Unset):
    """

    scale: str | Unset = UNSET
    other: str | Unset = UNSET
    dynamic_explode_text: str | Unset = UNSET
    text: str | Unset = UNSET
    result: str | Unset = UNSET
    file_link: str | Unset = UNSET
    weight: float | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        scale = self.scale

        other = self.other

        dynamic_explode_text = self.dynamic_explode_text

        text = self.text

        result = self.result

        file_link = self.file_link

        weight = self.weight

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if scale is not UNSET:
            field_dict["scale"] = scale
        if other is not UNSET:
            field_dict["other"] = other
        if dynamic_explode_text is not UNSET:
            field_dict["dynamicExplodeText"] = dynamic_explode_text
        if text is not UNSET:
            field_dict["text"] = text
        if result is not UNSET:
            field_dict["result"] = result
        if file_link is not UNSET:
            field_dict["fileLink"] = file_link
        if weight is not UNSET:
            field_dict["weight"] = weight

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        scale = d.pop("scale", UNSET)

        other = d.pop("other", UNSET)

        dynamic_explode_text = d.pop("dynamicExplodeText", UNSET)

        text = d.pop("text", UNSET)

        result = d.pop("result", UNSET)

        file_link = d.pop("fileLink", UNSET)

        weight = d.pop("weight", UNSET)

        answer_value_create = cls(
            scale=scale,
            other=other,
            dynamic_explode_text=dynamic_explode_text,
            text=text,
            result=result,
            file_link=file_link,
            weight=weight,
        )

        return answer_value_create
