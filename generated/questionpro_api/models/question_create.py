from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.answer_create import AnswerCreate


T = TypeVar("T", bound="QuestionCreate")


@_attrs_define
class QuestionCreate:
    """
    Attributes:
        question_id (int):
        answer_values (list[AnswerCreate]):
        question_description (str | Unset):
        question_code (str | Unset):
        question_text (str | Unset):
        image_url (None | str | Unset):
    """

    question_id: int
    answer_values: list[AnswerCreate]
    question_description: str | Unset = UNSET
    question_code: str | Unset = UNSET
    question_text: str | Unset = UNSET
    image_url: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        question_id = self.question_id

        answer_values = []
        for answer_values_item_data in self.answer_values:
            answer_values_item = answer_values_item_data.to_dict()
            answer_values.append(answer_values_item)

        question_description = self.question_description

        question_code = self.question_code

        question_text = self.question_text

        image_url: None | str | Unset
        if isinstance(self.image_url, Unset):
            image_url = UNSET
        else:
            image_url = self.image_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "questionID": question_id,
                "answerValues": answer_values,
            }
        )
        if question_description is not UNSET:
            field_dict["questionDescription"] = question_description
        if question_code is not UNSET:
            field_dict["questionCode"] = question_code
        if question_text is not UNSET:
            field_dict["questionText"] = question_text
        if image_url is not UNSET:
            field_dict["imageUrl"] = image_url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.answer_create import AnswerCreate  # noqa: PLC0415

        d = dict(src_dict)
        question_id = d.pop("questionID")

        answer_values = []
        _answer_values = d.pop("answerValues")
        for answer_values_item_data in _answer_values:
            answer_values_item = AnswerCreate.from_dict(answer_values_item_data)

            answer_values.append(answer_values_item)

        question_description = d.pop("questionDescription", UNSET)

        question_code = d.pop("questionCode", UNSET)

        question_text = d.pop("questionText", UNSET)

        def _parse_image_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        image_url = _parse_image_url(d.pop("imageUrl", UNSET))

        question_create = cls(
            question_id=question_id,
            answer_values=answer_values,
            question_description=question_description,
            question_code=question_code,
            question_text=question_text,
            image_url=image_url,
        )

        return question_create
