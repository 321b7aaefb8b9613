"""Checking one code at the same moment, from two processes: it is good once, and tried five times at most."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from convo.runtime.asking import Bound
from convo.store.engine import Store
from tests.runtime.house import House
from tests.runtime.verifying import Desk, read
from tests.security import checker

ELM = Bound(brand=checker.BRAND)


class Two:
    """This process and another one, which share a database."""

    def __init__(self, url: str, house: House) -> None:
        self._store, self._now = house.store, house.clock()
        self._settings = checker.settings(url)
        program = [sys.executable, "-m", "tests.security.checker", url, self._now.isoformat()]
        self._other = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._hears() == "ready\n"

    def check(self, number: str, here: list[str], there: list[str]) -> Counter[str]:
        """What came of these guesses, which are made in both at once."""
        assert self._other.stdin is not None
        self._other.stdin.write(f"{json.dumps([number, there])}\n")
        self._other.stdin.flush()
        found = checker.check(self._store, self._settings, self._now, number, here)
        return Counter(found + json.loads(self._hears()))

    def close(self) -> None:
        self._other.communicate()
        assert self._other.returncode == 0

    def _hears(self) -> str:
        assert self._other.stdout is not None
        return self._other.stdout.readline()


@pytest.fixture
def two(desk: Desk, store: Store, request: pytest.FixtureRequest) -> Iterator[Two]:
    url = f"sqlite:///{store.file}" if store.file else request.getfixturevalue("migrated_database")
    key = checker.settings(url).code_key
    desk.house.settings = desk.house.settings.model_copy(update={"code_key": key})
    both = Two(url, desk.house)
    yield both
    both.close()


def test_of_200_checks_at_once_from_two_processes_one_is_approved_or_five_are_compared(
    desk: Desk, two: Two
) -> None:
    made = desk.send(bound=ELM).verification
    code = read(desk.house)
    assert two.check(made.id, [code] * 100, [code] * 100) == {"right": 1, "refused: approved": 199}

    made = desk.send(bound=ELM).verification
    code = read(desk.house)
    others = [f"{(int(code) + place) % 10**6:06}" for place in range(1, 201)]
    found = two.check(made.id, others[:100], others[100:])
    assert found == {"wrong": 5, "refused: max_attempts": 195}
    assert desk.shown(made.id).verification.tries == 5
