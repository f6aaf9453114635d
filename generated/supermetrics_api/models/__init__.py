"""Contains all the data models used in inputs/outputs"""

from .batch_query import BatchQuery
from .batch_query_status_code import BatchQueryStatusCode
from .batch_query_type import BatchQueryType
from .error import Error
from .error_envelope import ErrorEnvelope
from .error_meta import ErrorMeta
from .meta import Meta
from .paginate import Paginate
from .problem import Problem
from .query import Query
from .query_batch import QueryBatch
from .query_batch_create import QueryBatchCreate
from .query_batch_create_split_accounts_policy import QueryBatchCreateSplitAccountsPolicy
from .query_batch_create_split_dates_policy import QueryBatchCreateSplitDatesPolicy
from .query_batch_links import QueryBatchLinks
from .query_batch_progress import QueryBatchProgress
from .query_batch_response import QueryBatchResponse
from .query_batch_status import QueryBatchStatus
from .query_batch_status_code import QueryBatchStatusCode
from .query_batch_status_meta import QueryBatchStatusMeta
from .query_batch_type import QueryBatchType
from .query_error_info import QueryErrorInfo
from .query_result_info import QueryResultInfo
from .query_settings import QuerySettings
from .resource_url import ResourceUrl
from .split_info import SplitInfo

__all__ = (
    "BatchQuery",
    "BatchQueryStatusCode",
    "BatchQueryType",
    "Error",
    "ErrorEnvelope",
    "ErrorMeta",
    "Meta",
    "Paginate",
    "Problem",
    "Query",
    "QueryBatch",
    "QueryBatchCreate",
    "QueryBatchCreateSplitAccountsPolicy",
    "QueryBatchCreateSplitDatesPolicy",
    "QueryBatchLinks",
    "QueryBatchProgress",
    "QueryBatchResponse",
    "QueryBatchStatus",
    "QueryBatchStatusCode",
    "QueryBatchStatusMeta",
    "QueryBatchType",
    "QueryErrorInfo",
    "QueryResultInfo",
    "QuerySettings",
    "ResourceUrl",
    "SplitInfo",
)
