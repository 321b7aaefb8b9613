"""The pace of our numbers: which of the waiting texts may leave now, and when the next ones may.

A limit holds for every stretch of its period, wherever it begins, and for all processes together: what
each number has sent lately stands in its row of `pace`. Where texts of several priorities want more
places than there are, most go to those that come first, and every priority gets some.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from convo import phone, rates
from convo.messages import Priority
from convo.providers.base import Traits
from convo.rates import Limit
from convo.settings import Settings
from convo.store import outbox, pace
from convo.store.outbox import Queue, Waiting, Wanted
from convo.store.pace import Pace

STEPS = 64  # of a limit's period: what left within one of them is counted as one
# Of so many places, one goes to those who wait behind the others.
_SHARES = {Priority.TALK: 4, Priority.CAMPAIGN: 16}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Rates:
    """How fast each of our numbers may send: as its settings say, else as its provider allows."""

    def __init__(self, settings: Settings, traits: Mapping[str, Traits]) -> None:
        """`traits` of each account's provider, by the account's name."""
        self._settings = settings
        self._traits = traits
        self._known: dict[str, tuple[Limit, ...]] = {}

    def of(self, number: str) -> tuple[Limit, ...]:
        """The limits of a number; none where nothing limits it."""
        if number not in self._known:
            self._known[number] = self._find(number)
        return self._known[number]

    def _find(self, number: str) -> tuple[Limit, ...]:
        configured = self._settings.number(number)
        traits = self._traits.get(configured.account)
        text = configured.rate or (traits.rates.get(phone.kind(number)) if traits else None)
        return rates.parse(text) if text else ()


class Places:
    """The places that one transaction of a sender has to give away, number by number."""

    def __init__(self, connection: Connection, rates: Rates, now: datetime, most: int) -> None:
        self._connection = connection
        self._rates = rates
        self._now = now
        due = [queue for queue in outbox.queues(connection) if queue.first_due <= now] if most else []
        self._paces = pace.read(connection, {queue.number for queue in due}) if due else {}
        self._room = self._shared_out(due, most)
        self._taken: Counter[str] = Counter()
        self._locked: set[str] = set()
        self.wanted = [
            Wanted(queue.number, queue.priority, self._room[queue.number])
            for queue in due
            if self._room[queue.number]
        ]

    def lock(self) -> None:
        """Nobody else gives away places of these numbers from here on. The contacts are locked already."""
        queues = Counter(queue.number for queue in self.wanted)
        self._locked = {number for number, count in queues.items() if count > 1 or self._rates.of(number)}
        self._paces |= pace.lock(self._connection, self._locked)
        for number in self._locked:
            self._room[number] = min(self._room[number], self._free(number))

    def in_turn(self, waiting: Iterable[Waiting]) -> Iterator[Waiting]:
        """These texts in the order in which they may leave, as long as their numbers have places.

        The caller says with `take` that one does leave; the others cost nothing.
        """
        lines: dict[str, dict[Priority, deque[Waiting]]] = {}
        for message in waiting:
            of_number = lines.setdefault(message.number, {})
            of_number.setdefault(message.priority, deque()).append(message)
        for number, of_number in lines.items():
            while self._room.get(number, 0) > 0 and any(of_number.values()):
                yield of_number[self._next(number, of_number)].popleft()

    def take(self, message: Waiting) -> None:
        """This text leaves."""
        self._room[message.number] -= 1
        self._taken[message.number] += 1

    def save(self) -> None:
        """Write what was taken."""
        for number in self._taken.keys() & self._locked:
            count = self._taken[number]
            pace.save(self._connection, taking(self._paces[number], self._rates.of(number), count, self._now))

    def _shared_out(self, due: Sequence[Queue], most: int) -> dict[str, int]:
        """How many texts of each number may leave: no number gets more than its share while others wait."""
        shares: dict[str, int] = {}
        numbers = list(dict.fromkeys(queue.number for queue in due))
        for place, number in enumerate(numbers):
            share = -(-most // (len(numbers) - place))
            shares[number] = min(share, self._free(number))
            most -= shares[number]
        return shares

    def _free(self, number: str) -> int:
        return room(self._paces.get(number, Pace(number)), self._rates.of(number), self._now)

    def _next(self, number: str, lines: Mapping[Priority, Sequence[Waiting]]) -> Priority:
        """Whose turn it is: the first's, but for the places that are kept for those behind."""
        wait = sorted(priority for priority, texts in lines.items() if texts)
        if len(wait) == 1 or number not in self._locked:
            return wait[0]
        turn = self._paces[number].turn + 1
        self._paces[number] = replace(self._paces[number], turn=turn)
        return next((each for each in reversed(wait[1:]) if turn % _SHARES[each] == 0), wait[0])


def next_moment(connection: Connection, rates: Rates, now: datetime) -> datetime | None:
    """When something may leave that may not yet: it is due then, or its number has a place again."""
    queues = outbox.queues(connection)
    paces = pace.read(connection, {queue.number for queue in queues}) if queues else {}
    free = {
        number: free_at(paces.get(number, Pace(number)), rates.of(number), now) for number, _, _ in queues
    }
    moments = (max(queue.first_due, free[queue.number]) for queue in queues)
    return min((moment for moment in moments if moment > now), default=None)


# The arithmetic of one number.


def room(number: Pace, limits: Sequence[Limit], now: datetime) -> int:
    """How many texts may leave now; a million where nothing limits them."""
    if number.held_until is not None and now < number.held_until:
        return 0
    return max(0, min((limit.count - _sum(_lately(number, limit, now)) for limit in limits), default=10**6))


def free_at(number: Pace, limits: Sequence[Limit], now: datetime) -> datetime:
    """When the next text may leave, as far as the pace goes; `now` where it may already."""
    moment = max(now, number.held_until or now)
    for limit in limits:
        lately = _lately(number, limit, now)
        if _sum(lately) >= limit.count:
            moment = max(moment, _EPOCH + lately[0][0] * _MICROSECOND + limit.period)
    return moment


def taking(number: Pace, limits: Sequence[Limit], count: int, now: datetime) -> Pace:
    """The number's pace once so many texts have left now."""
    at = (now - _EPOCH) // _MICROSECOND
    taken: dict[str, list[list[int]]] = {}
    for limit in limits:
        lately = _lately(number, limit, now)
        step = (limit.period // _MICROSECOND) // STEPS
        if lately and lately[-1][0] // step == at // step:
            # The later moment counts for all of them: a place is free too late rather than too early.
            lately = [*lately[:-1], [max(at, lately[-1][0]), lately[-1][1] + count]]
        else:
            lately = [*lately, [at, count]]
        taken[str(limit)] = lately
    return replace(number, taken=taken)


def _lately(number: Pace, limit: Limit, now: datetime) -> list[list[int]]:
    """What left within the limit's period. What left far in the future did so before a clock was set back."""
    at, period = (now - _EPOCH) // _MICROSECOND, limit.period // _MICROSECOND
    return [each for each in number.taken.get(str(limit), []) if at - period < each[0] <= at + period]


def _sum(lately: Iterable[Sequence[int]]) -> int:
    return sum(count for _, count in lately)
