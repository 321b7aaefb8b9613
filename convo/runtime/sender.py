"""The second line: messages are claimed, pass the gate, are sent many at a time, and settled."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from convo import phone
from convo.clock import Clock
from convo.messages import Accepted, Outbound, Reason, SendError, Status, Trouble
from convo.providers.base import Provider
from convo.runtime import fates, pacing
from convo.runtime.flying import Flights
from convo.runtime.gate import Gate, Wait, Withdraw
from convo.runtime.library import Library
from convo.runtime.pacing import Places, Rates
from convo.runtime.settling import GIVE_UP_AFTER, GivenBack, NotBegun, Result, settle
from convo.runtime.tally import Count, Tally, uncounted
from convo.runtime.turns import Line
from convo.runtime.visits import Left, overtaken, settled
from convo.settings import Settings
from convo.store import outbox
from convo.store.engine import Store
from convo.store.outbox import Change, Waiting

MOST_IN_FLIGHT = 256
MOST_CLAIMED = 128  # in one transaction, which holds up the texts that come in
SEND_WITHIN = 10.0  # seconds that a provider has to answer
LEASE = timedelta(seconds=SEND_WITHIN + 5)
BEGIN_WITHIN = timedelta(seconds=1)  # of the claim; a STOP may have come since

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send until its lease ends."""

    outbound: Outbound
    contact_id: int
    tries: int
    at: datetime
    conversation_id: int | None = None


class Claimed(NamedTuple):
    """What came of looking once for messages to send."""

    claims: list[Claim]
    refused: int = 0  # withdrawn or moved by the gate; others may wait behind them


def claim(line: Line, rates: Rates, most: int, keys: Callable[[], str]) -> Claimed:
    """Claim up to `most` messages, one a contact, each at its number's pace and through the gate.

    What the gate refuses is withdrawn with its reason, what may not leave yet is moved; what it lets
    through is ours until the lease ends.
    """
    connection, now = line.connection, line.now
    places = Places(connection, rates, now, most)
    rows = outbox.lock_ready(connection, places.wanted, now)
    waiting = outbox.ready(connection, rows, now)
    if not waiting:
        return Claimed([])
    places.lock()
    gate = Gate(connection, line.settings, waiting, now)
    claims: dict[int, tuple[Waiting, str]] = {}
    refused: list[Change] = []
    for message in places.in_turn(waiting):
        if message.contact_id in claims:
            continue
        match gate.decide(message):
            case Withdraw(reason):
                refused.append(Change(message.id, message.taken_back, message.tries, reason=reason))
            case Wait(until, reason):
                moved = Change(message.id, Status.QUEUED, message.tries, reason, due_at=until, moved=True)
                refused.append(moved)
            case None:
                places.take(message)
                gate.passed(message)
                claims[message.contact_id] = message, message.key or keys()
    fates.change(line, {each.id: each for each in waiting}, refused)
    keyed = [(message.id, key) for message, key in claims.values()]
    outbox.claim(connection, keyed, now, until=now + LEASE, give_up=now + GIVE_UP_AFTER)
    places.save()
    gate.save()
    _withdrawn(line, waiting, refused)
    claimed = [_claimed(message, key, gate.text(message), now) for message, key in claims.values()]
    return Claimed(claimed, len(refused))


def _claimed(message: Waiting, key: str, text: str, now: datetime) -> Claim:
    outbound = Outbound(
        message.id,
        key,
        message.account,
        message.number,
        message.contact,
        text,
        message.first_tried_at or now,
    )
    return Claim(outbound, message.contact_id, message.tries + 1, now, message.conversation_id)


def _withdrawn(line: Line, waiting: Sequence[Waiting], refused: Sequence[Change]) -> None:
    """Conversations go on without the texts that the gate withdrew, as if those had left."""
    for change in refused:
        line.tally.add(Count.REFUSED, str(change.reason))
    reasons = {change.id: change.reason for change in refused if change.status is not Status.QUEUED}
    left = [message for message in waiting if message.id in reasons]
    for message in left:
        log.info(
            "gate.withdrawn",
            message=message.id,
            conversation=message.conversation_id,
            contact=phone.mask(message.contact),
            reason=str(reasons[message.id]),
        )
    settled(line, [Left(message, line.now) for message in left], [])


def revive(line: Line, providers: Mapping[str, Provider], *, leases_until: datetime) -> int:
    """Take back the messages of senders that died: those whose lease ended by `leases_until`.

    A provider that knows our key gets the message again; elsewhere it is uncertain, and stays so
    until its report comes.
    """
    connection, now = line.connection, line.now
    rows = outbox.lock_dead(connection, leases_until, MOST_IN_FLIGHT)
    changes: list[Change] = []
    left: list[Left] = []
    found = outbox.dead(connection, rows, leases_until)
    for message in found:
        log.warning("send.lease_ended", message=message.id, conversation=message.conversation_id)
        provider = providers.get(message.account)
        if provider is not None and provider.traits.idempotent:
            changes.append(Change(message.id, Status.QUEUED, message.tries, due_at=now, unclear=True))
            continue
        changes.append(Change(message.id, Status.UNCERTAIN, message.tries, reason=Reason.UNKNOWN))
        left.append(Left(message, now))
    by_id = {message.id: message for message in found}
    fates.change(line, by_id, changes)
    fates.change(line, by_id, overtaken(connection, by_id, changes))
    settled(line, left, [])
    return len(changes)


async def send(provider: Provider | None, claimed: Claim, clock: Clock) -> Result:
    """Try one claimed message; whatever happens comes back as a result."""

    def result(outcome: Accepted | SendError | NotBegun | GivenBack) -> Result:
        return Result(
            claimed.outbound.id,
            claimed.contact_id,
            claimed.tries,
            clock(),
            outcome,
        )

    if provider is None:
        account = claimed.outbound.account
        gone = f"there is no account '{account}' in the settings; put it back"
        return result(SendError(Trouble.OUR_FAULT, Reason.REJECTED, detail=gone))
    if clock() - claimed.at > BEGIN_WITHIN:
        return result(NotBegun())
    return result(await _answer(provider, claimed))


async def _answer(provider: Provider, claimed: Claim) -> Accepted | SendError | GivenBack:
    """What the provider says; it may have taken the text before its answer was lost."""
    try:
        async with asyncio.timeout(SEND_WITHIN):
            return await provider.send(claimed.outbound)
    except SendError as error:
        return error
    except asyncio.CancelledError:  # the process ends, and it takes too long
        return GivenBack() if provider.traits.idempotent else _lost(provider, "the process ended meanwhile")
    except TimeoutError:
        return _lost(provider, f"no answer within {SEND_WITHIN:g} s")
    except Exception as error:
        log.exception("send.lost", message=claimed.outbound.id, conversation=claimed.conversation_id)
        return _lost(provider, f"the answer was lost: {type(error).__name__}")


def _lost(provider: Provider, detail: str) -> SendError:
    return SendError(Trouble.RETRY if provider.traits.idempotent else Trouble.UNCERTAIN, detail=detail)


class Sender:
    """Claims, sends and settles until it is told to stop."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        library: Library,
        providers: Mapping[str, Provider],
        clock: Clock,
        on_commit: Callable[[], None],
        count: Callable[[Tally], None] = uncounted,
    ) -> None:
        self._settings = settings
        self._library = library
        self._providers = providers
        self.rates = Rates(settings, {name: provider.traits for name, provider in providers.items()})
        self._next: datetime | None = None  # when something may leave that may not yet
        self._clock = clock
        self._dead_by: datetime | None = None
        self._tally = Tally()

        def committed() -> None:
            count(self._tally)
            on_commit()

        self._flights = Flights(
            "sender",
            store,
            self._work,
            self._send,
            committed,
            most=MOST_IN_FLIGHT,
            next_due=lambda: self._next,
            clock=clock,
        )

    def wake(self) -> None:
        """Something may have been queued."""
        self._flights.wake()

    async def run(self, *, alone: bool) -> None:
        """Work until `stop`. `alone`: no other process sends, so every old lease is dead."""
        self._dead_by = self._clock() + LEASE * 2 if alone else None
        await self._flights.run()

    async def stop(self, within: float) -> None:
        """Let what is under way end within so many seconds, and give back the rest."""
        await self._flights.stop(within)

    def _work(
        self, connection: Connection, results: Sequence[Result], room: int, first: bool
    ) -> tuple[list[Claim], bool]:
        now = self._clock()
        line = Line(connection, self._settings, self._library, now)
        self._tally = line.tally
        held = settle(line, results)
        revived = revive(line, self._providers, leases_until=(self._dead_by if first else None) or now)
        # Rows of `pace` are locked in order: what was held is let go of before any other is taken.
        found = claim(line, self.rates, 0 if held else min(room, MOST_CLAIMED), lambda: uuid.uuid4().hex)
        self._next = None if any(found) else pacing.next_moment(connection, self.rates, now)
        return found.claims, bool(held or revived or found.refused)

    async def _send(self, claimed: Claim) -> Result:
        provider = self._providers.get(claimed.outbound.account)
        return await send(provider, claimed, self._clock)
