"""Verifications on record: what was asked for, how often each was sent and tried. No code is."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from convo.store import codes
from convo.store.rows import Lookup, upsert
from convo.store.tables import contacts
from convo.store.verification_tables import failures, verifications

_V, _F = verifications.c, failures.c
_AT_HAND = Lookup(select(_V.id).where(_V.valid_until > bindparam("now")), _V.contact_id, "now")


class Status(StrEnum):
    """What became of a verification. One that is pending may be over its time."""

    PENDING = "pending"
    APPROVED = "approved"
    CANCELED = "canceled"
    FAILED = "failed"  # nothing was sent; now such a one is `muted` instead
    MAX_ATTEMPTS = "max_attempts"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a code is good for, and for nothing else."""

    brand: str
    purpose: str
    amount: str | None = None
    payee: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """A verification; its `seed` and the server's key `key_id` say which code it is."""

    id: str
    contact_id: int
    number: str  # ours
    brand: str
    purpose: str
    amount: str | None
    payee: str | None
    country: str | None
    prefix: str
    key_id: str
    digits: int
    tries: int
    most_tries: int
    sends: int
    status: Status
    reason: str | None
    message_id: int | None
    created_at: datetime
    valid_until: datetime

    @property
    def muted(self) -> bool:
        """Whether nothing was sent, for a `reason`: it lives like any other, and no code is right."""
        return self.message_id is None

    @property
    def terms(self) -> Terms:
        return Terms(self.brand, self.purpose, self.amount, self.payee)

    @property
    def seed(self) -> bytes:
        """With its terms: whoever changes those in the database makes the code another one."""
        parts = (self.id, str(self.contact_id), self.brand, self.purpose, self.amount, self.payee)
        return "\n".join(part or "" for part in parts).encode()


def add(connection: Connection, new: Verification) -> None:
    connection.execute(insert(verifications).values(_values(new)))


def save(connection: Connection, changed: Verification) -> None:
    connection.execute(update(verifications).where(_V.id == changed.id).values(_values(changed)))


def sent_anew(connection: Connection, number: str, message_id: int) -> None:
    """Another text says the code of this verification, if it is one."""
    connection.execute(update(verifications).where(_V.id == number).values(message_id=message_id))


def one(connection: Connection, number: str) -> tuple[Verification, str] | None:
    """A verification by its id, and its contact's number."""
    found = select(verifications, contacts.c.number.label("contact")).where(
        _V.id == number, contacts.c.id == _V.contact_id
    )
    row = connection.execute(found).one_or_none()
    return (_made(row), row.contact) if row else None


def latest(connection: Connection, contact_id: int, brand: str, purpose: str) -> Verification | None:
    """The one that a contact got last for a purpose."""
    of_contact = (_V.contact_id == contact_id, _V.brand == brand, _V.purpose == purpose)
    # Of two that were made at one moment the second took the first one's place.
    order = (_V.created_at.desc(), _V.status != Status.PENDING.value, _V.id)
    row = connection.execute(select(verifications).where(*of_contact).order_by(*order).limit(1)).one_or_none()
    return _made(row) if row else None


def by_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Verification]:
    """These verifications, by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = select(verifications).where(_V.id.in_(wanted))
    return {row.id: _made(row) for row in connection.execute(found)}


def at_hand(connection: Connection, contact_ids: Collection[int], now: datetime) -> list[Verification]:
    """Those of these contacts whose time is not over, whatever became of them."""
    found = [number for (number,) in _AT_HAND.rows(connection, sorted(contact_ids), now)]
    if not found:
        return []
    return [_made(row) for row in connection.execute(select(verifications).where(_V.id.in_(found)))]


def supersede(connection: Connection, by: Verification) -> list[Verification]:
    """Make all others of the same contact, brand and purpose useless; a muted one only those that are too.

    Those that it made so come back, as they are now.
    """
    others = (
        _V.contact_id == by.contact_id,
        _V.brand == by.brand,
        _V.purpose == by.purpose,
        _V.id != by.id,
        _V.status == Status.PENDING.value,
        *([_V.message_id.is_(None)] if by.muted else []),
    )
    gone = {"status": Status.CANCELED.value, "reason": "superseded"}
    changed = update(verifications).where(*others).values(gone).returning(*_V)
    return sorted(map(_made, connection.execute(changed)), key=lambda each: (each.created_at, each.id))


def cancel(connection: Connection, number: str) -> None:
    """Make a pending one useless."""
    pending = (_V.id == number, _V.status == Status.PENDING.value)
    connection.execute(update(verifications).where(*pending).values(status=Status.CANCELED.value))


def try_once(connection: Connection, number: str, now: datetime, *, right: bool) -> Status | None:
    """Count a try, and use the code up where it was right, in one statement; see `codes.try_once`."""
    after = codes.try_once(connection, number, now, right=right, of=verifications)
    return Status(after) if after is not None else None


def failed_in_a_row(connection: Connection, contact_id: int, brand: str) -> int:
    """How many checks have failed since the last one that was approved."""
    found = select(_F["count"]).where(_F.contact_id == contact_id, _F.brand == brand)
    return connection.execute(found).scalar() or 0


def count_failure(connection: Connection, contact_id: int, brand: str, *, right: bool) -> None:
    """Count one more, or begin at nought after a right one. The contact is locked."""
    values = {"contact_id": contact_id, "brand": brand, "count": 0 if right else 1}
    again = {"count": literal_column("0") if right else _F["count"] + 1}
    connection.execute(
        upsert(connection, failures)
        .values(values)
        .on_conflict_do_update(index_elements=["contact_id", "brand"], set_=again)
    )


def forget_failures(connection: Connection, contact_id: int, brand: str | None) -> bool:
    """Begin anew, for a brand or for all; False where nothing had failed."""
    counted = update(failures).where(_F.contact_id == contact_id, _F["count"] > 0)
    if brand is not None:
        counted = counted.where(_F.brand == brand)
    return connection.execute(counted.values(count=0)).rowcount > 0


def _made(row: Any) -> Verification:
    values = {name: value for name, value in row._mapping.items() if name != "contact"}
    return Verification(**{**values, "status": Status(row.status)})


def _values(verification: Verification) -> dict[str, Any]:
    return {**asdict(verification), "status": verification.status.value}
