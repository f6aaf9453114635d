"""QuestionPro: survey responses are stored and numbered, micropanel batches move through states.

Documented are the status "Delivery Successful", the error bodies and the objects. Made up, because no page says it:
the statuses before it, the ids' first numbers, and what a survey is that nobody described (an unknown survey is not
found).
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, ClassVar

from ..clock import utc
from ..http import Request
from ..openapi import Operation
from ..provider import Behaviour, Call, Problem, Reply, phrase
from ..world import World

STATES = ("Delivery Scheduled", "Delivery In Progress", "Delivery Successful")
_BATCHES, _SURVEYS = "questionpro/batches", "questionpro/surveys"

# By status: name, id, message. The first rows are the pages'; 1001 to 1003 are on the provider's list of error codes.
_ERRORS = {
    400: ("BAD_REQUEST", "1000", "Invalid URL parameters"),
    401: ("UNAUTHORIZED", "1010", "Incorrect API Key"),
    403: ("FORBIDDEN", "1013", "The user does not have permission to access the resource"),
    404: ("NOT_FOUND", "1040", "The resource that you're trying to access doesn't exist"),
    429: ("", "1013", "The limit of calls is reached"),
    500: ("INTERNAL_SERVER_ERROR", "1026", "We are not able to process your request"),
}
_BAD_REQUESTS = {
    "E302": ("1001", "The body is missing"),
    "E303": ("1001", "The body cannot be read"),
    "E304": ("1002", "The body does not match the schema"),
}

_VALUE = {"scale": "", "other": "", "dynamicExplodeText": "", "text": "", "result": "", "fileLink": "", "weight": 0.0}
_LOCATION = {"country": None, "region": "", "latitude": 0.0, "longitude": 0.0, "radius": 0.0, "countryCode": ""}
_RESPONSE = {
    "ipAddress": "127.0.0.1",
    "duplicate": False,
    "timeTaken": 0,
    "responseStatus": "Completed",
    "externalReference": "",
    "language": "English",
    "currentInset": "",
    "operatingSystem": "",
    "osDeviceType": "",
    "browser": "",
}
_CUSTOM = {f"custom{i}": None for i in range(1, 6)}
_MODES: dict[int, tuple[str, ...]] = {1: ("Started",), 2: ("Completed",), 3: ("Terminated",)}


class QuestionPro(Behaviour):
    """Surveys and micropanel batches."""

    states = STATES
    oddities: ClassVar = {
        "integer_error_id": "error ids are integers, as on the list of error codes",
        "request_id": "answers about survey responses carry requestID, which the captured schema forbids",
    }

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world)
        self.handlers = {
            "createBatch": self.create_batch,
            "getBatch": self.get_batch,
            "createResponse": self.create_response,
            "getResponse": self.get_response,
            "listResponses": self.list_responses,
            "filterResponses": self.list_responses,
        }

    def seed(self) -> None:
        """The sample objects of the captured pages."""
        store = self.world.store
        if store.get(_SURVEYS, "7654321"):
            return
        for survey, title in ((7654321, "Test Survey"), (11122233, "Batch Survey")):
            store.put(_SURVEYS, str(survey), {"surveyID": survey, "surveyName": title})
        batch = {
            "surveyID": 11122233,
            "senderUserID": 1234567,
            "status": STATES[-1],
            "creationTimestamp": "2023-05-17T11:03:21.000+00:00",
            "id": 4445556,
        }
        store.put(_BATCHES, "4445556", {"batch": batch, "created": 1684321401.0, "reads": 0, "done": True})
        store.put(_responses(7654321), "12345678", SAMPLE)

    def error(self, problem: Problem, request: Request, operation: Operation | None = None) -> Reply:
        fallback = (phrase(problem.status).upper().replace(" ", "_"), str(1000), phrase(problem.status))
        name, number, message = _ERRORS.get(problem.status, fallback)
        if problem.status == 400:
            number, message = _BAD_REQUESTS.get(problem.code, (number, message))
            if problem.code == "E301" and problem.kind != "path":
                number = "1003"
        if problem.kind == "quota":
            message = "The calls of the plan are used up"
        if problem.status not in (401, 403, 404, 429) and problem.detail:
            message = f"{message}. {problem.diagnosis}"
        error = {
            "docs": "www.questionpro.com/api/error-codes.html",
            "name": name,
            "httpStatusCode": problem.status,
            "id": int(number) if self.odd("integer_error_id") else number,
            "message": message,
            "resourceUrl": request.path,
        }
        return Reply({"response": {"error": error}}, problem.status, problem.headers)

    # Micropanel batches

    def create_batch(self, call: Call) -> Reply:
        survey = self._survey(call.body["compose"]["surveyID"])
        now = self.world.clock.now()
        number = 4445556 + self.world.store.next("questionpro.batch")
        transition = self.world.transition(self.name)
        state = transition.state(STATES, 0, 0)
        batch = {
            "surveyID": survey["surveyID"],
            "senderUserID": 1234567,
            "status": STATES[state],
            "creationTimestamp": utc(now).isoformat(timespec="milliseconds"),
            "id": number,
        }
        stored = {"batch": batch, "created": now, "reads": 0, "done": state == len(STATES) - 1}
        self.world.store.put(_BATCHES, str(number), stored)
        return Reply({"response": batch, "requestID": self.world.request_id()})

    def get_batch(self, call: Call) -> Reply:
        key = str(call.params["batchID"])
        stored = self.world.store.get(_BATCHES, key)
        if stored is None:
            raise Problem(404, "E401", f"no micropanel batch {key}")
        if not stored["done"]:
            stored["reads"] += 1
            age = self.world.clock.now() - stored["created"]
            state = self.world.transition(self.name).state(STATES, stored["reads"], age)
            stored["batch"]["status"] = STATES[state]
            stored["done"] = state == len(STATES) - 1
            self.world.store.put(_BATCHES, key, stored)
        return Reply({"response": stored["batch"], "requestID": self.world.request_id()})

    # Survey responses

    def create_response(self, call: Call) -> Reply:
        survey = self._survey(call.params["survey-id"])
        number = 12345678 + self.world.store.next("questionpro.response")
        stored = self._filled(call.body, survey, number)
        self.world.store.put(_responses(survey["surveyID"]), str(number), stored)
        return self._enveloped({"response": stored})

    def get_response(self, call: Call) -> Reply:
        survey = self._survey(call.params["survey-id"])
        key = str(call.params["response-id"])
        stored = self.world.store.get(_responses(survey["surveyID"]), key)
        if stored is None:
            raise Problem(404, "E401", f"no response {key} to survey {survey['surveyID']}")
        return self._enveloped({"response": stored})

    def list_responses(self, call: Call) -> Reply:
        """One page of all responses, or of those that match a filter; without a filter a page costs the same
        wherever it is."""
        survey = self._survey(call.params["survey-id"])
        page, size = call.params["page"], min(call.params["perPage"], 1000)
        collection = _responses(survey["surveyID"])
        offset = (page - 1) * size
        if _selects(call.body):
            total, items = 0, []
            for _, item in self.world.store.items(collection):
                if _matches(call.body, item):
                    if offset <= total < offset + size:
                        items.append(item)
                    total += 1
        else:
            total = self.world.store.count(collection)
            items = self.world.store.page(collection, offset, size) if offset < total else []
        pages = max(1, math.ceil(total / size))

        def link(number: int) -> str | None:
            base = f"{call.url}/surveys/{survey['surveyID']}/responses"
            path = base + ("/filter" if call.request.method == "POST" else "")
            return f"{path}?page={number}&perPage={size}" if 1 <= number <= pages else None

        pagination = {
            "perPage": size,
            "totalItems": total,
            "currentPage": page,
            "totalPages": pages,
            "links": {
                "self": link(page),
                "prev": link(page - 1),
                "next": link(page + 1),
                "first": link(1),
                "last": link(pages),
            },
        }
        return Reply({"response": items, "pagination": pagination, "requestID": self.world.request_id()})

    def _survey(self, number: int) -> dict[str, Any]:
        survey = self.world.store.get(_SURVEYS, str(number))
        if survey is None:
            raise Problem(404, "E401", f"no survey {number}")
        return survey

    def _enveloped(self, value: dict[str, Any]) -> Reply:
        extra = {"requestID": self.world.request_id()} if self.odd("request_id") else {}
        return Reply(value, extra=extra)

    def _filled(self, body: dict[str, Any], survey: dict[str, Any], number: int) -> dict[str, Any]:
        """What was posted with every member that was left out."""
        now = "" if "timestamp" in body else utc(self.world.clock.now()).strftime("%d %b, %Y %I:%M:%S %p UTC")
        questions = [
            {
                "questionID": question["questionID"],
                "questionDescription": question.get("questionDescription", ""),
                "questionCode": question.get("questionCode", f"Q{i}"),
                "questionText": question.get("questionText", ""),
                "imageUrl": question.get("imageUrl"),
                "answerValues": [
                    {
                        "answerID": answer["answerID"],
                        "answerText": answer.get("answerText", ""),
                        "value": {**_VALUE, **answer.get("value", {})},
                    }
                    for answer in question["answerValues"]
                ],
            }
            for i, question in enumerate(body["responseSet"], 1)
        ]
        return {
            "responseID": number,
            "surveyID": survey["surveyID"],
            "surveyName": survey["surveyName"],
            "timestamp": now,
            **_RESPONSE,
            **body,
            "location": {**_LOCATION, **body.get("location", {})},
            "customVariables": {**_CUSTOM, **body.get("customVariables", {})},
            "responseSet": questions,
        }


def _responses(survey: int) -> str:
    return f"questionpro/responses/{survey}"


def _selects(body: dict[str, Any] | None) -> bool:
    """Whether a filter leaves anything out."""
    return any(value not in (0, "") for key, value in (body or {}).items() if key != "timeZone")


def _time(text: str, form: str | None = None) -> datetime | None:
    """A time without its zone; None when it is in another form: such a bound or response is let through."""
    try:
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _matches(body: dict[str, Any], item: dict[str, Any]) -> bool:
    statuses = _MODES.get(body.get("resultMode", 0))
    if statuses and item["responseStatus"] not in statuses:
        return False
    if any(body.get(name) not in (None, "", item["customVariables"].get(name)) for name in _CUSTOM):
        return False
    moment = _time(item["timestamp"].rpartition(" ")[0], "%d %b, %Y %I:%M:%S %p")
    start, end = _time(body.get("startDate", "")), _time(body.get("endDate", ""))
    return moment is None or ((start is None or start <= moment) and (end is None or moment <= end))


def _question(
    number: int, code: str, description: str, title: str, answer: int, label: str, **value: Any
) -> dict[str, Any]:
    return {
        "questionID": number,
        "questionDescription": description,
        "questionCode": code,
        "questionText": title,
        "imageUrl": None,
        "answerValues": [{"answerID": answer, "answerText": label, "value": {**_VALUE, **value}}],
    }


_CONTACT = "Contact Information"
SAMPLE: dict[str, Any] = {
    "responseID": 12345678,
    "surveyID": 7654321,
    "surveyName": "Test Survey",
    "ipAddress": "192.168.0.1",
    "timestamp": "05 Oct, 2020 02:51:51 PM PDT",
    "location": {**_LOCATION, "region": "16", "countryCode": "IN"},
    "duplicate": False,
    "timeTaken": 41,
    "responseStatus": "Completed",
    "externalReference": "",
    "customVariables": dict(_CUSTOM),
    "language": "English",
    "currentInset": "",
    "operatingSystem": "WINDOWS_10",
    "osDeviceType": "COMPUTER",
    "browser": "CHROME8",
    "responseSet": [
        _question(12345678, "Q1", " ", "How often do you conduct surveys?", 123456789, "Always", scale="1"),
        _question(12345679, "Q2_1", _CONTACT, "First Name", 100000001, "FIRST_NAME", text="FirstName"),
        _question(83734737, "Q2_2", " ", "Last Name", 100000002, "LAST_NAME", text="LastName"),
        _question(83734738, "Q2_3", " ", "Phone", 100000003, "PHONE", text="123-456-7890"),
        _question(83734739, "Q2_4", " ", "Email Address", 100000004, "EMAIL", text="respondentemail@emaildomain.com"),
    ],
}
