"""Reminders: a conversation that an application asks for at a moment, and moves or cancels by its own key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from convo.errors import ReminderError, StartError
from convo.flow.moment import MomentError, parse_moment
from convo.flow.values import Value
from convo.messages import storable
from convo.resources.base import LONGEST_KEY
from convo.runtime import forgetting, recurrence
from convo.runtime.beginning import Start, current
from convo.runtime.recurrence import Recurrence
from convo.runtime.starting import checked, start
from convo.runtime.turns import Line
from convo.store import contacts, reminders
from convo.store.reminders import Reminder, State

MOST_AT_ONCE = 32  # in one transaction
_OVER = (State.STARTED, State.MISSED, State.REFUSED)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an application asks for: `start`, at a moment, and again by a rule.

    `key` has no `/`. `at` is a moment with its offset (`2026-12-01T09:00+01:00`), a local one
    (`2026-12-01 09:00`), or relative to a variable (`visit - 1 day, 09:00`); local is the contact's time
    zone, or else the number's. `every` is `day`, `week`, `month`, `year`, or a rule of RFC 5545, like
    `FREQ=WEEKLY;BYDAY=MO,TH`.
    """

    key: str
    flow: str
    contact: str
    at: str
    number: str | None = None
    vars: Mapping[str, object] = field(default_factory=dict)
    every: str | None = None
    language: str | None = None
    timezone: str | None = None


def put(line: Line, wanted: Wanted) -> tuple[Reminder, bool]:
    """The reminder as it is now, and whether it is new. What was scheduled under its key is no more.

    One that has started its conversation is scheduled anew if its moment has moved. One that waits, and moves
    into the past, comes back cancelled: commit that, then ask `unless_cancelled`; where only other things of
    it have changed, it starts with those. Raises ReminderError for a moment that will not do, and StartError
    for what could not be started either.
    """
    connection, now = line.connection, line.now
    asked = Start(
        wanted.flow, wanted.contact, wanted.number, wanted.vars,
        language=wanted.language, timezone=wanted.timezone,
    )  # fmt: skip
    ready = checked(connection, line.settings, line.library, asked, now)
    zone = ready.session.timezone
    moment, first = _moments(wanted, ready.session.vars, zone)
    rule = _rule(wanted.every, first, zone)
    due = moment if rule is None or moment > now else rule.after(now)
    key = storable(wanted.key)
    if not key or "/" in key or len(key) > LONGEST_KEY:
        raise ReminderError("bad_key", f"a key has 1 to {LONGEST_KEY} characters, none of them a `/`")
    earlier = reminders.hold(connection, key)
    made = Reminder(
        id=earlier.id if earlier else 0,
        key=key,
        flow=wanted.flow,
        contact=ready.session.contact.number,
        number=ready.session.number,
        vars=dict(wanted.vars),
        at=wanted.at,
        every=rule.rule if rule else None,
        first=first.isoformat(),
        zone=zone,
        language=wanted.language,
        timezone=wanted.timezone,
        status=State.SCHEDULED,
        reason=None,
        due_at=due,
        conversation_id=earlier.conversation_id if earlier else None,
        created_at=earlier.created_at if earlier else now,
        updated_at=now,
    )
    if earlier is not None and _asks_the_same(earlier, made):
        return earlier, False
    if due is None or due <= now:
        told = f"`at`: {_shown(due or moment, zone)} is past; there is nothing to wait for"
        if earlier is None or earlier.status is not State.SCHEDULED:
            raise ReminderError("past", told)
        if _when(earlier) != _when(made):
            return _cancelled(line, earlier, told), False
        made = made._replace(due_at=earlier.due_at)  # it has come, and nothing was started yet
    if earlier is not None:
        reminders.save(connection, made)
        return made, False
    reminders.add(connection, made)
    return reminders.hold(connection, key) or made, True


def unless_cancelled(reminder: Reminder) -> Reminder:
    """What `put` gave back, after its commit; raises ReminderError where it had nothing to wait for."""
    if reminder.status is State.CANCELLED:
        raise ReminderError(
            "past", f"{reminder.reason}, and what was scheduled as '{reminder.key}' is cancelled"
        )
    return reminder


def cancel(line: Line, key: str) -> Reminder | None:
    """The reminder, which starts nothing any more; None where there is none with this key.

    Raises ReminderError where it is over already.
    """
    found = reminders.hold(line.connection, storable(key))
    if found is None or found.status is State.CANCELLED:
        return found
    if found.status in _OVER:
        raise ReminderError("over", f"the reminder '{key}' is over: {found.status}")
    return _cancelled(line, found, found.reason)


def remind(line: Line, found: Sequence[Reminder]) -> int:
    """Start the conversations of these reminders, in one transaction; how many were ours to start."""
    forgetting.lock(line.connection, line.settings, [each.contact for each in found], line.now)
    taken = reminders.take(line.connection, found)
    for each in taken:
        reminders.save(line.connection, _next(each, *_started(line, each), line.now))
    return len(taken)


def give_up(line: Line, found: Reminder, reason: str) -> None:
    """A reminder that cannot be started is not tried again and again; by its rule it comes again."""
    contacts.lock_known(line.connection, [found.contact])
    for each in reminders.take(line.connection, [found]):
        try:
            after = _next(each, State.REFUSED, storable(reason), None, line.now)
        except (ValueError, KeyError):  # its rule, or its time zone, is none to this version or machine
            after = _next(each._replace(every=None), State.REFUSED, storable(reason), None, line.now)
        reminders.save(line.connection, after._replace(every=each.every))


def _cancelled(line: Line, reminder: Reminder, reason: str | None) -> Reminder:
    gone = reminder._replace(status=State.CANCELLED, reason=reason, due_at=None, updated_at=line.now)
    reminders.save(line.connection, gone)
    return gone


def _started(line: Line, reminder: Reminder) -> tuple[State, str | None, int | None]:
    """What came of the moment: the state, why nothing began, and the conversation."""
    assert reminder.due_at is not None
    try:
        within = current(line.library, reminder.flow).root.start_within
        if line.now - reminder.due_at > within:
            return State.MISSED, f"nothing was at work until {line.now:%Y-%m-%d %H:%M} UTC", None
        wanted = Start(
            reminder.flow, reminder.contact, reminder.number, reminder.vars,
            key=f"reminder:{reminder.id}:{reminder.due_at.isoformat()}",
            language=reminder.language, timezone=reminder.timezone,
        )  # fmt: skip
        stored, _ = start(line.connection, line.settings, line.library, wanted, line.now)
    except StartError as error:
        log.info("reminder.refused", reminder=reminder.id, reason=error.code)
        return State.REFUSED, str(error), None
    return State.STARTED, None, stored.id


def _next(
    reminder: Reminder, status: State, reason: str | None, conversation: int | None, now: datetime
) -> Reminder:
    """The reminder after its moment: its next one by the rule, or over."""
    due = None
    if reminder.every is not None:
        rule = Recurrence(reminder.every, datetime.fromisoformat(reminder.first), reminder.zone)
        due = rule.after(max(reminder.due_at or now, now))
    return reminder._replace(
        status=status if due is None else State.SCHEDULED,
        reason=reason,
        due_at=due,
        conversation_id=conversation or reminder.conversation_id,
        updated_at=now,
    )


def _moments(wanted: Wanted, values: Mapping[str, Value], zone: str) -> tuple[datetime, datetime]:
    """When it is due first, in UTC, and the local time as written, which the clocks may skip that day."""
    try:
        found = recurrence.absolute(wanted.at) or _relative(wanted.at, values, zone)
    except (ValueError, MomentError) as error:
        raise ReminderError("bad_moment", f"`at`: {error}") from None
    if found is None:
        raise ReminderError("bad_moment", f"`at`: '{wanted.at}' counts from what has no value")
    moment = found.astimezone(UTC)
    if not 1 < moment.year < 9999:  # the first and the last may not fit into a time zone
        raise ReminderError("bad_moment", f"`at`: '{wanted.at}' is no moment that anybody waits for")
    return moment, recurrence.local(moment, zone) if found.tzinfo is UTC else found.replace(tzinfo=None)


def _rule(every: str | None, first: datetime, zone: str) -> Recurrence | None:
    """The rule by which it comes again."""
    try:
        return None if every is None else Recurrence(every, first, zone)
    except ValueError as error:
        raise ReminderError("bad_rule", f"`every`: {error}") from None


def _relative(text: str, values: Mapping[str, Value], zone: str) -> datetime | None:
    moment = parse_moment(text)
    if moment.variable is not None and moment.variable not in values:
        known = ", ".join(values) or "none"
        raise ValueError(f"'{text}' counts from '{moment.variable}', which is no variable; there is {known}")
    return moment.local(values, ZoneInfo(zone))


def _asks_the_same(earlier: Reminder, made: Reminder) -> bool:
    """Whether nothing has changed, however it stands with the reminder by now."""
    same = earlier._replace(status=made.status, reason=None, due_at=made.due_at, updated_at=made.updated_at)
    return same == made and earlier.status is not State.CANCELLED


def _when(reminder: Reminder) -> tuple[str | None, ...]:
    return reminder.at, reminder.every, reminder.first, reminder.zone


def _shown(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} in {zone}"
