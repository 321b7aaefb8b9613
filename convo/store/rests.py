"""How many codes arrived, how soon, and came back; and the ranges of numbers that rest because few do."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, func, select, update

from convo.store.rows import upsert
from convo.store.tables import messages
from convo.store.verification_tables import rests, verifications
from convo.store.verifications import Status

_R, _V = rests.c, verifications.c


@dataclass(frozen=True, slots=True)
class Rest:
    """A range of numbers that gets no codes until `until`; of those that went there few came back."""

    prefix: str
    since: datetime
    until: datetime
    sent: int
    approved: int


@dataclass(frozen=True, slots=True)
class Share:
    """Codes that went somewhere, and how many of them were approved."""

    of: str
    sent: int
    approved: int


def of(connection: Connection, prefix: str) -> Rest | None:
    """The last rest of a range, which may be over."""
    row = connection.execute(select(rests).where(_R.prefix == prefix)).one_or_none()
    return Rest(**row._mapping) if row else None


def resting(connection: Connection, now: datetime) -> list[Rest]:
    """The ranges that rest now."""
    found = select(rests).where(_R.until > now).order_by(_R.prefix)
    return [Rest(**row._mapping) for row in connection.execute(found)]


def begin(connection: Connection, rest: Rest) -> None:
    """Let a range rest, instead of its last time."""
    values = asdict(rest)
    added = upsert(connection, rests).values(values)
    connection.execute(added.on_conflict_do_update(index_elements=["prefix"], set_=values))


def lift(connection: Connection, prefix: str, now: datetime) -> bool:
    """Let codes go to a range again; those of before count no more. False where it does not rest."""
    ended = update(rests).where(_R.prefix == prefix, _R.until > now).values(until=now)
    return connection.execute(ended).rowcount > 0


def forget(connection: Connection, before: datetime) -> None:
    """Forget rests that were over before then."""
    connection.execute(delete(rests).where(_R.until < before))


def share(connection: Connection, prefix: str, after: datetime, before: datetime) -> Share:
    """What went to a range in this time."""
    counted = select(func.count(), func.coalesce(func.sum(_APPROVED), 0)).where(
        _V.prefix == prefix, _V.created_at > after, _V.created_at <= before, _V.message_id.is_not(None)
    )
    sent, approved = connection.execute(counted).one()
    return Share(prefix, int(sent), int(approved))


def shares(connection: Connection, by: str, after: datetime, most: int) -> list[Share]:
    """What went to each `country` or `prefix` since then, the most first."""
    column = _V[by]
    counted = (
        select(column, func.count(), func.coalesce(func.sum(_APPROVED), 0))
        .where(_V.created_at > after, _V.message_id.is_not(None))
        .group_by(column)
        .order_by(func.count().desc(), column)
        .limit(most)
    )
    rows = connection.execute(counted)
    return [Share(name or "-", int(sent), int(approved)) for name, sent, approved in rows]


def outcomes(connection: Connection, after: datetime, now: datetime) -> dict[str, int]:
    """How many verifications of this time stand how: over their time, or never sent, too."""
    pending = _V.status == Status.PENDING.value
    muted, over = pending & _V.message_id.is_(None), pending & (_V.valid_until <= now)
    status = case((muted, Status.FAILED.value), (over, "expired"), else_=_V.status)
    counted = select(status, func.count()).where(_V.created_at > after).group_by(status).order_by(status)
    return {str(name): int(count) for name, count in connection.execute(counted)}


def arrivals(connection: Connection, after: datetime, most: int) -> list[timedelta]:
    """How long the last text of each took from when it was asked for until it arrived, the quickest first."""
    found = (
        select(messages.c.created_at, messages.c.delivered_at)
        .join(verifications, _V.message_id == messages.c.id)
        .where(_V.created_at > after, messages.c.delivered_at.is_not(None))
        .order_by(_V.created_at.desc())
        .limit(most)
    )
    return sorted(max(arrived - asked, timedelta()) for asked, arrived in connection.execute(found))


_APPROVED = case((_V.status == Status.APPROVED.value, 1), else_=0)
