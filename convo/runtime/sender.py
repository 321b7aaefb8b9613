"""The second line: messages are claimed, pass the gate, are sent many at a time, and settled."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from convo import phone
from convo.clock import Clock
from convo.errors import StoreUnavailable
from convo.messages import Accepted, Kind, Outbound, Reason, SendError, Status, Trouble
from convo.providers.base import Provider
from convo.runtime import codes
from convo.runtime.library import Library
from convo.runtime.settling import NotBegun, Result, settle
from convo.runtime.turns import Line
from convo.runtime.visits import Left, overtaken, settled
from convo.settings import Settings
from convo.store import consent, outbox
from convo.store.engine import Store
from convo.store.outbox import Change, Waiting

MOST_IN_FLIGHT = 64
SEND_WITHIN = 10.0  # seconds that a provider has to answer
LEASE = timedelta(seconds=SEND_WITHIN + 5)
BEGIN_WITHIN = timedelta(seconds=1)  # of the claim; a STOP may have come since
POLL = 1.0  # seconds; what another process queued is found by then

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send until its lease ends."""

    outbound: Outbound
    contact_id: int
    tries: int
    at: datetime


def claim(
    connection: Connection, settings: Settings, now: datetime, most: int, keys: Callable[[], str]
) -> list[Claim]:
    """Claim up to `most` messages, one a contact, each through the gate.

    What the gate refuses is withdrawn with its reason; what it lets through is ours until the
    lease ends.
    """
    rows = outbox.lock_ready(connection, now, most)
    waiting = outbox.ready(connection, rows, now)
    stopped = consent.opted_out(connection, rows) if rows else set()
    secrets = codes.revealed(connection, settings, (message.code_id for message in waiting))
    claims: dict[int, tuple[Waiting, str]] = {}
    withdrawn: list[Change] = []
    for message in waiting:
        reason = refused(message, stopped, now)
        if reason is None and message.code_id is not None and message.code_id not in secrets:
            reason = Reason.OUT_OF_DATE  # nobody can work the code out any more
        if reason is not None:
            withdrawn.append(Change(message.id, message.taken_back, message.tries, reason=reason))
        elif message.contact_id not in claims:
            claims[message.contact_id] = message, message.key or keys()
    outbox.change(connection, withdrawn)
    outbox.claim(connection, [(m.id, key) for m, key in claims.values()], now, now + LEASE)
    return [
        Claim(
            Outbound(
                m.id,
                key,
                m.account,
                m.number,
                m.contact,
                codes.filled(m.text, secrets.get(m.code_id or "")),
                m.first_tried_at or now,
            ),
            m.contact_id,
            m.tries + 1,
            now,
        )
        for m, key in claims.values()
    ]


def refused(message: Waiting, stopped: set[tuple[str, int]], now: datetime) -> Reason | None:
    """The gate: why a message may not leave, at the last moment there is; None where it may."""
    if message.kind is Kind.TEXT and (message.brand, message.contact_id) in stopped:
        return Reason.OPTED_OUT
    if message.valid_until is not None and now > message.valid_until:
        return Reason.OUT_OF_DATE
    return None


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
        provider = providers.get(message.account)
        if provider is not None and provider.traits.idempotent:
            changes.append(Change(message.id, Status.QUEUED, message.tries, due_at=now, unclear=True))
            continue
        changes.append(Change(message.id, Status.UNCERTAIN, message.tries, reason=Reason.UNKNOWN))
        left.append(Left(message, now))
    outbox.change(connection, changes)
    late = overtaken(connection, {message.id: message for message in found}, changes)
    outbox.change(connection, late)
    settled(line, left, [])
    return len(changes)


async def send(provider: Provider | None, claimed: Claim, clock: Clock) -> Result:
    """Try one claimed message; whatever happens comes back as a result."""

    def result(outcome: Accepted | SendError | NotBegun) -> Result:
        return Result(
            claimed.outbound.id,
            claimed.contact_id,
            claimed.tries,
            clock(),
            outcome,
        )

    if provider is None:
        return result(SendError(Trouble.OUR_FAULT, Reason.REJECTED))
    if clock() - claimed.at > BEGIN_WITHIN:
        return result(NotBegun())
    try:
        async with asyncio.timeout(SEND_WITHIN):
            return result(await provider.send(claimed.outbound))
    except SendError as error:
        return result(error)
    except Exception:
        # A timeout too: the provider may have taken it before the answer was lost.
        log.exception("send.lost", contact=phone.mask(claimed.outbound.contact))
        return result(SendError(Trouble.RETRY if provider.traits.idempotent else Trouble.UNCERTAIN))


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
    ) -> None:
        self._store = store
        self._settings = settings
        self._library = library
        self._providers = providers
        self._clock = clock
        self._on_commit = on_commit
        self._results: list[Result] = []
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something may have been queued."""
        self._wake.set()

    async def run(self, *, alone: bool) -> None:
        """Work until `stop`. `alone`: no other process sends, so every old lease is dead."""
        dead_by = self._clock() + LEASE * 2 if alone else None
        while not (self._stopping and not self._flying and not self._results):
            self._wake.clear()
            try:
                busy = await self._round(dead_by)
                dead_by = None
            except Exception as error:
                if self._stopping:
                    return  # whoever comes next takes over what is claimed, when its lease ends
                _log_trouble(error)
                busy = False
                await asyncio.sleep(POLL)
            if not busy:
                await _wait(self._wake, POLL)

    async def stop(self) -> None:
        """Let what is under way end, and settle it."""
        self._stopping = True
        self._wake.set()

    async def _round(self, dead_by: datetime | None) -> bool:
        results, self._results = self._results, []
        room = 0 if self._stopping else MOST_IN_FLIGHT - len(self._flying)
        try:
            claims = await self._store.write(lambda c: self._work(c, results, room, dead_by))
        except BaseException:
            self._results = results + self._results  # nothing of it was written
            raise
        for claimed in claims:
            task = asyncio.create_task(self._send(claimed))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        if claims or results:
            self._on_commit()
        return bool(claims or self._results)

    def _work(
        self,
        connection: Connection,
        results: Sequence[Result],
        room: int,
        dead_by: datetime | None,
    ) -> list[Claim]:
        now = self._clock()
        line = Line(connection, self._settings, self._library, now)
        settle(line, results)
        revive(line, self._providers, leases_until=dead_by or now)
        if not room:
            return []
        return claim(connection, self._settings, now, room, lambda: uuid.uuid4().hex)

    async def _send(self, claimed: Claim) -> None:
        provider = self._providers.get(claimed.outbound.account)
        result = await send(provider, claimed, self._clock)
        # Looked up after the wait, not before: a round may have taken the list meanwhile.
        self._results.append(result)
        self._wake.set()


def _log_trouble(error: Exception) -> None:
    if isinstance(error, StoreUnavailable):
        log.warning("sender.store_unavailable", error=str(error))
    else:
        log.error("sender.failed", exc_info=error)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
