"""Events: what the application was told, and telling it again."""

from convo.client.transport import Call, given, path
from convo.resources.base import Page
from convo.resources.events import DeliveryStatus, Event, ResendRequest


def events(
    *,
    contact: str | None = None,
    kind: str | None = None,
    status: DeliveryStatus | None = None,
    endpoint: str | None = None,
) -> Call[Page[Event]]:
    """What the application was told."""
    chosen = {"contact": contact, "kind": kind, "status": status, "endpoint": endpoint}
    return Call("GET", path("events"), Page[Event], chosen)


def event(id: int | str) -> Call[Event]:
    """One event, by its id or its webhook id."""
    return Call("GET", path("events", id), Event)


def resend_event(id: int | str, *, endpoint: str | None = None) -> Call[Event]:
    """Tell an event again."""
    return Call("POST", path("events", id, "resend"), Event, body=ResendRequest(**given(endpoint=endpoint)))
