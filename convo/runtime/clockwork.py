"""The clock: conversations whose time has come are woken, each exactly once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo.clock import Clock
from convo.errors import ConvoError, StoreUnavailable
from convo.flow.advance import ERROR_QUEUE, next_clock, next_wake
from convo.flow.session import Phase
from convo.runtime.library import Library
from convo.runtime.sessions import decode
from convo.runtime.turns import Writes, step
from convo.settings import Settings
from convo.store import conversations
from convo.store.conversations import Stored
from convo.store.engine import Store

MOST_WAKES = 64  # in one transaction
MOST_CLOCKS = 100  # of one conversation at a time, after a long sleep
POLL = timedelta(seconds=1)

log = structlog.get_logger(__name__)


def wake(connection: Connection, settings: Settings, library: Library, now: datetime) -> int:
    """Feed the clocks that are due to their conversations, in one transaction; how many woke."""
    rows = conversations.lock_due(connection, now, MOST_WAKES)
    if not rows:
        return 0
    writes = Writes()
    due = conversations.due(connection, rows, now)
    for stored in due:
        try:
            _wake_one(connection, writes, settings, library, stored, now)
        except SQLAlchemyError:
            raise  # the transaction is broken, not the conversation
        except Exception as error:
            log.exception("clock.failed", conversation=stored.id)
            writes.put(_with_a_person(stored, str(error)))
    writes.flush(connection)
    return len(due)


def _wake_one(
    connection: Connection,
    writes: Writes,
    settings: Settings,
    library: Library,
    stored: Stored,
    now: datetime,
) -> None:
    flows = library.version(connection, stored.version)
    account = settings.number(stored.number).account
    for _ in range(MOST_CLOCKS):
        session = decode(stored)
        clock = next_clock(flows, session)
        if clock is None or clock[0] > now:
            writes.put(replace(stored, wake_at=next_wake(flows, session)))
            return
        stored = step(writes, stored, flows, clock[1], account, now)
    raise ConvoError(f"its clocks went off {MOST_CLOCKS} times without moving on")


def _with_a_person(stored: Stored, reason: str) -> Stored:
    """A conversation that cannot go on by itself is not woken again and again."""
    return replace(
        stored,
        status=Phase.HANDED_OFF,
        visit=stored.visit + 1,  # a text of the visit that is accepted later starts no clock
        clock_from=None,
        queue=ERROR_QUEUE,
        trouble=reason,
        wake_at=None,
    )


class Clockwork:
    """Looks every second for conversations to wake."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        library: Library,
        clock: Clock,
        on_commit: Callable[[], None],
    ) -> None:
        self._store = store
        self._settings = settings
        self._library = library
        self._clock = clock
        self._on_commit = on_commit

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                due = await self._store.read(conversations.next_wake)
                now = self._clock()
                if due is not None and due <= now:
                    job = partial(wake, settings=self._settings, library=self._library, now=now)
                    if await self._store.write(job):
                        self._on_commit()
                        continue
            except StoreUnavailable as error:
                log.warning("clock.store_unavailable", error=str(error))
            except Exception:
                log.exception("clock.failed")  # one bad round must not stop every clock
            await asyncio.sleep(POLL.total_seconds())
