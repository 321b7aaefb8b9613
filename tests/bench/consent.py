"""Consent under 100,000 random interleavings: who stopped is not texted, each change is confirmed once.

    python -m tests.bench.consent [--interleavings 100000] [--seed N] [--together 500] [--into FILE]

An interleaving is one contact's story: texts, STOPs, STARTs, HELPs, deliveries again, an operator's stop,
start or reply, a campaign's start, late reports of an opt-out, waits, and transactions that are dropped
before their commit, among the claims, sends, retries and deaths of two senders and the looks of a clock,
all drawn by lot on a virtual clock. `--together` contacts go through theirs at the same time, in the same
transactions. The first thing that is wrong ends it with the seed that repeats it.

It can be played in slices, each with a seed of its own: `--into` adds each slice to a file, a line a slice,
and prints what the slices of the file come to.
"""

import argparse
import json
import logging
import random
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from convo.keywords import KeywordKind
from convo.store.engine import Store
from tests.consent.person import CHATTER, HELPS, STARTS, STOPS, WAITS, Person
from tests.consent.street import Street

MOVES = 60  # of everybody together, in one round
_WORDS = {CHATTER: 8, STOPS: 4, STARTS: 3, HELPS: 1}


class Round:
    """Some contacts, and what happens to them."""

    def __init__(self, street: Street, people: list[Person], rng: random.Random) -> None:
        self._street = street
        self._people = people
        self._rng = rng
        self._moves: list[Callable[[], None]] = [
            *[self._text] * 8,
            *[self._work] * 5,
            *[self._claim] * 3,
            *[self._send] * 3,
            *[self._settle] * 3,
            *[self._wait] * 4,
            *[self._wake] * 2,
            self._repeat,
            self._campaign,
            self._operator,
            *[self._reply] * 2,
            *[self._tell] * 2,
            self._die,
        ]

    def play(self) -> None:
        for _ in range(MOVES):
            self._rng.choice(self._moves)()
        self._street.check(self._people)

    def _some(self, share: float) -> list[Person]:
        return [person for person in self._people if self._rng.random() < share]

    def _drops(self) -> bool:
        return self._rng.random() < 0.1

    def _text(self) -> None:
        said = []
        for person in self._some(0.3):
            (words,) = self._rng.choices(list(_WORDS), list(_WORDS.values()))
            said.append((person, self._rng.choice(words)))
        self._street.says(said, self._drops())

    def _repeat(self) -> None:
        self._street.repeats(self._some(0.3))

    def _campaign(self) -> None:
        self._street.starts(self._some(0.3), self._drops())

    def _operator(self) -> None:
        for person in self._some(0.03):
            action = self._rng.choice([KeywordKind.STOP, KeywordKind.START])
            self._street.decides(person, action, self._drops())

    def _reply(self) -> None:
        self._street.replies(self._some(0.5), self._drops())

    def _tell(self) -> None:
        for person in self._some(0.1):
            self._street.tells(person, self._drops())

    def _work(self) -> None:
        """A sender does its work without anything in between: most texts leave so."""
        crew = self._rng.choice(self._street.crews)
        self._street.claims(crew, 500)
        self._street.sends(crew, 500)
        self._street.settles(crew)

    def _claim(self) -> None:
        self._street.claims(self._rng.choice(self._street.crews), self._rng.choice([5, 64, 500]))

    def _send(self) -> None:
        self._street.sends(self._rng.choice(self._street.crews), self._rng.choice([5, 500]))

    def _settle(self) -> None:
        self._street.settles(self._rng.choice(self._street.crews), self._drops())

    def _die(self) -> None:
        self._street.dies(self._rng.choice(self._street.crews))

    def _wait(self) -> None:
        self._street.waits(self._rng.choice(WAITS))

    def _wake(self) -> None:
        self._street.wakes(self._drops())


def play(rounds: int, seed: str, together: int) -> Iterator[Counter[str]]:
    """Rounds in a database in memory, each from the beginning; how often what happened in each."""
    store = Store("sqlite://")
    store.upgrade()
    empty = store.snapshot()
    try:
        for place in range(rounds):
            rng = random.Random(f"{seed}-{place}")
            store.restore(empty)
            with tempfile.TemporaryDirectory() as folder:
                street = Street(store, Path(folder), rng)
                Round(street, street.moves_in(together), rng).play()
            yield street.happened
    finally:
        store.close()


def main() -> None:
    """Play, and print how many interleavings it were in how long."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.consent")
    parser.add_argument("--interleavings", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--together", type=int, default=500)
    parser.add_argument("--into", type=Path, help="a file that collects slices")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began, happened, done = time.monotonic(), Counter[str](), 0
    rounds = -(-given.interleavings // given.together)
    try:
        for counted in play(rounds, str(given.seed), given.together):
            happened += counted
            done += given.together
            if done % 10_000 < given.together:
                print(f"{done:,} interleavings, {time.monotonic() - began:,.0f} s", flush=True)
    except AssertionError:
        print(f"wrong with --seed {given.seed}, after {done:,} interleavings")
        raise
    seconds = time.monotonic() - began
    print(f"{done:,} interleavings in {seconds:,.0f} s; seed {given.seed}. In them:")
    _show(happened)
    if given.into:
        slices = _add(given.into, {"seed": given.seed, "interleavings": done, "happened": happened})
        total = sum((Counter(each["happened"]) for each in slices.values()), Counter[str]())
        count = sum(each["interleavings"] for each in slices.values())
        print(f"{count:,} interleavings in {len(slices)} slices of {given.into}. In them:")
        _show(total)


def _add(file: Path, played: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The slices of a file with this one; of a seed that was played twice the last one counts."""
    with file.open("a") as opened:
        opened.write(json.dumps(played) + "\n")
    return {each["seed"]: each for each in map(json.loads, file.read_text().splitlines())}


def _show(happened: Counter[str]) -> None:
    for what, count in sorted(happened.items()):
        print(f"  {what:<18}{count:>12,}")


if __name__ == "__main__":
    main()
