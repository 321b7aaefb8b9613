"""What a request brings: its body, read with a cap and validated, and what its path names by number."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from convo.web.api.access import Refusal

M = TypeVar("M", bound=BaseModel)
LONGEST_ID = 18  # digits: what a database takes as a number


async def read(request: Request, model: type[M], most: int) -> M:
    """The body as `model`, none at all as an empty one.

    Raises Refusal for one over `most` bytes (413), and one that will not do (422).
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > most:
        raise Refusal(413, "too_large", f"at most {most} bytes")
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > most:
                raise Refusal(413, "too_large", f"at most {most} bytes")
    except ClientDisconnect:
        raise Refusal(400, "bad_request", "the body came to no end") from None
    try:
        return model.model_validate_json(bytes(body) or b"{}")
    except ValidationError as error:
        raise Refusal(422, "bad_request", _sentence(error)) from None


def conversation_id(request: Request) -> int:
    """The conversation that the path names; raises Refusal (404) for what is no number of one."""
    return id_of(request, "conversation")


def no_conversation(named: object) -> Refusal:
    return _missing("conversation", named)


def id_of(request: Request, what: str) -> int:
    """The number of the thing that the path names; raises Refusal (404) for what is no number of one."""
    named: str = request.path_params["id"]
    if not (named.isascii() and named.isdecimal() and len(named) <= LONGEST_ID):
        raise _missing(what, named)
    return int(named)


def _missing(what: str, named: object) -> Refusal:
    return Refusal(404, "not_found", f"there is no {what} {named}")


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    return f"{where}: {first['msg']}"
