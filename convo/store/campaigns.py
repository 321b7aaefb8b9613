"""Campaigns and the files that their contacts came from; the contacts are in `campaign_contacts`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from convo.store.campaign_tables import campaign_contacts, campaign_files, campaigns
from convo.store.messages import left
from convo.store.tables import conversations, messages, spelled


class State(StrEnum):
    LOADING = "loading"  # a file is not to its end yet, or nobody has started it
    RUNNING = "running"  # from its start on, which may be still to come
    PAUSED = "paused"
    FINISHED = "finished"  # everybody has had their turn; more may be added
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A flow that begins with many contacts."""

    id: int
    name: str
    flow: str
    version: str
    numbers: Sequence[str]
    vars: Mapping[str, Any]
    region: str | None
    status: State
    starts_at: datetime | None
    released: int
    begun: int
    skipped: Mapping[str, int]
    trouble: str | None  # why it paused by itself
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.status in (State.FINISHED, State.CANCELLED)


class New(NamedTuple):
    """A campaign to make."""

    name: str
    flow: str
    version: str
    numbers: Sequence[str]
    vars: Mapping[str, Any]
    region: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of a file."""

    read: int = 0
    added: int = 0
    duplicates: int = 0
    opted_out: int = 0
    no_consent: int = 0
    bad: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in _COUNTED))


@dataclass(frozen=True, slots=True)
class File:
    """A file of contacts, and how far it is in."""

    id: int
    campaign_id: int
    digest: str
    name: str
    loaded_at: datetime | None
    counts: Counts = field(default_factory=Counts)


_COUNTED = ("read", "added", "duplicates", "opted_out", "no_consent", "bad")
_C, _F = campaigns.c, campaign_files.c


def create(connection: Connection, new: New, now: datetime) -> Campaign:
    """A new campaign, of which nobody knows but whoever loads it. Raises IntegrityError for a name taken."""
    values = {**new._asdict(), "status": State.LOADING.value, "skipped": {}, "begun": 0, "released": 0}
    made = connection.execute(campaigns.insert().values(created_at=now, **values).returning(_C.id))
    found = one(connection, made.scalar_one())
    assert found is not None
    return found


def one(connection: Connection, number: int, *, locked: bool = False) -> Campaign | None:
    """A campaign by its number; `locked`, nobody else changes it before this transaction ends."""
    statement = select(campaigns).where(_C.id == number)
    row = connection.execute(statement.with_for_update() if locked else statement).one_or_none()
    return _campaign(row) if row else None


def named(connection: Connection, name: str) -> Campaign | None:
    """A campaign by its name."""
    row = connection.execute(select(campaigns).where(_C.name == name)).one_or_none()
    return _campaign(row) if row else None


def listed(connection: Connection, after: int, most: int) -> list[Campaign]:
    """Campaigns in the order in which they were made, from number `after` on."""
    rows = connection.execute(select(campaigns).where(_C.id > after).order_by(_C.id).limit(most))
    return [_campaign(row) for row in rows]


def due(connection: Connection, now: datetime) -> list[int]:
    """The campaigns that are running, and whose start has come."""
    found = select(_C.id).where(*_is_due(now)).order_by(_C.id)
    return list(connection.execute(found).scalars())


def lock_due(connection: Connection, number: int, now: datetime) -> Campaign | None:
    """A campaign that is due, locked; None where somebody else holds it, or it is due no more."""
    found = select(campaigns).where(_C.id == number, *_is_due(now))
    row = connection.execute(found.with_for_update(skip_locked=True)).one_or_none()
    return _campaign(row) if row else None


def change(connection: Connection, number: int, **values: Any) -> None:
    """Write these columns of a locked campaign."""
    connection.execute(update(campaigns).where(_C.id == number).values(**values))


def drop(connection: Connection, number: int, most: int) -> bool:
    """Take away a campaign that never began, `most` contacts at a time; whether there are more.

    Its files go first: without them it is not loaded, wherever this is cut off.
    """
    connection.execute(delete(campaign_files).where(_F.campaign_id == number))
    rows = select(campaign_contacts.c.id).where(campaign_contacts.c.campaign_id == number).limit(most)
    gone = connection.execute(delete(campaign_contacts).where(campaign_contacts.c.id.in_(rows)))
    if gone.rowcount:
        return True
    connection.execute(delete(campaigns).where(_C.id == number))
    return False


# Files.


def files(connection: Connection, number: int) -> list[File]:
    """The files of a campaign, in the order in which they came."""
    rows = connection.execute(select(campaign_files).where(_F.campaign_id == number).order_by(_F.id))
    return [_file(row) for row in rows]


def add_file(connection: Connection, number: int, digest: str, name: str) -> File:
    """A file of which nothing is in yet. Raises IntegrityError where it is there already."""
    blank = dict.fromkeys(_COUNTED, 0)
    row = connection.execute(
        campaign_files.insert()
        .values(campaign_id=number, digest=digest, name=name, **blank)
        .returning(*campaign_files.c)
    ).one()
    return _file(row)


def progress(connection: Connection, file: File, counts: Counts, loaded_at: datetime | None) -> bool:
    """Write how far a file is in; False where somebody else has written it meanwhile."""
    values = {name: getattr(counts, name) for name in _COUNTED}
    written = connection.execute(
        update(campaign_files)
        .where(_F.id == file.id, _F.read == file.counts.read, _F.loaded_at.is_(None))
        .values(loaded_at=loaded_at, **values)
    )
    return written.rowcount == 1


# What campaigns have under way.


def ahead(connection: Connection, number: str, priority: int, until: datetime, most: int) -> int:
    """How many texts of a priority wait from a number of ours and are due by then, at most `most`."""
    waiting = (
        select(messages.c.id)
        .where(
            messages.c.status == spelled("queued"),
            messages.c.number == number,
            messages.c.priority == priority,
            messages.c.due_at <= until,
        )
        .limit(most)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(waiting)).scalar_one()


def queued(connection: Connection, campaign: Campaign, most: int) -> list[int]:
    """Texts of a campaign's conversations that wait to leave."""
    found = (
        select(messages.c.id)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .where(
            messages.c.status == spelled("queued"),
            messages.c.number.in_(campaign.numbers),
            # The queue is walked through, and not all the conversations that it ever began.
            conversations.c.campaign_id + 0 == campaign.id,
        )
        .limit(most)
    )
    return sorted(connection.execute(found).scalars())


def silent(connection: Connection, number: int, after: int, most: int) -> tuple[list[int], int | None]:
    """Conversations of a campaign that have not ended, and of which nothing has left.

    `most` of those that have not ended are looked at, by row from `after` on; also which was the last of
    them, None where there are no more.
    """
    page = (
        select(conversations.c.id, conversations.c.contact_id)
        .where(
            conversations.c.campaign_id == number,
            conversations.c.id > after,
            conversations.c.status != spelled("ended"),
        )
        .order_by(conversations.c.id)
        .limit(most)
        .subquery()
    )
    rows = connection.execute(select(page.c.id, left(page.c.contact_id, page.c.id).exists())).all()
    last = max((row_id for row_id, _ in rows), default=None)
    return sorted(row_id for row_id, has_left in rows if not has_left), last


def _is_due(now: datetime) -> Iterable[ColumnElement[bool]]:
    return _C.status == spelled(State.RUNNING), or_(_C.starts_at.is_(None), _C.starts_at <= now)


def _campaign(row: Any) -> Campaign:
    values = dict(row._mapping)
    return Campaign(**{**values, "status": State(values["status"])})


def _file(row: Any) -> File:
    counts = Counts(*(getattr(row, name) for name in _COUNTED))
    return File(row.id, row.campaign_id, row.digest, row.name, row.loaded_at, counts)
