"""One-time codes on record: which were issued, for what, and how often each was tried. No code is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, insert, literal, select, update

from convo.store.rows import Lookup
from convo.store.tables import codes, conversations

_AT_HAND = Lookup(
    select(conversations.c.contact_id, codes.c.id)
    .join(conversations, conversations.c.id == codes.c.conversation_id)
    .where(codes.c.valid_until > bindparam("now")),
    conversations.c.contact_id,
    "now",
)


class Standing(StrEnum):
    """What became of a code. One that is pending may be over its time."""

    PENDING = "pending"
    APPROVED = "approved"
    MAX_ATTEMPTS = "max_attempts"


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was issued; `id` and the server's key `key_id` say which one it is."""

    id: str
    conversation_id: int
    state: str
    key_id: str
    digits: int
    tries: int
    most_tries: int
    status: Standing
    issued_at: datetime
    valid_until: datetime

    @property
    def seed(self) -> bytes:
        """What the key turns into the code."""
        return self.id.encode()


def add(connection: Connection, code: Code) -> None:
    """Put a new code on record."""
    connection.execute(insert(codes).values(asdict(code)))


def latest(connection: Connection, conversation_id: int, state: str) -> Code | None:
    """The code that a conversation got last in a state."""
    row = connection.execute(
        select(codes)
        .where(codes.c.conversation_id == conversation_id, codes.c.state == state)
        # Of two that were issued at one moment the first was used up, or there would be no second.
        .order_by(codes.c.issued_at.desc(), codes.c.status != Standing.PENDING.value, codes.c.id)
        .limit(1)
    ).one_or_none()
    return _code(row) if row else None


def by_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Code]:
    """These codes, by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {row.id: _code(row) for row in connection.execute(select(codes).where(codes.c.id.in_(wanted)))}


def at_hand(connection: Connection, contact_ids: Collection[int], now: datetime) -> list[tuple[int, Code]]:
    """Those of these contacts whose time is not over, whatever became of them, each with whose it is."""
    owners = {number: owner for owner, number in _AT_HAND.rows(connection, sorted(contact_ids), now)}
    return [(owners[number], code) for number, code in by_ids(connection, owners).items()]


def rename(connection: Connection, conversation_ids: Iterable[int], states: Mapping[str, str]) -> None:
    """Let the codes of these conversations be for states that are called otherwise now."""
    of_them = [{"of": number} for number in conversation_ids]
    if of_them and states:
        connection.execute(
            update(codes)
            .where(codes.c.conversation_id == bindparam("of"))
            .values(state=case(dict(states), value=codes.c.state, else_=codes.c.state)),
            of_them,
        )


def try_once(
    connection: Connection, code_id: str, now: datetime, *, right: bool, of: Table = codes
) -> Standing | None:
    """Count a try, and use the code up where it was right, in one statement; how the code stands then.

    None where it was not tried: it is used up, was tried too often, or its time is over. `of` is the table.
    """
    after = case(
        (literal(right), Standing.APPROVED.value),
        (of.c.tries + 1 >= of.c.most_tries, Standing.MAX_ATTEMPTS.value),
        else_=Standing.PENDING.value,
    )
    found = connection.execute(
        update(of)
        .where(of.c.id == code_id, of.c.status == Standing.PENDING.value, of.c.valid_until > now)
        .values(tries=of.c.tries + 1, status=after)
        .returning(of.c.status)
    ).scalar()
    return Standing(found) if found else None


def _code(row: Any) -> Code:
    values = {name: value for name, value in row._mapping.items() if name != "contact_id"}
    return Code(**{**values, "status": Standing(values["status"])})
