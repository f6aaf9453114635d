from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_delivery_options import BatchDeliveryOptions
    from ..models.batch_notification import BatchNotification


T = TypeVar("T", bound="BatchSend")


@_attrs_define
class BatchSend:
    """
    Attributes:
        delivery_options (BatchDeliveryOptions | Unset):
        notification (BatchNotification | Unset):
    """

    delivery_options: BatchDeliveryOptions | Unset = UNSET
    notification: BatchNotification | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        delivery_options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.delivery_options, Unset):
            delivery_options = self.delivery_options.to_dict()

        notification: dict[str, Any] | Unset = UNSET
        if not isinstance(self.notification, Unset):
            notification = self.notification.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if delivery_options is not UNSET:
            field_dict["deliveryOptions"] = delivery_options
        if notification is not UNSET:
            field_dict["notification"] = notification

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_delivery_options import BatchDeliveryOptions  # noqa: PLC0415
        from ..models.batch_notification import BatchNotification  # noqa: PLC0415

        d = dict(src_dict)
        _delivery_options = d.pop("deliveryOptions", UNSET)
        delivery_options: BatchDeliveryOptions | Unset
        if isinstance(_delivery_options, Unset):
            delivery_options = UNSET
        else:
            delivery_options = BatchDeliveryOptions.from_dict(_delivery_options)

        _notification = d.pop("notification", UNSET)
        notification: BatchNotification | Unset
        if isinstance(_notification, Unset):
            notification = UNSET
        else:
            notification = BatchNotification.from_dict(_notification)

        batch_send = cls(
            delivery_options=delivery_options,
            notification=notification,
        )

        return batch_send
