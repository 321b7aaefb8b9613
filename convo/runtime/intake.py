"""The first line: what a provider delivered becomes stored texts, stepped conversations, answers.

`take` is one transaction's work. `Intake` is the queue before it: whatever waits goes in together.
"""

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import structlog
from sqlalchemy import Connection

from convo.clock import Clock
from convo.errors import ConvoError, StoreUnavailable
from convo.messages import Inbound, Item, Report, Unread, storable
from convo.runtime import forgetting, reports
from convo.runtime.events import RECEIVED
from convo.runtime.library import Library
from convo.runtime.routing import Texts
from convo.runtime.tally import Count, Tally, uncounted
from convo.runtime.turns import Line
from convo.runtime.unusable import without_codes
from convo.settings import Settings
from convo.store import receipts
from convo.store.engine import Store
from convo.store.receipts import Receipt

MOST_ITEMS = 64  # in one transaction
MOST_BATCHES = 2  # before other writers get a turn: no more comes in than the sender takes out
Waiting = tuple[Sequence[Item], asyncio.Future[None]]  # what a request brought, and who waits
log = structlog.get_logger(__name__)


def take(line: Line, items: Sequence[Item]) -> int:
    """Store what is new of `items` and everything that follows; how many were new.

    Reports always count as new: they only move a status forward.
    """
    texts = [_storable(item) for item in items if isinstance(item, Inbound)]
    unread = [item for item in items if isinstance(item, Unread)]
    delivered = [item for item in items if isinstance(item, Report)]
    fresh = receipts.admit(
        line.connection,
        [*map(_of_text, texts), *map(_receipt, unread)],
        line.now,
    )
    new = list(_first_of_each(texts, fresh))
    known = forgetting.lock(
        line.connection,
        line.settings,
        [text.contact for text in new],
        line.now,
        also=[report.contact for report in delivered],
    )
    if new:
        Texts(line, known, new).run()
    _count(line, texts, new, unread)
    reports.apply(line, known, delivered)
    return len(new) + len(delivered)


def _count(line: Line, texts: Sequence[Inbound], new: Sequence[Inbound], unread: Sequence[Unread]) -> None:
    """Count a batch, by account."""
    stored = Counter([text.account for text in new])
    for account, count in Counter([text.account for text in texts]).items():
        line.tally.add(Count.TEXTS, account, stored[account])
        line.tally.add(Count.REPEATS, account, count - stored[account])
    for item in unread:
        line.tally.add(Count.UNREAD, item.account)


def take_poisoned(line: Line, item: Item, error: Exception) -> None:
    """Store raw, with its error, what `take` cannot store; reports carry nothing to keep."""
    if isinstance(item, Report):
        return
    receipt = _receipt(item) if isinstance(item, Unread) else _of_text(_storable(item))
    kept = receipt._replace(raw=without_codes(receipt.raw), error=storable(str(error)))
    receipts.admit(line.connection, [kept], line.now)
    line.tally.add(Count.POISONED, item.account)


def _first_of_each(texts: Sequence[Inbound], fresh: set[receipts.Key]) -> Iterator[Inbound]:
    left = set(fresh)
    for text in texts:
        key = (text.account, text.provider_id)
        if key in left:
            left.remove(key)
            yield text


def _of_text(text: Inbound) -> Receipt:
    return Receipt(text.account, text.provider_id, text.raw)


def _receipt(item: Unread) -> Receipt:
    """Deliveries without an id of their own are told apart by their bytes."""
    digest = hashlib.sha256(item.raw).hexdigest()
    return Receipt(item.account, f"sha256:{digest}", without_codes(item.raw), error=storable(item.why))


def _storable(text: Inbound) -> Inbound:
    words, name = storable(text.text), storable(text.provider_id)
    if words is text.text and name is text.provider_id:
        return text  # nearly always
    return replace(text, text=words, provider_id=name)


def _nobody_hears(kind: str) -> bool:
    del kind
    return False


class Intake:
    """The queue before the first line. A request waits until what it brought is committed."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        library: Library,
        clock: Clock,
        on_commit: Callable[[], None],
        hears: Callable[[str], bool] = _nobody_hears,
        count: Callable[[Tally], None] = uncounted,
    ) -> None:
        """`hears` tells whether a subscriber in this process wants a kind of event."""
        self._store = store
        self._settings = settings
        self._library = library
        self._clock = clock
        self._on_commit = on_commit
        self._hears = hears
        self._count = count
        self._waiting: deque[Waiting] = deque()
        self._wake = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many requests wait to be stored."""
        return len(self._waiting)

    async def put(self, items: Sequence[Item]) -> None:
        """Return when `items` are stored for good; raises StoreUnavailable where they are not."""
        if not items:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, done))
        self._wake.set()
        await done

    async def run(self) -> None:
        """Take whatever is waiting, again and again, until cancelled. Nothing waits for company."""
        loop = asyncio.get_running_loop()
        while True:
            # Cleared before looking: what is put from here on sets it again.
            self._wake.clear()
            while self._waiting:
                await self._store.work(partial(self._drain, loop), first=True)
            await self._wake.wait()

    # In the writer's thread, which does not go back to the event loop between one batch and the next:
    # the way there and back takes a fifth of the time that a batch takes.

    def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(MOST_BATCHES):
            batch = self._next_batch()
            if not batch:
                return
            outcomes = self._store_batch(batch)
            loop.call_soon_threadsafe(self._answer, batch, outcomes)

    def _next_batch(self) -> list[Waiting]:
        batch: list[Waiting] = []
        count = 0
        while self._waiting and (not batch or count + len(self._waiting[0][0]) <= MOST_ITEMS):
            batch.append(self._waiting.popleft())
            count += len(batch[-1][0])
        return batch

    def _store_batch(self, batch: Sequence[Waiting]) -> list[ConvoError | None]:
        """What each request of the batch is to be told: None where all it brought is stored."""
        items = [item for brought, _ in batch for item in brought]
        try:
            # One request may bring thousands; nobody else waits longer than for one slice of them.
            for begin in range(0, len(items), MOST_ITEMS):
                self._write(partial(take, items=items[begin : begin + MOST_ITEMS]))
        except StoreUnavailable as error:
            return [error] * len(batch)
        except Exception:
            # Something in here cannot be stored; one at a time finds it without losing the rest.
            log.exception("intake.batch_refused", items=len(items))
            return [self._one_by_one(brought) for brought, _ in batch]
        return [None] * len(batch)

    def _one_by_one(self, items: Sequence[Item]) -> ConvoError | None:
        for item in items:
            try:
                self._write(partial(take, items=[item]))
            except StoreUnavailable as error:
                return error
            except Exception as error:
                log.exception("intake.poisoned", account=item.account)
                try:
                    self._write(partial(take_poisoned, item=item, error=error))
                except Exception as worse:
                    return StoreUnavailable(f"the database refuses a delivery: {worse}")
        return None

    def _write(self, job: Callable[[Line], object]) -> None:
        heard = self._hears(RECEIVED)

        def run(connection: Connection) -> Tally:
            line = Line(connection, self._settings, self._library, self._clock(), texts_are_heard=heard)
            job(line)
            return line.tally

        self._count(self._store.transact(run))

    # Back in the event loop.

    def _answer(self, batch: Sequence[Waiting], outcomes: Sequence[ConvoError | None]) -> None:
        for (_, done), error in zip(batch, outcomes, strict=True):
            _settle(done, error)
        if None in outcomes:
            self._on_commit()


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return  # the request gave up waiting
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
