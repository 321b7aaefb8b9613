"""A campaign that is killed while it is loaded, and while it is launched, texts each contact exactly once.

Real processes and `kill -9`: twice in the middle of the list, and twice among the texts.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, select

from convo.messages import Direction
from convo.runtime.loading import BATCH
from convo.store.campaign_tables import campaign_contacts, campaign_files, campaigns
from convo.store.engine import Store
from convo.store.tables import contacts, conversations, messages
from tests import processes
from tests.cli.folder import REMIND, Folder
from tests.processes import Process

LOADED, BEGUN = 8 * BATCH, 300
EVERY_BAD = 100
WITHIN = 120.0  # seconds, if all is slow
COMMAND = ("campaign", "remind", "people.csv", "--yes")


def contact(place: int) -> str:
    return f"+1555{place:07}"


def people(count: int) -> str:
    """A list with a bad row and somebody twice, now and then."""
    lines = [f"{contact(place)},P{place}" for place in range(count)]
    for place in range(0, count, EVERY_BAD):
        lines[place] += f"\nnobody,x\n{contact(place)},Twin"
    return "\n".join(["contact,name", *lines])


def test_a_load_is_killed_twice_and_said_again(tmp_path: Path, database_url: str) -> None:
    folder = _folder(tmp_path, database_url, LOADED)
    folder.run("campaigns", "list")
    store = Store(database_url)
    store.upgrade()
    try:
        for batches in (1, 3):
            with running(folder, COMMAND) as process:
                _until(process, lambda: store.look(_read) >= batches * BATCH)  # noqa: B023 - at once
                _kill(process)
            loaded = store.look(_loaded)
            assert set(loaded.values()) == {1}
            assert len(loaded) < LOADED
        with running(folder, COMMAND) as process:
            assert process.wait(WITHIN) == 1  # there are bad rows
        assert store.look(_loaded) == Counter(contact(place) for place in range(LOADED))
        shown = folder.run("campaigns", "show", "1", "--format", "json").json
        bad = LOADED // EVERY_BAD
        assert shown["rows"] == {
            "read": LOADED + 2 * bad, "duplicates": bad, "opted_out": 0, "no_consent": 0, "bad": bad,
        }  # fmt: skip
        assert len((tmp_path / "people.csv.bad.csv").read_text().splitlines()) == bad + 1
    finally:
        store.close()


def test_a_launch_is_killed_twice_and_everybody_is_texted_once(tmp_path: Path, database_url: str) -> None:
    folder = _folder(tmp_path, database_url, BEGUN)
    assert folder.run(*COMMAND).code == 1
    store = Store(database_url)
    try:
        for count in (BEGUN // 4, BEGUN // 2):
            with running(folder, ("serve", "--port", "0")) as process:
                _until(process, lambda: store.look(_begun) >= count)  # noqa: B023 - at once
                _kill(process)
        with running(folder, ("serve", "--port", "0")) as process:
            _until(process, lambda: store.look(_status) == "finished")
        said = store.look(_said)
        assert said == Counter(contact(place) for place in range(BEGUN))
        assert store.look(_conversations) == (BEGUN, BEGUN)
    finally:
        store.close()


def _folder(path: Path, database_url: str, count: int) -> Folder:
    folder = Folder(path, {"CONVO_DATABASE": database_url})
    folder.write(
        "flows/remind.yaml", REMIND.replace('      1 second: {say: "Still there, {{ name }}?"}\n', "")
    )
    folder.write("convo.toml", '[numbers."+15550009999"]\nrate = "20/second"\n')
    folder.write("people.csv", people(count))
    return folder


@contextmanager
def running(folder: Folder, command: Sequence[str]) -> Iterator[Process]:
    process = processes.start(*command, cwd=folder.path, env={**os.environ, **folder.environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _until(process: Process, done: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN
    while not done():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.002)  # another process does it, and tells nobody here


def _kill(process: Process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def _read(connection: Connection) -> int:
    return connection.execute(select(func.sum(campaign_files.c.read))).scalar() or 0


def _loaded(connection: Connection) -> Counter[str]:
    """The contacts that are in, once as many as their file says."""
    found = Counter(connection.execute(select(campaign_contacts.c.contact)).scalars())
    assert connection.execute(select(func.sum(campaign_files.c.added))).scalar() == sum(found.values())
    return found


def _begun(connection: Connection) -> int:
    count: int = connection.execute(select(campaigns.c.begun)).scalar_one()
    return count


def _status(connection: Connection) -> str:
    status: str = connection.execute(select(campaigns.c.status)).scalar_one()
    return status


def _said(connection: Connection) -> Counter[str]:
    texts = select(contacts.c.number).join(messages, messages.c.contact_id == contacts.c.id)
    return Counter(connection.execute(texts.where(messages.c.direction == Direction.OUT.value)).scalars())


def _conversations(connection: Connection) -> tuple[int, int]:
    """How many there are, and how many of them contacts of the campaign know."""
    known = (
        select(func.count())
        .select_from(campaign_contacts)
        .join(conversations, conversations.c.id == campaign_contacts.c.conversation_id)
    )
    return (
        connection.execute(select(func.count(conversations.c.id))).scalar_one(),
        connection.execute(known).scalar_one(),
    )
