"""What providers' own opt-out lists are still to be told, under leases, and when each was compared last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from convo.store.consent_tables import consent_entries, consents, opt_out_checks, opt_out_syncs
from convo.store.rows import upsert
from convo.store.tables import contacts, messages


@dataclass(frozen=True, slots=True)
class Telling:
    """A provider is to be told that a contact has stopped one of our numbers, or has come back."""

    number: str
    contact: str
    account: str
    opted_out: bool
    entry_id: int
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """How a contact stands to one of our numbers on our side."""

    id: int
    contact: str
    opted_out: bool
    pending: bool  # the provider is still to be told


@dataclass(frozen=True, slots=True)
class Standing:
    """How the mirror of an account's list stands."""

    open: int  # changes that the provider is still to be told of
    oldest: datetime | None  # of these, when the first was said
    compared: datetime | None  # when the whole list was last; None: never


def standing(connection: Connection, account: str) -> Standing:
    """What an account's list is still to be told, and when it was compared."""
    open_, oldest = connection.execute(
        select(func.count(), func.min(consent_entries.c.at))
        .select_from(opt_out_syncs)
        .join(consent_entries, consent_entries.c.id == opt_out_syncs.c.entry_id)
        .where(opt_out_syncs.c.account == account)
    ).one()
    compared = select(opt_out_checks.c.checked_at).where(opt_out_checks.c.account == account)
    return Standing(open_, oldest, connection.execute(compared).scalar())


def put(connection: Connection, tellings: Iterable[Telling], now: datetime) -> None:
    """Tell the provider of this as soon as may be; it overtakes what was to be told before."""
    for each in tellings:
        values = {
            "account": each.account,
            "opted_out": each.opted_out,
            "entry_id": each.entry_id,
            "tries": 0,
            "due_at": now,
        }
        statement = upsert(connection, opt_out_syncs).values(
            number=each.number, contact=each.contact, **values
        )
        connection.execute(statement.on_conflict_do_update(index_elements=["number", "contact"], set_=values))


def next_due(connection: Connection) -> datetime | None:
    """When there is something to tell next."""
    moment: datetime | None = connection.execute(select(func.min(opt_out_syncs.c.due_at))).scalar()
    return moment


def claim(connection: Connection, now: datetime, lease_until: datetime, most: int) -> list[Telling]:
    """What is due and nobody else is telling; it is ours until the lease ends."""
    free = or_(opt_out_syncs.c.lease_until.is_(None), opt_out_syncs.c.lease_until <= now)
    found = connection.execute(
        select(opt_out_syncs)
        .where(opt_out_syncs.c.due_at <= now, free)
        .order_by(opt_out_syncs.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = [
        Telling(row.number, row.contact, row.account, row.opted_out, row.entry_id, row.tries) for row in found
    ]
    if claimed:
        connection.execute(update(opt_out_syncs).where(_these(claimed)).values(lease_until=lease_until))
    return claimed


def told(connection: Connection, tellings: Sequence[Telling]) -> None:
    """The providers know of these; what overtook one meanwhile is due at once."""
    for each in _held(connection, tellings):
        row = _these([each])
        gone = connection.execute(delete(opt_out_syncs).where(row, opt_out_syncs.c.entry_id == each.entry_id))
        if not gone.rowcount:
            connection.execute(update(opt_out_syncs).where(row).values(lease_until=None))


def again(connection: Connection, tellings: Sequence[tuple[Telling, datetime]]) -> None:
    """The providers did not take these: once more at these moments."""
    due = {(each.number, each.contact): moment for each, moment in tellings}
    for each in _held(connection, [each for each, _ in tellings]):
        connection.execute(
            update(opt_out_syncs)
            .where(_these([each]), opt_out_syncs.c.entry_id == each.entry_id)
            .values(due_at=due[each.number, each.contact], tries=each.tries + 1)
        )
        connection.execute(update(opt_out_syncs).where(_these([each])).values(lease_until=None))


def sides(connection: Connection, number: str, brand: str, after: int, most: int) -> list[Side]:
    """The contacts after row `after` who ever texted with a number, or stopped its brand."""
    texted = select(messages.c.id).where(messages.c.contact_id == contacts.c.id, messages.c.number == number)
    found = connection.execute(
        select(
            contacts.c.id,
            contacts.c.number,
            func.coalesce(consents.c.opted_out, False),
            opt_out_syncs.c.number.is_not(None),
        )
        .outerjoin(consents, and_(consents.c.contact_id == contacts.c.id, consents.c.brand == brand))
        .outerjoin(
            opt_out_syncs,
            and_(opt_out_syncs.c.contact == contacts.c.number, opt_out_syncs.c.number == number),
        )
        .where(contacts.c.id > after, or_(consents.c.opted_out, texted.exists()))
        .order_by(contacts.c.id)
        .limit(most)
    )
    return [Side(row[0], row[1], bool(row[2]), bool(row[3])) for row in found]


def pending(connection: Connection, number: str, contact_numbers: Sequence[str]) -> set[str]:
    """Those of these contacts of whom the provider is still to be told."""
    found = select(opt_out_syncs.c.contact).where(
        opt_out_syncs.c.number == number, opt_out_syncs.c.contact.in_(contact_numbers)
    )
    return set(connection.execute(found).scalars())


def begin_check(connection: Connection, account: str, now: datetime, last_by: datetime) -> bool:
    """Whether an account's list is to be compared now; it counts as compared from here on."""
    statement = upsert(connection, opt_out_checks).values(account=account, checked_at=now)
    statement = statement.on_conflict_do_update(
        index_elements=["account"], set_={"checked_at": now}, where=opt_out_checks.c.checked_at <= last_by
    )
    return connection.execute(statement.returning(opt_out_checks.c.account)).first() is not None


def _held(connection: Connection, tellings: Sequence[Telling]) -> list[Telling]:
    """Those of these whose rows nobody else is writing; the others become due when their lease ends."""
    if not tellings:
        return []
    found = connection.execute(
        select(opt_out_syncs.c.number, opt_out_syncs.c.contact)
        .where(_these(tellings))
        .with_for_update(skip_locked=True)
    )
    held = {(row[0], row[1]) for row in found}
    return [each for each in tellings if (each.number, each.contact) in held]


def _these(tellings: Sequence[Telling]) -> ColumnElement[bool]:
    return tuple_(opt_out_syncs.c.number, opt_out_syncs.c.contact).in_(
        [(each.number, each.contact) for each in tellings]
    )
