"""Consent to marketing: put on record by a contact's words, and asked for before a flow begins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from convo import keywords
from convo.errors import StartError
from convo.flow.compile import Bundle
from convo.messages import Purpose
from convo.store import consent
from convo.store.consent import Standing

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
    actor: str  # contact, operator or api
    asked: str | None = None  # what they were asked, as far as we know


def record(connection: Connection, agreement: Agreement, now: datetime) -> None:
    """Write the ledger, and let the brand's marketing through from now on. The contact is locked."""
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
        at=now,
    )
    (line,) = consent.append(connection, [entry])
    consent.agree(connection, agreement.brand, agreement.contact_id, line, now)


def refuse(connection: Connection, flows: Bundle, brand: str, contact_id: int, contact: str) -> None:
    """Raises StartError where a flow may not begin: its contact has opted out, or never agreed to it."""
    standing = consent.standing(connection, [contact_id]).get((brand, contact_id), Standing())
    if standing.opted_out:
        raise StartError("opted_out", f"{contact} has opted out of texts from {brand}")
    if flows.root.flow.purpose is Purpose.MARKETING and not standing.marketing:
        raise StartError(
            "no_consent",
            f"{flows.name} is marketing, and {contact} has not agreed to marketing from {brand}; "
            "ask for it with a flow that has a state with `consent: marketing`",
        )
