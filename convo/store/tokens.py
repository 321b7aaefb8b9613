"""Tokens of the API: who they are, what they may do, and when they were used last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from convo.store.api_tables import api_tokens
from convo.store.rows import upsert

_T = api_tokens.c


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `digest` is the SHA-256 of what whoever has it sends."""

    id: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


def add(connection: Connection, token: Token) -> bool:
    """Keep a new token; False where there is one of its name."""
    row = {
        "id": token.id,
        "name": token.name,
        "digest": token.digest,
        "scopes": list(token.scopes),
        "created_at": token.created_at,
    }
    added = upsert(connection, api_tokens).values(**row).on_conflict_do_nothing().returning(_T.id)
    return connection.execute(added).first() is not None


def one(connection: Connection, token_id: str) -> Token | None:
    """A token by its id, revoked ones too."""
    row = connection.execute(select(api_tokens).where(_T.id == token_id)).one_or_none()
    return _token(row) if row else None


def listed(connection: Connection) -> Sequence[Token]:
    """Every token, the oldest first."""
    return [_token(row) for row in connection.execute(select(api_tokens).order_by(_T.created_at, _T.name))]


def revoke(connection: Connection, name: str, now: datetime) -> bool:
    """Make a token worth nothing; False where no such one is in use."""
    revoked = update(api_tokens).where(_T.name == name, _T.revoked_at.is_(None)).values(revoked_at=now)
    return connection.execute(revoked).rowcount > 0


def used(connection: Connection, token_id: str, now: datetime) -> None:
    """Put down that a token was used."""
    connection.execute(update(api_tokens).where(_T.id == token_id).values(used_at=now))


def _token(row: Any) -> Token:
    return Token(**{**row._mapping, "scopes": tuple(row.scopes)})
