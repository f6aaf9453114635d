from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_compose import BatchCompose
    from ..models.batch_send import BatchSend
    from ..models.recipients_all_verified import RecipientsAllVerified
    from ..models.recipients_existing_filter import RecipientsExistingFilter
    from ..models.recipients_one_member import RecipientsOneMember


T = TypeVar("T", bound="MicropanelBatchCreate")


@_attrs_define
class MicropanelBatchCreate:
    """What to send, to whom and how

    Attributes:
        compose (BatchCompose):
        recipients (RecipientsAllVerified | RecipientsExistingFilter | RecipientsOneMember): The members who are
            invited, by the kind of filter
        send (BatchSend | Unset):
    """

    compose: BatchCompose
    recipients: RecipientsAllVerified | RecipientsExistingFilter | RecipientsOneMember
    send: BatchSend | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.recipients_all_verified import RecipientsAllVerified  # noqa: PLC0415
        from ..models.recipients_one_member import RecipientsOneMember  # noqa: PLC0415

        compose = self.compose.to_dict()

        recipients: dict[str, Any]
        if isinstance(self.recipients, RecipientsAllVerified):
            recipients = self.recipients.to_dict()
        elif isinstance(self.recipients, RecipientsOneMember):
            recipients = self.recipients.to_dict()
        else:
            recipients = self.recipients.to_dict()

        send: dict[str, Any] | Unset = UNSET
        if not isinstance(self.send, Unset):
            send = self.send.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "compose": compose,
                "recipients": recipients,
            }
        )
        if send is not UNSET:
            field_dict["send"] = send

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_compose import BatchCompose  # noqa: PLC0415
        from ..models.batch_send import BatchSend  # noqa: PLC0415
        from ..models.recipients_all_verified import RecipientsAllVerified  # noqa: PLC0415
        from ..models.recipients_existing_filter import RecipientsExistingFilter  # noqa: PLC0415
        from ..models.recipients_one_member import RecipientsOneMember  # noqa: PLC0415

        d = dict(src_dict)
        compose = BatchCompose.from_dict(d.pop("compose"))

        def _parse_recipients(data: object) -> RecipientsAllVerified | RecipientsExistingFilter | RecipientsOneMember:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recipients_type_0 = RecipientsAllVerified.from_dict(data)

                return recipients_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recipients_type_1 = RecipientsOneMember.from_dict(data)

                return recipients_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            recipients_type_2 = RecipientsExistingFilter.from_dict(data)

            return recipients_type_2

        recipients = _parse_recipients(d.pop("recipients"))

        _send = d.pop("send", UNSET)
        send: BatchSend | Unset
        if isinstance(_send, Unset):
            send = UNSET
        else:
            send = BatchSend.from_dict(_send)

        micropanel_batch_create = cls(
            compose=compose,
            recipients=recipients,
            send=send,
        )

        return micropanel_batch_create
