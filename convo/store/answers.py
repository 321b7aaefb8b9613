"""What requests with an idempotency key were answered, by whose key it is; kept for a day."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from convo.store.api_tables import api_answers
from convo.store.rows import upsert

_A = api_answers.c


class Kept(NamedTuple):
    """An answer, and the digest of the request that it was given to."""

    digest: str
    status: int
    body: str


def take(connection: Connection, token: str, key: str, digest: str, now: datetime) -> bool:
    """Take a key for the request of this transaction; False where another has it.

    Whoever takes one at the same moment waits here until the other has committed; no other row is locked yet.
    """
    row = {"token": token, "key": key, "digest": digest, "status": 0, "body": "", "created_at": now}
    taken = upsert(connection, api_answers).values(**row).on_conflict_do_nothing().returning(_A.key)
    return connection.execute(taken).first() is not None


def keep(connection: Connection, token: str, key: str, status: int, body: str) -> None:
    """Keep the answer to the request that has taken this key."""
    mine = update(api_answers).where(_A.token == token, _A.key == key)
    connection.execute(mine.values(status=status, body=body))


def kept(connection: Connection, token: str, key: str) -> Kept | None:
    """What the request that took this key was answered."""
    found = select(_A.digest, _A.status, _A.body).where(_A.token == token, _A.key == key)
    row = connection.execute(found).one_or_none()
    return Kept(*row) if row else None


def forget_one(connection: Connection, token: str, key: str, before: datetime) -> None:
    """Let a key be taken anew that was taken before then."""
    connection.execute(delete(api_answers).where(_A.token == token, _A.key == key, _A.created_at < before))


def forget(connection: Connection, before: datetime) -> int:
    """Forget what was answered before then; how much it was."""
    return connection.execute(delete(api_answers).where(_A.created_at < before)).rowcount
