from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Location")


@_attrs_define
class Location:
    """
    Attributes:
        region (str):
        latitude (float):
        longitude (float):
        radius (float):
        country_code (str):
        country (None | str | Unset):
    """

    region: str
    latitude: float
    longitude: float
    radius: float
    country_code: str
    country: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        region = self.region

        latitude = self.latitude

        longitude = self.longitude

        radius = self.radius

        country_code = self.country_code

        country: None | str | Unset
        if isinstance(self.country, Unset):
            country = UNSET
        else:
            country = self.country

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "region": region,
                "latitude": latitude,
                "longitude": longitude,
                "radius": radius,
                "countryCode": country_code,
            }
        )
        if country is not UNSET:
            field_dict["country"] = country

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        region = d.pop("region")

        latitude = d.pop("latitude")

        longitude = d.pop("longitude")

        radius = d.pop("radius")

        country_code = d.pop("countryCode")

        def _parse_country(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        country = _parse_country(d.pop("country", UNSET))

        location = cls(
            region=region,
            latitude=latitude,
            longitude=longitude,
            radius=radius,
            country_code=country_code,
            country=country,
        )

        return location
