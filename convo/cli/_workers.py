"""`convo serve --workers`: a small parent that starts processes behind one socket and looks after them.

It does none of their work, and knows of them whether they are ready and whether they live; they know that
it lives. Whatever they need they read themselves when they start, a new version of convo too.
"""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from convo.cli._serving import address_of
from convo.settings import Settings

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before one that died is started anew; doubled each time
LIVED_WELL = 60.0  # seconds; one that dies after them is started as if it were the first time
KILL_AFTER = 15.0  # seconds beyond all that a process may take to end
WRONG_SETTINGS = 2  # the exit code
_READY = b"r"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Worker:
    """The parent as one of its processes sees it."""

    listening: socket.socket
    parent: socket.socket  # ends when the parent does

    @classmethod
    def given(cls, numbers: str) -> "Worker":
        """From the numbers of two open files."""
        listening, parent = (socket.socket(fileno=int(number)) for number in numbers.split(","))
        parent.setblocking(False)
        return cls(listening, parent)

    def is_ready(self) -> None:
        """Tell the parent that requests are taken."""
        with suppress(OSError):  # it is gone, which is told where its end is waited for
            self.parent.send(_READY)


def run(
    settings: Settings, arguments: Sequence[str], count: int, listening: socket.socket, greeting: str
) -> int:
    """Serve with so many processes until told to stop; the exit code."""
    drain = settings.drain.total_seconds() if settings.drain else 0.0
    patience = drain + settings.stop_within.total_seconds() + KILL_AFTER
    told = greeting.replace("{address}", address_of(listening))
    return asyncio.run(_Parent(arguments, listening, patience, told).run(count))


class _Parent:
    def __init__(
        self, arguments: Sequence[str], listening: socket.socket, patience: float, greeting: str
    ) -> None:
        self._greeting = greeting
        self._arguments = arguments
        self._listening = listening
        self._patience = patience
        self._running: set[_Process] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()
        self._has_served = False
        self._renewing = asyncio.Lock()
        self._code = 0

    async def run(self, count: int) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ending.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._begin(self._renew()))
        for _ in range(count):
            await self._start(FIRST_WAIT)
        await self._ending.wait()
        await asyncio.gather(*(process.end(self._patience) for process in self._running))
        return self._code

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self, wait: float, *, leaving: bool = False) -> "_Process":
        """Start one; nobody takes its place if it dies and is `leaving`."""
        process = await _Process.start(self._arguments, self._listening)
        process.leaving = leaving
        self._running.add(process)
        self._begin(self._listen(process))
        self._begin(self._watch(process, wait))
        return process

    async def _listen(self, process: "_Process") -> None:
        await process.listen()
        if process.was_ready:
            log.info("worker.ready", pid=process.pid)
        if process.was_ready and not self._has_served:
            self._has_served = True
            print(self._greeting, flush=True)

    async def _watch(self, process: "_Process", wait: float) -> None:
        """Start another one in the place of one that dies, after a wait."""
        code = await process.ended()
        self._running.discard(process)
        if process.leaving or self._ending.is_set():
            return
        if code == WRONG_SETTINGS and not self._has_served:
            self._code = code  # it has said what is wrong, and the next one would say it again
            self._ending.set()
            return
        lived_well = time.monotonic() - process.began > LIVED_WELL
        wait = FIRST_WAIT if lived_well else wait
        log.error("worker.died", pid=process.pid, code=code, again_in=wait)
        await self._replace(wait)

    async def _replace(self, wait: float) -> None:
        """Start another one after a wait, however often the machine has no room for it."""
        while not self._ending.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._ending.wait()
            wait = min(2 * wait, LONGEST_WAIT)
            if not self._ending.is_set():
                try:
                    await self._start(wait)
                except OSError as error:
                    log.warning("worker.not_started", error=str(error), again_in=wait)
                else:
                    return

    async def _renew(self) -> None:
        """Start each anew, one after the other; the old one goes when the new one is ready."""
        async with self._renewing:
            for old in list(self._running):
                if old not in self._running:
                    continue  # it died, and has been started anew
                try:
                    new = await self._start(FIRST_WAIT, leaving=True)
                except OSError as error:
                    log.warning("workers.not_renewed", error=str(error))
                    return
                await new.ready.wait()
                if self._ending.is_set():
                    return
                if not new.was_ready:
                    log.error("workers.not_renewed", pid=new.pid)
                    return
                new.leaving = False
                await old.end(self._patience)
            log.info("workers.renewed", count=len(self._running))


class _Process:
    """One of them."""

    def __init__(self, process: asyncio.subprocess.Process, ours: socket.socket) -> None:
        self.pid = process.pid
        self.began = time.monotonic()
        self.leaving = False  # it was told to
        self.was_ready = False
        self.ready = asyncio.Event()  # or dead
        self._process = process
        self._ours = ours

    @classmethod
    async def start(cls, arguments: Sequence[str], listening: socket.socket) -> "_Process":
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "convo", "serve", *arguments),
                    *("--given", f"{listening.fileno()},{theirs.fileno()}"),
                    pass_fds=[listening.fileno(), theirs.fileno()],
                    process_group=0,  # Ctrl-C is for the parent, which tells them
                )
            except BaseException:
                ours.close()
                raise
        return cls(process, ours)

    async def listen(self) -> None:
        """Wait until it says that it is ready, or until it is dead."""
        self.was_ready = await asyncio.get_running_loop().sock_recv(self._ours, 1) == _READY
        self.ready.set()

    async def ended(self) -> int:
        """Wait for its end; its exit code."""
        code = await self._process.wait()
        await self.ready.wait()
        self._ours.close()
        return code

    async def end(self, patience: float) -> None:
        """Have it end, by force where it takes longer than `patience`, in seconds."""
        self.leaving = True
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), patience)
        if self._process.returncode is None:
            log.error("worker.killed", pid=self.pid)
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
