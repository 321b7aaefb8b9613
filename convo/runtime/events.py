"""Telling the application of events: its own subscribers in this process, each event at least once."""

import asyncio
import inspect
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from convo.clock import Clock
from convo.errors import StoreUnavailable
from convo.store import outgoing
from convo.store.engine import Store
from convo.store.outgoing import OutgoingEvent

EVERY = "*"  # the kind of all events
MOST_TOLD = 20  # at one go
LEASE = timedelta(minutes=5)  # a process that died meanwhile leaves them to be told again
PATIENCE = timedelta(seconds=10)  # with one subscriber
POLL = timedelta(seconds=1)

Subscriber = Callable[[OutgoingEvent], Awaitable[None] | None]
log = structlog.get_logger(__name__)


class Relay:
    """Looks every second for events to tell; a subscriber that fails is logged, and hurts nobody."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._subscribers: dict[int, tuple[str, Subscriber]] = {}
        self._tickets = itertools.count()

    def on(self, kind: str, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every event of this kind, `*` for all; returns how to end it."""
        ticket = next(self._tickets)
        self._subscribers[ticket] = (kind, subscriber)

        def end() -> None:
            self._subscribers.pop(ticket, None)

        return end

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if await self.tell():
                    continue
            except StoreUnavailable as error:
                log.warning("events.store_unavailable", error=str(error))
            except Exception:
                log.exception("events.failed")  # one bad round must not stop every event
            await asyncio.sleep(POLL.total_seconds())

    async def tell(self) -> int:
        """Tell the events that are due now; how many there were."""
        now = self._clock()
        due = await self._store.read(outgoing.next_due)
        if due is None or due > now:
            return 0
        claimed = await self._store.write(lambda c: outgoing.claim(c, now, now + LEASE, MOST_TOLD))
        for event in claimed:
            for kind, subscriber in list(self._subscribers.values()):
                if kind in (event.kind, EVERY):
                    await _call(subscriber, event)
        numbers = [event.id for event in claimed]
        await self._store.write(lambda c: outgoing.settle(c, numbers))
        return len(claimed)


async def _call(subscriber: Subscriber, event: OutgoingEvent) -> None:
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            # In a thread: a plain function may take its time, and everything else goes on.
            answer = await asyncio.to_thread(subscriber, event)
            if inspect.isawaitable(answer):
                await answer
    except Exception:
        log.exception("events.subscriber_failed", kind=event.kind, id=event.id)
