"""STOP is sent while ten texts are queued: one confirmation leaves, and nothing else after it.

The senders, the clock and the first line take their turns at random, or really at once from threads.
What each of them did is told in one diary, in the order of the commits: whoever acts on a contact
holds the lock of its row until its commit, and writes into the diary meanwhile.
"""

import itertools
import random
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from convo.clock import Clock, VirtualClock, system
from convo.keywords import KeywordKind
from convo.messages import Accepted, Direction, Inbound, Kind, Reason, SendError, Status, Trouble
from convo.providers import make
from convo.runtime import clockwork, intake, sender, settling
from convo.runtime.library import Library
from convo.runtime.pacing import Rates
from convo.runtime.starting import Start, start
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Settings
from convo.store import consent, contacts, conversations, messages
from convo.store.engine import Store
from convo.store.tables import messages as message_table

INTERLEAVINGS = 200  # of turns, on each database
TOGETHER, ROUNDS = 20, 10  # contacts at once from threads, and how often: 200 STOPs as well
TEXTS = 10
OURS = "+15550009999"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
STOPS = ("STOP", "stop", "Stop!", "unsubscribe", "arret", "baja")

FLOW = "flow: ten\nstart: text1\nstates:\n" + "".join(
    f"  text{place}: {{say: Text {place}, then: text{place + 1}}}\n" for place in range(1, TEXTS)
)
FLOW += f"""\
  text{TEXTS}:
    say: Text {TEXTS}
    replies: {{ok: thanks}}
    otherwise: {{say: Say OK., tries: 3, then: thanks}}
    after:
      2 seconds: {{say: Still there?}}
      1 day: thanks
  thanks: {{say: Thanks, end: thanked}}
"""


@pytest.fixture
def town(store: Store, tmp_path: Path) -> "Town":
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "ten.yaml").write_text(FLOW)
    return Town(store, tmp_path / "flows")


def test_in_whatever_order_the_lines_take_their_turns(town: "Town") -> None:
    seed = secrets.randbits(32)
    clock = VirtualClock(NOON)
    for place in range(INTERLEAVINGS):
        rng = random.Random(f"{seed}-{place}")
        contact = town.moves_in(clock)
        TakingTurns(town, clock, contact, rng).play()
        town.check(contact, f"seed {seed}, interleaving {place}")


def test_when_senders_the_clock_and_the_stop_race_each_other(town: "Town") -> None:
    seed = secrets.randbits(32)
    for place in range(ROUNDS):
        people = [town.moves_in(system) for _ in range(TOGETHER)]
        AtOnce(town, people, random.Random(f"{seed}-{place}")).play()
        for contact in people:
            town.check(contact, f"seed {seed}, round {place}")


@dataclass(slots=True)
class Diary:
    """What happened to one contact, in the order of the commits."""

    claimed_before: set[int] = field(default_factory=set)
    claimed_after: list[tuple[int, Kind]] = field(default_factory=list)
    stopped: bool = False
    stops: set[str] = field(default_factory=set)  # the provider's names of the STOPs
    phone: list[tuple[int, str, str]] = field(default_factory=list)  # message, key, text; as they came


class Town:
    """Contacts, each with ten texts queued, on one database."""

    def __init__(self, store: Store, flows: Path) -> None:
        self.store = store
        self.settings = Settings.model_construct(
            database="", flows=flows, accounts={SIMULATOR: Account(provider=SIMULATOR)}, numbers={}
        )
        self.rates = Rates(self.settings, {})
        self.library = Library(flows)
        assert self.library.read() == []
        self.library.publish()
        self.diaries: dict[str, Diary] = {}
        self._numbers = (f"+1555010{place:04}" for place in itertools.count(1))
        self._simulator = make(self.settings.accounts, lambda _: None, system)[SIMULATOR]
        store.transact(lambda c: self.library.save(c, NOON))

    def moves_in(self, clock: Clock) -> str:
        """A new contact, to whom ten texts are queued."""
        contact = next(self._numbers)
        self.diaries[contact] = Diary()
        wanted = Start("ten", contact, OURS)
        self.store.transact(lambda c: start(c, self.settings, self.library, wanted, clock()))
        return contact

    def delivers(self, contact: str, name: str, text: str, clock: Clock) -> None:
        """The provider delivers a text; the diary has it if it is a STOP that is new."""
        inbound = Inbound(SIMULATOR, name, contact, OURS, text)

        def job(connection: Connection) -> None:
            intake.take(Line(connection, self.settings, self.library, clock()), [inbound])
            if text in STOPS:
                self.diaries[contact].stopped = True
                self.diaries[contact].stops.add(name)

        self.store.transact(job)

    def claims(self, clock: Clock, most: int) -> list[sender.Claim]:
        """A sender claims, and the diary says which claims came after the STOP."""

        def job(connection: Connection) -> list[sender.Claim]:
            keys = (secrets.token_hex(8) for _ in itertools.count())
            line = Line(connection, self.settings, self.library, clock())
            claims = sender.claim(line, self.rates, most, lambda: next(keys)).claims
            for claimed in claims:
                diary = self.diaries[claimed.outbound.contact]
                if diary.stopped:
                    diary.claimed_after.append((claimed.outbound.id, _kind(connection, claimed)))
                else:
                    diary.claimed_before.add(claimed.outbound.id)
            return claims

        return self.store.transact(job)

    def settles(self, results: Sequence[settling.Result]) -> None:
        at = max((result.at for result in results), default=NOON)
        self.store.transact(lambda c: settling.settle(Line(c, self.settings, self.library, at), results))

    def wakes(self, clock: Clock) -> None:
        self.store.transact(lambda c: clockwork.wake(c, self.settings, self.library, clock()))

    def revives(self, clock: Clock) -> None:
        """Take back what a dead sender had claimed."""
        now, providers = clock(), {SIMULATOR: self._simulator}
        self.store.transact(
            lambda c: sender.revive(Line(c, self.settings, self.library, now), providers, leases_until=now)
        )

    def waiting(self, people: Sequence[str]) -> int:
        """How many texts to these people are not settled yet."""
        return self.store.look(partial(_waiting, people=people))

    def check(self, contact: str, where: str) -> None:
        """After the STOP's commit nothing was claimed but one confirmation; the rest is withdrawn."""
        where = f"{where}, {contact}"
        diary = self.diaries[contact]
        history = [
            message
            for message in self.store.look(lambda c: messages.listed(c, contact, 0, 1_000))
            if message.direction is Direction.OUT
        ]
        kinds = {message.id: message.kind for message in history}
        (confirmation,) = [name for name, kind in kinds.items() if kind is Kind.STOP_CONFIRMATION]
        assert {claimed for claimed, _ in diary.claimed_after} == {confirmation}, where
        received = {(name, key) for name, key, _ in diary.phone}
        assert len(received) == len({name for name, _ in received}), f"{where}: one text, two keys"
        assert {name for name, _ in received} <= diary.claimed_before | {confirmation}, where
        assert confirmation in {name for name, _ in received}, where
        for message in history:
            arrived = message.id in {name for name, _ in received}
            if message.status is Status.UNCERTAIN:  # it was tried before the STOP, and nobody knows
                assert message.id in diary.claimed_before, f"{where}: {message}"
            else:
                assert message.status is (Status.SENT if arrived else Status.WITHDRAWN), f"{where}: {message}"
            if message.status is not Status.SENT:
                assert message.reason in (Reason.STOPPED, Reason.OPTED_OUT), f"{where}: {message}"
        self._check_ledger(contact, where)

    def _check_ledger(self, contact: str, where: str) -> None:
        ledger = self.store.look(lambda c: consent.history(c, OURS, contact))
        assert [entry.action for entry in ledger] == [KeywordKind.STOP] * len(ledger), where
        assert sorted(f"{entry.provider_id}" for entry in ledger) == sorted(self.diaries[contact].stops), (
            where
        )
        assert [entry.wording is not None for entry in ledger] == [
            place == 0 for place in range(len(ledger))
        ], f"{where}: the first STOP is confirmed, and no other"
        known = self.store.look(lambda c: contacts.find(c, contact))
        assert known is not None
        assert self.store.look(lambda c: consent.opted_out(c, [known.id])) == {(OURS, known.id)}, where
        (conversation,) = self.store.look(lambda c: conversations.listed(c, contact, 0, 10))
        assert conversation.outcome == "stopped", where


def _kind(connection: Connection, claimed: sender.Claim) -> Kind:
    statement = select(message_table.c.kind).where(message_table.c.id == claimed.outbound.id)
    return Kind(connection.execute(statement).scalar_one())


def _waiting(connection: Connection, people: Sequence[str]) -> int:
    rows = [known.id for known in (contacts.find(connection, contact) for contact in people) if known]
    return connection.execute(
        select(func.count())
        .select_from(message_table)
        .where(
            message_table.c.contact_id.in_(rows),
            message_table.c.status.in_([Status.QUEUED.value, Status.SENDING.value]),
        )
    ).scalar_one()


class TakingTurns:
    """One contact; what happens next is drawn by lot, on a virtual clock."""

    def __init__(self, town: Town, clock: VirtualClock, contact: str, rng: random.Random) -> None:
        self._town = town
        self._clock = clock
        self._contact = contact
        self._rng = rng
        self._claimed: list[sender.Claim] = []
        self._results: list[settling.Result] = []
        self._texts = 0

    def play(self) -> None:
        moves: list[Callable[[], None]] = [self._claim, self._send, self._settle]
        moves += [self._claim, self._send, self._settle, self._text, self._wait, self._wake, self._die]
        for _ in range(self._rng.randint(0, 60)):
            self._rng.choice(moves)()
        self._stop("stop-1")
        for _ in range(self._rng.randint(0, 20)):
            self._rng.choice([*moves, self._stop_again, self._stop_repeated])()
        while self._town.waiting([self._contact]):
            for move in (self._claim, self._send, self._settle, self._wait):
                move()
            self._town.revives(self._clock)

    def _claim(self) -> None:
        self._claimed += self._town.claims(self._clock, 64)

    def _send(self) -> None:
        if not self._claimed:
            return
        claimed = self._claimed.pop()
        outbound, outcome = claimed.outbound, self._outcome(claimed)
        if isinstance(outcome, Accepted):
            phone = self._town.diaries[outbound.contact].phone
            phone.append((outbound.id, outbound.key, outbound.text))
        self._results.append(
            settling.Result(outbound.id, claimed.contact_id, claimed.tries, self._clock(), outcome)
        )

    def _outcome(self, claimed: sender.Claim) -> Accepted | SendError | settling.NotBegun:
        if self._clock() - claimed.at > sender.BEGIN_WITHIN:
            return settling.NotBegun()
        if self._rng.random() < 0.15:
            return SendError(self._rng.choice([Trouble.RETRY, Trouble.LATER]))
        return Accepted(f"sim-{claimed.outbound.key}")

    def _settle(self) -> None:
        results, self._results = self._results, []
        self._town.settles(results)

    def _die(self) -> None:
        """The sender dies with all that it knows; another one looks after what it had claimed."""
        if self._rng.random() < 0.7:
            return
        self._claimed, self._results = [], []
        self._clock.move_to(self._clock() + sender.LEASE)
        self._town.revives(self._clock)

    def _wait(self) -> None:
        self._clock.move_to(self._clock() + timedelta(seconds=self._rng.choice([0.1, 0.6, 1.5, 2.5])))

    def _wake(self) -> None:
        self._town.wakes(self._clock)

    def _text(self) -> None:
        """What the flow does not understand; it bears three of them, and then it would end."""
        if self._texts == 3:
            return
        self._texts += 1
        self._town.delivers(self._contact, f"{self._contact}-{self._texts}", "what?", self._clock)

    def _stop(self, name: str) -> None:
        text = self._rng.choice(STOPS)
        self._town.delivers(self._contact, f"{self._contact}-{name}", text, self._clock)

    def _stop_repeated(self) -> None:
        self._stop("stop-1")

    def _stop_again(self) -> None:
        self._stop("stop-2")


class AtOnce:
    """Many contacts: two senders, a clock and the STOPs in threads of their own, in real time."""

    DEADLINE = 60.0  # seconds; a round takes about one

    def __init__(self, town: Town, people: Sequence[str], rng: random.Random) -> None:
        self._town = town
        self._people = people
        self._rngs = [random.Random(rng.random()) for _ in range(3)]
        self._ends_at = time.monotonic() + self.DEADLINE
        self._all_stopped = threading.Event()

    def play(self) -> None:
        with ThreadPoolExecutor(5) as threads:
            work = [
                threads.submit(self._send, self._rngs[0]),
                threads.submit(self._send, self._rngs[1]),
                threads.submit(self._keep_time),
                threads.submit(self._stop, self._people, self._rngs[2]),
            ]
            for line in work:
                line.result()

    def _send(self, rng: random.Random) -> None:
        while self._town.waiting(self._people) or not self._all_stopped.is_set():
            assert time.monotonic() < self._ends_at, "texts are left that nobody sends"
            results = []
            for claimed in self._town.claims(system, rng.choice([1, 3, 64])):
                time.sleep(rng.uniform(0, 0.001))  # the way to the provider
                outbound = claimed.outbound
                phone = self._town.diaries[outbound.contact].phone
                phone.append((outbound.id, outbound.key, outbound.text))
                outcome = Accepted(f"sim-{outbound.key}")
                results.append(
                    settling.Result(outbound.id, claimed.contact_id, claimed.tries, system(), outcome)
                )
            self._town.settles(results)

    def _keep_time(self) -> None:
        while not self._all_stopped.is_set():
            self._town.wakes(system)

    def _stop(self, people: Sequence[str], rng: random.Random) -> None:
        try:
            for contact in rng.sample(people, len(people)):
                time.sleep(rng.uniform(0, 0.02))  # anywhere between the first text and the last
                for name in rng.choice([["1"], ["1", "1"], ["1", "2"]]):
                    self._town.delivers(contact, f"{contact}-{name}", rng.choice(STOPS), system)
        finally:
            self._all_stopped.set()
