"""An import of opt-outs that is killed and started again loses no row, writes none twice, and never half.

Real processes and `kill -9`, in the middle of the file.
"""

import csv
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, select

from convo.messages import Status
from convo.store.consent_tables import consent_entries, consents
from convo.store.engine import Store
from convo.store.event_tables import outgoing_events
from convo.store.tables import contacts, conversations, messages
from tests import processes
from tests.cli.folder import REMIND, Folder
from tests.processes import Process

PEOPLE, TALKING, EVERY_BAD = 2000, 4, 50
KILL_AT = (200, 600)  # lines of the ledger
WITHIN = 60.0  # seconds, if all is slow


def contact(place: int) -> str:
    return f"+1555{place:07}"


def test_an_import_is_killed_twice_and_started_again(tmp_path: Path, database_url: str) -> None:
    folder = Folder(tmp_path, {"CONVO_DATABASE": database_url})
    folder.write("flows/remind.yaml", REMIND)
    folder.write("convo.toml", '[numbers."+15550009999"]\nbrand = "Elm"\n')
    spread = [1 + place * (PEOPLE // TALKING) for place in range(TALKING)]
    for place in spread:
        assert folder.run("start", "remind", "--to", contact(place), "--set", "name=Ana").code == 0
    lines = [f"{contact(place)},stop,2026-01-02,STOP" for place in range(1, PEOPLE + 1)]
    for place in range(0, PEOPLE, EVERY_BAD):
        lines[place] += f"\n{contact(place)},maybe,,"
    folder.write("old.csv", "\n".join(["contact,action,at,text", *lines]))

    store = Store(database_url)
    try:
        for count in KILL_AT:
            with importing(folder) as process:
                until(store, process, count)
                os.kill(process.pid, signal.SIGKILL)
                assert process.wait() == -signal.SIGKILL
            written = store.look(whole)
            assert count <= len(written) < PEOPLE
        with importing(folder) as process:
            assert process.wait(WITHIN) == 1  # there are bad rows
        assert Counter(store.look(whole)) == Counter(contact(place) for place in range(1, PEOPLE + 1))
        assert store.look(queued) == 0
    finally:
        store.close()
    with (tmp_path / "old.csv.bad.csv").open(newline="") as file:
        bad = list(csv.DictReader(file))
    assert [row["contact"] for row in bad] == [contact(place) for place in range(0, PEOPLE, EVERY_BAD)]
    assert not list(tmp_path.glob("*.part"))


@contextmanager
def importing(folder: Folder) -> Iterator[Process]:
    """A process that imports the file."""
    process = processes.start(
        "consent", "import", "old.csv", cwd=folder.path, env={**os.environ, **folder.environment}
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(store: Store, process: Process, lines: int) -> None:
    """Wait until the ledger has so many lines."""
    end = time.monotonic() + WITHIN
    while store.look(lambda c: c.execute(select(func.count(consent_entries.c.id))).scalar_one()) < lines:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.005)  # another process does it, and tells nobody here


def whole(connection: Connection) -> list[str]:
    """The contacts in the ledger, once each line is with all that follows from it, and nothing else is."""
    written = list(connection.execute(select(consent_entries.c.contact)).scalars())
    out = select(contacts.c.number).join(consents, consents.c.contact_id == contacts.c.id)
    told = select(contacts.c.number).join(outgoing_events, outgoing_events.c.contact_id == contacts.c.id)
    stopped = select(contacts.c.number).join(conversations, conversations.c.contact_id == contacts.c.id)
    assert Counter(connection.execute(out.where(consents.c.opted_out)).scalars()) == Counter(written)
    assert Counter(connection.execute(told).scalars()) == Counter(written)
    for number, outcome in connection.execute(stopped.add_columns(conversations.c.outcome)):
        assert (outcome == "stopped") is (number in written), number
    return written


def queued(connection: Connection) -> int:
    waiting = select(func.count(messages.c.id)).where(messages.c.status == Status.QUEUED.value)
    number: int = connection.execute(waiting).scalar_one()
    return number
