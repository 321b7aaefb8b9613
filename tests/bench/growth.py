"""What a text costs where many talk: a million live conversations and waiting clocks beside a thousand.

    python -m tests.bench.growth [--live 1000000] [--few 1000] [--texts 4000] [--rounds 5]
                                 [--database sqlite]

Both databases are filled with rows as the engine writes them, then take batches of texts from contacts
drawn at random, in turn. Ratios are what counts: machines are noisy.
"""

import argparse
import asyncio
import gc
import random
import statistics
import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from convo.app import App
from convo.messages import Inbound
from convo.runtime.intake import take
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Settings
from convo.store.bulk import insert_rows
from convo.store.tables import contacts, conversations
from tests.bench.intake import FLOW, databases

OURS = "+15550009999"
BATCH = 64  # as the intake takes at most
AT_ONCE = 50_000  # rows of one transaction while a database is filled


class Cost(NamedTuple):
    work: float  # microseconds of the processor's time per text
    wall: float  # microseconds per text


def fill(app: App, live: int) -> None:
    """`live` contacts, each with a conversation that waits for an answer and for its clock."""
    first = app.clock()
    take_texts(app, [1], random.Random(0))  # its rows are what the others are made like
    contact, talk = app.store.look(
        lambda c: [c.execute(table.select()).one()._asdict() for table in (contacts, conversations)]
    )

    def write(connection: Connection, rows: range) -> None:
        people = (tuple({**contact, "id": n, "number": number(n)}.values()) for n in rows)
        insert_rows(connection, contacts, tuple(contact), people)
        clocks = ((n, first + timedelta(hours=1, milliseconds=n * 37 % 86_400_000)) for n in rows)
        talks = (tuple({**talk, "id": n, "contact_id": n, "wake_at": at}.values()) for n, at in clocks)
        insert_rows(connection, conversations, tuple(talk), talks)
        for table in (contacts, conversations):
            if app.store.dialect == "postgresql":
                connection.execute(text(f"SELECT setval('{table.name}_id_seq', {rows[-1]})"))

    for begin in range(2, live + 1, AT_ONCE):
        app.store.transact(partial(write, rows=range(begin, min(begin + AT_ONCE, live + 1))))
    app.store.transact(lambda c: c.execute(text("ANALYZE")))


def number(contact: int) -> str:
    return f"+1555{contact:07}"


def take_texts(app: App, who: list[int], rng: random.Random) -> None:
    texts = [
        Inbound(SIMULATOR, rng.randbytes(16).hex(), number(one), OURS, f"text {rng.random()}", b"{}" * 75)
        for one in who
    ]
    app.store.transact(lambda c: take(Line(c, app.settings, app.library, app.clock()), texts))


def measure(app: App, live: int, texts: int, rng: random.Random) -> Cost:
    gc.collect()
    work, wall = time.thread_time(), time.perf_counter()
    for _ in range(0, texts, BATCH):
        take_texts(app, rng.sample(range(1, live + 1), BATCH), rng)
    done = -(-texts // BATCH) * BATCH
    return Cost((time.thread_time() - work) / done * 1e6, (time.perf_counter() - wall) / done * 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--live", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--texts", type=int, default=4_096)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    rng = random.Random(1)
    sizes = [options.few, options.live]
    found: dict[int, list[Cost]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory() as home, databases(options.database) as new:
        opened = {}
        for size in sizes:
            folder = Path(home) / str(size)
            folder.mkdir()
            (folder / "echo.yaml").write_text(FLOW)
            app = App(
                Settings(
                    database=new(folder), flows=folder, accounts={SIMULATOR: Account(provider=SIMULATOR)}
                )
            )
            app.store.hold()
            app.store.upgrade()
            asyncio.run(app.read_flows())
            began = time.perf_counter()
            fill(app, size)
            print(f"{size:>9,} live conversations, filled in {time.perf_counter() - began:.0f} s", flush=True)
            measure(app, size, options.texts, rng)  # warms up
            opened[size] = app
        for turn in range(options.rounds):
            for size, app in opened.items():
                found[size].append(one := measure(app, size, options.texts, rng))
                shown = f"{one.work:6.0f} µs of work  {one.wall:6.0f} µs a text"
                print(f"round {turn + 1}  {size:>9,} live  {shown}", flush=True)
        for app in opened.values():
            app.store.close()
    few, many = (Cost(*map(statistics.median, zip(*found[size], strict=True))) for size in sizes)
    print(f"\n{many.work / few.work:.2f} times the work, {many.wall / few.wall:.2f} times the time of a text")


if __name__ == "__main__":
    main()
