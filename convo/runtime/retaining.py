"""The line that takes away what has outlived its time, as `[retention]` of the settings has it."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog

from convo.clock import Clock
from convo.errors import SettingsError, StoreUnavailable
from convo.retention import Retention, Stock
from convo.runtime.archiving import Books, archive_before, delete_before, forget_words
from convo.store.engine import Job, Store

FIRST_AFTER = 60.0  # seconds from the start on: others have more to do just then
EVERY = 6 * 3600.0  # seconds: every pass reads the tables through
AGAIN = 600.0  # seconds, where somebody held rows, or the database was away

WORDS = "words"  # of deliveries, beside the rows of tables

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Retainer:
    """Takes away what has outlived its time, until it is cancelled."""

    def __init__(self, store: Store, retention: Retention, clock: Clock) -> None:
        self._store = store
        self._retention = retention
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled."""
        wait = FIRST_AFTER
        while True:
            await asyncio.sleep(wait)
            before = self._retention.before(self._clock())
            wait = EVERY if not before or await self._pass(before) else AGAIN

    async def _pass(self, before: Mapping[Stock, datetime]) -> bool:
        """Whether all of it was looked through."""
        books = _Asking(self._store, asyncio.get_running_loop())
        thread = asyncio.create_task(asyncio.to_thread(self._sweep, books))
        try:
            rows, whole = await asyncio.shield(thread)
        except asyncio.CancelledError:
            books.ended = True
            await asyncio.gather(thread, return_exceptions=True)  # its transaction is not over yet
            raise
        except SettingsError as error:  # another process does it just now, or the folder is not there
            log.warning("retention.not_archived", error=str(error))
        except Exception:
            log.exception("retention.failed")
        else:
            log.info("retention.swept", kinds=sorted(before), whole=whole, **rows)
            return whole
        return True

    def _sweep(self, books: Books) -> tuple[Counter[str], bool]:
        """A kind that cannot be swept keeps no other from it; whether the database took all of it."""
        now, rows, whole = self._clock(), Counter[str](), True
        for stock, moment in self._retention.before(now).items():
            try:
                rows += _sweep_one(books, self._retention.archive, stock, moment, now)
            except (SettingsError, _Ended):
                raise
            except StoreUnavailable as error:
                whole = False
                log.warning("retention.store_unavailable", kind=stock.value, error=str(error))
            except Exception:
                log.exception("retention.failed", kind=stock.value)
        return rows, whole


def sweep(books: Books, retention: Retention, now: datetime) -> Counter[str]:
    """Take away what has outlived its time; how many rows of each table.

    Raises SettingsError where the folder of the archive cannot be used, or another process uses it.
    """
    rows: Counter[str] = Counter()
    for stock, moment in retention.before(now).items():
        rows += _sweep_one(books, retention.archive, stock, moment, now)
    return rows


def _sweep_one(
    books: Books, folder: Path | None, stock: Stock, before: datetime, now: datetime
) -> Counter[str]:
    if folder is None:
        rows = delete_before(books, {stock: before})
    else:
        rows = Counter[str]()
        for done in archive_before(books, folder, {stock: before}, now):
            rows.update(done.rows)
    if stock is Stock.DELIVERIES:
        rows[WORDS] = forget_words(books, before)
    return +rows


class _Ended(Exception):
    """The line was cancelled."""


class _Asking:
    """Reads and writes for a thread where the event loop has everybody read and write."""

    def __init__(self, store: Store, loop: asyncio.AbstractEventLoop) -> None:
        self.ended = False
        self._store = store
        self._loop = loop

    def look(self, job: Job[T]) -> T:
        return self._ask(self._store.read(job))

    def transact(self, job: Job[T]) -> T:
        return self._ask(self._store.write(job))

    def _ask(self, asked: Coroutine[Any, Any, T]) -> T:
        if self.ended:
            asked.close()
            raise _Ended
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result()
