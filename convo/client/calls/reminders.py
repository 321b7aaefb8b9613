"""Reminders: conversations to be started at a moment."""

from collections.abc import Mapping

from convo.client.transport import Call, given, path
from convo.resources.base import Given, Page
from convo.resources.reminders import Reminder, ReminderRequest, ReminderStatus


def remind(
    key: str,
    flow: str,
    contact: str,
    at: str,
    *,
    every: str | None = None,
    number: str | None = None,
    vars: Mapping[str, Given] | None = None,
    language: str | None = None,
    timezone: str | None = None,
) -> Call[Reminder]:
    """Start a conversation at a moment; the same `key` again moves or changes it.

    Moved into the past it is cancelled, and the answer is the error `past`.
    """
    more = given(every=every, number=number, vars=dict(vars or {}), language=language, timezone=timezone)
    body = ReminderRequest(flow=flow, contact=contact, at=at, **more)
    return Call("PUT", path("reminders", key), Reminder, body=body)


def reminder(key: str) -> Call[Reminder]:
    """How it stands with a reminder."""
    return Call("GET", path("reminders", key), Reminder)


def reminders(*, contact: str | None = None, status: ReminderStatus | None = None) -> Call[Page[Reminder]]:
    """Reminders, in the order in which they were made."""
    return Call("GET", path("reminders"), Page[Reminder], {"contact": contact, "status": status})


def cancel_reminder(key: str) -> Call[Reminder]:
    """Cancel a reminder."""
    return Call("DELETE", path("reminders", key), Reminder)
