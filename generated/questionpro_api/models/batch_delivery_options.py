from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_automatic_closure import BatchAutomaticClosure


T = TypeVar("T", bound="BatchDeliveryOptions")


@_attrs_define
class BatchDeliveryOptions:
    """
    Attributes:
        automatic_closure (BatchAutomaticClosure | Unset):
    """

    automatic_closure: BatchAutomaticClosure | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        automatic_closure: dict[str, Any] | Unset = UNSET
        if not isinstance(self.automatic_closure, Unset):
            automatic_closure = self.automatic_closure.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if automatic_closure is not UNSET:
            field_dict["automaticClosure"] = automatic_closure

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_automatic_closure import BatchAutomaticClosure  # noqa: PLC0415

        d = dict(src_dict)
        _automatic_closure = d.pop("automaticClosure", UNSET)
        automatic_closure: BatchAutomaticClosure | Unset
        if isinstance(_automatic_closure, Unset):
            automatic_closure = UNSET
        else:
            automatic_closure = BatchAutomaticClosure.from_dict(_automatic_closure)

        batch_delivery_options = cls(
            automatic_closure=automatic_closure,
        )

        return batch_delivery_options
