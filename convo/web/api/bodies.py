"""What a request brings: its query, and its body, read with a cap and checked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect, Request

from convo.messages import storable
from convo.resources.base import Query
from convo.web.api.access import Refusal

LONGEST_LIST = 1024**3  # bytes

M = TypeVar("M", bound=BaseModel)
Q = TypeVar("Q", bound=Query)


def query(request: Request, model: type[Q]) -> Q:
    """The query as `model`; raises Refusal (400) for one that will not do, named by what is wrong in it."""
    given = {name: storable(value) for name, value in request.query_params.items()}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        if first["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields) or "nothing else"
            raise Refusal(
                400, "unknown_parameter", f"there is no '{name}' to ask for; there is {known}"
            ) from None
        raise Refusal(400, f"bad_{name}", _sentence(error)) from None


async def body(request: Request, model: type[M], most: int) -> M:
    """The body as `model`, none at all as an empty one.

    Raises Refusal for one over `most` bytes (413), one that is not JSON by its own word (415), and one that
    will not do (422).
    """
    found = await read(request, most)
    if found and not _is_json(request.headers.get("content-type", "application/json")):
        raise Refusal(415, "unsupported_media_type", "send JSON, with `Content-Type: application/json`")
    try:
        return model.model_validate_json(_storable(found or b"{}"))
    except ValidationError as error:
        raise Refusal(422, "bad_request", _sentence(error)) from None


async def read(request: Request, most: int) -> bytes:
    """The body as it came; raises Refusal for one over `most` bytes (413)."""
    found = bytearray()
    async for part in _parts(request, most):
        found += part
    return bytes(found)


async def spool(request: Request, path: Path, most: int) -> None:
    """Keep the body in a file; raises Refusal for one over `most` bytes (413)."""
    with path.open("wb") as file:
        async for part in _parts(request, most):
            await asyncio.to_thread(file.write, part)


async def _parts(request: Request, most: int) -> AsyncIterator[bytes]:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > most:
        raise Refusal(413, "too_large", f"at most {most} bytes")
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise Refusal(413, "too_large", f"at most {most} bytes")
            yield part
    except ClientDisconnect:
        raise Refusal(400, "bad_request", "the body came to no end") from None


def size(request: Request, most: int) -> int:
    """Of the body, as far as is known before it has come."""
    announced = request.headers.get("content-length", "")
    if not announced and "transfer-encoding" not in request.headers:
        return 0  # it has none (RFC 9112 section 6.3)
    return min(int(announced), most) if announced.isdecimal() else most


def _is_json(media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _storable(body: bytes) -> bytes:
    """The same without nulls, which no database takes; halves of surrogate pairs are no JSON anyway."""
    if b"\\u0000" not in body:
        return body
    try:
        return to_json(_cleaned(from_json(body)))
    except ValueError:
        return body  # which is told as what it is


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): _cleaned(each) for name, each in value.items()}
    return value


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    if first["type"] in ("literal_error", "enum"):
        choices = str(first["ctx"]["expected"]).replace(" or ", ", ").replace("'", "")
        return f"{where} is one of {choices}, not '{storable(str(first['input']))}'"
    return f"{where}: {storable(first['msg'].removeprefix('Value error, '))}"
