# ruff: noqa: E501 - a table: one change a line
"""Known changes of the captured pages: each is a few replacements in the text, and the codes that the comparison must report.

A replacement is (old, new) for every occurrence, or (old, new, n) for the first n. Codes are compared as a set.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MUTATIONS", "SAME", "Mutation"]

Replacement = tuple[str, str] | tuple[str, str, int]


@dataclass(frozen=True)
class Mutation:
    page: str
    name: str
    replacements: tuple[Replacement, ...]
    codes: frozenset[str]
    exit_status: int = 4

    def apply(self, text: str) -> str:
        for replacement in self.replacements:
            old, new = replacement[0], replacement[1]
            assert old in text, f"{self.page} {self.name}: the page has no {old!r}"
            text = text.replace(old, new, replacement[2] if len(replacement) == 3 else -1)
        return text


def _m(page: str, name: str, *replacements: Replacement, codes: str, exit_status: int = 4) -> Mutation:
    return Mutation(page, name, replacements, frozenset(codes.split()), exit_status)


_RENAMED = ('"surveyID"', '"surveyIdentifier"')
MUTATIONS = [
    # QuestionPro with section labels
    _m("000", "method everywhere", ("Get /micro", "Put /micro"), ('"GET"', '"PUT"'), ("'GET'", "'PUT'"), ("curl --location", "curl --request PUT --location"), codes="method-changed"),
    _m("000", "method in the heading only", ("Get /micro", "Delete /micro"), codes="method-changed contradiction-added"),
    _m("000", "path", ("micropanel/batches", "micropanel/mailings"), codes="path-changed"),
    _m("000", "version", ("/a/api/v2", "/a/api/v3"), codes="host-changed"),
    _m("000", "host", ("questionpro.com/a", "questionpro.eu/a"), codes="host-changed"),
    _m("000", "brace repaired", ("{{batchID}", "{{batchID}}"), codes="path-repair-changed", exit_status=3),
    _m("000", "placeholder renamed", ("{{batchID}", "{{id}"), ("batchID integer", "id integer"), codes="parameter-renamed"),
    _m("000", "parameter type", ("batchID integer", "batchID string"), codes="parameter-type-changed"),
    _m("000", "header renamed", ("Name : api-key", "Name : x-api-key"), ("'api-key: ", "'x-api-key: "), codes="security-changed contradiction-changed"),
    _m("000", "key in the query", ("Location : Request Header", "Location : Query"), codes="security-changed contradiction-changed"),
    _m("000", "samples agree", ("apiKey", "api-key"), codes="contradiction-removed", exit_status=3),
    _m("000", "query parameter added", ("Example Code", "arrow_rightQuery Parameters\nlimit integer\n\nExample Code"), codes="parameter-added", exit_status=3),
    _m("000", "required query parameter added", ("Example Code", "arrow_rightQuery Parameters\nlimit integer\nrequired\n\nExample Code"), codes="parameter-added"),
    _m("000", "field renamed", _RENAMED, codes="field-removed field-added"),
    _m("000", "field type", ('"senderUserID": {\n          "type": "integer"', '"senderUserID": {\n          "type": "string"'), ("1234567,", '"1234567",'), codes="field-type-changed"),
    _m("000", "field type in the schema only", ('"senderUserID": {\n          "type": "integer"', '"senderUserID": {\n          "type": "string"'), codes="field-type-changed contradiction-added"),
    _m("000", "field no longer required", ('        "status"\n      ]', '        "statusX"\n      ]'), codes="field-required-changed contradiction-added"),
    _m("000", "field nullable", ('"creationTimestamp": {\n          "type": "string"', '"creationTimestamp": {\n          "type": ["string", "null"]'), codes="field-nullable-changed"),
    _m("000", "field moved to the root", ('        "id": 4445556\n    },', '        "idx": 0\n    },\n    "id": 4445556,'), codes="field-added contradiction-added", exit_status=3),
    _m("000", "envelope renamed", ('"response": {\n        "surveyID"', '"result": {\n        "surveyID"'), ('"response": {\n      "type": "object",\n      "properties": {\n        "surveyID"', '"result": {\n      "type": "object",\n      "properties": {\n        "surveyID"'), ('    "response",\n    "requestID"', '    "result",\n    "requestID"'), codes="field-removed field-added"),
    _m("000", "error id", ('"1040"', '"1044"'), codes="error-id-changed"),
    _m("000", "error name", ("NOT_FOUND", "MISSING"), codes="error-name-changed"),
    _m("000", "error id becomes a number", ('"id" : "1000"', '"id" : 1000'), codes="contradiction-added", exit_status=3),
    _m("000", "status changed", ("404 example", "410 example"), ('"httpStatusCode": 404', '"httpStatusCode": 410'), codes="status-removed status-added"),
    _m("000", "field added", ('"senderUserID": {', '"name": {"type": "string"},\n        "senderUserID": {'), codes="field-added", exit_status=3),
    _m("000", "pattern added", ('"requestID": {\n      "type": "string"', '"requestID": {\n      "type": "string",\n      "pattern": "^[0-9a-f-]+$"'), codes="field-pattern-changed", exit_status=3),
    _m("000", "enum added", ('"status": {\n          "type": "string"', '"status": {\n          "type": "string",\n          "enum": ["Delivery Successful"]'), codes="field-enum-changed", exit_status=3),
    # QuestionPro without labels
    _m("002", "method everywhere", ("--request POST", "--request PUT"), ('request("POST"', 'request("PUT"'), codes="method-changed"),
    _m("002", "path", ("}}/responses", "}}/answers"), codes="path-changed"),
    _m("002", "host", ("questionpro.com/a", "questionpro.de/a"), codes="host-changed"),
    _m("002", "key to the header", ("?apiKey={{apiKey}}", ""), ("--header 'Content-Type: application/json' \\", "--header 'Content-Type: application/json' \\\n--header 'api-key: {{apiKey}}' \\"), ('querystring = {"apiKey":"{{apiKey}}"}\n', ""), ("headers = {'Content-Type': 'application/json'}", "headers = {'Content-Type': 'application/json', 'api-key': '{{apiKey}}'}"), codes="security-changed"),
    _m("002", "query parameter added", ("?apiKey={{apiKey}}", "?apiKey={{apiKey}}&notify=true"), codes="parameter-added", exit_status=3),
    _m("002", "answer field renamed", ('"surveyName"', '"surveyTitle"'), codes="field-removed field-added"),
    _m("002", "request field renamed", ('"timeTaken": 41', '"secondsTaken": 41', 2), ('\\"timeTaken\\"', '\\"secondsTaken\\"'), codes="field-removed field-added"),
    _m("002", "format dropped", ('"type": "string",\n"format": "ipv4"', '"type": "string"'), codes="field-format-changed"),
    _m("002", "null typed", ('"country": {\n"type": "null"', '"country": {\n"type": ["string", "null"]'), codes="field-type-changed field-nullable-changed"),
    _m("002", "sample repaired", ('"answerID": 123456789\n}\n}\n]', '"answerID": 123456789\n}\n]', 1), codes="", exit_status=0),
    _m("002", "error id", ('"1013"', '"1014"'), codes="error-id-changed"),
    _m("002", "status renumbered", ('"httpStatusCode": 403', '"httpStatusCode": 409'), codes="status-removed status-added"),
    _m("002", "members allowed", ('"additionalProperties": false,\n"required": [\n"answerID"', '"additionalProperties": true,\n"required": [\n"answerID"'), codes="field-additional-changed", exit_status=3),
    _m("002", "body as XML", ("Content-Type: application/json", "Content-Type: application/xml"), ("'Content-Type': 'application/json'", "'Content-Type': 'application/xml'"), codes="media-type-removed media-type-added"),
    # ASP.NET
    _m("001", "method", ("GET v1", "POST v1"), codes="method-changed"),
    _m("001", "path", ("v1/batches/", "v2/batches/"), codes="path-changed"),
    _m("001", "placeholder renamed", ("{batchid}", "{id}"), ("batchid\n", "id\n"), codes="parameter-renamed"),
    _m("001", "parameter type", ("string\n\nRequired", "globally unique identifier\n\nRequired"), codes="parameter-format-changed"),
    _m("001", "parameter to the query", ("GET v1/batches/{batchid}", "GET v1/batches?batchid={batchid}"), codes="path-changed parameter-moved"),
    _m("001", "field renamed", ("StatusUrl", "StatusUri"), codes="field-removed field-added"),
    _m("001", "field removed", ("ErrorSubCode\n\nGets the error sub code if available\n\ninteger\n\nNone.\n\n", ""), ('  "ErrorSubCode": 4,\n', ""), ("  <ErrorSubCode>4</ErrorSubCode>\n", ""), codes="field-removed"),
    _m("001", "field type", ("Get the http code of the API call e.g. 200, 202, 409\n\ninteger", "Get the http code of the API call e.g. 200, 202, 409\n\nstring"), ('"Code": 2,', '"Code": "sample string 2",'), codes="field-type-changed"),
    _m("001", "field required", ("boolean\n\nNone.", "boolean\n\nRequired"), codes="field-required-changed", exit_status=3),
    _m("001", "nested field renamed", ('"AppTag"', '"Tag"'), ("AppTag>", "Tag>"), codes="field-removed field-added"),
    _m("001", "field moved into data", ('  "ContinuationToken": "sample string 7"\n', '  "Extra": true\n'), codes="contradiction-added field-added", exit_status=3),
    _m("001", "bounds", ("integer\n\nNone.\n\nErrorDescription", "integer\n\nRange: inclusive between 0 and 99\n\nErrorDescription"), codes="field-maximum-changed field-minimum-changed", exit_status=3),
    _m("001", "XML root", ("PBPRReturnOfBatch7NMnQmOk", "PBPRReturnOfBatchX"), codes="xml-root-changed"),
    _m("001", "XML namespace", ("AS.Models.API", "AS.Models.Api2"), codes="xml-namespace-changed"),
    _m("001", "JSON alias dropped", ("application/json, text/json", "application/json"), codes="media-type-removed"),
    _m("001", "status in the prose", ("a 404 error", "a 410 error"), codes="status-removed status-added"),
    _m("001", "field renamed in the table only", ("\nStatusUrl\n", "\nStatusUri\n"), codes="field-removed field-added contradiction-added"),
    _m("001", "table of another model", ("Response Formats", "Batch\nNameDescriptionTypeAdditional information\nOwner\n\nWhose it is\n\nstring\n\nNone.\n\nResponse Formats"), codes="field-added", exit_status=3),
    # Document360
    _m("003", "method", ("\nGet\n/query", "\nPost\n/query"), codes="method-changed"),
    _m("003", "path", ("/query/batch/", "/query/batches/"), codes="path-changed"),
    _m("003", "host stated", ("\n/query/batch/{batch_id}\n", "\nhttps://api.supermetrics.com/v2/query/batch/{batch_id}\n"), codes="host-added", exit_status=3),
    _m("003", "security", ("Type bearer", "Type basic"), codes="security-changed"),
    _m("003", "API key", ("HTTP\nType bearer\n", "API Key\nHeader parameter nameX-Api-Key\n"), codes="security-changed"),
    _m("003", "parameter type", ("batch_id\nstringRequired", "batch_id\nintegerRequired"), codes="parameter-type-changed"),
    _m("003", "parameter to the query", ("Path parameters", "Query parameters"), ("/batch/{batch_id}", "/batch"), codes="path-changed parameter-moved"),
    _m("003", "query parameter added", ("Responses\n", "Query parameters\noffset\ninteger\n\nRows to skip\n\nDefault0\nMinimum0\n\nResponses\n"), codes="parameter-added", exit_status=3),
    _m("003", "enum value added", ('"RUNNING", "STOPPED"', '"RUNNING", "FAILED", "STOPPED"'), codes="field-enum-changed"),
    _m("003", "enum value renamed", ('"STOPPED"', '"DONE"'), codes="field-enum-changed"),
    _m("003", "enum value removed", ('"QUEUED", ', ""), codes="field-enum-changed", exit_status=3),
    _m("003", "nullable", ("start_time\nstring (date-time)", "start_time\nstring (date-time) | null"), codes="field-nullable-changed"),
    _m("003", "not nullable", ("end_time\nstring (date-time) | null", "end_time\nstring (date-time)"), codes="field-nullable-changed", exit_status=3),
    _m("003", "field renamed", ("query_amount", "query_count"), codes="field-removed field-added"),
    _m("003", "field removed", ("query_concurrency\ninteger\n", ""), codes="field-removed"),
    _m("003", "field type", ("timeout_minutes\ninteger", "timeout_minutes\nstring"), codes="field-type-changed"),
    _m("003", "integer to number", ("timeout_minutes\ninteger", "timeout_minutes\nnumber"), codes="field-type-changed"),
    _m("003", "format", ("schedule_time\nstring (date-time)", "schedule_time\nstring (date)"), codes="field-format-changed"),
    _m("003", "field required", ("batch_id\nstring\nstatus_code", "batch_id\nstringRequired\nstatus_code"), codes="field-required-changed", exit_status=3),
    _m("003", "header removed", ("X-RateLimit-Limit\ninteger\nRequest limit per hour\nMinimum1\nMaximum10000\nExample5000\n", ""), codes="header-removed"),
    _m("003", "header bound", ("Minimum1\nMaximum10000", "Minimum1\nMaximum20000"), codes="header-maximum-changed"),
    _m("003", "header pattern", ("^Bearer.*", "^Bearer .+"), codes="header-pattern-changed"),
    _m("003", "error field bound", ("Max length1000", "Max length500"), codes="field-maxLength-changed", exit_status=3),
    _m("003", "error pattern dropped", ("Pattern^[A-Za-z0-9\\s]+$\n", ""), codes="field-pattern-changed"),
    _m("003", "error field renamed", ("\ninstance\n", "\nreference\n"), codes="field-removed field-added"),
    _m("003", "status changed", ("\n404\n", "\n410\n"), codes="status-removed status-added"),
    _m("003", "status added", ("\n404\n", "\n403\n\nNot allowed\n\n404\n"), codes="status-added", exit_status=3),
    _m("003", "success changed", ("Responses\n200", "Responses\n202"), codes="status-changed"),
    _m("003", "body added", ("Batch not found", "Batch not found\n\nobject\ncode\nstring"), codes="body-added", exit_status=3),
    _m("003", "model renamed", ("(QueryBatch)", "(Batch)"), codes="field-model-changed", exit_status=3),
    _m("003", "object added among others", ("query_amount\n", "owner\nobject (Owner)\nid\nstring\nteam\nobject (Team)\nname\nstring\nquery_amount\n"), codes="field-added", exit_status=3),
    _m("003", "list of objects added before the links", ("links\nobject\n", "queries\nArray of object (BatchQuery)\nquery_id\nstring\nstate\nstring\nlinks\nobject\n"), codes="field-added", exit_status=3),
    _m("003", "fields wrapped in an object", ("\nhref\nstring\n401", "\ntarget\nobject\nhref\nstring\n401"), codes="field-moved field-added"),
    _m("003", "choice of two objects", ("data\nobject (QueryBatch)\n", "data\nOneOf\nobject (QueryBatch)\n"), ("links\nobject\n", "object (QueryBatchDraft)\nnote\nstring\nlinks\nobject\n"), codes="field-added", exit_status=3),
    _m("003", "unit of a limit", ("limit per hour", "limit per minute"), codes="header-per-changed"),
    _m("003", "field deprecated", ("query_concurrency\ninteger", "query_concurrency\nintegerDeprecated"), codes="field-deprecated-changed", exit_status=3),
    _m("003", "operation deprecated", ("Retrieve information", "Deprecated\n\nRetrieve information"), codes="operation-deprecated-changed", exit_status=3),
    _m("003", "security gone", ("Security\nHTTP\nType bearer\n", ""), codes="security-removed", exit_status=3),
    _m("003", "nested in the envelope", ("request_id\nstring\ndata", "data"), ("links\nobject\nstatus", "request_id\nstring\nlinks\nobject\nstatus"), codes="field-moved"),
]  # fmt: skip

# Edits that change nothing in the contract.
SAME = [
    _m("000", "message", ("Incorrect API Key", "The key is wrong"), codes="", exit_status=0),
    _m("000", "sample values", ("4445556", "99"), ("2023-05-17T11:03:21.000+00:00", "2025-01-01T00:00:00.000+00:00"), ("Delivery Successful", "Sent"), codes="", exit_status=0),
    _m("000", "prose", ("depends upon your datacenter", "is the region of your account"), codes="", exit_status=0),
    _m("000", "schema reindented", ("        ", "  "), codes="", exit_status=0),
    _m("000", "members reordered", ('"surveyID": 11122233,\n        "senderUserID": 1234567,', '"senderUserID": 1234567,\n        "surveyID": 11122233,'), codes="", exit_status=0),
    _m("002", "sample values", ("Always", "Never"), ("0.0", "1.5"), ("respondentemail@emaildomain.com", "a@b.example"), codes="", exit_status=0),
    _m("001", "prose", ("Returns a Batch based on its unique Id.", "Reads one Batch."), ("Gets the error sub code if available", "The second code"), codes="", exit_status=0),
    _m("001", "sample numbers", ("sample string 7", "sample string 9"), codes="", exit_status=0),
    _m("003", "prose", ("Retrieve information about a specific batch query.", "Reads one batch."), ("Supermetrics query batch ID", "Which batch"), ("Bearer token required", "How to authenticate"), codes="", exit_status=0),
    _m("003", "examples", ("Example5000", "Example4000"), ("ExampleUnauthorized", "ExampleNot allowed"), codes="", exit_status=0),
    _m("003", "fields reordered", ("description\nstring\nsplit_accounts_policy\nstring\n", "split_accounts_policy\nstring\ndescription\nstring\n"), codes="", exit_status=0),
    _m("003", "with blanks", ("Max length", "Max length "), ("stringRequired", "string Required"), ("Minimum1", "Minimum 1"), ("Pattern^", "Pattern ^"), codes="", exit_status=0),
    _m("000", "navigation above the title", ("Get /micro", "Related articles\nCreate batch\nDelete /micropanel/batches/{{batchID}\n\nGet /micro"), codes="", exit_status=0),
    _m("000", "JSON of the site", ("Example Request\n", 'Ad: {"offer": "half price"}\n{"widget": "chat", "id": 77}\nExample Request\n'), ("arrow_right400", '{"widget": "chat", "id": 77}\narrow_right400'), codes="", exit_status=0),
    _m("000", "words like labels", ("batchID integer", "Python SDK\nbatchID integer"), ("arrow_rightSchema", "404 reasons to love surveys\narrow_rightSchema"), ("Name : api-key", "Name : Jane Doe\nName : api-key"), codes="", exit_status=0),
    _m("002", "JSON of the site", ('{\n"ipAddress"', '{"widget": "chat", "id": 77}\n{\n"ipAddress"', 1), ('{\n"$schema"', '{"widget": "chat", "id": 77}\n{\n"$schema"'), codes="", exit_status=0),
    _m("002", "links to another operation", ('{\n"responseSet"', "Delete /surveys/{{survey-id}}/responses/{{response-id}}\n{\n\"responseSet\"", 1), codes="", exit_status=0),
    _m("001", "two cells a line", ("Success\n\nGets the success", "Success Gets the success"), ("boolean\n\nNone.", "boolean None."), codes="", exit_status=0),
    _m("001", "list of operations", ("Request Information\n", "Related\nPOST v1/batches\nDELETE v1/batches/{batchid}\n\nRequest Information\n"), codes="", exit_status=0),
    _m("001", "words like cells", ("Success\n\nGets", "Required\n\nstring\n\nSuccess\n\nGets"), ("Sample:\n{", "[Sponsored] required reading\nSample:\n{"), codes="", exit_status=0),
    _m("003", "words like security", ("Path parameters", "Cookie settings\nAccept all\n\nPath parameters"), codes="", exit_status=0),
    _m("003", "unit in other words", ("Request limit per hour", "Requests allowed each hour"), codes="", exit_status=0),
    _m("003", "values as a plain list", ('Valid values[ "QUEUED", "RUNNING", "STOPPED" ]', 'Enum: "QUEUED" "RUNNING" "STOPPED"'), codes="", exit_status=0),
]  # fmt: skip
