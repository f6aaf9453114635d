from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.custom_variables import CustomVariables
    from ..models.location import Location
    from ..models.question import Question


T = TypeVar("T", bound="SurveyResponse")


@_attrs_define
class SurveyResponse:
    """One respondent's answers to a survey

    Attributes:
        response_id (int):
        survey_id (int):
        survey_name (str):
        ip_address (str):
        timestamp (str):
        location (Location):
        duplicate (bool):
        time_taken (int):
        response_status (str):
        external_reference (str):
        custom_variables (CustomVariables):
        language (str):
        current_inset (str):
        operating_system (str):
        os_device_type (str):
        browser (str):
        response_set (list[Question]):
    """

    response_id: int
    survey_id: int
    survey_name: str
    ip_address: str
    timestamp: str
    location: Location
    duplicate: bool
    time_taken: int
    response_status: str
    external_reference: str
    custom_variables: CustomVariables
    language: str
    current_inset: str
    operating_system: str
    os_device_type: str
    browser: str
    response_set: list[Question]

    def to_dict(self) -> dict[str, Any]:
        response_id = self.response_id

        survey_id = self.survey_id

        survey_name = self.survey_name

        ip_address: str
        ip_address = self.ip_address

        timestamp = self.timestamp

        location = self.location.to_dict()

        duplicate = self.duplicate

        time_taken = self.time_taken

        response_status = self.response_status

        external_reference = self.external_reference

        custom_variables = self.custom_variables.to_dict()

        language = self.language

        current_inset = self.current_inset

        operating_system = self.operating_system

        os_device_type = self.os_device_type

        browser = self.browser

        response_set = []
        for response_set_item_data in self.response_set:
            response_set_item = response_set_item_data.to_dict()
            response_set.append(response_set_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "responseID": response_id,
                "surveyID": survey_id,
                "surveyName": survey_name,
                "ipAddress": ip_address,
                "timestamp": timestamp,
                "location": location,
                "duplicate": duplicate,
                "timeTaken": time_taken,
                "responseStatus": response_status,
                "externalReference": external_reference,
                "customVariables": custom_variables,
                "language": language,
                "currentInset": current_inset,
                "operatingSystem": operating_system,
                "osDeviceType": os_device_type,
                "browser": browser,
                "responseSet": response_set,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.custom_variables import CustomVariables  # noqa: PLC0415
        from ..models.location import Location  # noqa: PLC0415
        from ..models.question import Question  # noqa: PLC0415

        d = dict(src_dict)
        response_id = d.pop("responseID")

        survey_id = d.pop("surveyID")

        survey_name = d.pop("surveyName")

        def _parse_ip_address(data: object) -> str:
            return cast(str, data)

        ip_address = _parse_ip_address(d.pop("ipAddress"))

        timestamp = d.pop("timestamp")

        location = Location.from_dict(d.pop("location"))

        duplicate = d.pop("duplicate")

        time_taken = d.pop("timeTaken")

        response_status = d.pop("responseStatus")

        external_reference = d.pop("externalReference")

        custom_variables = CustomVariables.from_dict(d.pop("customVariables"))

        language = d.pop("language")

        current_inset = d.pop("currentInset")

        operating_system = d.pop("operatingSystem")

        os_device_type = d.pop("osDeviceType")

        browser = d.pop("browser")

        response_set = []
        _response_set = d.pop("responseSet")
        for response_set_item_data in _response_set:
            response_set_item = Question.from_dict(response_set_item_data)

            response_set.append(response_set_item)

        survey_response = cls(
            response_id=response_id,
            survey_id=survey_id,
            survey_name=survey_name,
            ip_address=ip_address,
            timestamp=timestamp,
            location=location,
            duplicate=duplicate,
            time_taken=time_taken,
            response_status=response_status,
            external_reference=external_reference,
            custom_variables=custom_variables,
            language=language,
            current_inset=current_inset,
            operating_system=operating_system,
            os_device_type=os_device_type,
            browser=browser,
            response_set=response_set,
        )

        return survey_response
