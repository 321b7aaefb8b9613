"""`/v1/events`: what the application was told, and telling it again."""

from typing import Any

from convo import kinds
from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.events import Event, EventsQuery, ResendRequest
from convo.runtime.events import payload
from convo.runtime.resending import resend
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import outgoing
from convo.store.deliveries import Delivery, State
from convo.store.outgoing import Chosen, Listed
from convo.web.api.access import Refusal
from convo.web.api.lists import page
from convo.web.api.operations import GET, POST, Answer, Asked, Operation, missing


def _list(line: Line, asked: Asked[EventsQuery, NoBody]) -> Answer[Page[Event]]:
    """Events in the order in which they were stored."""
    query = asked.query
    if query.kind is not None and (wrong := kinds.refused(query.kind)):
        raise Refusal(400, "bad_kind", wrong)
    status = State(query.status) if query.status else None
    chosen = Chosen(query.contact, query.kind, status, query.endpoint)
    return page(query, lambda after, most: outgoing.listed(line.connection, chosen, after, most), shown_event)


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Event]:
    """One event, by its id or its webhook id."""
    return Answer(_found(line, _number(asked)))


def _resend(line: Line, asked: Asked[NoQuery, ResendRequest]) -> Answer[Event]:
    """Tell an event again."""
    number = _number(asked)
    resend(line.connection, line.settings.events, number, asked.body.endpoint, line.now)
    return Answer(_found(line, number))


def _found(line: Line, number: int) -> Event:
    found = outgoing.listed(line.connection, Chosen(), number - 1, 1)
    if not found or found[0].id != number:
        raise missing("event", number)
    return shown_event(found[0])


def _number(asked: Asked[NoQuery, Any]) -> int:
    named = asked.path["event"]
    number = outgoing.numbered(named)
    if number is None:
        raise missing("event", named)
    return number


def shown_event(listed: Listed) -> Event:
    """An event as the API tells it: as it was posted, with what became of it."""
    return Event.model_validate(
        {
            "id": listed.id,
            "webhook_id": listed.event.webhook_id,
            **payload(listed.event),
            "deliveries": [_shown(delivery) for delivery in listed.deliveries],
        }
    )


def _shown(delivery: Delivery) -> dict[str, Any]:
    is_open = delivery.done_at is None
    return {
        "endpoint": delivery.endpoint,
        "status": delivery.status,
        "tries": delivery.tries,
        "error": delivery.error,
        "due_at": delivery.due_at if is_open else None,
        "done_at": delivery.done_at,
    }


_ONE = "/v1/events/{event}"
OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/events", Scope.EVENTS_READ, _list),
    Operation(GET, _ONE, Scope.EVENTS_READ, _one, refuses={"not_found": 404}),
    Operation(
        POST,
        f"{_ONE}/resend",
        Scope.EVENTS_WRITE,
        _resend,
        refuses={"not_found": 404, "nobody": 409, "unknown_endpoint": 422},
    ),
]
