"""What the application is told of: events as they are stored, and as they are posted.

A kind of convo's own is a row of `convo.kinds`, and a function here that writes its data.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from convo import phone
from convo.endpoints import IN_PROCESS, ONLY, Events
from convo.flow.compile import Bundle
from convo.flow.session import Emit
from convo.flow.steps.emit import EmitEvent
from convo.flow.values import shown
from convo.keywords import KeywordKind
from convo.kinds import KINDS, fits
from convo.reactions import is_reaction
from convo.store import consent, messages
from convo.store.campaigns import Campaign
from convo.store.conversations import Stored
from convo.store.outgoing import Draft, OutgoingEvent
from convo.store.reviews import Review
from convo.store.verifications import Verification

RECEIVED = "message.received"
PING = "convo.ping"
_CONSENT = {
    KeywordKind.STOP: "consent.stopped",
    KeywordKind.START: "consent.started",
    KeywordKind.HELP: "consent.help",
}


class Effect(NamedTuple):
    """What a line of the consent ledger means for its contact."""

    changed: bool
    opted_out: bool  # from now on
    language: str | None  # of the word, or else of the contact or the flow
    conversation: int | None  # that was running


def emitted(events: Events, by: Stored, emit: Emit, now: datetime) -> Draft:
    """What a flow emits."""
    return Draft(
        kind=emit.event,
        contact_id=by.contact_id,
        number=by.number,
        brand=by.brand,
        conversation_id=by.id,
        data={name: shown(value) for name, value in emit.data.items()},
        created_at=now,
        to=(*events.takers(emit.event), IN_PROCESS),
    )


def consented(events: Events, line: int, entry: consent.Entry, contact_id: int, effect: Effect) -> Draft:
    """A line of the consent ledger, by its number."""
    kind = _CONSENT[KeywordKind(entry.action)]
    data = {
        "entry": line,
        "text": entry.text,
        "rule": entry.rule,
        "language": effect.language,
        "actor": entry.actor,
        "changed": effect.changed,
        "opted_out": effect.opted_out,
        "answer": entry.wording,
    }
    return _of_ledger(events, kind, entry, contact_id, effect.conversation, data)


def agreed(
    events: Events,
    line: int,
    entry: consent.Entry,
    contact_id: int,
    conversation: int | None,
    *,
    changed: bool,
    holds: bool,
) -> Draft:
    """A line of the consent ledger about marketing, by its number."""
    data = {
        "entry": line,
        "text": entry.text,
        "rule": entry.rule,
        "actor": entry.actor,
        "asked": entry.wording,
        "changed": changed,
        "marketing": holds,
    }
    return _of_ledger(events, "consent.agreed", entry, contact_id, conversation, data)


def _of_ledger(
    events: Events,
    kind: str,
    entry: consent.Entry,
    contact_id: int,
    conversation: int | None,
    data: dict[str, Any],
) -> Draft:
    return Draft(
        kind=kind,
        contact_id=contact_id,
        number=entry.number,
        brand=entry.brand,
        conversation_id=conversation,
        data=data,
        created_at=entry.at,
        to=(*events.takers(kind), IN_PROCESS),
    )


def reviewed(events: Events, review: Review, contact_id: int, now: datetime, *, opted_out: bool) -> Draft:
    """What somebody has decided about a STOP by a phrase."""
    kind = "consent.reviewed"
    return Draft(
        kind=kind,
        contact_id=contact_id,
        number=review.number,
        brand=review.brand,
        conversation_id=None,
        data={
            "entry": review.id,
            "text": review.text,
            "rule": review.rule,
            "decision": review.decision,
            "reason": review.reason,
            "actor": review.actor,
            "opted_out": opted_out,
        },
        created_at=now,
        to=(*events.takers(kind), IN_PROCESS),
    )


def hearers(events: Events, *, in_process: bool) -> tuple[str, ...]:
    """Who is told of every text: nobody, as a rule, and then nothing is written."""
    return (*events.takers(RECEIVED), *([IN_PROCESS] if in_process else []))


def received(text: messages.Draft, to: Sequence[str], *, opted_out: bool) -> Draft:
    """A text of a contact; its id is known once it is written."""
    return Draft(
        kind=RECEIVED,
        contact_id=text.contact_id,
        number=text.number,
        brand=text.brand,
        conversation_id=text.conversation_id,
        data={
            "text": text.text,
            "media": list(text.media or ()),
            "segments": text.segments,
            "reaction": is_reaction(text.text),
            "opted_out": opted_out,
        },
        created_at=text.created_at,
        to=to,
        about=text,
    )


def verified(
    events: Events,
    kind: str,
    verification: Verification,
    now: datetime,
    more: Mapping[str, object] | None = None,
) -> Draft:
    """What became of a one-time code."""
    data = {
        "id": verification.id,
        "purpose": verification.purpose,
        "status": verification.status.value,
        "country": verification.country,
        "sends": verification.sends,
        "tries": verification.tries,
        "message": verification.message_id,
        **(more or {}),
    }
    return Draft(
        kind=kind,
        contact_id=verification.contact_id,
        number=verification.number,
        brand=verification.brand,
        conversation_id=None,
        data=data,
        created_at=now,
        to=(*events.takers(kind), IN_PROCESS),
    )


def of_campaign(
    events: Events, kind: str, campaign: Campaign, brand: str, added: int, now: datetime
) -> Draft:
    """What happened to a campaign; `added` contacts are in it."""
    return Draft(
        kind=kind,
        contact_id=None,
        number=campaign.numbers[0],
        brand=brand,
        conversation_id=None,
        data={
            "campaign": campaign.id,
            "name": campaign.name,
            "flow": campaign.flow,
            "version": campaign.version,
            "numbers": list(campaign.numbers),
            "brand": brand,
            "contacts": added,
            "begun": campaign.begun,
            "skipped": dict(campaign.skipped),
        },
        created_at=now,
        to=(*events.takers(kind), IN_PROCESS),
    )


def contact_of(event: OutgoingEvent) -> str | None:
    """Whom an event is about, as it is told: whoever reads those of verifications learns no number."""
    if event.contact is not None and event.kind.startswith("verification."):
        return phone.mask(event.contact)
    return event.contact


def payload(event: OutgoingEvent) -> dict[str, Any]:
    """An event as it is posted and listed (Standard Webhooks, "Payload structure")."""
    about: dict[str, Any] = {}
    if event.contact is not None:
        about = {
            "contact": contact_of(event),
            "number": event.number,
            "brand": event.brand,
            "conversation": event.conversation,
        }
    given = event.data if event.kind in KINDS else {"with": event.data}
    return {"type": event.kind, "timestamp": event.at.isoformat(), "data": {**about, **given}}


def ping(endpoint: str, now: datetime) -> dict[str, Any]:
    """What `convo events ping` posts."""
    return {"type": PING, "timestamp": now.isoformat(), "data": {"endpoint": endpoint}}


class Unheard(NamedTuple):
    """A kind that an endpoint wants and that nothing tells."""

    place: str  # in the settings
    pattern: str
    near: str | None  # a kind that may have been meant

    def __str__(self) -> str:
        hint = f"; did you mean '{self.near}'?" if self.near else ""
        return f"{self.place}: no flow emits '{self.pattern}'{hint}"

    @property
    def is_slip(self) -> bool:
        """Whether one of convo's own was meant: no flow can be changed so that it is told."""
        return self.near in KINDS


def unheard(events: Events, flows: Iterable[Bundle]) -> Iterator[Unheard]:
    """The kinds that endpoints want and that neither convo nor a flow of `flows` tells."""
    of_flows = {
        step.root.event
        for bundle in flows
        for part in bundle.flows.values()
        for state in part.flow.states.values()
        if (step := state.step(EmitEvent)) is not None
    }
    for name, endpoint in events.by_name.items():
        place = "events.kinds" if name == ONLY and events.url else f"events.endpoints.{name}.kinds"
        for pattern in endpoint.kinds:
            if not any(fits(pattern, kind) for kind in (*KINDS, *of_flows)):
                near = difflib.get_close_matches(pattern, sorted({*KINDS, *of_flows}), n=1, cutoff=0.8)
                yield Unheard(place, pattern, near[0] if near else None)
