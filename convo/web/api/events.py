"""`/v1/events`: what the application was told, and telling it again."""

from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from convo import kinds
from convo.app import App
from convo.errors import EventError
from convo.messages import storable
from convo.runtime.events import payload
from convo.runtime.resending import resend
from convo.store import outgoing
from convo.store.deliveries import Delivery, State
from convo.store.outgoing import Chosen, Listed
from convo.web.api.access import Refusal
from convo.web.api.bodies import read
from convo.web.api.lists import page

_STATUSES = {"not_found": 404, "nobody": 409}


class ResendRequest(BaseModel):
    """The body of `POST /v1/events/{id}/resend`."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str | None = None


class EventsApi:
    def __init__(self, app: App) -> None:
        self._app = app

    async def list(self, request: Request) -> Response:
        """Events in the order in which they were stored, a page at a time."""
        asked = request.query_params
        kind, status, endpoint = asked.get("kind"), asked.get("status"), asked.get("endpoint")
        if kind is not None and (wrong := kinds.refused(kind)):
            raise Refusal(400, "bad_kind", wrong)
        if status is not None and status not in list(State):
            raise Refusal(400, "bad_status", f"status is one of {', '.join(State)}, not '{status}'")
        chosen = partial(
            _listed, kind=kind, status=status, endpoint=storable(endpoint) if endpoint is not None else None
        )
        return await page(self._app.store, request, chosen, shown_event)

    async def one(self, request: Request) -> Response:
        """One event, by its id or its webhook id."""
        number = _number(request)
        found = await self._app.store.read(lambda c: outgoing.listed(c, Chosen(), number - 1, 1))
        if not found or found[0].id != number:
            raise Refusal(404, "not_found", f"there is no event {number}")
        return JSONResponse(shown_event(found[0]))

    async def resend(self, request: Request) -> Response:
        """The event, which is on its way again."""
        number = _number(request)
        asked = await read(request, ResendRequest, self._app.settings.max_body)
        app = self._app

        def job(connection: Connection) -> Listed:
            resend(connection, app.settings.events, number, asked.endpoint, app.clock())
            return outgoing.listed(connection, Chosen(), number - 1, 1)[0]

        try:
            found = await app.store.write(job)
        except EventError as error:
            raise Refusal(_STATUSES.get(error.code, 422), error.code, str(error)) from None
        app.changed()
        return JSONResponse(shown_event(found))


def _number(request: Request) -> int:
    named: str = request.path_params["id"]
    number = outgoing.numbered(named)
    if number is None:
        raise Refusal(404, "not_found", f"there is no event {named}")
    return number


def shown_event(listed: Listed) -> dict[str, Any]:
    """An event as the API tells it: as it was posted, with what became of it."""
    return {
        "id": listed.id,
        "webhook_id": listed.event.webhook_id,
        **payload(listed.event),
        "deliveries": [_shown(delivery) for delivery in listed.deliveries],
    }


def _shown(delivery: Delivery) -> dict[str, Any]:
    is_open = delivery.done_at is None
    return {
        "endpoint": delivery.endpoint,
        "status": delivery.status,
        "tries": delivery.tries,
        "error": delivery.error,
        "due_at": delivery.due_at.isoformat() if is_open else None,
        "done_at": delivery.done_at.isoformat() if delivery.done_at else None,
    }


def _listed(
    connection: Connection,
    contact: str | None,
    after: int,
    most: int,
    *,
    kind: str | None,
    status: str | None,
    endpoint: str | None,
) -> list[Listed]:
    chosen = Chosen(contact, kind, State(status) if status else None, endpoint)
    return outgoing.listed(connection, chosen, after, most)
