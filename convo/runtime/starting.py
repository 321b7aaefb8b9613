"""Starting a conversation: for an application, a command, or another flow."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from convo import phone
from convo.errors import StartError
from convo.flow.advance import open_session
from convo.flow.compile import Bundle
from convo.flow.session import Session
from convo.flow.speech import locale
from convo.messages import Contact, storable
from convo.runtime import forgetting
from convo.runtime.beginning import Start, begin, busy, current, parsed
from convo.runtime.library import Library
from convo.runtime.marketing import refuse
from convo.runtime.records import UnplayableError
from convo.runtime.tapes import taped
from convo.runtime.turns import Line, Turns
from convo.settings import Settings
from convo.store import contacts, conversations
from convo.store.conversations import Stored

__all__ = ["Ready", "Start", "check_speech", "checked", "number_of", "start"]


def start(
    connection: Connection,
    settings: Settings,
    library: Library,
    wanted: Start,
    now: datetime,
    *,
    depth: int = 0,
) -> tuple[Stored, bool]:
    """The conversation, and whether it is new; raises StartError where it cannot be started.

    `depth` counts the flows that began one another before it without waiting.
    """
    flows = current(library, wanted.flow)
    number = number_of(settings, wanted.number)
    check_speech(wanted.language, wanted.timezone)
    wanted = replace(wanted, key=storable(wanted.key) if wanted.key else None)
    contact = parsed(wanted.contact)
    known = forgetting.lock(connection, settings, [contact], now)[contact]
    if wanted.key is not None:
        earlier = conversations.by_key(connection, wanted.key)
        if earlier is not None:
            same = (earlier.contact, earlier.number, earlier.flow) == (contact, number, wanted.flow)
            if not same or _began_otherwise(connection, library, earlier, wanted):
                raise StartError(
                    "key_reused",
                    f"the key '{wanted.key}' belongs to another conversation, or to one that began with "
                    "other things; use a new one",
                )
            return earlier, False
    line = Line(connection, settings, library, now)
    refuse(connection, flows.root.flow.purpose, settings.brand(number), known.id, contact, flows.name)
    known = contacts.learn(connection, known, wanted.language, wanted.timezone)
    turns = Turns(line, depth=depth)
    stored = begin(turns, settings, flows, known, replace(wanted, number=number), now)
    if stored is None:
        raise busy(contact, number, flows)
    turns.flush()
    return turns.latest(stored), True


def _began_otherwise(connection: Connection, library: Library, earlier: Stored, wanted: Start) -> bool:
    """Whether it began with other variables, or in another time zone than the one that is given.

    What is not on record any more is taken to be the same.
    """
    try:
        tape = taped(connection, library, earlier)
        if tape.own is None:
            return False
        began = tape.begin(tape.own)
    except UnplayableError:
        return False
    if wanted.timezone not in (None, began.timezone):
        return True
    contact = replace(began.contact, timezone=began.timezone)
    try:
        again = open_session(tape.own, contact, began.number, began.home, wanted.vars, began.started_at)
    except StartError:
        return True
    return again.vars != began.vars


@dataclass(frozen=True, slots=True)
class Ready:
    """What could be started, as it would be."""

    flows: Bundle
    session: Session


def checked(
    connection: Connection, settings: Settings, library: Library, wanted: Start, now: datetime
) -> Ready:
    """The session that `wanted` would open; nothing is written. Raises StartError as `start` does."""
    flows = current(library, wanted.flow)
    number = number_of(settings, wanted.number)
    check_speech(wanted.language, wanted.timezone)
    contact = Contact(parsed(wanted.contact), wanted.language, wanted.timezone)
    known = contacts.find(connection, contact.number)
    if known is not None:
        contact = replace(
            known.contact,
            language=wanted.language or known.contact.language,
            timezone=wanted.timezone or known.contact.timezone,
        )
    session = open_session(flows, contact, number, settings.number(number).timezone, wanted.vars, now)
    return Ready(flows, session)


def check_speech(language: str | None, timezone: str | None) -> None:
    """Raises StartError for a language that no date can be written in, and an unknown time zone."""
    try:
        if language is not None:
            locale(language)
    except ValueError as error:
        raise StartError("bad_language", str(error)) from None
    try:
        if timezone is not None:
            ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise StartError(
            "bad_timezone", f"'{timezone}' is not a time zone; write one like 'Europe/London'"
        ) from None


def number_of(settings: Settings, wanted: str | None) -> str:
    """The number of ours that is meant; raises StartError where it is none, or where there are several."""
    number = wanted or settings.only_number()
    if number is None:
        raise StartError("no_number", f"say which number to use: {', '.join(settings.numbers)}")
    spelled = phone.from_provider(number)
    if spelled is None or (settings.numbers and spelled not in settings.numbers):
        known = ", ".join(settings.numbers) or "any number, like +15550009999"
        raise StartError("unknown_number", f"'{number}' is none of ours; there is {known}")
    return spelled
