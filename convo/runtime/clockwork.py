"""The clock: conversations whose time has come are woken, and errands are run, each exactly once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo.clock import Clock
from convo.errors import ConvoError, StoreUnavailable
from convo.flow.advance import NEVER_STARTED, next_clock, next_wake
from convo.flow.plan import EXPIRED
from convo.flow.session import Closed, Phase
from convo.runtime import errands, reminding
from convo.runtime.flying import REST, rest, seconds_to
from convo.runtime.library import Library
from convo.runtime.sessions import decode, encode
from convo.runtime.tally import Count, Tally, uncounted
from convo.runtime.turns import Line, Turns
from convo.settings import Settings
from convo.store import conversations, outbox, reminders
from convo.store.conversations import Stored
from convo.store.engine import Store
from convo.store.errands import Errand
from convo.store.reminders import Reminder

MOST_WAKES = 64  # in one transaction
MOST_CLOCKS = 100  # of one conversation at a time, after a long sleep

log = structlog.get_logger(__name__)


def wake(connection: Connection, settings: Settings, library: Library, now: datetime) -> int:
    """Feed the clocks that are due to their conversations, in one transaction; how many woke."""
    rows = conversations.lock_due(connection, now, MOST_WAKES)
    if not rows:
        return 0
    turns = Turns(Line(connection, settings, library, now))
    due = conversations.due(connection, rows, now)
    for stored in due:
        try:
            _wake_one(connection, turns, library, stored, now)
        except SQLAlchemyError:
            raise  # the transaction is broken, not the conversation
        except Exception as error:
            log.exception("clock.failed", conversation=stored.id)
            turns.call_person(turns.latest(stored), str(error))
    turns.flush()
    return len(due)


def _wake_one(connection: Connection, turns: Turns, library: Library, stored: Stored, now: datetime) -> None:
    for _ in range(MOST_CLOCKS):
        stored = turns.latest(stored)  # another's end may have moved it
        if stored.wake_at is None or stored.wake_at > now:
            return
        if stored.status == Phase.WAITING:
            turns.step(stored, Closed(NEVER_STARTED))
            return
        flows = library.version(connection, stored.version)
        session = decode(stored)
        clock = next_clock(flows, session)
        if clock is None or clock[0] > now:
            turns.put(stored, stored._replace(wake_at=next_wake(flows, session)))
            return
        if clock[1].clock == EXPIRED and (due := outbox.last_due(connection, stored.contact_id, stored.id)):
            # What it said last waits for its quiet hours, its pace or its provider: nobody could answer yet.
            session = replace(session, last_text_at=max(due, now))
            turns.put(stored, encode(stored, session, next_wake(flows, session), now))
            return
        stored = turns.step(stored, clock[1])
    raise ConvoError(f"its clocks went off {MOST_CLOCKS} times without moving on")


class Clockwork:
    """Wakes conversations, starts what reminders ask for, and begins flows with other contacts."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        library: Library,
        clock: Clock,
        on_commit: Callable[[], None],
        count: Callable[[Tally], None] = uncounted,
    ) -> None:
        self._count = count
        self._store = store
        self._settings = settings
        self._library = library
        self._clock = clock
        self._on_commit = on_commit
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A conversation may have to be woken earlier than any before."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            due = None
            try:
                due = await self._store.read(_next_due)
                if await self._once(due, self._clock()):
                    continue
            except StoreUnavailable as error:
                log.warning("clock.store_unavailable", error=str(error))
            except Exception:
                log.exception("clock.failed")  # one bad round must not stop every clock
            await asyncio.sleep(REST)  # not every text is worth a look
            await rest(self._wake, seconds_to(due, self._clock(), self._store.poll))

    async def _once(self, due: datetime | None, now: datetime) -> bool:
        """Do some of what there is to do; whether there was anything."""
        if due is not None and due <= now:
            job = partial(wake, settings=self._settings, library=self._library, now=now)
            if woken := await self._store.write(job):
                tally = Tally()
                tally.add(Count.WAKES, times=woken)
                self._count(tally)
                self._on_commit()
                return True
            if found := await self._store.read(lambda c: reminders.due(c, now, reminding.MOST_AT_ONCE)):
                await self._remind(found, now)
                return True
        if errand := await self._store.read(errands.first):
            await self._run(errand, now)
            return True
        return False

    def _line(self, connection: Connection, now: datetime) -> Line:
        return Line(connection, self._settings, self._library, now)

    async def _remind(self, found: Sequence[Reminder], now: datetime) -> None:
        try:
            await self._store.write(lambda c: reminding.remind(self._line(c, now), found))
        except StoreUnavailable:
            raise
        except Exception as error:
            if len(found) > 1:
                for one in found:  # finds which of them it is
                    await self._remind([one], now)
                return
            log.exception("reminder.failed", reminder=found[0].id)
            reason = str(error)
            await self._store.write(lambda c: reminding.give_up(self._line(c, now), found[0], reason))
        self._on_commit()

    async def _run(self, errand: Errand, now: datetime) -> None:
        try:
            await self._store.write(lambda c: errands.run(self._line(c, now), errand))
        except StoreUnavailable:
            raise
        except Exception as error:
            log.exception("begin.failed", flow=errand.flow, conversation=errand.asked_by)
            reason = str(error)
            await self._store.write(lambda c: errands.give_up(self._line(c, now), errand, reason))
        self._on_commit()


def _next_due(connection: Connection) -> datetime | None:
    """When the next conversation is to be woken, or the next reminder is due."""
    found = (conversations.next_wake(connection), reminders.next_due(connection))
    return min((moment for moment in found if moment is not None), default=None)
