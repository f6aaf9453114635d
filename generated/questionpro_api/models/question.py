from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.answer import Answer


T = TypeVar("T", bound="Question")


@_attrs_define
class Question:
    """The answers to one question

    Attributes:
        question_id (int):
        question_description (str):
        question_code (str):
        question_text (str):
        answer_values (list[Answer]):
        image_url (None | str | Unset):
    """

    question_id: int
    question_description: str
    question_code: str
    question_text: str
    answer_values: list[Answer]
    image_url: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        question_id = self.question_id

        question_description = self.question_description

        question_code = self.question_code

        question_text = self.question_text

        answer_values = []
        for answer_values_item_data in self.answer_values:
            answer_values_item = answer_values_item_data.to_dict()
            answer_values.append(answer_values_item)

        image_url: None | str | Unset
        if isinstance(self.image_url, Unset):
            image_url = UNSET
        else:
            image_url = self.image_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "questionID": question_id,
                "questionDescription": question_description,
                "questionCode": question_code,
                "questionText": question_text,
                "answerValues": answer_values,
            }
        )
        if image_url is not UNSET:
            field_dict["imageUrl"] = image_url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.answer import Answer  # noqa: PLC0415

        d = dict(src_dict)
        question_id = d.pop("questionID")

        question_description = d.pop("questionDescription")

        question_code = d.pop("questionCode")

        question_text = d.pop("questionText")

        answer_values = []
        _answer_values = d.pop("answerValues")
        for answer_values_item_data in _answer_values:
            answer_values_item = Answer.from_dict(answer_values_item_data)

            answer_values.append(answer_values_item)

        def _parse_image_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        image_url = _parse_image_url(d.pop("imageUrl", UNSET))

        question = cls(
            question_id=question_id,
            question_description=question_description,
            question_code=question_code,
            question_text=question_text,
            answer_values=answer_values,
            image_url=image_url,
        )

        return question
