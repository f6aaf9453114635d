from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.survey_response import SurveyResponse


T = TypeVar("T", bound="SurveyResponseEnvelope")


@_attrs_define
class SurveyResponseEnvelope:
    """
    Attributes:
        response (SurveyResponse): One respondent's answers to a survey
    """

    response: SurveyResponse

    def to_dict(self) -> dict[str, Any]:
        response = self.response.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "response": response,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.survey_response import SurveyResponse  # noqa: PLC0415

        d = dict(src_dict)
        response = SurveyResponse.from_dict(d.pop("response"))

        survey_response_envelope = cls(
            response=response,
        )

        return survey_response_envelope
