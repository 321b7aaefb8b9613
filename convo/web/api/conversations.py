"""`/v1/conversations`: starting them, and how they stand."""

from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo.app import App
from convo.errors import StartError
from convo.flow.session import Phase
from convo.messages import storable
from convo.runtime.sessions import inside, shown
from convo.runtime.starting import Start
from convo.store import conversations
from convo.store.conversations import Stored
from convo.web.api.access import Refusal
from convo.web.api.bodies import conversation_id, no_conversation, read
from convo.web.api.lists import page

Given = str | int | float | bool | list[str]  # a variable's value


class StartRequest(BaseModel):
    """The body of `POST /v1/conversations`."""

    model_config = ConfigDict(extra="forbid")

    flow: str
    contact: str
    number: str | None = None
    vars: dict[str, Given] = Field(default_factory=dict)
    key: str | None = Field(None, min_length=1, max_length=255)
    language: str | None = Field(None, min_length=1, max_length=35)  # of the contact, BCP 47
    timezone: str | None = Field(None, min_length=1, max_length=64)  # of the contact, IANA


class Conversations:
    def __init__(self, app: App) -> None:
        self._app = app

    async def list(self, request: Request) -> Response:
        """Conversations in the order in which they started, a page at a time."""
        status, queue = request.query_params.get("status"), request.query_params.get("queue")
        if status is not None and status not in list(Phase):
            raise Refusal(400, "bad_status", f"status is one of {', '.join(Phase)}, not '{status}'")
        queue = storable(queue) if queue is not None else None
        chosen = partial(conversations.chosen, status=status, queue=queue)
        return await page(self._app.store, request, chosen, shown_conversation)

    async def one(self, request: Request) -> Response:
        """One conversation, by its id."""
        number = conversation_id(request)
        found = await self._app.store.read(lambda c: conversations.by_ids(c, [number]))
        if not found:
            raise no_conversation(number)
        return JSONResponse(shown_conversation(found[0]))

    async def start(self, request: Request) -> Response:
        """201 with the new conversation; 200 with the earlier one where its `key` is known."""
        asked = await read(request, StartRequest, self._app.settings.max_body)
        wanted = Start(
            asked.flow,
            asked.contact,
            asked.number,
            asked.vars,
            asked.key,
            language=asked.language,
            timezone=asked.timezone,
        )
        try:
            stored, new = await self._app.begin(wanted)
        except StartError as error:
            raise Refusal(409 if error.conflict else 422, error.code, str(error)) from None
        return JSONResponse(shown_conversation(stored), 201 if new else 200)


def shown_conversation(stored: Stored) -> dict[str, Any]:
    """A conversation as the API tells it."""
    return {
        "id": stored.id,
        "contact": stored.contact,
        "number": stored.number,
        "flow": stored.flow,
        "version": stored.version,
        "state": stored.state,
        "inside": inside(stored),
        "status": stored.status,
        "outcome": stored.outcome,
        "queue": stored.queue,
        "trouble": stored.trouble,
        "vars": shown(stored.vars),
        "started_at": stored.started_at.isoformat(),
        "ended_at": stored.ended_at.isoformat() if stored.ended_at else None,
    }
