"""Asavie: batches keep the Status they are given, answers come as JSON or XML, tokens are exchanged for client
credentials.

Documented are the envelope and the objects; observed the token, its dialect of envelope (ErrorCode 0, empty strings)
and the error with a Message. Made up, because no page says it: the numbers in Status and ErrorCode and the form of
new ids.
"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import quote

from ..clock import http_date
from ..http import Request
from ..openapi import Operation
from ..provider import Behaviour, Call, Problem, Reply, phrase
from ..world import World

LIFETIME = 3599
_BATCHES, _TOKENS = "asavie/batches", "asavie/tokens"
_BATCH: dict[str, Any] = {
    "Name": None,
    "AppTag": None,
    "Description": None,
    "Parameters": {},
    "Status": 0,
    "TimeoutMinutes": 60,
}
_MESSAGES = {
    401: "Authorization has been denied for this request.",
    403: "The token's owner may not use the resource.",
    406: "None of the media types that the client accepts is available.",
    413: "The request's body is too large.",
    415: "The request's media type is not supported.",
}
ERROR_CODE = 1
"""The envelope's ErrorCode of a failure; real values other than 0 are unknown."""


class Asavie(Behaviour):
    """Batches of commands."""

    oddities: ClassVar = {
        "empty_meta": "Meta is an empty string instead of a dictionary",
        "accepted": "createBatch answers HTTP 200 with Code 202 and a relative StatusUrl",
        "not_found_200": "a missing batch is HTTP 200 with Code 404",
        "octet_stream": "JSON is labelled application/octet-stream",
    }

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world)
        self.handlers = {
            "createToken": self.create_token,
            "createBatch": self.create_batch,
            "getBatch": self.get_batch,
        }

    def seed(self) -> None:
        if self.world.store.get(_BATCHES, "batch-0001"):
            return
        names = {"Name": "Opening", "Description": "Lines for the new office"}
        self.world.store.put(_BATCHES, "batch-0001", {**_BATCH, **names, "ID": "batch-0001"})

    def credential_kind(self, secret: str) -> str | None:
        kind = super().credential_kind(secret)
        if kind is None:
            token = self.world.store.get(_TOKENS, secret)
            if token is not None:
                known = super().credential_kind(token["secret"]) or "expired"
                return "expired" if self.world.clock.now() >= token["expires"] else known
        return kind

    def error(self, problem: Problem, request: Request, operation: Operation | None = None) -> Reply:
        headers = dict(problem.headers)
        if problem.status == 401:
            headers["www-authenticate"] = "Bearer"
        if request.path.endswith("/authtoken") and problem.status == 400:
            error = {"error": "invalid_request" if problem.code != "E202" else "invalid_client"}
            return Reply({**error, "error_description": problem.diagnosis}, 400, headers)
        if problem.status in _MESSAGES:
            message = _MESSAGES[problem.status]
            if problem.status not in (401, 403):
                message += f" {problem.diagnosis}"
            return Reply({"Message": message}, problem.status, headers)
        status = (
            200 if problem.status == 404 and problem.code == "E401" and self.odd("not_found_200") else problem.status
        )
        description = problem.diagnosis or phrase(problem.status)
        return Reply(self._envelope(None, problem.status, description), status, headers)

    def create_token(self, call: Call) -> Reply:
        form = call.body
        kind = super().credential_kind(form["client_secret"])
        if kind is None or not form["client_id"]:
            raise Problem(400, "E202", "the client's id or secret is not known")
        now = self.world.clock.now()
        token = self.world.token("asavie.token", 40)
        self.world.store.put(_TOKENS, token, {"secret": form["client_secret"], "expires": now + LIFETIME})
        value = {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": LIFETIME,
            "userName": form["client_id"],
            ".issued": http_date(now),
            ".expires": http_date(now + LIFETIME),
        }
        return Reply(value)

    def create_batch(self, call: Call) -> Reply:
        given = {key: value for key, value in call.body.items() if key in _BATCH or key == "ID"}
        key = given.get("ID") or f"batch-{self.world.store.next('asavie.batch') + 1:04}"
        if self.world.store.get(_BATCHES, key) is not None:
            raise Problem(409, "E402", f"the batch {key[:60]} exists already")
        batch = {**_BATCH, **given, "ID": key}
        self.world.store.put(_BATCHES, key, batch)
        code = 202 if self.odd("accepted") else 200
        return self._reply(self._envelope(batch, code, "", f"v1/batches/{quote(key, safe='')}"))

    def get_batch(self, call: Call) -> Reply:
        key = call.params["batchid"]
        batch = self.world.store.get(_BATCHES, key)
        if batch is None:
            raise Problem(404, "E401", f"no batch {key[:60]}")
        return self._reply(self._envelope(batch, 200, ""))

    def _reply(self, value: dict[str, Any]) -> Reply:
        """An answer under the label that it was once seen with, if that oddity is on."""
        return Reply(value, label="application/octet-stream" if self.odd("octet_stream") else "")

    def _envelope(
        self, batch: dict[str, Any] | None, code: int, description: str, status_url: str | None = None
    ) -> dict[str, Any]:
        """The envelope in the order of its members in the documented sample."""
        return {
            "Success": code < 400,
            "Meta": "" if self.odd("empty_meta") else {},
            "Code": code,
            "ErrorCode": 0 if code < 400 else ERROR_CODE,
            "Data": batch,
            "ErrorSubCode": 0,
            "ErrorDescription": description,
            "StatusUrl": status_url,
            "ContinuationToken": "",
        }
