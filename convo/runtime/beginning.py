"""Conversations that begin, within a transaction that has locked their contact already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from convo import phone
from convo.errors import StartError
from convo.flow.advance import open_session
from convo.flow.compile import Bundle
from convo.flow.model import WhenBusy
from convo.flow.session import Begin, Phase, Started
from convo.flow.values import shown
from convo.messages import Contact
from convo.runtime.library import Library
from convo.runtime.marketing import refuse
from convo.settings import Settings
from convo.store.contacts import Known
from convo.store.conversations import Stored
from convo.store.errands import Errand

if TYPE_CHECKING:
    from convo.runtime.turns import Line, Turns

MOST_DEEP = 10  # flows that begin one another, and none of them waits


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
    answers: bool = False  # a text that the contact has just sent asked for it
    campaign: int | None = None  # that begins it


@dataclass(frozen=True, slots=True)
class Asked:
    """A conversation asked for another flow; so many before it began one another without waiting."""

    by: Stored
    begin: Begin
    depth: int
    answers: bool = False  # it asked in answer to a text of its contact


def begin(
    turns: "Turns", settings: Settings, flows: Bundle, known: Known, wanted: Start, now: datetime
) -> Stored | None:
    """A new conversation, begun, or in line behind the running one; None where it is skipped.

    Which of these, the flow's `when_busy` says. Raises StartError where `vars` are wrong.
    """
    number = wanted.number or ""
    session = open_session(flows, known.contact, number, settings.number(number).timezone, wanted.vars, now)
    new = blank(settings, known, number, flows, turns.number(), now, key=wanted.key, campaign=wanted.campaign)
    running = turns.running(known.id, number)
    if running is None:
        return turns.begin(new, session, flows, Started(), answers=wanted.answers)
    match flows.root.when_busy:
        case WhenBusy.SKIP:
            return None
        case WhenBusy.QUEUE:
            return turns.queue(new, session, flows)
        case WhenBusy.INTERRUPT:
            stored = turns.begin(new, session, flows, Started(), answers=wanted.answers)
            if stored.status != Phase.ENDED:
                turns.suspend(running)
            return stored


def begin_asked(turns: "Turns", line: "Line", asked: Asked) -> Errand | None:
    """Begin what a conversation asked for; another contact's is an errand, to be run on its own.

    Raises StartError where it cannot begin.
    """
    by, wanted = asked.by, asked.begin
    if asked.depth > MOST_DEEP:
        raise StartError("too_deep", f"{MOST_DEEP} flows began one another without waiting")
    flows = current(line.library, wanted.flow)
    contact = by.contact if wanted.contact is None else parsed(wanted.contact)
    given = {name: shown(value) for name, value in wanted.vars.items()}
    if contact != by.contact:
        return Errand(0, wanted.flow, contact, by.number, given, asked.depth, by.id, by.contact)
    refuse(line.connection, flows.root.flow.purpose, by.brand, by.contact_id, contact, flows.name)
    known = Known(by.contact_id, Contact(contact, by.language, by.timezone, tuple(by.tags or ())))
    start = Start(flows.name, contact, by.number, given, answers=asked.answers)
    begun = begin(turns, line.settings, flows, known, start, line.now)
    if begun is None:
        raise busy(contact, by.number, flows)
    return None


def current(library: Library, flow: str) -> Bundle:
    """The flow that is served under this name; raises StartError where there is none."""
    flows = library.current.get(flow)
    if flows is None:
        names = ", ".join(sorted(library.current)) or "none"
        raise StartError("unknown_flow", f"there is no flow '{flow}'; there is {names}")
    return flows


def parsed(contact: str) -> str:
    """A contact's number in E.164; raises StartError for what is none."""
    try:
        return phone.parse(contact)
    except ValueError as error:
        raise StartError("bad_contact", str(error)) from None


def busy(contact: str, number: str, flows: Bundle) -> StartError:
    return StartError(
        "busy", f"{contact} is in another conversation with {number}, and {flows.name} says `skip` then"
    )


def blank(
    settings: Settings,
    known: Known,
    number: str,
    flows: Bundle,
    row_id: int,
    now: datetime,
    *,
    key: str | None = None,
    campaign: int | None = None,
) -> Stored:
    """The row of a conversation that has not begun."""
    return Stored(
        id=row_id,
        contact_id=known.id,
        contact=known.contact.number,
        language=known.contact.language,
        timezone=known.contact.timezone,
        tags=list(known.contact.tags),
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
        campaign_id=campaign,
    )
