"""`/v1/queue`: texts that are not done with, and what operators decide about them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo import phone
from convo.app import App
from convo.clock import parse_duration
from convo.errors import QueueError
from convo.messages import Status
from convo.providers.base import LONGEST_ID
from convo.runtime import queue
from convo.runtime.queue import Operator
from convo.runtime.turns import Line
from convo.store.messages import Stored
from convo.store.queue import STATUSES, Chosen, Decision, Listed, listed
from convo.web.api.access import Refusal
from convo.web.api.bodies import id_of, read
from convo.web.api.lists import page
from convo.web.api.messages import shown_message

_API = "api"
_ANSWERS = {"not_found": 404, "bad_note": 422}  # the others are 409: how things stand


class NoteRequest(BaseModel):
    """The body of `POST /v1/messages/{id}/withdraw`."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = None


class RetryRequest(NoteRequest):
    """The body of `POST /v1/messages/{id}/retry`."""

    maybe_twice: bool = False


class SettleRequest(NoteRequest):
    """The body of `POST /v1/messages/{id}/settle`."""

    accepted: bool
    provider_id: str | None = Field(None, min_length=1, max_length=LONGEST_ID)


class Queue:
    def __init__(self, app: App) -> None:
        self._app = app

    async def list(self, request: Request) -> Response:
        """Texts in the order in which they were stored, a page at a time."""
        asked = request.query_params
        statuses = _statuses(asked.get("status"))
        number = phone.from_provider(asked["number"].strip()) if "number" in asked else None
        if "number" in asked and number is None:
            raise Refusal(400, "bad_number", f"'{asked['number']}' is not one of our numbers")
        try:
            age = parse_duration(asked["older_than"]) if "older_than" in asked else None
        except ValueError as error:
            raise Refusal(400, "bad_age", str(error)) from None
        before = self._app.clock() - age if age else None

        def fetch(connection: Connection, contact: str | None, after: int, most: int) -> "list[Listed]":
            return listed(connection, Chosen(statuses, contact, number, before), after, most)

        return await page(self._app.store, request, fetch, shown_listed)

    async def withdraw(self, request: Request) -> Response:
        """The message, withdrawn; or uncertain, where an earlier try may have got through."""
        number = id_of(request, "message")
        asked = await read(request, NoteRequest, self._app.settings.max_body)
        return await self._do(partial(queue.withdraw_one, number=number, by=Operator(_API, asked.note)))

    async def retry(self, request: Request) -> Response:
        """201 with the new message."""
        number = id_of(request, "message")
        asked = await read(request, RetryRequest, self._app.settings.max_body)
        by = Operator(_API, asked.note)
        job = partial(queue.send_anew, number=number, by=by, maybe_twice=asked.maybe_twice)
        return await self._do(job, 201)

    async def settle(self, request: Request) -> Response:
        """The message, settled."""
        number = id_of(request, "message")
        asked = await read(request, SettleRequest, self._app.settings.max_body)
        by = Operator(_API, asked.note)
        job = partial(
            queue.settle, number=number, by=by, accepted=asked.accepted, provider_id=asked.provider_id
        )
        return await self._do(job)

    async def _do(self, job: Callable[[Line], Stored], status: int = 200) -> Response:
        app = self._app
        try:
            done = await app.store.write(lambda c: job(Line(c, app.settings, app.library, app.clock())))
        except QueueError as error:
            raise Refusal(_ANSWERS.get(error.code, 409), error.code, str(error)) from None
        app.changed()
        return JSONResponse(shown_message(done), status)


def shown_listed(each: Listed) -> dict[str, Any]:
    """A text of the queue as the API and `convo queue` tell it."""
    message = each.message
    return {
        **shown_message(message),
        "account": each.account,
        "provider_id": message.provider_id,
        "tries": each.tries,
        "due_at": message.due_at.isoformat() if message.due_at else None,
        "valid_until": each.valid_until.isoformat() if each.valid_until else None,
        "decisions": [_shown(made) for made in each.decisions],
    }


def _shown(made: Decision) -> dict[str, Any]:
    return {
        "action": made.action,
        "before": made.before,
        "actor": made.actor,
        "note": made.note,
        "became": made.became,
        "at": made.at.isoformat(),
    }


def _statuses(asked: str | None) -> tuple[Status, ...]:
    if asked is None:
        return tuple(Chosen().statuses)
    names = asked.split(",")
    if wrong := [name for name in names if name not in STATUSES]:
        known = ", ".join(STATUSES)
        raise Refusal(400, "bad_status", f"status is one or more of {known}, not '{wrong[0]}'")
    return tuple(Status(name) for name in dict.fromkeys(names))
