"""An application that has phones verified, on a house of the tests: it asks, checks, and counts."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from convo.errors import VerificationError
from convo.runtime import verification
from convo.runtime.asking import Bound
from convo.runtime.tally import Tally
from convo.runtime.turns import Line
from convo.runtime.verification import Attempt, Checked, Shown, Wanted
from tests.runtime.house import ANA, House

T = TypeVar("T")


class Desk:
    """The application; `counted` is what its process has counted, by label."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.counted: Counter[str] = Counter()
        self.tallies: list[Tally] = []

    def run(self, work: Callable[[Line], T]) -> T:
        tally = Tally()
        house = self.house
        try:
            return house.do(
                lambda c: work(Line(c, house.settings, house.library, house.clock(), tally=tally))
            )
        except VerificationError as error:
            if error.writes is not None:
                house.do(error.writes)
            raise
        finally:
            self.tallies.append(tally)
            for (_, label), times in tally.counts.items():
                self.counted[label] += times

    def send(self, to: str = ANA, bound: Bound | None = None, **more: Any) -> Shown:
        wanted = replace(Wanted(to, bound or Bound()), **more)
        return self.run(lambda line: verification.send(line, wanted))[0]

    def check(self, number: str, code: str, bound: Bound | None = None, **more: Any) -> Checked:
        attempt = replace(Attempt(number, code, None, bound or Bound()), **more)
        return self.run(lambda line: verification.check(line, attempt))

    def shown(self, number: str) -> Shown:
        return self.run(lambda line: verification.one(line, number))


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(VerificationError) as error:
        work()
    return error.value.code


def tried(work: Callable[[], T]) -> T | str:
    """What it gives, or the word of its refusal."""
    try:
        return work()
    except VerificationError as error:
        return error.code


def read(house: House) -> str:
    """The code in the text that leaves now."""
    (said,) = house.leaves()
    found = re.search(r"\d{4,10}", said)
    assert found, said
    return found[0]


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10 ** len(code)).zfill(len(code))
