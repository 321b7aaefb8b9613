"""The parent of processes on a machine that has no room for another one: it starts none, and ends none."""

import asyncio
import socket
from collections.abc import Iterator
from typing import cast

import pytest

from convo.cli import _workers
from convo.cli._workers import _Parent, _Process


class Started:
    """A process that is ready and lives on."""

    pid, began, was_ready, leaving, ends = 1, 0.0, True, False, 0

    async def listen(self) -> None:
        pass

    async def ended(self) -> int:
        await asyncio.Event().wait()
        return 0

    async def end(self, patience: float) -> None:
        self.ends += 1


class Machine:
    """Starts a process once it has been asked so often."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = 0
        self.asked = 0
        monkeypatch.setattr(_workers._Process, "start", self.start)

    async def start(self, *_: object) -> Started:
        self.asked += 1
        if self.asked <= self.full:
            raise BlockingIOError("no more processes")
        return Started()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.fixture
def parent() -> Iterator[_Parent]:
    with socket.socket() as listening:
        yield _Parent([], listening, 1.0, "")


def test_it_goes_on_trying_to_replace_one_that_died(machine: Machine, parent: _Parent) -> None:
    async def story() -> None:
        machine.full = 3
        await parent._replace(0)
        assert (machine.asked, len(parent._running)) == (4, 1)

    asyncio.run(story())


def test_it_keeps_those_that_it_cannot_renew(machine: Machine, parent: _Parent) -> None:
    async def story() -> None:
        old = Started()
        running = {cast(_Process, old)}
        parent._running |= running
        machine.full = 1
        await parent._renew()
        assert (parent._running, old.ends) == (running, 0)

    asyncio.run(story())
