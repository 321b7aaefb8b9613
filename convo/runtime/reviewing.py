"""What people decide about STOPs by phrases: keep them, or undo them, which brings consent back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from convo.errors import ReviewError
from convo.keywords import KeywordKind
from convo.messages import storable
from convo.runtime import consent as consenting
from convo.runtime import forgetting
from convo.runtime.events import reviewed
from convo.settings import Settings
from convo.store import consent, outgoing, reviews
from convo.store.consent import Numbered
from convo.store.contacts import Known
from convo.store.reviews import Decision, Review

LONGEST_REASON = 500  # characters


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decides about a ledger entry. An undone one needs a reason."""

    entry: int
    decision: Decision
    reason: str | None = None
    actor: str = "operator"  # or api, api:TOKEN


@dataclass(frozen=True, slots=True)
class Decided:
    """A review as it is now, and whether the contact is opted out of the brand all the same."""

    review: Review
    opted_out: bool
    standing: tuple[Numbered, ...] = ()  # the STOPs that still stand

    def as_dict(self) -> dict[str, Any]:
        """As the API and commands tell it."""
        standing = [each.id for each in self.standing]
        return {**self.review.as_dict(), "opted_out": self.opted_out, "standing": standing}


def decide(connection: Connection, settings: Settings, verdict: Verdict, now: datetime) -> Decided:
    """Write down a verdict. One that is given again changes nothing; a kept STOP may be undone later.

    An undone STOP brings consent back where nothing else that the contact said stands against it.
    Raises ReviewError.
    """
    contact = _found(connection, verdict.entry).contact
    known = forgetting.lock(connection, settings, [contact], now)[contact]
    found = _found(connection, verdict.entry)  # they may have been forgotten meanwhile
    reason = _reason(verdict)
    if found.decision is Decision.UNDONE and verdict.decision is Decision.KEPT:
        raise ReviewError("undone", f"{found.id} is undone already, and consent may be back")
    is_new = found.decision is not verdict.decision
    if is_new:
        reviews.decide(connection, found.id, verdict.decision, reason, verdict.actor, now)
        if verdict.decision is Decision.UNDONE:
            _bring_back(connection, settings, found, known, reason, verdict.actor, now)
    out = (found.brand, known.id) in consent.opted_out(connection, [known.id])
    standing = _standing(connection, settings, found) if out else []
    decided = _found(connection, found.id)
    if is_new:
        told = reviewed(settings.events, decided, known.id, now, opted_out=out)
        outgoing.write(connection, [told])
    return Decided(decided, out, tuple(standing))


def _found(connection: Connection, entry: int) -> Review:
    found = reviews.one(connection, entry)
    if found is None:
        raise ReviewError("not_found", f"there is no review {entry}")
    return found


def _bring_back(
    connection: Connection,
    settings: Settings,
    review: Review,
    known: Known,
    reason: str | None,
    actor: str,
    now: datetime,
) -> None:
    """End the opt-out of a locked contact, unless something else that they said stands against it."""
    out = (review.brand, known.id) in consent.opted_out(connection, [known.id])
    if not out or _standing(connection, settings, review):
        return
    entry = consent.Entry(
        brand=review.brand,
        contact=review.contact,
        number=review.number,
        action=KeywordKind.START,
        text=reason or "",
        normalised="",
        rule=f"review:{review.id}",
        provider_id=None,
        actor=actor,
        wording=None,
        at=now,
    )
    consenting.record(connection, settings, entry, known, now, out_before=True)


def _standing(connection: Connection, settings: Settings, review: Review) -> list[Numbered]:
    """The STOPs that stand against the contact's coming back, those from before they were forgotten too."""
    called = forgetting.names(connection, settings, [review.contact])
    return consent.standing_stops(connection, review.brand, called)


def _reason(verdict: Verdict) -> str | None:
    given = storable(verdict.reason or "").strip()
    if verdict.decision is Decision.UNDONE and not given:
        raise ReviewError("bad_reason", "say why it was no STOP: the reason goes into the ledger")
    if len(given) > LONGEST_REASON:
        raise ReviewError("bad_reason", f"a reason has at most {LONGEST_REASON} characters, not {len(given)}")
    return given or None
