"""Consent: who may be texted, the ledger, and reviews of STOPs by phrases."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from convo.resources.base import Body, ContactQuery, ContactsPageQuery, Moment, Query, Shown

ReviewStatus = Literal["open", "kept", "undone"]


def _moment(asked: object) -> object:
    """In UTC unless it says; a plus that came as a blank is understood."""
    if not isinstance(asked, str):
        return asked
    try:
        found = datetime.fromisoformat(asked.replace(" ", "+") if "T" in asked else asked)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"it is a moment like 2026-11-30T09:00:00Z, not '{asked}'") from None


Since = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2026-11-30T09:00:00Z"]}),
]


class Standing(Shown):
    """How a contact stands to a brand."""

    brand: str
    opted_out: bool
    marketing: bool = Field(description="They have agreed to it.")
    since: Moment | None


class Entry(Shown):
    """A line of the ledger."""

    id: int
    contact: str | None = Field(description="Null where the number was forgotten.")
    brand: str
    number: str | None
    action: str
    text: str
    rule: str
    actor: str
    wording: str | None
    at: Moment


class Consent(Shown):
    """How a contact stands to each brand, and up to 1000 lines of the ledger, oldest first."""

    contact: str
    brands: list[Standing]
    history: list[Entry]


class ChangedConsent(Standing):
    """How a contact stands now."""

    contact: str
    changed: bool


class Review(Shown):
    """A STOP by a phrase, and what was decided about it."""

    id: int
    brand: str
    contact: str
    number: str
    text: str
    rule: str
    at: Moment
    status: ReviewStatus
    reason: str | None
    actor: str | None
    decided_at: Moment | None


class DecidedReview(Review):
    """A review that was decided."""

    opted_out: bool
    standing: list[int] = Field(description="The lines of the STOPs that still stand.")


class ConsentQuery(Query):
    """Whose consent."""

    contact: ContactQuery = Field(description="Like +15550001111.")
    brand: str | None = Field(None, description="To this brand alone.")


class EntriesQuery(ContactsPageQuery):
    """Which lines of the ledger."""

    brand: str | None = Field(None, description="Of this brand alone.")
    since: Since | None = Field(None, description="From this moment on.")


class ReviewsQuery(ContactsPageQuery):
    """Which reviews."""

    status: ReviewStatus | None = None


class WishRequest(Body):
    """A change of consent, with its reason, which the ledger keeps."""

    contact: str
    reason: str
    brand: str | None = Field(None, description="Needed where there are several.")


class VerdictRequest(Body):
    """What was decided about a STOP; undoing one needs its reason."""

    reason: str | None = None
