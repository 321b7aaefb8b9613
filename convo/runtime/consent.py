"""What follows from STOP, START and HELP: the ledger, one fixed answer, and silence after a STOP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from convo import segments
from convo.flow.session import Closed
from convo.keywords import Keyword, KeywordKind, normalise
from convo.messages import Direction, Inbound, Kind, Reason, Status
from convo.providers import handling
from convo.runtime import milestones, opt_outs
from convo.runtime.events import Effect, consented
from convo.settings import Settings
from convo.store import calls, consent, conversations, events, messages, outgoing, reviews, talks
from convo.store.contacts import Known
from convo.store.outbox import Waiting

STOPPED = "stopped"  # the outcome of a conversation that a STOP ended
CONFIRM_WITHIN = timedelta(minutes=5)  # a confirmation that comes later only puzzles

_KINDS = {
    KeywordKind.STOP: Kind.STOP_CONFIRMATION,
    KeywordKind.START: Kind.START_CONFIRMATION,
    KeywordKind.HELP: Kind.HELP_ANSWER,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A keyword that a contact sent, with what the answer depends on."""

    inbound: Inbound
    known: Known
    keyword: Keyword
    opted_out: bool  # before this text
    language: str | None = None  # that of the flow which the contact was talking to
    conversation: int | None = None  # that was running

    @property
    def spoken(self) -> str | None:
        """The language of the word; of several the contact's own, or the flow's, where it is one of them."""
        word = self.keyword.languages
        ours = [each for each in (self.known.contact.language, self.language) if each]
        fitting = [each for each in ours if not word or each.partition("-")[0].lower() in word]
        return next(iter((*fitting, *word)), None)


def heard(inbound: Inbound, keyword: Keyword | None, *, opted_out: bool) -> Keyword | None:
    """What a text is taken for, where its provider may have acted on it already.

    It knows words that we do not: what it took for a STOP or for HELP is one. A START of its own making
    counts from somebody who is out alone: anybody else's YES is an answer to a flow.
    """
    theirs = inbound.answered
    if theirs is None or (keyword is not None and keyword.kind in (theirs, KeywordKind.STOP)):
        return keyword
    if theirs is KeywordKind.START and not opted_out:
        return keyword
    return Keyword(theirs, (), f"provider:{theirs}", normalise(inbound.text))


def apply(connection: Connection, settings: Settings, said: Said, now: datetime) -> bool:
    """Write the ledger and the one answer; whether the contact is opted out from now on.

    Everything collected before must be written already: a STOP withdraws all that is queued.
    """
    kind, brand = said.keyword.kind, settings.brand(said.inbound.number)
    changes = (kind is KeywordKind.STOP and not said.opted_out) or (
        kind is KeywordKind.START and said.opted_out
    )
    answered = _is_answered(settings, said)
    answers = (changes or kind is KeywordKind.HELP) and not answered
    wording = _wording(settings, said) if answers else None
    line = _entry(said, brand, wording, now)
    (entry,) = consent.append(connection, [line])
    if said.keyword.for_review:
        reviews.ask(connection, entry)
    if kind is KeywordKind.STOP:
        stop(connection, settings, brand, said.known.id, now)
    if changes:
        consent.decide(connection, brand, said.known.id, entry, now, out=kind is KeywordKind.STOP)
        if kind is KeywordKind.STOP:
            talks.opted_out(connection, entry, said.known.id, line.number, now)
        opt_outs.tell(connection, settings, line, entry, knows=said.inbound.number if answered else None)
    if wording is not None:
        messages.write(connection, [_answer(settings, said, brand, wording, entry, now)])
    out = said.opted_out if kind is KeywordKind.HELP else kind is KeywordKind.STOP
    effect = Effect(changes, out, said.spoken, said.conversation)
    outgoing.write(connection, [consented(settings.events, entry, line, said.known.id, effect)])
    return out


def stop(connection: Connection, settings: Settings, brand: str, contact_id: int, now: datetime) -> None:
    """End a contact's conversations with a brand and withdraw all that is queued for them."""
    numbers = opt_outs.numbers_of(settings, brand)
    steps = conversations.stop(connection, brand, numbers, contact_id, STOPPED, now)
    outgoing.write(connection, list(milestones.told(settings.events, steps, now)))
    ended = [after.id for _, after in steps]
    closed = [events.Happened(row, now, Closed.__name__, STOPPED) for row in ended]
    events.write(connection, closed)
    calls.drop(connection, ended)
    messages.withdraw_all(connection, brand, numbers, contact_id, Reason.STOPPED)


def refused(
    connection: Connection, settings: Settings, message: Waiting, known: Known, now: datetime
) -> None:
    """The provider did not deliver a text because its contact has opted out; the contact is locked.

    Of a text from before they came back it says nothing new: it goes on record, at the text's own time,
    and stops nobody.
    """
    back = consent.since(connection, message.brand, known.id)
    late = back is not None and (
        message.created_at < back
        # A STOP and a START in one transaction: its confirmation is from between them.
        or (message.created_at == back and message.kind is Kind.STOP_CONFIRMATION)
    )
    at, rule = (message.created_at, consent.LATE) if late else (now, "provider:opted-out")
    stopped_by_provider(
        connection, settings, message.brand, message.number, known, now,
        rule=rule, at=at, about=message.conversation_id,
    )  # fmt: skip


def stopped_by_provider(
    connection: Connection,
    settings: Settings,
    brand: str,
    number: str,
    known: Known,
    now: datetime,
    *,
    rule: str,
    at: datetime | None = None,
    about: int | None = None,
) -> None:
    """The provider says that this contact has opted out of a number: put it on record, and stop.

    With the rule `consent.LATE` they have come back since. `about` is the conversation that it is told of.
    """
    out_before = (brand, known.id) in consent.opted_out(connection, [known.id])
    entry = consent.Entry(
        brand=brand,
        contact=known.contact.number,
        number=number,
        action=KeywordKind.STOP,
        text="",
        normalised="",
        rule=rule,
        provider_id=None,
        actor="provider",
        wording=None,
        at=at or now,
    )
    holds = out_before or rule != consent.LATE
    record(
        connection, settings, entry, known, now,
        out_before=out_before, holds=holds, at=number, about=about,
    )  # fmt: skip


def record(
    connection: Connection,
    settings: Settings,
    entry: consent.Entry,
    known: Known,
    now: datetime,
    *,
    out_before: bool,
    holds: bool = True,
    at: str | None = None,
    about: int | None = None,
) -> None:
    """Write a stop or a start that was no text, and what follows from it; the contact is locked.

    With `holds` it is the last word. The provider of the number `at` knows it already, and `about` is the
    conversation that it came of.
    """
    stops = entry.action == KeywordKind.STOP
    (line,) = consent.append(connection, [entry])
    changes = holds and stops is not out_before
    if changes:
        consent.decide(connection, entry.brand, known.id, line, entry.at, out=stops)
        if stops and entry.actor in talks.LEAVERS:
            talks.opted_out(connection, line, known.id, entry.number, entry.at)
        opt_outs.tell(connection, settings, entry, line, knows=at)
    if holds and stops:
        stop(connection, settings, entry.brand, known.id, now)
    effect = Effect(changes, stops if holds else out_before, known.contact.language, about)
    told = consented(settings.events, line, entry, known.id, effect)
    outgoing.write(connection, [told._replace(created_at=now)])


def _is_answered(settings: Settings, said: Said) -> bool:
    """Whether the provider or a carrier has answered already: nobody gets two answers."""
    if said.inbound.answered is said.keyword.kind:
        return True
    return handling(settings, said.inbound.number).has_answered(said.keyword.normalised)


def _wording(settings: Settings, said: Said) -> str:
    return settings.answer(said.keyword.kind, said.inbound.number, said.spoken or "en")


def _entry(said: Said, brand: str, wording: str | None, now: datetime) -> consent.Entry:
    return consent.Entry(
        brand=brand,
        contact=said.known.contact.number,
        number=said.inbound.number,
        action=said.keyword.kind,
        text=said.inbound.text,
        normalised=said.keyword.normalised,
        rule=said.keyword.rule,
        provider_id=said.inbound.provider_id,
        actor="contact",
        wording=wording,
        at=now,
    )


def _answer(
    settings: Settings, said: Said, brand: str, wording: str, entry: int, now: datetime
) -> messages.Draft:
    return messages.Draft(
        direction=Direction.OUT,
        kind=_KINDS[said.keyword.kind],
        account=settings.number(said.inbound.number).account,
        number=said.inbound.number,
        brand=brand,
        contact_id=said.known.id,
        text=wording,
        segments=segments.parts(wording),
        status=Status.QUEUED,
        created_at=now,
        entry_id=entry,
        due_at=now,
        valid_until=now + CONFIRM_WITHIN,
    )
