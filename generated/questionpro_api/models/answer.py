from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.answer_value import AnswerValue


T = TypeVar("T", bound="Answer")


@_attrs_define
class Answer:
    """
    Attributes:
        answer_id (int):
        answer_text (str):
        value (AnswerValue):
    """

    answer_id: int
    answer_text: str
    value: AnswerValue

    def to_dict(self) -> dict[str, Any]:
        answer_id = self.answer_id

        answer_text = self.answer_text

        value = self.value.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "answerID": answer_id,
                "answerText": answer_text,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.answer_value import AnswerValue  # noqa: PLC0415

        d = dict(src_dict)
        answer_id = d.pop("answerID")

        answer_text = d.pop("answerText")

        value = AnswerValue.from_dict(d.pop("value"))

        answer = cls(
            answer_id=answer_id,
            answer_text=answer_text,
            value=value,
        )

        return answer
