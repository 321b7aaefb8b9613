"""The consent ledger as people read it, how long it is kept, and how a number in it is forgotten."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, or_, select, tuple_, update

from convo.store.consent import Entry, Numbered
from convo.store.consent_tables import consent_entries, consent_permits, consent_reviews, consents
from convo.store.rows import Lookup

_ENTRIES = select(consent_entries)
_OF_CONTACTS = Lookup(
    select(
        consent_entries.c.id,
        consent_entries.c.brand,
        consent_entries.c.contact,
        consent_entries.c.action,
        consent_entries.c.at,
        consent_entries.c.rule,
        consent_entries.c.actor,
    ).order_by(consent_entries.c.id),
    consent_entries.c.contact,
)


@dataclass(frozen=True, slots=True)
class State:
    """How a contact stands to a brand: the ledger's last word."""

    brand: str
    opted_out: bool
    marketing: bool  # agreed to
    since: datetime | None  # of `opted_out`; None: it never changed

    def as_dict(self) -> dict[str, Any]:
        """As the API and commands tell it."""
        since = self.since.isoformat() if self.since else None
        return {"brand": self.brand, "opted_out": self.opted_out, "marketing": self.marketing, "since": since}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which lines of the ledger: of these contacts (as they stand in it), of a brand, from a moment on."""

    contacts: tuple[str, ...] | None = None
    brand: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """As much of a line as the next one depends on."""

    id: int
    brand: str
    contact: str
    action: str
    at: datetime
    rule: str
    actor: str

    @property
    def order(self) -> tuple[datetime, bool, int]:
        """Its place among a contact's lines: by its own time, for it may have been learnt later."""
        return self.at, self.actor != "import", self.id


def lines(connection: Connection, chosen: Chosen, after: int, most: int) -> list[Numbered]:
    """The ledger's lines after line `after`, oldest first."""
    statement = _ENTRIES.where(consent_entries.c.id > after)
    if chosen.contacts is not None:
        statement = statement.where(consent_entries.c.contact.in_(chosen.contacts))
    if chosen.brand is not None:
        statement = statement.where(consent_entries.c.brand == chosen.brand)
    if chosen.since is not None:
        statement = statement.where(consent_entries.c.at >= chosen.since)
    return _numbered(connection, statement.order_by(consent_entries.c.id).limit(most))


def briefs(connection: Connection, contacts: Iterable[str]) -> list[Brief]:
    """The ledger's lines on these contacts, as they stand in it, oldest first."""
    return [Brief(*row) for row in _OF_CONTACTS.rows(connection, sorted(set(contacts)))]


def last(connection: Connection, brand: str, contact: str) -> Entry | None:
    """The last line on a contact and a brand that stops or starts, under this name."""
    statement = _ENTRIES.where(
        consent_entries.c.brand == brand,
        consent_entries.c.contact == contact,
        consent_entries.c.action.in_(("stop", "start")),
    )
    found = _numbered(connection, statement.order_by(consent_entries.c.id.desc()).limit(1))
    return found[0].entry if found else None


def states(connection: Connection, contact_id: int) -> list[State]:
    """How a contact stands to each brand of which the ledger knows something."""
    # A row that consent to marketing made tells of no other change.
    changed = consents.c.entry_id.is_distinct_from(consents.c.marketing_entry_id)
    since = case((changed, consents.c.since))
    found = connection.execute(
        select(consents.c.brand, consents.c.opted_out, consents.c.marketing, since)
        .where(consents.c.contact_id == contact_id)
        .order_by(consents.c.brand)
    )
    return [State(*row) for row in found]


# Forgetting a number.


def forgotten_keys(connection: Connection) -> list[str]:
    """The keys under which numbers of the ledger are hashes; none where nobody was forgotten."""
    statement = select(consent_entries.c.key_id).where(consent_entries.c.key_id.is_not(None)).distinct()
    return list(connection.execute(statement).scalars())


def forgotten(connection: Connection) -> int:
    """How many numbers were forgotten."""
    contacts = consent_entries.c.contact
    statement = select(func.count(contacts.distinct())).where(consent_entries.c.key_id.is_not(None))
    number: int = connection.execute(statement).scalar_one()
    return number


def forget(connection: Connection, contact: str, key_id: str, digest: str) -> int:
    """Put `digest` in the place of a number, and nothing in the place of its words; how many lines.

    What was said and by whom could tell who it was; what it counted as, when and for which brand stays.
    """
    rows = list(
        connection.execute(select(consent_entries.c.id).where(consent_entries.c.contact == contact)).scalars()
    )
    with _permitted(connection, rows):
        connection.execute(
            update(consent_entries)
            .where(consent_entries.c.contact == contact)
            .values(contact=digest, key_id=key_id, text="", normalised="", provider_id=None)
        )
    connection.execute(
        update(consent_reviews).where(consent_reviews.c.entry_id.in_(rows)).values(reason=None)
    )
    return len(rows)


# Keeping it.


def prune(connection: Connection, before: datetime, most: int) -> int:
    """Remove up to `most` lines from before a moment that later ones have overtaken; how many it were.

    The last line of each kind on a contact and a brand stays, however old, and so does the one that the
    present state names.
    """
    later = consent_entries.alias()
    overtaken = select(later.c.id).where(
        later.c.brand == consent_entries.c.brand,
        later.c.contact == consent_entries.c.contact,
        later.c.action == consent_entries.c.action,
        tuple_(later.c.at, later.c.id) > tuple_(consent_entries.c.at, consent_entries.c.id),
    )
    named = select(consents.c.entry_id).union(
        select(consents.c.marketing_entry_id).where(consents.c.marketing_entry_id.is_not(None))
    )
    waiting = select(consent_reviews.c.entry_id).where(consent_reviews.c.decision.is_(None))
    rows = list(
        connection.execute(
            select(consent_entries.c.id)
            .where(
                consent_entries.c.at < before,
                overtaken.exists(),
                consent_entries.c.id.not_in(named),
                or_(consent_entries.c.id.not_in(waiting), consent_entries.c.key_id.is_not(None)),
            )
            .order_by(consent_entries.c.id)
            .limit(most)
        ).scalars()
    )
    with _permitted(connection, rows):
        connection.execute(delete(consent_reviews).where(consent_reviews.c.entry_id.in_(rows)))
        connection.execute(delete(consent_entries).where(consent_entries.c.id.in_(rows)))
    return len(rows)


@contextmanager
def _permitted(connection: Connection, rows: Sequence[int]) -> Iterator[None]:
    """Let these lines through the triggers, in here alone: a permit is never committed."""
    if rows:
        connection.execute(insert(consent_permits), [{"entry_id": row} for row in rows])
    yield
    connection.execute(delete(consent_permits))


def _numbered(connection: Connection, statement: Select[tuple[object, ...]]) -> list[Numbered]:
    values = (dict(row._mapping) for row in connection.execute(statement))
    return [Numbered(row.pop("id"), Entry(**row)) for row in values]
