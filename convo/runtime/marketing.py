"""Consent to marketing: put on record by a contact's words, and asked for before a flow begins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from convo import keywords
from convo.endpoints import Events
from convo.errors import StartError
from convo.messages import Purpose
from convo.runtime.events import agreed
from convo.store import consent
from convo.store.consent import Standing
from convo.store.outgoing import Draft

AGREED = "marketing"  # the ledger's word for it


@dataclass(frozen=True, slots=True)
class Agreement:
    """By which words, where and when a contact agreed to a brand's marketing."""

    brand: str
    number: str
    contact_id: int
    contact: str
    words: str
    rule: str  # what took them for consent, like flow:newsletter-opt-in:joined
    actor: str  # contact, operator or api, which may have the name of its token behind it
    asked: str | None = None  # what they were asked, as far as we know
    conversation: int | None = None  # in which they agreed


def record(
    connection: Connection,
    events: Events,
    agreement: Agreement,
    now: datetime,
    *,
    at: datetime | None = None,
    holds: bool = True,
) -> Draft:
    """Write the ledger, and let the brand's marketing through from now on; what is to be told of it.

    The contact is locked. `at` is when they agreed, if not now; without `holds` a STOP has taken it back.
    """
    contact_id = agreement.contact_id
    before = consent.standing(connection, [contact_id]).get((agreement.brand, contact_id), Standing())
    entry = consent.Entry(
        brand=agreement.brand,
        contact=agreement.contact,
        number=agreement.number,
        action=AGREED,
        text=agreement.words,
        normalised=keywords.normalise(agreement.words),
        rule=agreement.rule,
        provider_id=None,
        actor=agreement.actor,
        wording=agreement.asked,
        at=at or now,
    )
    (line,) = consent.append(connection, [entry])
    if holds:
        consent.agree(connection, agreement.brand, contact_id, line, entry.at)
    changed = holds and not before.marketing
    told = agreed(
        events, line, entry, contact_id, agreement.conversation,
        changed=changed, holds=holds or before.marketing,
    )  # fmt: skip
    return told._replace(created_at=now)


def refusal(purpose: Purpose, standing: Standing) -> str | None:
    """Why what has a purpose may not reach who stands so: `opted_out`, `no_consent`; None where it may."""
    if standing.opted_out:
        return "opted_out"
    return "no_consent" if purpose is Purpose.MARKETING and not standing.marketing else None


def refuse(
    connection: Connection,
    purpose: Purpose,
    brand: str,
    contact_id: int,
    contact: str,
    flow: str | None = None,
) -> None:
    """Raises StartError where a flow may not begin, or a single text not be sent.

    Its contact has opted out, or never agreed to marketing, which it is.
    """
    standing = consent.standing(connection, [contact_id]).get((brand, contact_id), Standing())
    why = refusal(purpose, standing)
    if why == "opted_out":
        raise StartError(why, f"{contact} has opted out of texts from {brand}")
    if why is not None:
        raise StartError(
            why,
            f"{flow or 'this'} is marketing, and {contact} has not agreed to marketing from {brand}; "
            "ask for it with a flow that has a state with `consent: marketing`",
        )
