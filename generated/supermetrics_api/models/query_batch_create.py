from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.query_batch_create_split_accounts_policy import QueryBatchCreateSplitAccountsPolicy
from ..models.query_batch_create_split_dates_policy import QueryBatchCreateSplitDatesPolicy
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.query import Query


T = TypeVar("T", bound="QueryBatchCreate")


@_attrs_define
class QueryBatchCreate:
    """The queries to run and how

    Attributes:
        queries (list[Query]):
        description (str | Unset):
        split_accounts_policy (QueryBatchCreateSplitAccountsPolicy | Unset):  Default:
            QueryBatchCreateSplitAccountsPolicy.NONE.
        split_dates_policy (QueryBatchCreateSplitDatesPolicy | Unset):  Default: QueryBatchCreateSplitDatesPolicy.NONE.
        timeout_minutes (int | Unset):  Default: 30.
        query_concurrency (int | Unset):  Default: 5.
        query_output_format (str | Unset):  Default: 'json'.
        add_exclude_account_errors (bool | Unset):  Default: False.
        add_clean_data_types (bool | Unset):  Default: False.
    """

    queries: list[Query]
    description: str | Unset = UNSET
    split_accounts_policy: QueryBatchCreateSplitAccountsPolicy | Unset = QueryBatchCreateSplitAccountsPolicy.NONE
    split_dates_policy: QueryBatchCreateSplitDatesPolicy | Unset = QueryBatchCreateSplitDatesPolicy.NONE
    timeout_minutes: int | Unset = 30
    query_concurrency: int | Unset = 5
    query_output_format: str | Unset = "json"
    add_exclude_account_errors: bool | Unset = False
    add_clean_data_types: bool | Unset = False
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        queries = []
        for queries_item_data in self.queries:
            queries_item = queries_item_data.to_dict()
            queries.append(queries_item)

        description = self.description

        split_accounts_policy: str | Unset = UNSET
        if not isinstance(self.split_accounts_policy, Unset):
            split_accounts_policy = self.split_accounts_policy.value

        split_dates_policy: str | Unset = UNSET
        if not isinstance(self.split_dates_policy, Unset):
            split_dates_policy = self.split_dates_policy.value

        timeout_minutes = self.timeout_minutes

        query_concurrency = self.query_concurrency

        query_output_format = self.query_output_format

        add_exclude_account_errors = self.add_exclude_account_errors

        add_clean_data_types = self.add_clean_data_types

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "queries": queries,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if split_accounts_policy is not UNSET:
            field_dict["split_accounts_policy"] = split_accounts_policy
        if split_dates_policy is not UNSET:
            field_dict["split_dates_policy"] = split_dates_policy
        if timeout_minutes is not UNSET:
            field_dict["timeout_minutes"] = timeout_minutes
        if query_concurrency is not UNSET:
            field_dict["query_concurrency"] = query_concurrency
        if query_output_format is not UNSET:
            field_dict["query_output_format"] = query_output_format
        if add_exclude_account_errors is not UNSET:
            field_dict["add_exclude_account_errors"] = add_exclude_account_errors
        if add_clean_data_types is not UNSET:
            field_dict["add_clean_data_types"] = add_clean_data_types

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query import Query  # noqa: PLC0415

        d = dict(src_dict)
        queries = []
        _queries = d.pop("queries")
        for queries_item_data in _queries:
            queries_item = Query.from_dict(queries_item_data)

            queries.append(queries_item)

        description = d.pop("description", UNSET)

        _split_accounts_policy = d.pop("split_accounts_policy", UNSET)
        split_accounts_policy: QueryBatchCreateSplitAccountsPolicy | Unset
        if isinstance(_split_accounts_policy, Unset):
            split_accounts_policy = UNSET
        else:
            split_accounts_policy = QueryBatchCreateSplitAccountsPolicy(_split_accounts_policy)

        _split_dates_policy = d.pop("split_dates_policy", UNSET)
        split_dates_policy: QueryBatchCreateSplitDatesPolicy | Unset
        if isinstance(_split_dates_policy, Unset):
            split_dates_policy = UNSET
        else:
            split_dates_policy = QueryBatchCreateSplitDatesPolicy(_split_dates_policy)

        timeout_minutes = d.pop("timeout_minutes", UNSET)

        query_concurrency = d.pop("query_concurrency", UNSET)

        query_output_format = d.pop("query_output_format", UNSET)

        add_exclude_account_errors = d.pop("add_exclude_account_errors", UNSET)

        add_clean_data_types = d.pop("add_clean_data_types", UNSET)

        query_batch_create = cls(
            queries=queries,
            description=description,
            split_accounts_policy=split_accounts_policy,
            split_dates_policy=split_dates_policy,
            timeout_minutes=timeout_minutes,
            query_concurrency=query_concurrency,
            query_output_format=query_output_format,
            add_exclude_account_errors=add_exclude_account_errors,
            add_clean_data_types=add_clean_data_types,
        )

        query_batch_create.additional_properties = d
        return query_batch_create

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
