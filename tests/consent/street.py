"""A street of contacts whose texts, STOPs and STARTs meet two senders, a clock and crashes in any order.

Every person knows from their own story whether they are opted out, and which texts were waiting when
they stopped. Nothing in here asks convo. `Street.check` holds what became of it against that.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select

from convo.clock import VirtualClock
from convo.errors import StartError
from convo.flow.session import Phase
from convo.keywords import KeywordKind
from convo.messages import Accepted, Direction, Inbound, Kind, Reason, SendError, Status, Trouble
from convo.providers import make
from convo.runtime import clockwork, inbox, intake, opting, sender, settling
from convo.runtime.library import Library
from convo.runtime.opting import Wish
from convo.runtime.pacing import Rates
from convo.runtime.starting import Start, start
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Settings
from convo.store import contacts
from convo.store.consent_tables import consent_entries, consents
from convo.store.engine import Store
from convo.store.tables import contacts as contact_table
from convo.store.tables import conversations as conversation_table
from convo.store.tables import messages as message_table

T = TypeVar("T")

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
OURS = "+15550009999"
CHAT, REMIND = (
    """\
flow: chat
start: ask
triggers: {keyword: [hi, hello]}
states:
  ask:
    say: Hi, how are you?
    replies: {person: desk, fine: glad}
    otherwise: {say: "Sorry?", tries: 20, then: glad}
    after:
      2 seconds: {say: "Still there?"}
      3 hours: glad
  desk: {say: "A person will text you.", hand_off: reception, then: glad}
  glad: {say: "Glad to hear it.", end: done}
""",
    """\
flow: remind
start: ask
states:
  ask:
    say: Remember your visit.
    replies: {ok: bye}
    otherwise: {say: "OK?", tries: 20, then: bye}
    after:
      1 second: {say: "Remember!"}
      1 hour: bye
  bye: {say: "See you.", end: done}
""",
)
STOPS = ("STOP", "stop.", "Unsubscribe", "arrêt", "baja", "please stop texting me")
STARTS = ("START", "unstop", "Start!")
HELPS = ("HELP", "aide")
CHATTER = ("hi", "hello", "fine", "person", "what?", "ok", "I can't stop laughing", "👍")
WAITS = (0.1, 0.6, 1.5, 2.5, 20)  # seconds


class Dropped(Exception):
    """The process dies before the commit."""


@dataclass
class Person:
    """One contact, as they know it themselves."""

    number: str
    out: bool = False
    stops: int = 0  # that changed something, and so are confirmed
    starts: int = 0
    helps: int = 0
    ledger: list[str] = field(default_factory=list)  # the actions that the ledger has to hold
    texts: list[Inbound] = field(default_factory=list)  # all they said
    claimed: set[int] = field(default_factory=set)  # messages that left, as far as we can help it
    doomed: set[int] = field(default_factory=set)  # those that waited when they stopped
    before: set[int] = field(default_factory=set)  # all there was when they stopped last
    phone: list[tuple[int, str, str]] = field(default_factory=list)  # message, key, words


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

    def decides(self, person: Person, action: KeywordKind, drops: bool = False) -> None:
        """An operator stops or starts somebody."""
        wish = Wish(person.number, None, action, f"reason {len(person.ledger)}")
        self._transact(lambda c: opting.carry_out(c, self._settings, wish, self.clock()), drops)
        if action is KeywordKind.STOP:
            self._stopped(person)
        elif not person.out:
            return
        person.out = action is KeywordKind.STOP
        person.ledger.append(action)
        self.happened[f"operator {action}"] += 1

    def starts(self, people: Iterable[Person], drops: bool = False) -> None:
        """A campaign starts a flow with these people; who is out, it must not reach."""

        def job(connection: Connection) -> None:
            for person in sorted(people, key=lambda person: person.number):
                wanted, refused = Start("remind", person.number, OURS), None
                try:
                    start(connection, self._settings, self._library, wanted, self.clock())
                except StartError as error:
                    refused = error.code
                assert refused == ("opted_out" if person.out else None), person

        self._transact(job, drops)
        self.happened["started"] += 1

    def replies(self, person: Person, drops: bool = False) -> None:
        """A person at the desk answers, if the conversation is theirs."""

        def job(connection: Connection) -> bool:
            handed = connection.execute(
                select(conversation_table.c.id)
                .join(contact_table, contact_table.c.id == conversation_table.c.contact_id)
                .where(
                    contact_table.c.number == person.number,
                    conversation_table.c.status == Phase.HANDED_OFF.value,
                )
            ).scalar()
            if handed is not None:
                line = Line(connection, self._settings, self._library, self.clock())
                inbox.reply(line, inbox.Reply(handed, "Hello, it's Eve."))
            return handed is not None

        self.happened["operator replied"] += self._transact(job, drops)

    # What the processes do.

    def claims(self, crew: Crew, most: int = 64) -> None:
        """A sender claims; nothing but answers to keywords may leave for who is out."""

        def job(connection: Connection) -> list[tuple[sender.Claim, Kind]]:
            line = Line(connection, self._settings, self._library, self.clock())
            claimed = sender.claim(line, self._rates, most, lambda: next(self._keys)).claims
            kinds = _kinds(connection, [each.outbound.id for each in claimed])
            return [(each, kinds[each.outbound.id]) for each in claimed]

        for claimed, kind in self._transact(job):
            person, number = self.people[claimed.outbound.contact], claimed.outbound.id
            crew.claims.append(claimed)
            if kind is Kind.TEXT:
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

    def wakes(self, drops: bool = False) -> None:
        """The clock says what is due."""
        self._transact(lambda c: clockwork.wake(c, self._settings, self._library, self.clock()), drops)

    def waits(self, seconds: float) -> None:
        self.clock.move_to(self.clock() + timedelta(seconds=seconds))

    # What became of it.

    def drain(self) -> None:
        """Everything that waits leaves, or is withdrawn."""
        crew = Crew()
        for other in self.crews:
            self.dies(other)
        while self._store.look(_waiting):
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
        for contact, row, of_kind, stands, why in _outgoing(connection, people):
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
                assert status in (Status.SENT, Status.WITHDRAWN, Status.UNCERTAIN), where
                assert (number in arrived) or status is not Status.SENT, where
                if kind is not Kind.TEXT:
                    assert status is Status.SENT or reason is Reason.OUT_OF_DATE, where
                elif reason in (Reason.STOPPED, Reason.OPTED_OUT) and not person.out:
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
            self.wakes()
            self.drain()
            self.waits(3600)
        for person in people:
            silent = len(person.phone) == heard[person.number]
            assert silent is person.out or self._is_at_the_desk(person), f"{person}: {silent=}"

    def _is_at_the_desk(self, person: Person) -> bool:
        def job(connection: Connection) -> bool:
            known = contacts.find(connection, person.number)
            handed = select(conversation_table.c.id).where(
                conversation_table.c.contact_id == (known.id if known else 0),
                conversation_table.c.status == Phase.HANDED_OFF.value,
            )
            return connection.execute(handed).first() is not None

        return self._store.look(job)

    # Inside.

    def _takes(self, connection: Connection, texts: Sequence[Inbound]) -> None:
        intake.take(Line(connection, self._settings, self._library, self.clock()), texts)

    def _transact(self, job: Callable[[Connection], T], drops: bool = False) -> T:
        """One transaction; with `drops` the process dies before its commit first, and it is done again."""
        if drops:
            self.happened["dropped"] += 1

            def dropped(connection: Connection) -> None:
                job(connection)
                raise Dropped

            with suppress(Dropped):
                self._store.transact(dropped)
        return self._store.transact(job)

    def _heard(self, person: Person, words: str) -> None:
        if words in STOPS:
            person.stops += not person.out
            self._stopped(person)
            person.out = True
            person.ledger.append(KeywordKind.STOP)
        elif words in STARTS:
            person.starts += person.out
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
        found = self._store.look(lambda c: list(_outgoing(c, [person])))
        person.before = {number for _, number, kind, _, _ in found if kind is Kind.TEXT}
        person.doomed |= person.before - person.claimed

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


def _kinds(connection: Connection, rows: Sequence[int]) -> dict[int, Kind]:
    found = connection.execute(
        select(message_table.c.id, message_table.c.kind).where(message_table.c.id.in_(rows))
    )
    return {row: Kind(kind) for row, kind in found}


def _outgoing(
    connection: Connection, people: Sequence[Person]
) -> Iterable[tuple[str, int, Kind, Status, Reason | None]]:
    found = connection.execute(
        select(
            contact_table.c.number, message_table.c.id, message_table.c.kind, message_table.c.status,
            message_table.c.reason,
        )
        .join(contact_table, contact_table.c.id == message_table.c.contact_id)
        .where(
            contact_table.c.number.in_([person.number for person in people]),
            message_table.c.direction == Direction.OUT.value,
        )
    )  # fmt: skip
    for number, row, kind, status, reason in found:
        yield number, row, Kind(kind), Status(status), Reason(reason) if reason else None


def _waiting(connection: Connection) -> bool:
    """Whether something may leave yet."""
    found = select(message_table.c.id).where(
        message_table.c.status.in_([Status.QUEUED.value, Status.SENDING.value])
    )
    return connection.execute(found.limit(1)).first() is not None
