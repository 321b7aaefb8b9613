"""STOPs by phrases, for a person to look at: one row a ledger entry, and what was decided about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, select, update

from convo.store.consent_tables import consent_entries, consent_reviews

OPEN = "open"  # nobody has decided yet


class Decision(StrEnum):
    """What a person made of a phrase that counted as a STOP."""

    KEPT = "kept"  # it was one
    UNDONE = "undone"  # it was none


@dataclass(frozen=True, slots=True)
class Review:
    """A ledger entry that a phrase made, by its number, and what was decided about it, if anything."""

    id: int
    brand: str
    contact: str
    number: str
    text: str
    rule: str
    at: datetime
    decision: Decision | None
    reason: str | None
    actor: str | None  # operator, api or api:TOKEN
    decided_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """As the API and commands tell it."""
        return {
            "id": self.id,
            "brand": self.brand,
            "contact": self.contact,
            "number": self.number,
            "text": self.text,
            "rule": self.rule,
            "at": self.at.isoformat(),
            "status": self.decision or OPEN,
            "reason": self.reason,
            "actor": self.actor,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
        }


_SELECT = (
    select(
        consent_reviews.c.entry_id.label("id"),
        *(consent_entries.c[name] for name in ("brand", "contact", "number", "text", "rule", "at")),
        *(consent_reviews.c[name] for name in ("decision", "reason", "actor", "decided_at")),
    )
    .join(consent_entries, consent_entries.c.id == consent_reviews.c.entry_id)
    # Of a number that was forgotten neither the words are left nor who could be brought back.
    .where(consent_entries.c.key_id.is_(None))
)


def ask(connection: Connection, entry_id: int) -> None:
    """Put a ledger entry on the list of what a person should look at."""
    connection.execute(consent_reviews.insert().values(entry_id=entry_id))


def one(connection: Connection, entry_id: int) -> Review | None:
    """The review of a ledger entry; None where there is none to make."""
    return next(iter(_rows(connection, _SELECT.where(consent_reviews.c.entry_id == entry_id))), None)


def listed(
    connection: Connection, contact: str | None, after: int, most: int, *, status: str | None = None
) -> list[Review]:
    """Reviews of entries after `after`, oldest first; `status` is `open` or a decision."""
    statement = _SELECT.where(consent_reviews.c.entry_id > after)
    if contact is not None:
        statement = statement.where(consent_entries.c.contact == contact)
    if status is not None:
        decided = None if status == OPEN else status
        statement = statement.where(consent_reviews.c.decision.is_not_distinct_from(decided))
    return _rows(connection, statement.order_by(consent_reviews.c.entry_id).limit(most))


def decide(
    connection: Connection, entry_id: int, decision: Decision, reason: str | None, actor: str, at: datetime
) -> None:
    """Write down what a person decided."""
    connection.execute(
        update(consent_reviews)
        .where(consent_reviews.c.entry_id == entry_id)
        .values(decision=decision.value, reason=reason, actor=actor, decided_at=at)
    )


def _rows(connection: Connection, statement: Select[tuple[object, ...]]) -> list[Review]:
    found = (dict(row._mapping) for row in connection.execute(statement))
    return [
        Review(**{**row, "decision": Decision(row["decision"]) if row["decision"] else None}) for row in found
    ]
