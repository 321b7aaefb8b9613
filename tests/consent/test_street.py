"""In whatever order: silence after a STOP, one confirmation a change, and nothing lost after a START."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from convo.keywords import KeywordKind
from convo.runtime import gate
from convo.store import consent as ledger
from convo.store import messages
from convo.store.engine import Store
from tests.bench.consent import play
from tests.consent.person import CHATTER, HELPS, STARTS, STOPS, WAITS, Person
from tests.consent.street import Street

PEOPLE = 3
who = st.integers(0, PEOPLE - 1)
crews = st.integers(0, 1)
drops = st.booleans()


class Consent(RuleBasedStateMachine):
    """Three people; hypothesis chooses what happens next, and shrinks it where it goes wrong."""

    street: ClassVar[Street]

    def __init__(self) -> None:
        super().__init__()
        self._people: list[Person] = []

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.street.rng = random.Random(seed)
        self._people = self.street.moves_in(PEOPLE)

    @rule(person=who, words=st.sampled_from(CHATTER), drops=drops)
    def text(self, person: int, words: str, drops: bool) -> None:
        self.street.says([(self._people[person], words)], drops)

    @rule(person=who, words=st.sampled_from(STOPS), drops=drops)
    def stop(self, person: int, words: str, drops: bool) -> None:
        self.street.says([(self._people[person], words)], drops)

    @rule(person=who, words=st.sampled_from((*STARTS, *HELPS)), drops=drops)
    def start_or_help(self, person: int, words: str, drops: bool) -> None:
        self.street.says([(self._people[person], words)], drops)

    @rule(person=who, drops=drops)
    def tell(self, person: int, drops: bool) -> None:
        self.street.tells(self._people[person], drops)

    @rule()
    def repeat(self) -> None:
        self.street.repeats(self._people)

    @rule(person=who, action=st.sampled_from([KeywordKind.STOP, KeywordKind.START]))
    def operator(self, person: int, action: KeywordKind) -> None:
        self.street.decides(self._people[person], action)

    @rule(person=who)
    def reply(self, person: int) -> None:
        self.street.replies([self._people[person]])

    @rule(drops=drops)
    def campaign(self, drops: bool) -> None:
        self.street.starts(self._people, drops)

    @rule(crew=crews, most=st.sampled_from([1, 64]))
    def claim(self, crew: int, most: int) -> None:
        self.street.claims(self.street.crews[crew], most)

    @rule(crew=crews)
    def send(self, crew: int) -> None:
        self.street.sends(self.street.crews[crew])

    @rule(crew=crews, drops=drops)
    def settle(self, crew: int, drops: bool) -> None:
        self.street.settles(self.street.crews[crew], drops)

    @rule(crew=crews)
    def die(self, crew: int) -> None:
        self.street.dies(self.street.crews[crew])

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: float) -> None:
        self.street.waits(seconds)
        self.street.wakes()

    def teardown(self) -> None:
        if self._people:
            self.street.check(self._people)


def test_consent_holds_in_any_order(store: Store, tmp_path: Path) -> None:
    class Here(Consent):
        street = Street(store, tmp_path, random.Random(0))

    few = settings(
        max_examples=12, stateful_step_count=25, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    run_state_machine_as_test(Here, settings=few)


def no_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate.Gate, "decide", lambda self, message: None)


def two_confirmations(monkeypatch: pytest.MonkeyPatch) -> None:
    write = messages.write
    monkeypatch.setattr(messages, "write", lambda c, drafts: (write(c, drafts), write(c, drafts)))


def nothing_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "withdraw_all", lambda *given: None)


def a_start_unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    decide = ledger.decide

    def stops_alone(*given: Any, out: bool) -> None:
        if out:
            decide(*given, out=out)

    monkeypatch.setattr(ledger, "decide", stops_alone)


def late_reports_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "since", lambda *given: None)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (no_gate, "left after a STOP"),
        (two_confirmations, "STOP_CONFIRMATION"),
        (nothing_withdrawn, "left after all"),
        (a_start_unheard, "Person"),
        (late_reports_count, "Person"),
    ],
)
def test_the_street_finds_a_planted_fault(
    fault: Callable[[pytest.MonkeyPatch], None], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)

    with pytest.raises(AssertionError, match=found):
        list(play(20, "planted", together=20))
