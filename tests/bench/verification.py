"""How fast codes are issued and checked beside an intake, and whether their time tells answers apart.

    python -m tests.bench.verification [--count 500] [--rounds 3] [--requests 5000] [--database sqlite]

The first part runs transactions one after the other on a durable database: a text that is taken in and
answered by a flow, a code that is issued, and one that is checked; ratios are what counts. The second asks a
served API, 32 at a time and in random order, to check wrong, expired and unknown codes with a token that may
not know the difference, and compares their times in pairs: by Mann-Whitney's test, where p below 0.01 tells
them apart.
"""

import argparse
import asyncio
import logging
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import structlog

from convo.runtime import codes, tokens, verification
from convo.runtime.asking import Bound
from convo.runtime.turns import Line
from convo.runtime.verification import Attempt, Wanted
from convo.settings import Number
from convo.store.engine import Store
from convo.verify import Limits, Pumping, Verify
from tests.bench.intake import FLOW, databases
from tests.runtime.house import OURS, House
from tests.web.server import Server, serving

_LIMITS = Limits(
    prefix="1000000/hour", country="1000000/hour", client_ip="1000000/hour", brand="1000000/hour",
    total="1000000/hour", wrong="1000000/hour", contact="1000000/hour",
)  # fmt: skip
FREE = Verify(limits=_LIMITS, pumping=Pumping(least=1_000_000))
AT_ONCE = 32
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with databases(options.database) as database:
        rates(options.count, options.rounds, database)
    if options.requests:
        asyncio.run(timing(options.requests))


def rates(count: int, rounds: int, database: Callable[[Path], str]) -> None:
    found: dict[str, list[float]] = {"intake": [], "issued": [], "checked": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            store = Store(database(Path(folder)))
            store.upgrade()
            for what, rate in _round(store, Path(folder), count).items():
                found[what].append(rate)
            store.close()
    intake = statistics.median(found["intake"])
    for what, each in found.items():
        rate = statistics.median(each)
        print(f"{what:8} {rate:8,.0f}/s  {rate / intake:.2f} of an intake")


def _round(store: Store, folder: Path, count: int) -> dict[str, float]:
    flows = folder / "flows"
    flows.mkdir(exist_ok=True)
    (flows / "echo.yaml").write_text(FLOW)
    house = House(store, flows, {OURS: Number(brand="Elm Bank")})
    house.settings = house.settings.model_copy(update={"verify": FREE})
    people = [f"+1555{place:07}" for place in range(count)]
    texts = [house.text("hello", to) for to in people]
    issued: list[str] = []
    typed: dict[str, str] = {}

    def line(work: Callable[[Line], object]) -> None:
        house.do(lambda c: work(Line(c, house.settings, house.library, house.clock())))

    def issue(at: Line, to: str) -> None:
        found, _ = verification.send(at, Wanted(to))
        issued.append(found.verification.id)
        typed[found.verification.id] = codes.worked_out(house.settings, found.verification) or ""

    def check(at: Line, number: str) -> None:
        assert verification.check(at, Attempt(number, typed[number])).valid

    return {
        "intake": _rate(texts, house.take),
        "issued": _rate(people, lambda to: line(lambda at: issue(at, to))),
        "checked": _rate(issued, lambda number: line(lambda at: check(at, number))),
    }


def _rate(items: Sequence[T], work: Callable[[T], object]) -> float:
    began = time.perf_counter()
    for item in items:
        work(item)
    return len(items) / (time.perf_counter() - began)


async def timing(requests: int) -> None:
    """Five thousand of each kind, as whoever may not know more."""
    settings: dict[str, Any] = {
        "numbers": {OURS: Number(brand="Elm Bank")},
        "verify": FREE,
        "api_rate": "100000/second",
    }
    with tempfile.TemporaryDirectory() as folder:
        async with serving(Path(folder), **settings) as server:
            own = await server.app.store.write(
                lambda c: tokens.issue(c, "widget", ["verifications:write"], server.app.clock())
            )
            kinds = await _kinds(server, requests)
            asked = [(kind, number) for kind, numbers in kinds.items() for number in numbers]
            random.Random(8).shuffle(asked)
            took: dict[str, list[float]] = {kind: [] for kind in kinds}
            gate = asyncio.Semaphore(AT_ONCE)

            async def ask(kind: str, number: str) -> None:
                async with gate:
                    began = time.perf_counter()
                    body = {"code": "000000", "client_ip": "203.0.113.9"}
                    answer = await server.api(
                        f"/v1/verifications/{number}/check", "POST", json=body, token=own
                    )
                    took[kind].append(time.perf_counter() - began)
                    assert (answer.status, answer.json["valid"]) in ((200, False), (200, True))

            await asyncio.gather(*(ask(*each) for each in asked))
    for kind, times in took.items():
        print(f"{kind:8} {len(times)} answers, median {statistics.median(times) * 1000:.2f} ms")
    for one, other in combinations(took, 2):
        print(f"{one} and {other}: p = {_mann_whitney(took[one], took[other]):.3f}")


async def _kinds(server: Server, requests: int) -> dict[str, list[str]]:
    """Ids of verifications that are live, of those that are over their time, and of none."""

    def make(line: Line, count: int) -> list[str]:
        return [
            verification.send(line, Wanted(f"+1555{place:07}", Bound(), new=True))[0].verification.id
            for place in range(count)
        ]

    app = server.app
    count = math.ceil(requests / 5)  # each may be tried five times

    def job(now_back: timedelta) -> list[str]:
        return app.store.transact(
            lambda c: make(Line(c, app.settings, app.library, app.clock() - now_back), count)
        )

    expired = job(timedelta(minutes=30))
    live = job(timedelta())
    return {
        "wrong": (live * 5)[:requests],
        "expired": (expired * 5)[:requests],
        "unknown": [f"{place:032x}" for place in range(requests)],
    }


def _mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """The probability of a difference like this by chance, two-sided (normal approximation)."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(place for place, (_, whose) in enumerate(ranked, 1) if whose == 0)
    first, second = len(one), len(other)
    mean = first * (first + second + 1) / 2
    deviation = math.sqrt(first * second * (first + second + 1) / 12)
    return math.erfc(abs(ranks - mean) / deviation / math.sqrt(2))


if __name__ == "__main__":
    main()
