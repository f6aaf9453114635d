from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Error")


@_attrs_define
class Error:
    """
    Attributes:
        docs (str):
        resource_url (str):
        name (str):
        id (int | str):
        message (str):
        http_status_code (int):
    """

    docs: str
    resource_url: str
    name: str
    id: int | str
    message: str
    http_status_code: int

    def to_dict(self) -> dict[str, Any]:
        docs = self.docs

        resource_url = self.resource_url

        name = self.name

        id: int | str
        id = self.id

        message = self.message

        http_status_code = self.http_status_code

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "docs": docs,
                "resourceUrl": resource_url,
                "name": name,
                "id": id,
                "message": message,
                "httpStatusCode": http_status_code,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        docs = d.pop("docs")

        resource_url = d.pop("resourceUrl")

        name = d.pop("name")

        def _parse_id(data: object) -> int | str:
            return cast(int | str, data)

        id = _parse_id(d.pop("id"))

        message = d.pop("message")

        http_status_code = d.pop("httpStatusCode")

        error = cls(
            docs=docs,
            resource_url=resource_url,
            name=name,
            id=id,
            message=message,
            http_status_code=http_status_code,
        )

        return error
