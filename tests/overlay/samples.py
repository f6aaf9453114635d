"""Bodies of answers, after the samples on the pages."""

from __future__ import annotations

from typing import Any

BATCH: dict[str, Any] = {
    "response": {
        "surveyID": 7654321,
        "senderUserID": 1234,
        "creationTimestamp": "05 Oct, 2020 02:51:51 PM PDT",
        "id": 4445556,
        "status": "Delivery Successful",
    },
    "requestID": "6c7f-1",
}
QUERY_BATCH: dict[str, Any] = {
    "meta": {"request_id": "0a1b2c3d4e5f"},
    "data": {"@type": "query_batch", "batch_id": "qrb_3feb5ff5c71e", "status_code": "STOPPED", "start_time": None},
}
ASAVIE_BATCH: dict[str, Any] = {
    "Success": True,
    "Meta": "",
    "Code": 200,
    "ErrorCode": 0,
    "Data": {"Name": "Opening", "ID": "batch-0001", "Status": 0, "Parameters": {}},
    "ErrorSubCode": 0,
    "ErrorDescription": "",
    "StatusUrl": None,
    "ContinuationToken": "",
}


def questionpro_error(status: int, **changes: Any) -> dict[str, Any]:
    """The envelope of QuestionPro's failures."""
    error = {
        "docs": "www.questionpro.com/api/error-codes.html",
        "name": "SOME_NAME",
        "httpStatusCode": status,
        "id": "1040",
        "message": "The resource that you're trying to access doesn't exist",
        "resourceUrl": "https://api.questionpro.com/a/api/v2/x?apiKey=another-key&page=1",
    }
    return {"response": {"error": {**error, **changes}}}
