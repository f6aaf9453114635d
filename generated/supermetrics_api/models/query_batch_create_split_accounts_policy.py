from enum import StrEnum


class QueryBatchCreateSplitAccountsPolicy(StrEnum):
    ALL = "all"
    NONE = "none"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> "QueryBatchCreateSplitAccountsPolicy | None":
        """A value that the spec does not list becomes a member of its own, equal to that value."""
        if type(value) is not str:
            return None
        member = str.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member
