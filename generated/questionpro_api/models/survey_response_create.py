from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.custom_variables import CustomVariables
    from ..models.location_create import LocationCreate
    from ..models.question_create import QuestionCreate


T = TypeVar("T", bound="SurveyResponseCreate")


@_attrs_define
class SurveyResponseCreate:
    """A response to store; what is left out is filled in by the service

    Attributes:
        response_set (list[QuestionCreate]):
        ip_address (str | Unset):
        timestamp (str | Unset):
        location (LocationCreate | Unset):
        duplicate (bool | Unset):
        time_taken (int | Unset):
        response_status (str | Unset):
        external_reference (str | Unset):
        custom_variables (CustomVariables | Unset):
        language (str | Unset):
        current_inset (str | Unset):
        operating_system (str | Unset):
        os_device_type (str | Unset):
        browser (str | Unset):
    """

    response_set: list[QuestionCreate]
    ip_address: str | Unset = UNSET
    timestamp: str | Unset = UNSET
    location: LocationCreate | Unset = UNSET
    duplicate: bool | Unset = UNSET
    time_taken: int | Unset = UNSET
    response_status: str | Unset = UNSET
    external_reference: str | Unset = UNSET
    custom_variables: CustomVariables | Unset = UNSET
    language: str | Unset = UNSET
    current_inset: str | Unset = UNSET
    operating_system: str | Unset = UNSET
    os_device_type: str | Unset = UNSET
    browser: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        response_set = []
        for response_set_item_data in self.response_set:
            response_set_item = response_set_item_data.to_dict()
            response_set.append(response_set_item)

        ip_address: str | Unset
        if isinstance(self.ip_address, Unset):
            ip_address = UNSET
        else:
            ip_address = self.ip_address

        timestamp = self.timestamp

        location: dict[str, Any] | Unset = UNSET
        if not isinstance(self.location, Unset):
            location = self.location.to_dict()

        duplicate = self.duplicate

        time_taken = self.time_taken

        response_status = self.response_status

        external_reference = self.external_reference

        custom_variables: dict[str, Any] | Unset = UNSET
        if not isinstance(self.custom_variables, Unset):
            custom_variables = self.custom_variables.to_dict()

        language = self.language

        current_inset = self.current_inset

        operating_system = self.operating_system

        os_device_type = self.os_device_type

        browser = self.browser

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "responseSet": response_set,
            }
        )
        if ip_address is not UNSET:
            field_dict["ipAddress"] = ip_address
        if timestamp is not UNSET:
            field_dict["timestamp"] = timestamp
        if location is not UNSET:
            field_dict["location"] = location
        if duplicate is not UNSET:
            field_dict["duplicate"] = duplicate
        if time_taken is not UNSET:
            field_dict["timeTaken"] = time_taken
        if response_status is not UNSET:
            field_dict["responseStatus"] = response_status
        if external_reference is not UNSET:
            field_dict["externalReference"] = external_reference
        if custom_variables is not UNSET:
            field_dict["customVariables"] = custom_variables
        if language is not UNSET:
            field_dict["language"] = language
        if current_inset is not UNSET:
            field_dict["currentInset"] = current_inset
        if operating_system is not UNSET:
            field_dict["operatingSystem"] = operating_system
        if os_device_type is not UNSET:
            field_dict["osDeviceType"] = os_device_type
        if browser is not UNSET:
            field_dict["browser"] = browser

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.custom_variables import CustomVariables  # noqa: PLC0415
        from ..models.location_create import LocationCreate  # noqa: PLC0415
        from ..models.question_create import QuestionCreate  # noqa: PLC0415

        d = dict(src_dict)
        response_set = []
        _response_set = d.pop("responseSet")
        for response_set_item_data in _response_set:
            response_set_item = QuestionCreate.from_dict(response_set_item_data)

            response_set.append(response_set_item)

        def _parse_ip_address(data: object) -> str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(str | Unset, data)

        ip_address = _parse_ip_address(d.pop("ipAddress", UNSET))

        timestamp = d.pop("timestamp", UNSET)

        _location = d.pop("location", UNSET)
        location: LocationCreate | Unset
        if isinstance(_location, Unset):
            location = UNSET
        else:
            location = LocationCreate.from_dict(_location)

        duplicate = d.pop("duplicate", UNSET)

        time_taken = d.pop("timeTaken", UNSET)

        response_status = d.pop("responseStatus", UNSET)

        external_reference = d.pop("externalReference", UNSET)

        _custom_variables = d.pop("customVariables", UNSET)
        custom_variables: CustomVariables | Unset
        if isinstance(_custom_variables, Unset):
            custom_variables = UNSET
        else:
            custom_variables = CustomVariables.from_dict(_custom_variables)

        language = d.pop("language", UNSET)

        current_inset = d.pop("currentInset", UNSET)

        operating_system = d.pop("operatingSystem", UNSET)

        os_device_type = d.pop("osDeviceType", UNSET)

        browser = d.pop("browser", UNSET)

        survey_response_create = cls(
            response_set=response_set,
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
        )

        return survey_response_create
