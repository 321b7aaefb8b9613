"""Starting a conversation: for an application, a command, or a text that triggers a flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from convo import phone
from convo.errors import StartError
from convo.flow.advance import open_session
from convo.flow.compile import Bundle
from convo.flow.session import Phase
from convo.messages import storable
from convo.runtime.library import Library
from convo.runtime.turns import Writes, begin
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


def start(
    connection: Connection, settings: Settings, library: Library, wanted: Start, now: datetime
) -> tuple[Stored, bool]:
    """The conversation, and whether it is new; raises StartError where it cannot be started."""
    flows = library.current.get(wanted.flow)
    if flows is None:
        names = ", ".join(sorted(library.current)) or "none"
        raise StartError("unknown_flow", f"there is no flow '{wanted.flow}'; there is {names}")
    number = _number(settings, wanted.number)
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
    if any(live.number == number for live in conversations.alive(connection, [known.id])):
        raise StartError("busy", f"{contact} is in another conversation with {number}; one is live at a time")
    (row_id,) = ids.allocate(connection, table, 1)
    writes = Writes()
    stored = open_conversation(writes, settings, flows, known, replace(wanted, number=number), row_id, now)
    writes.flush(connection)
    return stored, True


def open_conversation(
    writes: Writes,
    settings: Settings,
    flows: Bundle,
    known: Known,
    wanted: Start,
    row_id: int,
    now: datetime,
) -> Stored:
    """Collect a new conversation and its first texts; raises StartError where `vars` are wrong."""
    number = wanted.number or ""
    ours = settings.number(number)
    session = open_session(flows, known.contact, number, ours.timezone, wanted.vars, now)
    blank = Stored(
        id=row_id,
        contact_id=known.id,
        contact=known.contact.number,
        language=known.contact.language,
        timezone=known.contact.timezone,
        number=number,
        brand=settings.brand(number),
        flow=flows.name,
        version=flows.version,
        key=wanted.key,
        status=Phase.LIVE,
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
    return begin(writes, blank, session, flows, ours.account, now)


def _number(settings: Settings, wanted: str | None) -> str:
    number = wanted or settings.only_number()
    if number is None:
        raise StartError("no_number", f"say which number to use: {', '.join(settings.numbers)}")
    spelled = phone.from_provider(number)
    if spelled is None or (settings.numbers and spelled not in settings.numbers):
        known = ", ".join(settings.numbers) or "any number, like +15550009999"
        raise StartError("unknown_number", f"'{number}' is none of ours; there is {known}")
    return spelled
