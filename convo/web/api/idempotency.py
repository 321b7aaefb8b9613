"""`Idempotency-Key`: a POST that comes again is answered as it was, and does nothing more.

The key, what the request does, and its answer are written in one transaction: killed at any point there is
all of it, or nothing. A refusal did nothing; the same request is looked at anew, for things may have changed.
"""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.requests import Request

from convo.app import App
from convo.errors import StoreUnavailable
from convo.resources.base import LONGEST_KEY, Body
from convo.store import answers
from convo.web.api.access import Refusal

KEPT = timedelta(days=1)
HEADER = "Idempotency-Key"
_SWEPT_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it goes out."""

    status: int
    body: bytes
    again: bool = False  # it was given before


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key it is, and a digest of the request that came with it."""

    token: str
    name: str
    digest: str


def key_of(request: Request, token: str, body: Body) -> Key | None:
    """The key of a request, None where it has none; raises Refusal (400) for one that cannot be."""
    name = request.headers.get(HEADER)
    if name is None:
        return None
    if not 1 <= len(name) <= LONGEST_KEY or not name.isprintable():
        detail = f"{HEADER} has 1 to {LONGEST_KEY} characters, all of them printable"
        raise Refusal(400, "bad_idempotency_key", detail)
    said = [request.method, request.url.path, request.url.query, body.model_dump(mode="json")]
    # Keyed with the token, which is stored nowhere: a plain hash of a code in a body gives the code away.
    secret = request.headers.get("authorization", "").partition(" ")[2].strip()
    digest = hmac.digest(secret.encode(), json.dumps(said, sort_keys=True).encode(), "sha256")
    return Key(token, name, digest.hex())


def once(connection: Connection, key: Key, now: datetime, run: Callable[[], Given]) -> Given:
    """What `run` answers, or what it was answered before; raises Refusal for the key of another request."""
    answers.forget_one(connection, key.token, key.name, now - KEPT)
    if answers.take(connection, key.token, key.name, key.digest, now):
        given = run()
        answers.keep(connection, key.token, key.name, given.status, given.body.decode())
        return given
    kept = answers.kept(connection, key.token, key.name)
    if kept is None or kept.digest != key.digest:
        detail = f"the {HEADER} '{key.name}' came with another request before; use a new one"
        raise Refusal(422, "idempotency_key_reused", detail)
    return Given(kept.status, kept.body.encode(), again=True)


class Sweeper:
    """Forgets once an hour what is older than a day."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._next: datetime | None = None

    async def sweep(self) -> None:
        now = self._app.clock()
        if self._next is not None and now < self._next:
            return
        self._next = now + _SWEPT_EVERY
        try:
            await self._app.store.write(lambda connection: answers.forget(connection, now - KEPT))
        except StoreUnavailable:
            return  # the next hour will do
