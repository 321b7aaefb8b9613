"""`convo serve --workers` and `--role`: processes behind one socket, looked after by a small parent."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from convo.store import messages
from convo.store.engine import Store
from tests import processes
from tests.cli.folder import ANA, OURS, Folder
from tests.processes import Process

WITHIN = 60.0  # seconds; starting a process takes one or two


class Parent:
    """A `convo serve --workers 2` that runs."""

    def __init__(self, process: Process, address: str, log: Path) -> None:
        self.process = process
        self.address = address
        self._log = log

    def logged(self, event: str) -> int:
        """How often."""
        return self._log.read_text().count(f'"{event}"')

    def workers(self) -> dict[int, psutil.Process]:
        return {each.pid: each for each in psutil.Process(self.process.pid).children()}

    def text(self, name: str) -> None:
        body = {"id": name, "from": ANA, "to": OURS, "text": "desk"}
        request = urllib.request.Request(f"{self.address}/webhooks/simulator", json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=WITHIN) as answer:
            assert answer.status == 200


@pytest.fixture
def shared(folder: Folder, postgres_url: str) -> Folder:
    folder.environment["CONVO_DATABASE"] = postgres_url
    return folder


@contextmanager
def serving(folder: Folder) -> Iterator[Parent]:
    with (folder.path / "log").open("w") as log:
        process = processes.start(
            "serve", "--port", "0", "--workers", "2",
            cwd=folder.path, env={**os.environ, **folder.environment}, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        yield Parent(process, process.stdout.readline().split()[-1], folder.path / "log")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def until(happened: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + WITHIN
    while not happened():
        assert time.monotonic() < ends_at
        time.sleep(0.05)  # another process does it, and tells nobody here


def test_one_that_dies_is_started_anew_and_all_end_with_their_parent(
    shared: Folder, postgres_url: str
) -> None:
    with serving(shared) as parent:
        until(lambda: parent.logged("worker.ready") == 2)
        first = parent.workers()
        shared.write("convo.toml", "wrong = 1\n")
        parent.process.send_signal(signal.SIGHUP)
        until(lambda: parent.logged("workers.not_renewed") == 1)
        assert parent.workers().keys() == first.keys()
        (shared.path / "convo.toml").unlink()

        killed = next(iter(first))
        os.kill(killed, signal.SIGKILL)
        parent.text("1")  # the other one takes it
        until(lambda: parent.logged("worker.ready") == 3)
        left = list(parent.workers().values())
        assert len(left) == 2
        parent.process.kill()  # it has no time to tell them
        gone, alive = psutil.wait_procs(left, timeout=WITHIN)
        assert (len(gone), alive) == (2, [])
    store = Store(postgres_url)
    heard, _ = store.look(lambda c: messages.listed(c, ANA, 0, 10))
    store.close()
    assert heard.text == "desk"


def test_interrupted_it_ends_when_its_processes_have(shared: Folder) -> None:
    with serving(shared) as parent:
        workers = list(parent.workers().values())
        parent.process.send_signal(signal.SIGINT)
        assert parent.process.wait(WITHIN) == 0
        assert not any(_lives(each) for each in workers)


def test_with_wrong_settings_it_says_so_and_ends(shared: Folder) -> None:
    shared.write("convo.toml", '[numbers."+18005550100"]\nflow = "dsek"\n')
    ran = shared.run_apart("serve", "--port", "0", "--workers", "2")

    assert ran.code == 2
    assert "there is no flow 'dsek' in flows" in ran.err


@pytest.mark.parametrize("arguments", [("--workers", "2"), ("--role", "sender"), ("--role", "web")])
def test_on_sqlite_nothing_is_shared(folder: Folder, arguments: tuple[str, ...]) -> None:
    ran = folder.run("serve", "--port", "0", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert f"{' '.join(arguments)}: SQLite is served by one process that does everything" in ran.err
    assert "set `database` to PostgreSQL" in ran.err


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
