from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.answer_value_create import AnswerValueCreate


T = TypeVar("T", bound="AnswerCreate")


@_attrs_define
class AnswerCreate:
    """
    Attributes:
        answer_id (int):
        answer_text (str | Unset):
        value (AnswerValueCreate | Unset):
    """

    answer_id: int
    answer_text: str | Unset = UNSET
    value: AnswerValueCreate | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        answer_id = self.answer_id

        answer_text = self.answer_text

        value: dict[str, Any] | Unset = UNSET
        if not isinstance(self.value, Unset):
            value = self.value.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "answerID": answer_id,
            }
        )
        if answer_text is not UNSET:
            field_dict["answerText"] = answer_text
        if value is not UNSET:
            field_dict["value"] = value

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.answer_value_create import AnswerValueCreate  # noqa: PLC0415

        d = dict(src_dict)
        answer_id = d.pop("answerID")

        answer_text = d.pop("answerText", UNSET)

        _value = d.pop("value", UNSET)
        value: AnswerValueCreate | Unset
        if isinstance(_value, Unset):
            value = UNSET
        else:
            value = AnswerValueCreate.from_dict(_value)

        answer_create = cls(
            answer_id=answer_id,
            answer_text=answer_text,
            value=value,
        )

        return answer_create
