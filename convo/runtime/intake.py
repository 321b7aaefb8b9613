"""The first line: what a provider delivered becomes stored texts, stepped conversations, answers.

`take` is one transaction's work. `Intake` is the queue before it: whatever waits goes in together.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo import segments
from convo.clock import Clock
from convo.errors import ConvoError, StoreUnavailable
from convo.flow.session import Phase, Replied
from convo.keywords import classify
from convo.messages import Direction, Inbound, Item, Report, Status, Unread, storable
from convo.runtime import consent as consenting
from convo.runtime import reports
from convo.runtime.library import Library
from convo.runtime.sessions import decode, encode
from convo.runtime.starting import Start, open_conversation
from convo.runtime.turns import Writes, step
from convo.settings import Settings
from convo.store import consent, contacts, conversations, ids, receipts
from convo.store.contacts import Known
from convo.store.conversations import Stored
from convo.store.engine import Store
from convo.store.messages import Draft
from convo.store.receipts import Receipt
from convo.store.tables import conversations as conversation_table

MOST_ITEMS = 64  # in one transaction
Waiting = tuple[Sequence[Item], asyncio.Future[None]]  # what a request brought, and who waits
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Line:
    """What one transaction of the first line works with."""

    connection: Connection
    settings: Settings
    library: Library
    now: datetime


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
    known = contacts.lock(
        line.connection,
        [text.contact for text in new],
        line.now,
        also=[report.contact for report in delivered],
    )
    if new:
        _Texts(line, known, new).run()
    reports.apply(line.connection, line.library, delivered, line.now)
    return len(new) + len(delivered)


def take_poisoned(line: Line, item: Item, error: Exception) -> None:
    """Store raw, with its error, what `take` cannot store; reports carry nothing to keep."""
    if isinstance(item, Report):
        return
    receipt = _receipt(item) if isinstance(item, Unread) else _of_text(_storable(item))
    receipts.admit(line.connection, [replace(receipt, error=storable(str(error)))], line.now)


class _Texts:
    """The new texts of one transaction, each routed in its turn."""

    def __init__(self, line: Line, known: dict[str, Known], texts: Sequence[Inbound]) -> None:
        self._line = line
        self._known = known
        self._texts = texts
        self._writes = Writes()
        rows = [known[text.contact].id for text in texts]
        self._out = consent.opted_out(line.connection, rows)
        self._alive: dict[tuple[int, str], Stored] = {
            (stored.contact_id, stored.number): stored
            for stored in conversations.alive(line.connection, rows)
        }
        self._row_ids = _numbers(line.connection, len(texts))

    def run(self) -> None:
        poisoned: list[tuple[receipts.Key, str]] = []
        for text in self._texts:
            known = self._known[text.contact]
            out = (self._line.settings.brand(text.number), known.id) in self._out
            keyword = classify(text.text, opted_out=out)
            if keyword is not None:
                self._keyword(consenting.Said(text, known, keyword, out))
                continue
            place, conversation = len(self._writes.drafts), None
            try:
                conversation = None if out else self._route(text, known)
            except SQLAlchemyError:
                raise  # the transaction is broken, not the text
            except Exception as error:
                log.exception("text.poisoned", account=text.account, provider_id=text.provider_id)
                poisoned.append(((text.account, text.provider_id), storable(f"{error}")))
            self._writes.drafts.insert(place, self._draft(text, conversation))
        self._writes.flush(self._line.connection)
        receipts.blame(self._line.connection, poisoned)

    def _keyword(self, said: consenting.Said) -> None:
        line, known, text = self._line, said.known, said.inbound
        stored = self._alive.get((known.id, text.number))
        self._writes.drafts.append(self._draft(text, stored.id if stored else None))
        self._writes.flush(line.connection)
        brand = line.settings.brand(text.number)
        if not consenting.apply(line.connection, line.settings, said, line.now):
            self._out.discard((brand, known.id))
            return
        self._out.add((brand, known.id))
        self._alive = {
            place: live
            for place, live in self._alive.items()
            if (live.brand, live.contact_id) != (brand, known.id)
        }

    def _route(self, text: Inbound, known: Known) -> int | None:
        """Where an ordinary text goes, first match wins; the conversation that it belongs to."""
        line = self._line
        stored = self._alive.get((known.id, text.number))
        if stored is None:
            return self._start(text, known)
        if stored.status == Phase.HANDED_OFF:
            self._touch(stored)
            return stored.id
        flows = line.library.version(line.connection, stored.version)
        account = line.settings.number(text.number).account
        self._remember(step(self._writes, stored, flows, Replied(text.text), account, line.now))
        return stored.id

    def _start(self, text: Inbound, known: Known) -> int | None:
        line = self._line
        flows = line.library.triggered(text.text, text.number)
        if flows is None:
            default = line.settings.number(text.number).flow
            flows = line.library.current.get(default) if default else None
        if flows is None:
            return None
        stored = open_conversation(
            self._writes,
            line.settings,
            flows,
            known,
            Start(flows.name, text.contact, text.number),
            next(self._row_ids),
            line.now,
        )
        self._remember(stored)
        return stored.id

    def _touch(self, stored: Stored) -> None:
        """A text to the person who has the conversation keeps it from expiring."""
        session = replace(decode(stored), last_text_at=self._line.now)
        touched = encode(stored, session, stored.wake_at, self._line.now)
        self._writes.put(touched)
        self._remember(touched)

    def _remember(self, stored: Stored) -> None:
        place = (stored.contact_id, stored.number)
        if stored.status == Phase.ENDED:
            self._alive.pop(place, None)
        else:
            self._alive[place] = stored

    def _draft(self, text: Inbound, conversation: int | None) -> Draft:
        return Draft(
            direction=Direction.IN,
            account=text.account,
            number=text.number,
            brand=self._line.settings.brand(text.number),
            contact_id=self._known[text.contact].id,
            text=text.text,
            segments=segments.count(text.text).count,
            status=Status.RECEIVED,
            created_at=self._line.now,
            conversation_id=conversation,
            provider_id=text.provider_id,
        )


def _numbers(connection: Connection, most: int) -> Iterator[int]:
    """Numbers for new conversations, taken when the first one is made."""
    yield from ids.allocate(connection, conversation_table, most)


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
    return Receipt(item.account, f"sha256:{digest}", item.raw, error=storable(item.why))


def _storable(text: Inbound) -> Inbound:
    return replace(text, text=storable(text.text), provider_id=storable(text.provider_id))


class Intake:
    """The queue before the first line. A request waits until what it brought is committed."""

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
        self._waiting: deque[Waiting] = deque()
        self._wake = asyncio.Event()

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
        while True:
            # Cleared before looking: what is put from here on sets it again.
            self._wake.clear()
            while batch := self._next_batch():
                await self._store_batch(batch)
            await self._wake.wait()

    def _next_batch(self) -> list[Waiting]:
        batch: list[Waiting] = []
        count = 0
        while self._waiting and (not batch or count + len(self._waiting[0][0]) <= MOST_ITEMS):
            batch.append(self._waiting.popleft())
            count += len(batch[-1][0])
        return batch

    async def _store_batch(self, batch: Sequence[Waiting]) -> None:
        items = [item for brought, _ in batch for item in brought]
        try:
            # One request may bring thousands; nobody else waits longer than for one slice of them.
            for begin in range(0, len(items), MOST_ITEMS):
                await self._write(partial(take, items=items[begin : begin + MOST_ITEMS]))
        except StoreUnavailable as error:
            for _, done in batch:
                _settle(done, error)
            return
        except Exception:
            # Something in here cannot be stored; one at a time finds it without losing the rest.
            log.exception("intake.batch_refused", items=len(items))
            for brought, done in batch:
                _settle(done, await self._one_by_one(brought))
            return
        self._on_commit()
        for _, done in batch:
            _settle(done, None)

    async def _one_by_one(self, items: Sequence[Item]) -> ConvoError | None:
        for item in items:
            try:
                await self._write(partial(take, items=[item]))
            except StoreUnavailable as error:
                return error
            except Exception as error:
                log.exception("intake.poisoned", account=item.account)
                try:
                    await self._write(partial(take_poisoned, item=item, error=error))
                except Exception as worse:
                    return StoreUnavailable(f"the database refuses a delivery: {worse}")
        self._on_commit()
        return None

    async def _write(self, job: Callable[[Line], object]) -> None:
        def run(connection: Connection) -> None:
            job(Line(connection, self._settings, self._library, self._clock()))

        await self._store.write(run, first=True)


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return  # the request gave up waiting
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
