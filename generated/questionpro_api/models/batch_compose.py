from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_incentives import BatchIncentives


T = TypeVar("T", bound="BatchCompose")


@_attrs_define
class BatchCompose:
    """
    Attributes:
        survey_id (int):
        survey_alias (str | Unset):
        survey_length (int | Unset):
        survey_language_id (int | Unset):
        template_id (int | Unset):
        template_language_id (int | Unset):
        allow_multiple_responses (bool | Unset):
        incentives (BatchIncentives | Unset):
    """

    survey_id: int
    survey_alias: str | Unset = UNSET
    survey_length: int | Unset = UNSET
    survey_language_id: int | Unset = UNSET
    template_id: int | Unset = UNSET
    template_language_id: int | Unset = UNSET
    allow_multiple_responses: bool | Unset = UNSET
    incentives: BatchIncentives | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        survey_id = self.survey_id

        survey_alias = self.survey_alias

        survey_length = self.survey_length

        survey_language_id = self.survey_language_id

        template_id = self.template_id

        template_language_id = self.template_language_id

        allow_multiple_responses = self.allow_multiple_responses

        incentives: dict[str, Any] | Unset = UNSET
        if not isinstance(self.incentives, Unset):
            incentives = self.incentives.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "surveyID": survey_id,
            }
        )
        if survey_alias is not UNSET:
            field_dict["surveyAlias"] = survey_alias
        if survey_length is not UNSET:
            field_dict["surveyLength"] = survey_length
        if survey_language_id is not UNSET:
            field_dict["surveyLanguageID"] = survey_language_id
        if template_id is not UNSET:
            field_dict["templateID"] = template_id
        if template_language_id is not UNSET:
            field_dict["templateLanguageID"] = template_language_id
        if allow_multiple_responses is not UNSET:
            field_dict["allowMultipleResponses"] = allow_multiple_responses
        if incentives is not UNSET:
            field_dict["incentives"] = incentives

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_incentives import BatchIncentives  # noqa: PLC0415

        d = dict(src_dict)
        survey_id = d.pop("surveyID")

        survey_alias = d.pop("surveyAlias", UNSET)

        survey_length = d.pop("surveyLength", UNSET)

        survey_language_id = d.pop("surveyLanguageID", UNSET)

        template_id = d.pop("templateID", UNSET)

        template_language_id = d.pop("templateLanguageID", UNSET)

        allow_multiple_responses = d.pop("allowMultipleResponses", UNSET)

        _incentives = d.pop("incentives", UNSET)
        incentives: BatchIncentives | Unset
        if isinstance(_incentives, Unset):
            incentives = UNSET
        else:
            incentives = BatchIncentives.from_dict(_incentives)

        batch_compose = cls(
            survey_id=survey_id,
            survey_alias=survey_alias,
            survey_length=survey_length,
            survey_language_id=survey_language_id,
            template_id=template_id,
            template_language_id=template_language_id,
            allow_multiple_responses=allow_multiple_responses,
            incentives=incentives,
        )

        return batch_compose
