from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="AnswerValue")


@_attrs_define
class AnswerValue:
    """
    Attributes:
        scale (str):
        other (str):
        dynamic_explode_text (str):
        text (str):
        result (str):
        file_link (str):
        weight (float):
    """

    scale: str
    other: str
    dynamic_explode_text: str
    text: str
    result: str
    file_link: str
    weight: float

    def to_dict(self) -> dict[str, Any]:
        scale = self.scale

        other = self.other

        dynamic_explode_text = self.dynamic_explode_text

        text = self.text

        result = self.result

        file_link = self.file_link

        weight = self.weight

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "scale": scale,
                "other": other,
                "dynamicExplodeText": dynamic_explode_text,
                "text": text,
                "result": result,
                "fileLink": file_link,
                "weight": weight,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        scale = d.pop("scale")

        other = d.pop("other")

        dynamic_explode_text = d.pop("dynamicExplodeText")

        text = d.pop("text")

        result = d.pop("result")

        file_link = d.pop("fileLink")

        weight = d.pop("weight")

        answer_value = cls(
            scale=scale,
            other=other,
            dynamic_explode_text=dynamic_explode_text,
            text=text,
            result=result,
            file_link=file_link,
            weight=weight,
        )

        return answer_value
