"""A street of contacts whose texts, STOPs and STARTs meet two senders, a clock and crashes in any order.

Every person knows from their own story whether they are opted out, and which texts were waiting when
they stopped. Nothing in here asks convo. `Street.check` holds what became of it against that.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select

from convo.clock import VirtualClock
from convo.errors import StartError
from convo.flow.session import Phase
from convo.keywords import KeywordKind
from convo.messages import (
    ENDED_BY_STOP,
    Accepted,
    Inbound,
    Item,
    Kind,
    Reason,
    Report,
    SendError,
    Status,
    Trouble,
)
from convo.providers import make
from convo.runtime import clockwork, inbox, intake, opting, sender, settling
from convo.runtime.library import Library
from convo.runtime.opting import Wish
from convo.runtime.pacing import Rates
from convo.runtime.starting import Start, start
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Settings
from convo.store.consent_tables import consent_entries, consents
from convo.store.engine import Store
from convo.store.tables import contacts as contact_table
from convo.store.tables import conversations as conversation_table
from tests.consent.person import CHAT, HELPS, REMIND, STARTS, STOPS, Person
from tests.consent.sightings import at_the_desk, kinds_of, outgoing, taken_by_provider, waits_to_leave

T = TypeVar("T")

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
OURS = "+15550009999"
TICK = timedelta(milliseconds=1)


class Dropped(Exception):
    """The process dies before the commit."""


class Crew:
    """A sender process: what it has claimed, and what came of it."""

    def __init__(self) -> None:
        self.claims: list[sender.Claim] = []
        self.results: list[settling.Result] = []


class Street:
    """Everybody's moves, each one transaction that may be dropped first."""

    def __init__(self, store: Store, folder: Path, rng: random.Random) -> None:
        for name, source in (("chat", CHAT), ("remind", REMIND)):
            (folder / f"{name}.yaml").write_text(source)
        self.clock = VirtualClock(NOON)
        self.people: dict[str, Person] = {}
        self.crews = (Crew(), Crew())
        self.rng = rng
        self.happened: Counter[str] = Counter()
        self._store = store
        self._settings = Settings.model_construct(
            database="sqlite://", flows=folder, code_key=[], numbers={}, brands={},
            accounts={SIMULATOR: Account(provider=SIMULATOR)},
        )  # fmt: skip
        self._rates = Rates(self._settings, {})
        self._library = Library(folder)
        problems = self._library.read()
        assert problems == [], problems
        self._library.publish()
        self._providers = make(self._settings.accounts, lambda _: None, self.clock)
        self._keys = (f"key{place}" for place in itertools.count())
        self._names = itertools.count(1)
        store.transact(lambda c: self._library.save(c, NOON))

    def moves_in(self, count: int) -> list[Person]:
        """New people."""
        new = [Person(f"+1555{next(self._names):07}") for _ in range(count)]
        self.people.update({person.number: person for person in new})
        return new

    # What people and operators do.

    def says(self, said: Iterable[tuple[Person, str]], drops: bool = False) -> None:
        """The provider delivers texts, all in one batch; one a person."""
        texts = [
            Inbound(SIMULATOR, f"{person.number}-{len(person.texts)}", person.number, OURS, words)
            for person, words in said
        ]
        self._transact(lambda c: self._takes(c, texts), drops)
        for text in texts:
            person = self.people[text.contact]
            person.texts.append(text)
            self._heard(person, text.text)

    def repeats(self, people: Iterable[Person]) -> None:
        """The provider delivers again what it has delivered before."""
        texts = [self.rng.choice(person.texts) for person in people if person.texts]
        self._transact(lambda c: self._takes(c, [*texts, *texts]))
        self.happened["repeated"] += len(texts)

    def tells(self, person: Person, drops: bool = False) -> None:
        """The provider reports a text of theirs late, as refused because they have opted out."""
        taken = self._store.look(lambda c: list(taken_by_provider(c, person.number)))
        if not taken:
            return
        number, name = self.rng.choice(taken)
        report = Report(SIMULATOR, name, person.number, Status.FAILED, reason=Reason.OPTED_OUT)
        self._transact(lambda c: self._takes(c, [report]), drops)
        person.ledger.append(KeywordKind.STOP)
        is_news = person.out or number not in person.old
        if is_news:
            self._stopped(person)
            person.out = True
        self.happened["told off" if is_news else "told off late"] += 1

    def decides(self, person: Person, action: KeywordKind, drops: bool = False) -> None:
        """An operator stops or starts somebody."""
        wish = Wish(person.number, None, action, f"reason {len(person.ledger)}")
        self._transact(lambda c: opting.carry_out(c, self._settings, wish, self.clock()), drops)
        if action is KeywordKind.STOP:
            self._stopped(person)
        elif not person.out:
            return
        else:
            person.old = self._written(person)
        person.out = action is KeywordKind.STOP
        person.ledger.append(action)
        self.happened[f"operator {action}"] += 1

    def starts(self, people: Iterable[Person], drops: bool = False) -> None:
        """A campaign starts a flow with these people; who is out, it must not reach."""
        people = list(people)

        def job(connection: Connection) -> None:
            for person in sorted(people, key=lambda person: person.number):
                wanted, refused = Start("remind", person.number, OURS), None
                try:
                    start(connection, self._settings, self._library, wanted, self.clock())
                except StartError as error:
                    refused = error.code
                assert refused == ("opted_out" if person.out else None), person

        self._transact(job, drops)
        self.happened["started"] += len(people)

    def replies(self, people: Iterable[Person], drops: bool = False) -> None:
        """A person at the desk answers those of them who are handed to it."""
        wanted = {person.number for person in people}

        def job(connection: Connection) -> int:
            waiting = [row for number, row in at_the_desk(connection) if number in wanted]
            line = Line(connection, self._settings, self._library, self.clock())
            for row in waiting:
                inbox.reply(line, inbox.Reply(row, "Hello, it's Eve."))
            return len(waiting)

        self.happened["operator replied"] += self._transact(job, drops)

    # What the processes do.

    def claims(self, crew: Crew, most: int = 64) -> None:
        """A sender claims; nothing but answers to keywords may leave for who is out."""

        def job(connection: Connection) -> list[tuple[sender.Claim, Kind]]:
            line = Line(connection, self._settings, self._library, self.clock())
            claimed = sender.claim(line, self._rates, most, lambda: next(self._keys)).claims
            kinds = kinds_of(connection, [each.outbound.id for each in claimed])
            return [(each, kinds[each.outbound.id]) for each in claimed]

        for claimed, kind in self._transact(job):
            person, number = self.people[claimed.outbound.contact], claimed.outbound.id
            crew.claims.append(claimed)
            if kind in ENDED_BY_STOP:
                assert not person.out, f"{person}: {claimed.outbound.text!r} left after a STOP"
                assert number not in person.doomed, f"{person}: {claimed.outbound.text!r} left after all"
            person.claimed.add(number)

    def sends(self, crew: Crew, most: int = 64) -> None:
        """A sender hands over what it has claimed; some of it comes to nothing."""
        self.rng.shuffle(crew.claims)
        for claimed in crew.claims[:most]:
            outbound, outcome = claimed.outbound, self._outcome(claimed)
            if isinstance(outcome, Accepted):
                self.people[outbound.contact].phone.append((outbound.id, outbound.key, outbound.text))
            crew.results.append(
                settling.Result(outbound.id, claimed.contact_id, claimed.tries, self.clock(), outcome)
            )
        del crew.claims[:most]

    def settles(self, crew: Crew, drops: bool = False) -> None:
        """A sender writes down what came of it."""
        results, crew.results = crew.results, []
        at = max((result.at for result in results), default=self.clock())
        self._transact(lambda c: settling.settle(Line(c, self._settings, self._library, at), results), drops)

    def dies(self, crew: Crew) -> None:
        """A sender dies with all that it knows; when its leases end another one takes over."""
        crew.claims, crew.results = [], []
        self.clock.move_to(self.clock() + sender.LEASE)
        self._revives()
        self.happened["died"] += 1

    def wakes(self, drops: bool = False) -> int:
        """The clock says what is due, as much as it takes at once; how many conversations it woke."""
        return self._transact(lambda c: clockwork.wake(c, self._settings, self._library, self.clock()), drops)

    def waits(self, seconds: float) -> None:
        self.clock.move_to(self.clock() + timedelta(seconds=seconds))

    # What became of it.

    def drain(self) -> None:
        """Everything that waits leaves, or is withdrawn."""
        crew = Crew()
        for other in self.crews:
            self.dies(other)
        while self._store.look(waits_to_leave):
            self.claims(crew)
            self.sends(crew)
            self.settles(crew)
            self.waits(2.5)
            self._revives()

    def check(self, people: Sequence[Person]) -> None:
        """Who stopped was not texted, each change was confirmed once, and nothing was lost after a START."""
        self.drain()
        self._store.look(lambda c: self._check_messages(c, people))
        self._store.look(lambda c: self._check_ledger(c, people))
        self._check_who_is_back(people)

    def _check_messages(self, connection: Connection, people: Sequence[Person]) -> None:
        sent: dict[str, list[tuple[int, Kind, Status, Reason | None]]] = {}
        for contact, row, of_kind, stands, why in outgoing(connection, [person.number for person in people]):
            sent.setdefault(contact, []).append((row, of_kind, stands, why))
        for person in people:
            history = sent.get(person.number, [])
            kinds = Counter(kind for _, kind, _, _ in history)
            assert (
                kinds[Kind.STOP_CONFIRMATION], kinds[Kind.START_CONFIRMATION], kinds[Kind.HELP_ANSWER],
            ) == (person.stops, person.starts, person.helps), f"{person}: {history}"  # fmt: skip
            received = {(number, key) for number, key, _ in person.phone}
            arrived = {number for number, _ in received}
            assert len(received) == len(arrived), f"{person}: one text under two keys"
            for number, kind, status, reason in history:
                where = f"{person}: {number} {kind} {status} {reason}"
                told_off = status is Status.FAILED and reason is Reason.OPTED_OUT
                assert status in (Status.SENT, Status.WITHDRAWN, Status.UNCERTAIN) or told_off, where
                assert (number in arrived) or status is not Status.SENT, where
                by_stop = kind in ENDED_BY_STOP and reason in (Reason.STOPPED, Reason.OPTED_OUT)
                if kind is not Kind.TEXT and not by_stop:
                    assert status is Status.SENT or told_off or reason is Reason.OUT_OF_DATE, where
                elif by_stop and not (told_off or person.out):
                    assert number in person.before, f"{where}: lost after a START"

    def _check_ledger(self, connection: Connection, people: Sequence[Person]) -> None:
        wanted = {person.number: person for person in people}
        lines = connection.execute(
            select(consent_entries.c.contact, consent_entries.c.action)
            .where(consent_entries.c.contact.in_(wanted))
            .order_by(consent_entries.c.id)
        ).all()
        kept: dict[str, list[str]] = {}
        for contact, action in lines:
            kept.setdefault(contact, []).append(action)
        states = connection.execute(
            select(contact_table.c.number, consents.c.opted_out)
            .join(consents, consents.c.contact_id == contact_table.c.id)
            .where(contact_table.c.number.in_(wanted))
        ).all()
        out = {number for number, opted_out in states if opted_out}
        alive = connection.execute(
            select(contact_table.c.number)
            .join(conversation_table, conversation_table.c.contact_id == contact_table.c.id)
            .where(contact_table.c.number.in_(wanted), conversation_table.c.status != Phase.ENDED.value)
        ).scalars()
        assert {person.number for person in people if person.out} == out
        assert not out.intersection(alive), "a conversation goes on after a STOP"
        for person in people:
            assert kept.get(person.number, []) == person.ledger, person

    def _check_who_is_back(self, people: Sequence[Person]) -> None:
        """Who is not out hears from us again."""
        back = [person for person in people if not person.out]
        heard = {person.number: len(person.phone) for person in people}
        self.starts(back)
        self.waits(3 * 3600 + 60)  # whatever runs has ended, and lets the next one begin
        for _ in range(4):
            while self.wakes():
                pass
            self.drain()
            self.waits(3600)
        handed = {number for number, _ in self._store.look(at_the_desk)}
        for person in people:
            silent = len(person.phone) == heard[person.number]
            assert silent is person.out or person.number in handed, f"{person}: {silent=}"

    # Inside.

    def _takes(self, connection: Connection, items: Sequence[Item]) -> None:
        intake.take(Line(connection, self._settings, self._library, self.clock()), items)

    def _transact(self, job: Callable[[Connection], T], drops: bool = False) -> T:
        """One transaction; with `drops` the process dies before its commit first, and it is done again."""
        if drops:
            self.happened["dropped"] += 1

            def dropped(connection: Connection) -> None:
                job(connection)
                raise Dropped

            with suppress(Dropped):
                self._store.transact(dropped)
        self.clock.move_to(self.clock() + TICK)  # no two transactions are at one moment
        return self._store.transact(job)

    def _heard(self, person: Person, words: str) -> None:
        if words in STOPS:
            person.stops += not person.out
            self._stopped(person)
            person.out = True
            person.ledger.append(KeywordKind.STOP)
        elif words in STARTS:
            person.starts += person.out
            if person.out:  # all but the answer to the START itself
                person.old = self._written(person, but_the_last=Kind.START_CONFIRMATION)
            person.out = False
            person.ledger.append(KeywordKind.START)
        elif words in HELPS:
            person.helps += 1
            person.ledger.append(KeywordKind.HELP)
        kind = (
            "STOP" if words in STOPS else "START" if words in STARTS else "HELP" if words in HELPS else "text"
        )
        self.happened[kind] += 1

    def _stopped(self, person: Person) -> None:
        found = self._store.look(lambda c: list(outgoing(c, [person.number])))
        person.before = {number for _, number, kind, _, _ in found if kind in ENDED_BY_STOP}
        person.doomed |= person.before - person.claimed

    def _written(self, person: Person, but_the_last: Kind | None = None) -> set[int]:
        """All that was ever to go to somebody; without the last of a kind."""
        found = self._store.look(lambda c: list(outgoing(c, [person.number])))
        last = max((row for _, row, kind, _, _ in found if kind is but_the_last), default=None)
        return {row for _, row, _, _, _ in found if row != last}

    def _outcome(self, claimed: sender.Claim) -> Accepted | SendError | settling.NotBegun:
        if self.clock() - claimed.at > sender.BEGIN_WITHIN:
            return settling.NotBegun()
        if self.rng.random() < 0.15:
            self.happened["not taken"] += 1
            return SendError(self.rng.choice([Trouble.RETRY, Trouble.LATER]))
        self.happened["sent"] += 1
        return Accepted(f"sim-{claimed.outbound.key}")

    def _revives(self) -> None:
        now = self.clock()

        def job(connection: Connection) -> None:
            line = Line(connection, self._settings, self._library, now)
            sender.revive(line, self._providers, leases_until=now)

        self._transact(job)
