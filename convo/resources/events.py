"""Events: what the application was told."""

from typing import Any, Literal

from pydantic import Field

from convo.resources.base import Body, ContactsPageQuery, Moment, Shown

DeliveryStatus = Literal["waiting", "sending", "told", "dead"]


class Delivery(Shown):
    """Who was told of an event, or is still to be."""

    endpoint: str
    status: DeliveryStatus
    tries: int
    error: str | None
    due_at: Moment | None
    done_at: Moment | None


class Event(Shown):
    """An event as it was posted, and what became of it."""

    id: int
    webhook_id: str
    type: str
    timestamp: Moment
    data: dict[str, Any]
    deliveries: list[Delivery]


class EventsQuery(ContactsPageQuery):
    """Which events."""

    kind: str | None = Field(None, description="Like `consent.stopped`, or `consent.*` for several.")
    status: DeliveryStatus | None = Field(None, description="Some delivery has it.")
    endpoint: str | None = Field(None, description="Some delivery goes there.")


class ResendRequest(Body):
    """Tell an event again."""

    endpoint: str | None = Field(None, description="This endpoint alone, also one that was added later.")
