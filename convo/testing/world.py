"""A world in memory: the real lines of convo on a virtual clock, with phones instead of a provider.

Nothing here decides anything: texts go through the intake, what is said through the gate and the
sender's claims, and clocks through the clockwork. Only time is not waited for.
"""

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from convo.clock import VirtualClock
from convo.errors import CallError
from convo.flow.advance import RUNNING
from convo.flow.compile import Bundle
from convo.flow.results import Result
from convo.flow.session import Phase
from convo.kinds import KINDS
from convo.messages import Accepted, Inbound, Item, Outbound, Reason, Report, Status
from convo.runtime import calling, clockwork, errands, inbox, intake, sender, settling
from convo.runtime.calling import Claim, Tried
from convo.runtime.codes import revealed
from convo.runtime.library import Library
from convo.runtime.marketing import Agreement, record
from convo.runtime.pacing import Rates, next_moment
from convo.runtime.starting import Start, start
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Number, Settings
from convo.store import consent, contacts, conversations, messages, outgoing
from convo.store.conversations import Stored
from convo.store.engine import Store
from convo.store.errands import Errand
from convo.store.outgoing import OutgoingEvent

T = TypeVar("T")
MOST_STEPS = 10_000  # of the clock, in one wait


class World:
    """One database, one clock, some flows. Close it, or use it as a context manager."""

    def __init__(
        self,
        flows: Path,
        now: datetime,
        numbers: Mapping[str, Number] | None = None,
        library: Library | None = None,
    ) -> None:
        """`library` is one that another world of these flows had; only what changed is read anew."""
        self.clock = VirtualClock(now)
        self.settings = Settings.model_construct(
            database="sqlite://",
            flows=flows,
            accounts={SIMULATOR: Account(provider=SIMULATOR)},
            numbers=dict(numbers or {}),
        )
        self.rates = Rates(self.settings, {})
        self.library = library or Library(flows)
        self.problems = self.library.read()
        self.sent: list[Outbound] = []
        self._unreported: list[tuple[Outbound, str]] = []
        self._numbers = itertools.count(1)
        self._claims: dict[int, Claim] = {}  # by conversation: the call that it waits for
        self._store = _fresh_store()
        self.do(lambda connection: self.library.save(connection, now))
        self.library.publish()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *error: object) -> None:
        _put_back(self._store)

    def new_key(self) -> str:
        """An idempotency key."""
        return f"key-{next(self._numbers)}"

    def do(self, job: Callable[[Connection], T]) -> T:
        """Run `job` in a transaction."""
        return self._store.transact(job)

    def line(self, connection: Connection) -> Line:
        return Line(connection, self.settings, self.library, self.clock())

    def flow(self, name: str) -> Bundle:
        return self.library.current[name]

    def start(self, wanted: Start) -> None:
        """As an application would; raises StartError."""
        self._report()
        self.do(lambda c: start(c, self.settings, self.library, wanted, self.clock()))
        self._send()

    def deliver(self, *items: Item) -> None:
        """As a provider's webhook would."""
        self._report()
        self._take(*items)
        self._send()

    def learn(self, contact: str, language: str | None = None, timezone: str | None = None) -> None:
        """The application tells what a contact speaks, and where; None leaves what is known."""

        def job(connection: Connection) -> None:
            known = contacts.lock(connection, [contact], self.clock())[contact]
            contacts.learn(connection, known, language, timezone)

        self.do(job)

    def agrees(self, contact: str, number: str) -> None:
        """The contact has agreed to marketing, somewhere else."""

        def job(connection: Connection) -> None:
            known = contacts.lock(connection, [contact], self.clock())[contact]
            agreement = Agreement(
                brand=self.settings.brand(number),
                number=number,
                contact_id=known.id,
                contact=contact,
                words="",
                rule="test",
                actor="api",
            )
            record(connection, self.settings.events, agreement, self.clock())

        self.do(job)

    def consents(self, contact: str, number: str) -> bool:
        """Whether a contact has agreed to the marketing of our number's brand."""

        def job(connection: Connection) -> bool:
            known = contacts.find(connection, contact)
            found = consent.standing(connection, [known.id] if known else [])
            return any(
                each.marketing for (brand, _), each in found.items() if brand == self.settings.brand(number)
            )

        return self.do(job)

    def reply(self, wanted: inbox.Reply) -> None:
        """A person texts in a conversation that was handed to them; raises InboxError."""
        self._report()
        self.do(lambda c: inbox.reply(self.line(c), wanted))
        self._send()

    def hand_back(self, wanted: inbox.HandBack) -> None:
        """A person gives a conversation back to its flow; raises InboxError or HandBackError."""
        self._report()
        self.do(lambda c: inbox.hand_back(self.line(c), wanted))
        self._send()

    def close(self, conversation: int, outcome: str) -> None:
        """A person ends a conversation; raises InboxError."""
        self._report()
        self.do(lambda c: inbox.close(self.line(c), conversation, outcome))
        self._send()

    def wait(self, time: timedelta) -> None:
        """Let `time` pass; everything that becomes due on the way happens at its moment."""
        self._report()
        end, last = self.clock() + time, None
        for _ in range(MOST_STEPS):
            moments = (self.do(conversations.next_wake), self.next_leaving())
            due = min((moment for moment in moments if moment is not None), default=end)
            self.clock.move_to(min(due, end))
            if due > end:
                return
            woken = self.do(lambda c: clockwork.wake(c, self.settings, self.library, self.clock()))
            if not self._send() and not woken and due == last:
                self.clock.move_to(end)
                return
            last = due
        raise RuntimeError(f"more than {MOST_STEPS} things happened within {time}")

    def next_leaving(self) -> datetime | None:
        """When the next text may leave; None where none waits."""
        return self.do(lambda c: next_moment(c, self.rates, self.clock()))

    def fail(self, reason: Reason = Reason.UNREACHABLE) -> bool:
        """The last text that left is reported as undelivered; False where there is none."""
        if not self._unreported:
            return False
        message, name = self._unreported.pop()
        self._take(Report(SIMULATOR, name, message.contact, Status.FAILED, self.clock(), reason))
        self._send()
        return True

    def code(self, contact: str) -> str | None:
        """The one-time code that was said last to a contact; None where there was none."""
        said = [message.code_id for message in self.history(contact) if message.code_id is not None]
        codes = self.do(lambda c: revealed(c, self.settings, said[-1:]))
        return next(iter(codes.values()), None)

    def waits_for(self, stored: Stored) -> Claim | None:
        """The call that a conversation waits for; nobody makes it but who calls `answer`."""
        claimed = self._claims.get(stored.id)
        waits = stored.status == Phase.CALLING and claimed is not None
        return claimed if waits and claimed and claimed.call.visit == stored.visit else None

    def answer(self, claimed: Claim, result: Result = None, failure: str | None = None) -> None:
        """What comes of a call: its result, or why every try failed."""
        self._report()
        error = CallError(failure, again=False) if failure is not None else None
        tried = Tried(claimed, self.clock(), result, error)
        self.do(lambda c: calling.settle(self.line(c), [tried]))
        self._send()

    def history(self, contact: str) -> list[messages.Stored]:
        """Every message of a contact, in the order in which they were stored."""
        return self.do(lambda c: messages.listed(c, contact, 0, 10_000))

    def conversations(self, contact: str) -> list[Stored]:
        """Every conversation of a contact, oldest first."""
        return self.do(lambda c: conversations.listed(c, contact, 0, 10_000))

    def emitted(self, contact: str) -> list[OutgoingEvent]:
        """Every event that flows emitted while they talked to a contact, oldest first."""
        return [one for one in self.do(lambda c: outgoing.of_contact(c, contact)) if one.kind not in KINDS]

    def _take(self, *items: Item) -> None:
        self.do(lambda c: intake.take(self.line(c), items))

    def _send(self) -> int:
        """Everything that may leave now is accepted, and calls are claimed; how many texts that were."""
        while errand := self.do(errands.first):
            self.do(partial(self._run, errand))
        called = self.do(lambda c: calling.claim(c, self.clock(), MOST_STEPS, self.new_key))
        self._claims.update({one.conversation: one for one in called})
        count = 0
        while any(found := self.do(self._claim)):
            results = []
            for claimed in found.claims:
                name = f"sim-{claimed.outbound.key}"
                self.sent.append(claimed.outbound)
                self._unreported.append((claimed.outbound, name))
                results.append(
                    settling.Result(
                        claimed.outbound.id,
                        claimed.contact_id,
                        claimed.tries,
                        self.clock(),
                        Accepted(name),
                    )
                )
            count += len(results)
            self.do(partial(self._settle, results))
        return count

    def _claim(self, connection: Connection) -> sender.Claimed:
        return sender.claim(self.line(connection), self.rates, sender.MOST_IN_FLIGHT, self.new_key)

    def _settle(self, results: list[settling.Result], connection: Connection) -> None:
        settling.settle(self.line(connection), results)

    def _run(self, errand: Errand, connection: Connection) -> None:
        errands.run(self.line(connection), errand)

    def _report(self) -> None:
        """Whatever left before has arrived by now."""
        arrived, self._unreported = self._unreported, []
        self._take(
            *(
                Report(SIMULATOR, name, message.contact, Status.DELIVERED, self.clock())
                for message, name in arrived
            )
        )


# The database that the next world wipes and takes: its statements are compiled already, which takes
# longer than a conversation.
_idle: list[Store] = []


def _fresh_store() -> Store:
    """An up-to-date database in memory, copied from one that was migrated once."""
    store = _idle.pop() if _idle else Store("sqlite://")
    store.restore(_schema())
    return store


def _put_back(store: Store) -> None:
    if _idle:
        store.close()
    else:
        _idle.append(store)


@cache
def _schema() -> bytes:
    store = Store("sqlite://")
    store.upgrade()
    try:
        return store.snapshot()
    finally:
        store.close()


class Handset:
    """A phone in that world: it texts one of our numbers and reads what comes back."""

    def __init__(self, world: World, contact: str, number: str) -> None:
        self.world = world
        self.contact = contact
        self.number = number
        self._texts = 0
        self._read = 0

    def text(self, text: str, *, times: int = 1, media: tuple[str, ...] = ()) -> None:
        """Send a text; `times` says how often the provider delivers it, `media` what comes with it."""
        self._texts += 1
        name = f"{self.contact}-{self._texts}"
        for _ in range(times):
            self.world.deliver(
                Inbound(SIMULATOR, name, self.contact, self.number, text, text.encode(), media)
            )

    def unread(self) -> list[str]:
        """The texts that came and were not read yet, oldest first."""
        mine = [
            message.text
            for message in self.world.sent
            if (message.contact, message.number) == (self.contact, self.number)
        ]
        return mine[self._read :]

    def read(self) -> str | None:
        """The next text that came; None where there is none."""
        waiting = self.unread()
        if not waiting:
            return None
        self._read += 1
        return waiting[0]

    def reads(self, expected: str) -> None:
        """The next text that came is `expected`."""
        came = self.read()
        assert came == expected, f"came: {came!r}, expected: {expected!r}"

    def conversations(self) -> list[Stored]:
        """Every conversation of this phone with that number, oldest first."""
        return [one for one in self.world.conversations(self.contact) if one.number == self.number]

    def conversation(self) -> Stored | None:
        """The one that is running; where none is, the one that ended last."""
        found = self.conversations()
        for stored in found:
            if stored.status in RUNNING:
                return stored
        ended = [stored for stored in found if stored.ended_at is not None]
        return max(ended, key=lambda stored: (stored.ended_at, stored.id), default=None)
