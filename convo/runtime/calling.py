"""The slow work of flows: calls are claimed, made many at a time, and their results settled."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo.actions import Action
from convo.clock import Clock
from convo.errors import CallError
from convo.flow.names import did_you_mean
from convo.flow.results import Result
from convo.flow.session import Call, Called, Phase
from convo.flow.steps.call import LONGEST
from convo.runtime.acting import Stage
from convo.runtime.fetching import Fetcher
from convo.runtime.flying import Flights
from convo.runtime.library import Library
from convo.runtime.records import asked, words
from convo.runtime.sessions import decode
from convo.runtime.turns import Line, Turns
from convo.settings import Settings
from convo.store import calls, contacts, conversations
from convo.store.calls import Pending
from convo.store.engine import Store

MOST_IN_FLIGHT = 32
LEASE = timedelta(seconds=15)  # beyond what a try may take
LONGEST_LEASE = LONGEST + LEASE
WAITS = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 15, 30))  # between one try and the next
LONGEST_WAIT = timedelta(minutes=1)  # that a server can ask for; nobody waits longer for a text

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A call that is ours to try until its lease ends."""

    id: int
    contact_id: int
    conversation: int
    call: Call
    key: str
    tries: int  # this one among them


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one claim."""

    claim: Claim
    at: datetime
    result: Result = None
    error: CallError | None = None


def claim(
    connection: Connection,
    now: datetime,
    most: int,
    keys: Callable[[], str],
    *,
    leases_until: datetime | None = None,
) -> list[Claim]:
    """Claim up to `most` calls that are due, each with an idempotency key that it keeps.

    Leases that end by `leases_until`, now unless said, belong to processes that died.
    """
    dead_by = leases_until or now
    rows = calls.lock_due(connection, now, most, leases_until=dead_by)
    due = calls.due(connection, rows, now, leases_until=dead_by)[:most]
    claims = [_claim(pending, keys) for pending in due]
    calls.claim(connection, [(one.id, one.key, now + one.call.within + LEASE) for one in claims])
    return claims


def _claim(pending: Pending, keys: Callable[[], str]) -> Claim:
    return Claim(
        pending.id,
        pending.contact_id,
        pending.conversation_id,
        asked(pending.visit, pending.what),
        pending.key or keys(),
        pending.tries + 1,
    )


def settle(line: Line, tried: Sequence[Tried]) -> None:
    """Lead on what these calls brought, and plan the next try of what failed.

    A result that was overtaken by another claim changes nothing, and neither does one for which
    nobody waits any more. One for a conversation that is suspended is kept until it goes on.
    """
    if not tried:
        return
    connection = line.connection
    contacts.lock_ids(connection, (one.claim.contact_id for one in tried))
    pending = calls.by_ids(connection, (one.claim.id for one in tried))
    waiting = {
        stored.id: stored
        for stored in conversations.by_ids(connection, (one.claim.conversation for one in tried))
    }
    turns = Turns(line)
    for one in tried:
        found = pending.get(one.claim.id)
        if found is None or found.tries != one.claim.tries:
            continue
        stored = turns.latest(waiting[one.claim.conversation])
        over = stored.visit != found.visit or stored.status not in (Phase.CALLING, Phase.SUSPENDED)
        if over:
            turns.gives_up(stored)
        elif again := _again(one):
            calls.again(connection, found.id, again)
        elif stored.status == Phase.SUSPENDED:
            calls.keep(connection, found.id, words(_called(one)))
        else:
            try:
                answers = found.answers or bool(decode(stored).kept)
                turns.step(stored, _called(one), depth=found.depth, answers=answers)
            except SQLAlchemyError:
                raise  # the transaction is broken, not the conversation
            except Exception as error:
                log.exception("call.not_settled", conversation=stored.id)
                turns.call_person(turns.latest(stored), str(error))
    turns.flush()


def _again(tried: Tried) -> datetime | None:
    """When the call is tried again; None where it is not."""
    error, tries = tried.error, tried.claim.tries
    if error is None or not error.again or tries >= tried.claim.call.tries:
        return None
    wait = WAITS[min(tries, len(WAITS)) - 1]
    if error.after is not None:
        wait = max(wait, error.after)
    return tried.at + wait if wait <= LONGEST_WAIT else None


def _called(tried: Tried) -> Called:
    failure = str(tried.error) if tried.error else None
    return Called(tried.claim.call.visit, tried.result, failure)


class Caller:
    """Claims, makes and settles calls until it is told to stop."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        library: Library,
        actions: Callable[[], Mapping[str, Action]],
        clock: Clock,
        on_commit: Callable[[], None],
    ) -> None:
        self._store = store
        self._settings = settings
        self._library = library
        self._actions = actions
        self._clock = clock
        self._stage = Stage()
        self._fetcher = Fetcher(settings.calls, clock)
        self._dead_by: datetime | None = None
        self._next: datetime | None = None  # when a call is due
        self._flights = Flights(
            "caller",
            store,
            self._work,
            self._make,
            on_commit,
            most=MOST_IN_FLIGHT,
            next_due=lambda: self._next,
            clock=clock,
        )

    def wake(self) -> None:
        """A conversation may have called."""
        self._flights.wake()

    async def run(self, *, alone: bool) -> None:
        """Work until `stop`. `alone`: no other process serves, so every old lease is dead."""
        self._dead_by = self._clock() + LONGEST_LEASE if alone else None
        await self._flights.run(self._has_work)

    async def stop(self, within: float) -> None:
        """Let what is under way end within so many seconds, and settle it; the rest is tried again later."""
        await self._flights.stop(within)

    async def close(self) -> None:
        await self._fetcher.close()

    async def _has_work(self) -> bool:
        self._next = await self._store.read(calls.next_due)
        return self._next is not None and self._next <= self._clock()

    def _work(
        self, connection: Connection, tried: Sequence[Tried], room: int, first: bool
    ) -> tuple[list[Claim], bool]:
        now = self._clock()
        settle(Line(connection, self._settings, self._library, now), tried)
        if not room:
            return [], False
        dead_by = self._dead_by if first else None
        claims = claim(connection, now, room, lambda: uuid.uuid4().hex, leases_until=dead_by)
        self._next = calls.next_due(connection)
        return claims, False

    async def _make(self, claimed: Claim) -> Tried:
        told = {"call": claimed.call.name, "conversation": claimed.conversation}
        error: CallError
        try:
            result = await self._result(claimed)
            return Tried(claimed, self._clock(), result)
        except CallError as failed:
            error = failed
            log.warning("call.failed", **told, tries=claimed.tries, error=str(error))
        except asyncio.CancelledError:
            error = CallError("the process was stopped meanwhile", again=True)
        except Exception as bug:
            log.exception("call.failed", **told)
            error = CallError(f"{type(bug).__name__}: {bug}", again=True)
        return Tried(claimed, self._clock(), error=error)

    async def _result(self, claimed: Claim) -> Result:
        call = claimed.call
        if claimed.tries > call.tries:
            raise CallError("whoever made it died before its result was stored", again=False)
        if call.request is not None:
            return await self._fetcher.fetch(call.request, call.given, claimed.key, call.within)
        actions = self._actions()
        action = actions.get(call.name)
        if action is None:
            known = did_you_mean(call.name, actions) if actions else "There is none."
            raise CallError(f"there is no action '{call.name}'. {known}", again=False)
        return await self._stage.act(action, action.arguments(call.given, claimed.key), call.within)
