"""A random day of 50,000 texts, sends and reports, late, doubled and out of order: counts equal a recount.

python -m tests.bench.insights [--events 50000]
"""

import argparse
import tempfile
import time
from pathlib import Path
from random import Random

import structlog

from convo.runtime.rebuilding import rebuild
from convo.store import counting
from convo.store.engine import Store
from tests.runtime.house import INVITE, VISIT, House
from tests.runtime.test_counting import SPLIT, day


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    structlog.configure(processors=[_drop])
    with tempfile.TemporaryDirectory() as folder:
        flows = Path(folder) / "flows"
        flows.mkdir()
        for name, source in (("visit", VISIT), ("invite", INVITE), ("offer", SPLIT)):
            (flows / f"{name}.yaml").write_text(source)
        store = Store(f"sqlite:///{folder}/convo.db")
        store.upgrade()
        house, random, events = House(store, flows), Random(wanted.seed), 0
        begun = time.perf_counter()
        while events < wanted.events:
            events += day(house, random, people=400, steps=200)
        passed = time.perf_counter() - begun
        begun = time.perf_counter()
        done = house.do(lambda connection: rebuild(connection, house.library))
        recounted = time.perf_counter() - begun
        (texts,) = house.rows("SELECT count(*) FROM message")
        print(f"{events:,} events in {passed:.0f} s; {texts[0]:,} texts, {done.counts:,} counts")
        print(f"recounted in {recounted:.1f} s: {done.changed} of them differ")
        waiting = house.do(counting.waits)
        assert not done.changed
        assert not waiting


def _drop(*_: object) -> dict[str, object]:
    raise structlog.DropEvent


if __name__ == "__main__":
    main()
