"""Starting a conversation: for an application, a command, or a text that triggers a flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from convo import phone
from convo.errors import StartError
from convo.flow.advance import open_session
from convo.flow.compile import Bundle
from convo.flow.model import WhenBusy
from convo.flow.session import Phase, Started
from convo.flow.speech import locale
from convo.messages import storable
from convo.runtime.library import Library
from convo.runtime.turns import Line, Turns
from convo.settings import Settings
from convo.store import consent, contacts, conversations, ids
from convo.store.contacts import Known
from convo.store.conversations import Stored
from convo.store.tables import conversations as table


@dataclass(frozen=True, slots=True)
class Start:
    """A request to start `flow` with `contact`. A second one with the same `key` starts nothing."""

    flow: str
    contact: str
    number: str | None = None
    vars: Mapping[str, object] = field(default_factory=dict)
    key: str | None = None
    language: str | None = None  # of the contact, BCP 47; None leaves what is known
    timezone: str | None = None  # of the contact, IANA; None leaves what is known


def start(
    connection: Connection, settings: Settings, library: Library, wanted: Start, now: datetime
) -> tuple[Stored, bool]:
    """The conversation, and whether it is new; raises StartError where it cannot be started."""
    flows = library.current.get(wanted.flow)
    if flows is None:
        names = ", ".join(sorted(library.current)) or "none"
        raise StartError("unknown_flow", f"there is no flow '{wanted.flow}'; there is {names}")
    number = _number(settings, wanted.number)
    _check_contact(wanted)
    wanted = replace(wanted, key=storable(wanted.key) if wanted.key else None)
    try:
        contact = phone.parse(wanted.contact)
    except ValueError as error:
        raise StartError("bad_contact", str(error)) from None
    known = contacts.lock(connection, [contact], now)[contact]
    if wanted.key is not None:
        earlier = conversations.by_key(connection, wanted.key)
        if earlier is not None:
            if (earlier.contact, earlier.number, earlier.flow) != (contact, number, wanted.flow):
                raise StartError(
                    "key_reused",
                    f"the key '{wanted.key}' belongs to another conversation; use a new one",
                )
            return earlier, False
    brand = settings.brand(number)
    if consent.opted_out(connection, [known.id]) & {(brand, known.id)}:
        raise StartError("opted_out", f"{contact} has opted out of texts from {brand}")
    known = contacts.learn(connection, known, wanted.language, wanted.timezone)
    turns = Turns(Line(connection, settings, library, now))
    (row_id,) = ids.allocate(connection, table, 1)
    stored = begin(turns, settings, flows, known, replace(wanted, number=number), row_id, now)
    if stored is None:
        raise StartError(
            "busy", f"{contact} is in another conversation with {number}, and {flows.name} says `skip` then"
        )
    turns.flush()
    return stored, True


def begin(
    turns: Turns,
    settings: Settings,
    flows: Bundle,
    known: Known,
    wanted: Start,
    row_id: int,
    now: datetime,
) -> Stored | None:
    """A new conversation, begun, or in line behind the running one; None where it is skipped.

    Which of these, the flow's `when_busy` says. Raises StartError where `vars` are wrong.
    """
    number = wanted.number or ""
    session = open_session(flows, known.contact, number, settings.number(number).timezone, wanted.vars, now)
    new = blank(settings, known, number, flows, row_id, now, key=wanted.key)
    running = turns.running(known.id, number)
    if running is None:
        return turns.begin(new, session, flows, Started())
    match flows.root.when_busy:
        case WhenBusy.SKIP:
            return None
        case WhenBusy.QUEUE:
            return turns.queue(new, session, flows.root.start_within)
        case WhenBusy.INTERRUPT:
            stored = turns.begin(new, session, flows, Started())
            if stored.status != Phase.ENDED:
                turns.suspend(running)
            return stored


def blank(
    settings: Settings,
    known: Known,
    number: str,
    flows: Bundle,
    row_id: int,
    now: datetime,
    *,
    key: str | None = None,
) -> Stored:
    """The row of a conversation that has not begun."""
    return Stored(
        id=row_id,
        contact_id=known.id,
        contact=known.contact.number,
        language=known.contact.language,
        timezone=known.contact.timezone,
        number=number,
        brand=settings.brand(number),
        flow=flows.name,
        version=flows.version,
        key=key,
        status=Phase.LIVE,
        status_at=now,
        state="",
        visit=0,
        clock_from=None,
        outcome=None,
        queue=None,
        trouble=None,
        vars={},
        progress={},
        wake_at=None,
        started_at=now,
        ended_at=None,
    )


def _check_contact(wanted: Start) -> None:
    """Raises StartError for a language that no date can be written in, and an unknown time zone."""
    try:
        if wanted.language is not None:
            locale(wanted.language)
    except ValueError as error:
        raise StartError("bad_language", str(error)) from None
    try:
        if wanted.timezone is not None:
            ZoneInfo(wanted.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise StartError(
            "bad_timezone", f"'{wanted.timezone}' is not a time zone; write one like 'Europe/London'"
        ) from None


def _number(settings: Settings, wanted: str | None) -> str:
    number = wanted or settings.only_number()
    if number is None:
        raise StartError("no_number", f"say which number to use: {', '.join(settings.numbers)}")
    spelled = phone.from_provider(number)
    if spelled is None or (settings.numbers and spelled not in settings.numbers):
        known = ", ".join(settings.numbers) or "any number, like +15550009999"
        raise StartError("unknown_number", f"'{number}' is none of ours; there is {known}")
    return spelled
