"""Contains all the data models used in inputs/outputs"""

from .answer import Answer
from .answer_create import AnswerCreate
from .answer_value import AnswerValue
from .answer_value_create import AnswerValueCreate
from .batch_automatic_closure import BatchAutomaticClosure
from .batch_compose import BatchCompose
from .batch_delivery_options import BatchDeliveryOptions
from .batch_incentives import BatchIncentives
from .batch_notification import BatchNotification
from .batch_send import BatchSend
from .custom_variables import CustomVariables
from .error import Error
from .error_envelope import ErrorEnvelope
from .error_response import ErrorResponse
from .location import Location
from .location_create import LocationCreate
from .micropanel_batch import MicropanelBatch
from .micropanel_batch_create import MicropanelBatchCreate
from .micropanel_batch_response import MicropanelBatchResponse
from .pagination import Pagination
from .pagination_links import PaginationLinks
from .question import Question
from .question_create import QuestionCreate
from .recipients_all_verified import RecipientsAllVerified
from .recipients_existing_filter import RecipientsExistingFilter
from .recipients_one_member import RecipientsOneMember
from .response_filter import ResponseFilter
from .response_filter_result_mode import ResponseFilterResultMode
from .survey_response import SurveyResponse
from .survey_response_create import SurveyResponseCreate
from .survey_response_envelope import SurveyResponseEnvelope
from .survey_response_page import SurveyResponsePage

__all__ = (
    "Answer",
    "AnswerCreate",
    "AnswerValue",
    "AnswerValueCreate",
    "BatchAutomaticClosure",
    "BatchCompose",
    "BatchDeliveryOptions",
    "BatchIncentives",
    "BatchNotification",
    "BatchSend",
    "CustomVariables",
    "Error",
    "ErrorEnvelope",
    "ErrorResponse",
    "Location",
    "LocationCreate",
    "MicropanelBatch",
    "MicropanelBatchCreate",
    "MicropanelBatchResponse",
    "Pagination",
    "PaginationLinks",
    "Question",
    "QuestionCreate",
    "RecipientsAllVerified",
    "RecipientsExistingFilter",
    "RecipientsOneMember",
    "ResponseFilter",
    "ResponseFilterResultMode",
    "SurveyResponse",
    "SurveyResponseCreate",
    "SurveyResponseEnvelope",
    "SurveyResponsePage",
)
