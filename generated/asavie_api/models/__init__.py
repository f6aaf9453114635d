"""Contains all the data models used in inputs/outputs"""

from .batch import Batch
from .dictionary import Dictionary
from .message import Message
from .pbpr_return_of_batch import PBPRReturnOfBatch
from .token import Token
from .token_error import TokenError
from .token_request import TokenRequest

__all__ = (
    "Batch",
    "Dictionary",
    "Message",
    "PBPRReturnOfBatch",
    "Token",
    "TokenError",
    "TokenRequest",
)
