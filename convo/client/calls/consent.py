"""Consent: who may be texted, the ledger, and reviews of STOPs."""

from convo.client.transport import Call, given, path
from convo.resources.base import Page
from convo.resources.consent import (
    ChangedConsent,
    Consent,
    DecidedReview,
    Entry,
    Review,
    ReviewStatus,
    VerdictRequest,
    WishRequest,
)


def consent(contact: str, *, brand: str | None = None) -> Call[Consent]:
    """How a contact stands to each brand."""
    return Call("GET", path("consent"), Consent, {"contact": contact, "brand": brand})


def opt_out(contact: str, reason: str, *, brand: str | None = None) -> Call[ChangedConsent]:
    """Opt a contact out, as by their own STOP."""
    return _wish("stop", contact, reason, brand)


def opt_in(contact: str, reason: str, *, brand: str | None = None) -> Call[ChangedConsent]:
    """Bring a contact's consent back, on their word."""
    return _wish("start", contact, reason, brand)


def agree(contact: str, reason: str, *, brand: str | None = None) -> Call[ChangedConsent]:
    """Record that a contact agreed to marketing elsewhere."""
    return _wish("agree", contact, reason, brand)


def consent_entries(
    *, contact: str | None = None, brand: str | None = None, since: str | None = None
) -> Call[Page[Entry]]:
    """The lines of the ledger in their order; `since` is like 2026-11-30T09:00:00Z."""
    return Call(
        "GET", path("consent", "entries"), Page[Entry], {"contact": contact, "brand": brand, "since": since}
    )


def reviews(*, contact: str | None = None, status: ReviewStatus | None = None) -> Call[Page[Review]]:
    """STOPs by phrases, in the order of the ledger."""
    return Call("GET", path("consent", "reviews"), Page[Review], {"contact": contact, "status": status})


def keep_review(id: int, *, reason: str | None = None) -> Call[DecidedReview]:
    """It was a STOP."""
    return Call(
        "POST",
        path("consent", "reviews", id, "keep"),
        DecidedReview,
        body=VerdictRequest(**given(reason=reason)),
    )


def undo_review(id: int, reason: str) -> Call[DecidedReview]:
    """It was no STOP: consent is back where nothing else stands against it."""
    return Call(
        "POST", path("consent", "reviews", id, "undo"), DecidedReview, body=VerdictRequest(reason=reason)
    )


def _wish(action: str, contact: str, reason: str, brand: str | None) -> Call[ChangedConsent]:
    body = WishRequest(contact=contact, reason=reason, **given(brand=brand))
    return Call("POST", path("consent", action), ChangedConsent, body=body)
