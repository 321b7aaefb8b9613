"""Where a phone's conversation stands: its flow, state, variables, and what wakes it next."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.flow.advance import RUNNING, next_clock
from convo.flow.plan import EXPIRED
from convo.flow.session import Phase, Session, Value
from convo.flow.values import shown
from convo.runtime.library import Library
from convo.runtime.sessions import decode, where
from convo.store import conversations
from convo.store.conversations import Stored


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation, in words that a page shows as they are."""

    flow: str
    state: str  # in a sub-flow with the states that wait for it
    status: str
    tone: str  # live, person or over
    trouble: str | None
    variables: tuple[tuple[str, str], ...]
    wakes: str | None
    wakes_by: str | None  # which clock, and when
    behind: tuple[str, ...] = ()  # the flows that go on when this one has ended

    @property
    def over(self) -> bool:
        return self.tone == "over"


def standing(connection: Connection, library: Library, stored: Stored, now: datetime) -> Standing:
    """How `stored` stands at `now`, and what stands in line behind it."""
    others = conversations.alive(connection, [stored.contact_id])
    behind = [other for other in others if other.number == stored.number and other.id != stored.id]
    session = decode(stored)
    zone = ZoneInfo(session.timezone)
    wakes, wakes_by = _wakes(connection, library, stored, session, now)
    status, tone = _status(session)
    return Standing(
        flow=stored.flow,
        state=where(stored),
        status=status,
        tone=tone,
        trouble=stored.trouble,
        variables=tuple((name, _value(value, zone)) for name, value in session.vars.items()),
        wakes=wakes,
        wakes_by=wakes_by,
        behind=tuple(f"{other.flow} ({other.status})" for other in behind),
    )


def _status(session: Session) -> tuple[str, str]:
    match session.phase:
        case Phase.ENDED:
            return f"ended: {session.outcome}", "over"
        case Phase.HANDED_OFF:
            return f"with a person: {session.queue}", "person"
        case Phase.WAITING:
            return "waits until another conversation has ended", "waiting"
        case Phase.SUSPENDED:
            return "suspended: another conversation came in between", "waiting"
        case Phase.CALLING:
            return "calling: waits for the result", "live"
        case Phase.LIVE:
            return "live", "live"


def _wakes(
    connection: Connection, library: Library, stored: Stored, session: Session, now: datetime
) -> tuple[str | None, str | None]:
    if session.phase not in RUNNING:
        return None, None
    try:
        flows = library.version(connection, stored.version)
    except ConvoError as error:
        return str(error), None
    if session.clock_from is None and flows.at(session).timers(session.state):
        return "when its clocks run: once the texts of this state have left", None
    clock = next_clock(flows, session)
    if clock is None:
        return None, None
    when, event = clock
    why = "to expire" if event.clock == EXPIRED else f"by its clock ‘{event.clock}’"
    at = when.astimezone()
    return _until(when, now), f"{why}, {at:%a} {at.day} {at:%b} at {at:%H:%M}"


def _until(when: datetime, now: datetime) -> str:
    if when <= now:
        return "now"
    return format_timedelta(when - now, threshold=1.5, add_direction=True, locale="en")


def _value(value: Value, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
    return str(shown(value))
