"""Work that is claimed in one transaction, done outside of it, many at a time, and settled in another."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar, cast

import structlog
from sqlalchemy import Connection

from convo.clock import Clock
from convo.errors import StoreUnavailable
from convo.store.engine import Store

C = TypeVar("C")  # a claim
R = TypeVar("R")  # what came of one
TRY_FOR = 5.0  # seconds after what was under way has ended, to write what came of it
TRY_AGAIN = 0.5  # seconds, while it is told to stop
REST = 0.05  # seconds at least before what is due, and cannot be had, is looked for again

# Settles these results and claims so many more, True in the first round that is written; whether there
# may be still more.
Work = Callable[[Connection, Sequence[R], int, bool], tuple[Sequence[C], bool]]
log = structlog.get_logger(__name__)


def seconds_to(moment: datetime | None, now: datetime, most: float) -> float:
    """How long to rest until a moment, at most so long; never quite nothing: somebody else may hold it."""
    return most if moment is None else min(most, max(REST, (moment - now).total_seconds()))


async def rest(wake: asyncio.Event, seconds: float) -> None:
    """Wait until woken, or so long."""
    # Not `wait_for`, which swallows a cancellation that comes with what it waits for (until Python 3.12).
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()


class Flights(Generic[C, R]):
    """The loop of one line: what came back is settled and the next is claimed, until it is told to stop."""

    def __init__(
        self,
        line: str,
        store: Store,
        work: Work[R, C],
        do: Callable[[C], Awaitable[R]],
        on_commit: Callable[[], None],
        *,
        most: int,
        next_due: Callable[[], datetime | None],
        clock: Clock,
    ) -> None:
        """`work` is done in a transaction; `do` takes its time, and never raises.

        `next_due` tells when there is something to find next, as far as is known. What is cancelled while
        it is done gives a result like any other: the process ends.
        """
        self._line = line
        self._store = store
        self._work = work
        self._do = do
        self._on_commit = on_commit
        self._most = most
        self._next_due = next_due
        self._clock = clock
        self._results: list[R] = []
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._first = True
        self._stopping = False
        self._writing = False
        self._give_up_at = 0.0  # by the monotonic clock

    def wake(self) -> None:
        """Something may have been queued."""
        self._wake.set()

    async def run(self, has_work: Callable[[], Awaitable[bool]] | None = None) -> None:
        """Work until `stop`. Where nothing came back, `has_work` says whether to look for claims at all."""
        while not self._has_stopped():
            self._wake.clear()
            try:
                busy = await self._round(has_work)
            except Exception as error:
                if self._stopping and time.monotonic() > self._give_up_at:
                    return  # whoever comes next takes over what is claimed, when its lease ends
                self._log_trouble(error)
                busy = False
                await asyncio.sleep(min(self._store.poll, TRY_AGAIN) if self._stopping else self._store.poll)
            # What was told before the round began is forgotten by now, a stop too.
            if not busy and not self._has_stopped():
                await self._rest()

    def _has_stopped(self) -> bool:
        return self._stopping and not self._flying and not self._results

    async def stop(self, within: float) -> None:
        """Let what is under way end within so many seconds; `run` settles it, and what is cut short."""
        ends = time.monotonic() + within
        self._give_up_at = ends + TRY_FOR
        self._stopping = True
        self._wake.set()
        while (self._flying or self._writing) and (left := ends - time.monotonic()) > 0:
            if self._flying:
                await asyncio.wait(self._flying, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            else:
                await asyncio.sleep(min(left, REST))  # a round under way may still claim
        for task in list(self._flying):
            task.add_done_callback(self._gone)  # one that has not begun never says so itself
            task.cancel()

    async def _round(self, has_work: Callable[[], Awaitable[bool]] | None) -> bool:
        room = 0 if self._stopping else self._most - len(self._flying)
        idle = not self._results and not self._first
        if idle and has_work is not None and not (room and await has_work()):
            return False
        results, self._results = self._results, []
        self._writing = True
        try:
            claims, busy = await self._store.write(lambda c: self._work(c, results, room, self._first))
        except Exception as error:
            if not results or isinstance(error, StoreUnavailable):
                self._results = results + self._results  # nothing of it was written
                raise
            log.exception(f"{self._line}.apart", results=len(results))
            await self._apart(results)
            return True
        except BaseException:
            self._results = results + self._results
            raise
        finally:
            self._writing = False
        self._first = False
        for claimed in claims:
            self._flying.add(asyncio.create_task(self._fly(claimed)))
        if claims or results or busy:
            self._on_commit()
        return bool(claims or self._results or busy)

    async def _apart(self, results: list[R]) -> None:
        """Write them one at a time: one that cannot be written is left to the end of its lease."""
        while results:
            one = results.pop(0)
            try:
                await self._store.write(partial(self._settle_one, one))
            except StoreUnavailable:
                self._results = [one, *results, *self._results]
                raise
            except Exception:
                log.exception(f"{self._line}.not_settled")
        self._on_commit()

    def _settle_one(self, one: R, connection: Connection) -> None:
        self._work(connection, [one], 0, self._first)

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._wake.set()

    async def _fly(self, claimed: C) -> None:
        try:
            result = await self._do(claimed)
            # Looked up after the wait, not before: a round may have taken the list meanwhile.
            self._results.append(result)
        finally:
            # Here, and not in a callback: the round that takes the result has its place to give away.
            self._flying.discard(cast(asyncio.Task[None], asyncio.current_task()))
            self._wake.set()

    async def _rest(self) -> None:
        await rest(self._wake, seconds_to(self._next_due(), self._clock(), self._store.poll))

    def _log_trouble(self, error: Exception) -> None:
        if isinstance(error, StoreUnavailable):
            log.warning(f"{self._line}.store_unavailable", error=str(error))
        else:
            log.error(f"{self._line}.failed", exc_info=error)
