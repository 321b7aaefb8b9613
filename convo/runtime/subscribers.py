"""The subscribers in this process: Python functions that are told of events."""

import asyncio
import inspect
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from convo.kinds import fits, refused
from convo.runtime.posting import Fate, Outcome
from convo.store.outgoing import OutgoingEvent

PATIENCE = timedelta(seconds=10)  # with one subscriber

Subscriber = Callable[[OutgoingEvent], Awaitable[None] | None]
log = structlog.get_logger(__name__)


class Subscribers:
    """They are told one event at a time, each of them; one that fails is logged, and hurts nobody."""

    def __init__(self) -> None:
        self._subscribers: dict[int, tuple[str, Subscriber]] = {}
        self._tickets = itertools.count()
        self._one_at_a_time = asyncio.Lock()

    def on(self, kind: str, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every event of this kind, `consent.*` or `*`; returns how to end it.

        Raises ValueError for a kind that there is not.
        """
        if wrong := refused(kind):
            raise ValueError(wrong)
        ticket = next(self._tickets)
        self._subscribers[ticket] = (kind, subscriber)

        def end() -> None:
            self._subscribers.pop(ticket, None)

        return end

    def any(self) -> bool:
        """Whether there is anybody."""
        return bool(self._subscribers)

    def wants(self, kind: str) -> bool:
        """Whether anybody is told of a kind of event."""
        return bool(self._of(kind))

    async def tell(self, event: OutgoingEvent) -> Outcome:
        """Call everybody who wants this event. Who raised was told; who was never called is not."""
        wanting = self._of(event.kind)
        if not wanting:
            return Outcome(Fate.NOBODY)
        async with self._one_at_a_time:
            called = [await _call(subscriber, event) for subscriber in wanting]
        return (
            Outcome(Fate.TOLD) if all(called) else Outcome(Fate.FAILED, "no thread was free for a subscriber")
        )

    def _of(self, kind: str) -> list[Subscriber]:
        return [subscriber for pattern, subscriber in self._subscribers.values() if fits(pattern, kind)]


async def _call(subscriber: Subscriber, event: OutgoingEvent) -> bool:
    """Whether it was called at all."""
    called = False

    def call() -> Awaitable[None] | None:
        nonlocal called
        called = True
        return subscriber(event)

    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            # In a thread: a plain function may take its time, and everything else goes on.
            answer = await asyncio.to_thread(call)
            if inspect.isawaitable(answer):
                await answer
    except Exception:
        log.exception("events.subscriber_failed", kind=event.kind, id=event.id)
    return called
