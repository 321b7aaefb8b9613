"""`/openapi.json`: the API described as OpenAPI 3.1, from its operations and their models.

Pydantic's own schemas are what OpenAPI 3.1 takes; spectree would check and answer requests its own way beside
ours, and knows neither scopes nor problem documents.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from convo import __version__
from convo.resources.base import LONGEST_KEY, Problem
from convo.web.api.access import PROBLEM
from convo.web.api.idempotency import HEADER
from convo.web.api.operations import PUT, Operation

Document = dict[str, Any]
_SCHEMAS = "#/components/schemas/{model}"
# What every request may be told, whatever it asks for; by status the codes.
COMMON = {
    400: ("unknown_parameter",),
    401: ("unauthorized",),
    403: ("insufficient_scope",),
    429: ("too_many_requests",),
    503: ("store_unavailable",),
}
WITH_BODY = {
    400: ("bad_request",),
    413: ("too_large",),
    415: ("unsupported_media_type",),
    422: ("bad_request",),
}
WITH_UPLOAD = {400: ("bad_request",), 413: ("too_large",)}
# What a list is, its bytes say, whatever it is sent as.
_LISTS = ("text/csv", "application/x-ndjson", "application/octet-stream")
_ABOUT = {
    400: "The query cannot be understood.",
    401: "No token that is good.",
    403: "The token lacks the scope.",
    404: "There is no such thing.",
    409: "It cannot be done now.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    422: "The request is wrong.",
    429: "Too many requests with this token, or codes. `Retry-After` is how long to wait, where that helps.",
    503: "It cannot be done before something is mended; where that is the database, `Retry-After` is there.",
}
_MADE = {200: "As it is now.", 201: "It is new."}
_INTRODUCTION = (
    "Two-way SMS conversations. Send `Authorization: Bearer TOKEN` with a token of `convo token add`. "
    "Errors are problem documents (RFC 9457): `title` is a word for programs, `detail` says it to people; "
    "a list comes a page at a time, oldest first: `cursor` takes the `next` of the page before."
)


def document(operations: Sequence[Operation], url: str | None) -> Document:
    """The whole description; `url` is where the API can be reached."""
    paths: dict[str, Document] = defaultdict(dict)
    for each in operations:
        paths[each.path][each.method.lower()] = _operation(each)
    whole: Document = {
        "openapi": "3.1.0",
        "info": {"title": "convo", "version": __version__, "description": _INTRODUCTION},
        "servers": [{"url": url or "/"}],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    # Pydantic writes Page[Message] as Page_Message_.
    named: Document = json.loads(re.sub(r'Page_(\w+?)_(?=")', r"\1Page", json.dumps(whole)))
    return named


def refusals(operation: Operation) -> dict[int, list[str]]:
    """The statuses that are no success, and the titles of each; those of a query are beside the point."""
    found: dict[int, list[str]] = defaultdict(list)
    named = {f"bad_{name}": 400 for name in operation.query.model_fields}
    pairs: Iterable[tuple[str, int]] = [*named.items(), *operation.refuses.items()]
    makes_it = operation.method == PUT and 201 in operation.statuses
    if "{" in operation.path and not makes_it:
        pairs = [*pairs, ("not_found", 404)]
    with_body = WITH_UPLOAD if operation.uploads else WITH_BODY if operation.reads_body else {}
    for status, codes in [*COMMON.items(), *with_body.items()]:
        found[status] += codes
    if operation.keyed:
        found[400].append("bad_idempotency_key")
        found[422].append("idempotency_key_reused")
    for code, status in pairs:
        if code not in found[status]:
            found[status].append(code)
    return dict(sorted(found.items()))


def _operation(operation: Operation) -> Document:
    summary, _, more = operation.about.partition("\n\n")
    found: Document = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": _line(summary).removesuffix("."),
        "security": [{"token": [operation.scope.value]}],
        "parameters": [*_in_path(operation), *_in_query(operation), *_in_header(operation)],
        "responses": _responses(operation),
    }
    if more:
        found["description"] = _line(more)
    if operation.uploads:
        as_it_is: Document = {"schema": {"type": "string"}}
        found["requestBody"] = {"required": True, "content": dict.fromkeys(_LISTS, as_it_is)}
    elif operation.has_body:
        schema = {"$ref": _ref(operation.takes)}
        required = any(field.is_required() for field in operation.takes.model_fields.values())
        found["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    return found


def _responses(operation: Operation) -> Document:
    given = {"application/json": {"schema": {"$ref": _ref(operation.gives)}}}
    found: Document = {
        str(status): {"description": _MADE[status], "content": given} for status in operation.statuses
    }
    for status, codes in refusals(operation).items():
        problem: Document = {
            "description": f"{_ABOUT[status]} {', '.join(f'`{code}`' for code in codes)}",
            "content": {PROBLEM: {"schema": {"$ref": _ref(Problem)}}},
        }
        if status in (429, 503):
            seconds = {"description": "Seconds.", "schema": {"type": "integer"}}
            problem["headers"] = {"Retry-After": seconds}
        found[str(status)] = problem
    return found


def _in_path(operation: Operation) -> list[Document]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    numbers = {"type": "integer", "minimum": 1}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": numbers if name == "id" else {"type": "string", "minLength": 1},
        }
        for name in names
    ]


def _in_query(operation: Operation) -> list[Document]:
    schema = operation.query.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": each.get("description", ""),
            "schema": _not_null({key: value for key, value in each.items() if key not in _BESIDE}),
        }
        for name, each in schema.get("properties", {}).items()
    ]


def _in_header(operation: Operation) -> list[Document]:
    if not operation.keyed:
        return []
    about = "The same key with the same request is answered as it was, for a day, and nothing is done twice."
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": r"^[\x20-\x7e]+$"}
    return [{"name": HEADER, "in": "header", "required": False, "description": about, "schema": schema}]


_BESIDE = ("description", "title")


def _not_null(schema: Document) -> Document:
    """What is left out of a query is null to us, and never written there."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{key: value for key, value in schema.items() if key not in ("anyOf", "default")}, **kinds[0]}


def _schemas(operations: Sequence[Operation]) -> Document:
    given: dict[type[BaseModel], JsonSchemaMode] = {Problem: "serialization"}
    given |= {each.gives: "serialization" for each in operations}
    given |= {each.takes: "validation" for each in operations if each.has_body and not each.uploads}
    _, schema = models_json_schema(list(given.items()), ref_template=_SCHEMAS)
    found: Document = schema["$defs"]
    return found


def _ref(model: type[BaseModel]) -> str:
    return _SCHEMAS.format(model=model.__name__)


def _line(text: str) -> str:
    return " ".join(text.split())
