"""`/v1/reminders/{key}`: conversations to be started at a moment, by the application's own key."""

from sqlalchemy import Connection

from convo.app import App
from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.reminders import Reminder, ReminderRequest, RemindersQuery
from convo.runtime import reminding
from convo.runtime.reminding import Wanted
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import reminders
from convo.store.reminders import Reminder as Stored
from convo.web.api.conversations import UNSTARTABLE
from convo.web.api.lists import page
from convo.web.api.operations import DELETE, GET, PUT, Answer, Asked, Operation, made, missing

_REFUSED = {
    "bad_key": 400,
    "past": 422,
    "bad_moment": 422,
    "bad_rule": 422,
    **UNSTARTABLE,
}


def _list(line: Line, asked: Asked[RemindersQuery, NoBody]) -> Answer[Page[Reminder]]:
    """Reminders in the order in which they were made."""
    query, connection = asked.query, line.connection
    return page(
        query,
        lambda after, most: reminders.listed(connection, query.contact, after, most, status=query.status),
        shown_reminder,
    )


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Reminder]:
    """One reminder."""
    found = reminders.by_key(line.connection, asked.path["key"])
    if found is None:
        raise missing("reminder", asked.path["key"])
    return Answer(shown_reminder(found))


async def _put(app: App, asked: Asked[NoQuery, ReminderRequest]) -> Answer[Reminder]:
    """Set a reminder, or move and change the one with this key.

    201 with a new one; 200 with one that was changed, or asked for before. One that has started its
    conversation starts another if its moment has moved. A key has no `/`. One that moves into the past is
    cancelled, and answered with 422 `past`.
    """
    wanted = Wanted(key=asked.path["key"], **asked.body.model_dump())

    def job(connection: Connection) -> tuple[Stored, bool]:
        return reminding.put(Line(connection, app.settings, app.library, app.clock()), wanted)

    reminder, new = await app.write(job)  # committed also where the answer is a refusal
    return made(shown_reminder(reminding.unless_cancelled(reminder)), new=new)


def _cancel(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Reminder]:
    """Cancel a reminder. 409 where it is over already."""
    found = reminding.cancel(line, asked.path["key"])
    if found is None:
        raise missing("reminder", asked.path["key"])
    return Answer(shown_reminder(found))


def shown_reminder(stored: Stored) -> Reminder:
    """A reminder as the API and commands tell it."""
    return Reminder.model_validate(
        {**stored._asdict(), "timezone": stored.zone, "conversation": stored.conversation_id}
    )


_ONE, _READ, _WRITE = "/v1/reminders/{key}", Scope.REMINDERS_READ, Scope.REMINDERS_WRITE
OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/reminders", _READ, _list),
    Operation(GET, _ONE, _READ, _one),
    Operation(PUT, _ONE, _WRITE, _put, statuses=(201, 200), refuses=_REFUSED),
    Operation(DELETE, _ONE, _WRITE, _cancel, refuses={"over": 409}),
]
