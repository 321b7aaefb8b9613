"""The consent ledger and its last word per brand and contact."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, case, or_, select, update

from convo.store import ids
from convo.store.consent_tables import consent_entries, consent_reviews, consents
from convo.store.reviews import Decision
from convo.store.rows import Lookup, upsert

LATE = "provider:opted-out-before"  # the rule of a STOP about a text from before they came back

_OUT = Lookup(
    select(consents.c.brand, consents.c.contact_id).where(consents.c.opted_out), consents.c.contact_id
)
_STANDING = Lookup(
    select(consents.c.brand, consents.c.contact_id, consents.c.opted_out, consents.c.marketing),
    consents.c.contact_id,
)


class Standing(NamedTuple):
    """What a contact allows a brand, as the ledger has it."""

    opted_out: bool = False
    marketing: bool = False  # agreed to


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: who stopped, started or asked for help, when and by which words."""

    brand: str
    contact: str
    number: str
    action: str  # stop, start or help
    text: str
    normalised: str
    rule: str
    provider_id: str | None
    actor: str  # contact, operator, api, api:TOKEN, provider or import
    wording: str | None  # what was confirmed; None where nothing changed
    at: datetime
    key_id: str | None = None  # of the key under which `contact` is a hash, once it was forgotten


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of the ledger and its number."""

    id: int
    entry: Entry


def opted_out(connection: Connection, contact_ids: Iterable[int]) -> set[tuple[str, int]]:
    """The brands that these contacts have stopped, as (brand, contact row)."""
    return {(brand, row) for brand, row in _OUT.rows(connection, sorted(set(contact_ids)))}


def standing(connection: Connection, contact_ids: Iterable[int]) -> dict[tuple[str, int], Standing]:
    """What these contacts allow each brand of which the ledger knows, by (brand, contact row)."""
    rows = _STANDING.rows(connection, sorted(set(contact_ids)))
    return {(brand, row): Standing(bool(out), bool(marketing)) for brand, row, out, marketing in rows}


def since(connection: Connection, brand: str, contact_id: int) -> datetime | None:
    """When this contact last stopped or came back; None for one who never stopped."""
    found = select(consents.c.since).where(
        consents.c.brand == brand,
        consents.c.contact_id == contact_id,
        # A row that consent to marketing made tells of no change.
        or_(consents.c.marketing_entry_id.is_(None), consents.c.entry_id != consents.c.marketing_entry_id),
    )
    moment: datetime | None = connection.execute(found).scalar()
    return moment


def deciding(connection: Connection, brand: str, contact_id: int) -> int:
    """The ledger entry that is the last word on a contact of whom there is one."""
    found = select(consents.c.entry_id).where(consents.c.brand == brand, consents.c.contact_id == contact_id)
    number: int = connection.execute(found).scalar_one()
    return number


def append(connection: Connection, entries: Sequence[Entry]) -> list[int]:
    """Write these lines into the ledger; their numbers."""
    numbers = ids.allocate(connection, consent_entries, len(entries))
    if entries:
        connection.execute(
            consent_entries.insert(),
            [{"id": number, **asdict(entry)} for number, entry in zip(numbers, entries, strict=True)],
        )
    return numbers


def decide(
    connection: Connection, brand: str, contact_id: int, entry_id: int, at: datetime, *, out: bool
) -> None:
    """Make a ledger entry the last word on whether this contact is opted out.

    Whoever stops takes their consent to marketing back as well; who comes back does not give it again.
    """
    values: dict[str, object] = {"opted_out": out, "entry_id": entry_id, "since": at}
    if out:
        values["marketing"] = False
    statement = upsert(connection, consents).values(brand=brand, contact_id=contact_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["brand", "contact_id"], set_=values))


def agree(connection: Connection, brand: str, contact_id: int, entry_id: int, at: datetime) -> None:
    """Make a ledger entry the word by which this contact agreed to the brand's marketing."""
    given = {"marketing": True, "marketing_entry_id": entry_id}
    row = {"brand": brand, "contact_id": contact_id, "opted_out": False, "entry_id": entry_id, "since": at}
    statement = upsert(connection, consents).values(**row, **given)
    # That the two are the same says that the contact never stopped nor came back: see `since`.
    made_by_it = consents.c.entry_id == consents.c.marketing_entry_id
    both = {**given, "entry_id": case((made_by_it, entry_id), else_=consents.c.entry_id)}
    connection.execute(statement.on_conflict_do_update(index_elements=["brand", "contact_id"], set_=both))


def take_back(connection: Connection, brand: str, contact_id: int) -> None:
    """Consent to marketing holds no more; whether the contact is opted out stays as it is."""
    connection.execute(
        update(consents)
        .where(consents.c.brand == brand, consents.c.contact_id == contact_id)
        .values(marketing=False)
    )


def standing_stops(connection: Connection, brand: str, called: Collection[str]) -> list[Numbered]:
    """The STOPs of a contact since they last came back, but for those that a person has undone.

    `called` is what the ledger calls them. By their own time: what was learnt late, or brought from another
    system, may be older than its line.
    """
    undone = select(consent_reviews.c.entry_id).where(
        consent_reviews.c.entry_id == consent_entries.c.id,
        consent_reviews.c.decision == Decision.UNDONE.value,
    )
    rows = connection.execute(
        select(consent_entries)
        .where(
            consent_entries.c.brand == brand,
            consent_entries.c.contact.in_(called),
            consent_entries.c.action.in_(("stop", "start")),
            ~undone.exists(),
        )
        .order_by(consent_entries.c.at, consent_entries.c.actor != "import", consent_entries.c.id)
    )
    standing: list[Numbered] = []
    for values in (dict(row._mapping) for row in rows):
        line = Numbered(values.pop("id"), Entry(**values))
        standing = [] if line.entry.action == "start" else [*standing, line]
    return standing


def history(connection: Connection, brand: str, contact: str) -> list[Entry]:
    """The ledger's lines on one contact, oldest first."""
    columns = [column for column in consent_entries.c if column.name != "id"]
    rows = connection.execute(
        select(*columns)
        .where(consent_entries.c.brand == brand, consent_entries.c.contact == contact)
        .order_by(consent_entries.c.id)
    )
    return [Entry(**row._mapping) for row in rows]
