"""The relay: events are claimed, told to endpoints and subscribers, many contacts at once, and settled.

What comes of a try is decided here; what a delivery is, and the order of a contact's events, is in
`store/deliveries`.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from convo.clock import Clock
from convo.endpoints import IN_PROCESS, Events
from convo.errors import StoreUnavailable
from convo.runtime.events import payload
from convo.runtime.flying import TRY_AGAIN, TRY_FOR, rest, seconds_to
from convo.runtime.posting import ANSWER_WITHIN, MOST_AT_ONCE, Fate, Outcome, Poster
from convo.runtime.subscribers import PATIENCE, Subscriber, Subscribers
from convo.store import deliveries, outgoing
from convo.store.deliveries import Change, Claimed, Off, State
from convo.store.engine import Store
from convo.store.outgoing import OutgoingEvent

# The example of Standard Webhooks ("Deliverability and reliability") up to a bit more than a day, with one
# more try soon after the first: whoever is told may just be starting anew.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 36_000))
JITTER = 0.2  # of a wait, on top of it: not everything comes back at the same moment
LEASE = timedelta(seconds=ANSWER_WITHIN + 15)
MOST_HEARD = 5  # events at a time for the subscribers, who are told one after the other
LEASE_HEARD = PATIENCE * (MOST_HEARD + 1)
MOST_DISCARDED = 500  # events of which nobody in the process wants to be told, in one transaction
LONGEST_PAUSE = timedelta(hours=1)  # of a whole endpoint, because one answer asked for it
REST = 0.05  # seconds after a look that found nothing: not every text is worth one
FORGET_EVERY = timedelta(hours=1)

log = structlog.get_logger(__name__)


class Result(NamedTuple):
    """What came of one claim."""

    claimed: Claimed
    outcome: Outcome
    at: datetime


class Round(NamedTuple):
    """What one look at the store led to."""

    claims: Sequence[tuple[Claimed, OutgoingEvent]] = ()
    busy: bool = False  # there may be more


class Relay:
    """Tells events until it is stopped."""

    def __init__(self, store: Store, events: Events, clock: Clock, rng: random.Random | None = None) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._rng = rng or random.SystemRandom()
        self._subscribers = Subscribers()
        self._posters = {name: Poster(endpoint, clock) for name, endpoint in events.by_name.items()}
        self._flying: dict[asyncio.Task[None], str] = {}  # to whom
        self._results: list[Result] = []
        self._paused: dict[str, datetime] = {}  # endpoints that asked for it, until when
        self._wake = asyncio.Event()
        self._stopping = False
        self._give_up_at = 0.0  # by the monotonic clock
        self._take_back = False
        self._next_due: datetime | None = None  # as far as is known
        self._forget_at = clock()

    def on(self, kind: str, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every event of this kind; returns how to end it."""
        return self._subscribers.on(kind, subscriber)

    def hears(self, kind: str) -> bool:
        """Whether a subscriber in this process wants a kind of event."""
        return self._subscribers.wants(kind)

    def wake(self) -> None:
        """Something may have been written."""
        self._wake.set()

    async def run(self, *, alone: bool) -> None:
        """Work until `stop`. `alone`: no other process tells events, so what is claimed is nobody's."""
        self._take_back = alone
        while not (self._stopping and not self._flying and not self._results):
            self._wake.clear()
            try:
                done = await self._round()
                await self._forget()
            except Exception as error:
                if self._stopping and time.monotonic() > self._give_up_at:
                    return  # whoever comes next takes over what is claimed, when its lease ends
                _log_trouble(error)
                await asyncio.sleep(min(self._store.poll, TRY_AGAIN) if self._stopping else self._store.poll)
                continue
            if not (done.claims or self._results or self._stopping):
                await asyncio.sleep(REST)
            if not done.busy:
                await rest(self._wake, seconds_to(self._next_due, self._clock(), self._store.poll))

    async def stop(self, within: float) -> None:
        """Let what is under way end within so many seconds; `run` settles it, and gives back the rest."""
        self._give_up_at = time.monotonic() + within + TRY_FOR
        self._stopping = True
        self._wake.set()
        if self._flying:
            await asyncio.wait(set(self._flying), timeout=within)
        for task in list(self._flying):
            task.cancel()

    async def close(self) -> None:
        """Let go of the connections."""
        for poster in self._posters.values():
            await poster.close()

    async def tell(self) -> int:
        """Tell everything that is due now, and settle it; how many tries that took."""
        tries, round_ = 0, Round(busy=True)
        while round_.busy or self._flying:
            round_ = await self._round()
            tries += len(round_.claims)
            if self._flying:
                await asyncio.wait(set(self._flying))
        return tries

    # One round.

    async def _round(self) -> Round:
        results, self._results = self._results, []
        rooms = {} if self._stopping else self._rooms()
        now = self._clock()
        idle = not results and not self._take_back
        if idle:
            self._next_due = await self._store.read(lambda c: deliveries.next_due(c, list(rooms)))
            if self._next_due is None or self._next_due > now:
                return Round()
        try:
            done = await self._store.write(lambda c: self._work(c, results, rooms))
        except BaseException:
            self._results = results + self._results  # nothing of it was written
            raise
        self._take_back = False
        for claimed, event in done.claims:
            task = asyncio.create_task(self._tell(claimed, event))
            self._flying[task] = claimed.endpoint
            task.add_done_callback(self._landed)
        return done

    def _rooms(self) -> dict[str, int]:
        """How many more events may be on their way, by whom they go to."""
        now, flying = self._clock(), Counter(self._flying.values())
        most = {IN_PROCESS: MOST_HEARD, **dict.fromkeys(self._posters, MOST_AT_ONCE)}
        open_ = {name: room - flying[name] for name, room in most.items() if flying[name] < room}
        return {name: room for name, room in open_.items() if self._paused.get(name, now) <= now}

    def _work(self, connection: Connection, results: Sequence[Result], rooms: Mapping[str, int]) -> Round:
        self._settle(connection, results)
        now, off = self._clock(), deliveries.off(connection)
        if self._take_back:
            deliveries.take_back(connection, now)
        claimed: list[Claimed] = []
        moved = 0
        for name, room in rooms.items():
            if name == IN_PROCESS and not self._subscribers.any():
                moved += deliveries.discard(connection, name, now, MOST_DISCARDED)
                continue
            if name in off and off[name].url == self._events.by_name[name].url:
                moved += deliveries.bury(
                    connection, name, now, room, f"the endpoint is off: {off[name].reason}"
                )
                continue
            until = now + (LEASE_HEARD if name == IN_PROCESS else LEASE)
            ours, held_back = deliveries.claim(connection, name, now, until, room)
            claimed += ours
            moved += held_back
        events = outgoing.by_ids(connection, [each.event_id for each in claimed])
        # One whose contact was removed cannot be told, and must not hold up the others.
        deliveries.drop(connection, [each for each in claimed if each.event_id not in events])
        claims = [(each, events[each.event_id]) for each in claimed if each.event_id in events]
        return Round(claims, bool(claimed or moved))

    def _settle(self, connection: Connection, results: Sequence[Result]) -> None:
        deliveries.settle(connection, [_change(result, self._rng) for result in results])
        deliveries.drop(connection, [each.claimed for each in results if each.outcome.fate is Fate.NOBODY])
        for claimed, outcome, at in results:
            if outcome.fate is Fate.GONE:
                url = self._events.by_name[claimed.endpoint].url
                deliveries.switch_off(connection, claimed.endpoint, Off(url, at, outcome.error or ""))

    async def _tell(self, claimed: Claimed, event: OutgoingEvent) -> None:
        try:
            if claimed.endpoint == IN_PROCESS:
                outcome = await self._subscribers.tell(event)
            else:
                outcome = await self._posters[claimed.endpoint].post(event.webhook_id, payload(event))
        except asyncio.CancelledError:  # the process ends, and it takes too long
            outcome = Outcome(Fate.GIVEN_BACK)
        except Exception as error:
            log.exception("events.failed", endpoint=claimed.endpoint, id=event.id)
            outcome = Outcome(Fate.FAILED, f"it cannot be told: {error}")
        result = Result(claimed, outcome, self._clock())
        if outcome.pause:
            self._paused[claimed.endpoint] = result.at + min(outcome.pause, LONGEST_PAUSE)
        _log_result(result)
        self._results.append(result)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.pop(task, None)
        self._wake.set()

    async def _forget(self) -> None:
        """Remove what was told long enough ago; now and then is enough."""
        now = self._clock()
        if now < self._forget_at:
            return
        after: int | None = 0
        while after is not None:
            job = partial(outgoing.forget, now=now, keep=self._events.keep, after=after)
            after = await self._store.write(job)
        self._forget_at = now + FORGET_EVERY


def _change(result: Result, rng: random.Random) -> Change:
    """What a try means for its delivery."""
    claimed, outcome, at = result
    match outcome.fate:
        case Fate.TOLD | Fate.NOBODY:
            return Change(claimed, State.TOLD, at)
        case Fate.GIVEN_BACK:
            return Change(claimed, State.WAITING, at, due_at=at)
        case Fate.GONE:
            return Change(claimed, State.DEAD, at, error=outcome.error)
    if claimed.tries > len(WAITS):
        return Change(claimed, State.DEAD, at, error=f"given up after {claimed.tries} tries: {outcome.error}")
    wait = WAITS[claimed.tries - 1] * (1 + JITTER * rng.random())
    return Change(claimed, State.WAITING, at, due_at=at + max(wait, outcome.pause), error=outcome.error)


def _log_result(result: Result) -> None:
    claimed, outcome, _ = result
    if outcome.fate is Fate.GONE:
        log.error("events.endpoint_off", endpoint=claimed.endpoint, error=outcome.error)
    elif outcome.fate is Fate.FAILED:
        given_up = claimed.tries > len(WAITS)
        tell = log.error if given_up else log.warning
        tell(
            "events.given_up" if given_up else "events.not_told",
            endpoint=claimed.endpoint, id=claimed.event_id, tries=claimed.tries, error=outcome.error,
        )  # fmt: skip


def _log_trouble(error: Exception) -> None:
    if isinstance(error, StoreUnavailable):
        log.warning("events.store_unavailable", error=str(error))
    else:
        log.error("events.failed", exc_info=error)  # one bad round must not stop every event
