"""How fast texts leave: the whole second line beside a bare aiohttp loop that makes the same requests.

    python -m tests.bench.sender [--texts 5000] [--rounds 3] [--database sqlite|postgresql] [--profile]

A provider in a process of its own answers every request at once. The bare loop posts what the
simulator posts, as many at a time; the sender takes the texts from the database (durable commits),
through the gate, at no pace, and settles what came of each. Ratios are what counts: machines are
noisy. Beside each rate stands the processor's time for a text, all threads of the process together;
neither the provider's nor PostgreSQL's own is in it.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple, cast

import aiohttp
import uvloop
from sqlalchemy import Connection

from convo import clock
from convo.messages import Accepted, Direction, Outbound, Status
from convo.providers import make
from convo.providers.base import Provider
from convo.runtime.library import Library
from convo.runtime.sender import MOST_IN_FLIGHT, SEND_WITHIN, Sender
from convo.settings import SIMULATOR, Account, Settings
from convo.store import contacts, messages
from convo.store.engine import Store
from convo.store.messages import Draft
from tests.bench.intake import databases

OURS = "+15550009999"
TEXT = "Hi Ana, can you still make Elm St on Tue 1 Dec, 09:30? Reply YES, NO or MOVE."


class Measured(NamedTuple):
    """What came of one round."""

    rate: float  # texts a second
    work: float  # microseconds of the processor's time for one


class Taker(asyncio.Protocol):
    """Takes every request, whatever it says."""

    ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = transport.write  # type: ignore[attr-defined]  # uvloop's transports have it
        self._came = b""

    def data_received(self, data: bytes) -> None:
        self._came += data
        while True:
            head, found, body = self._came.partition(b"\r\n\r\n")
            if not found:
                return
            size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(body) < size:
                return
            self._came = body[size:]
            self._write(self.ANSWER)


async def provide() -> None:
    """Serve until the process is ended; the first line out is the port."""
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def bare(url: str, texts: int, database: str) -> Measured:
    """The same requests, and nothing else."""
    del database
    left = iter(range(texts))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=5)
    ) as http:

        async def one_after_another() -> None:
            for number in left:
                text = {"key": f"{number:032x}", "from": OURS, "to": _contact(number), "text": TEXT}
                async with http.post(url, json=text) as answer:
                    assert answer.status == 200

        async def work() -> None:
            await asyncio.gather(*(one_after_another() for _ in range(MOST_IN_FLIGHT)))

        return await _measure(work, texts)


async def sender(url: str, texts: int, database: str) -> Measured:
    """Queued texts, each to another contact."""
    settings = Settings(database=database, accounts={SIMULATOR: Account(provider=SIMULATOR, deliver_to=url)})
    store = Store(database)
    store.upgrade()
    store.transact(lambda c: _queue(c, texts))
    store.hold()
    # Reports come back over webhooks, elsewhere: taking them in is not the sender's work.
    providers = make(settings.accounts, lambda items: None, clock.system)
    counted = Counted(providers[SIMULATOR], texts)
    line = Sender(
        store,
        settings,
        Library(settings.flows),
        {SIMULATOR: cast(Provider, counted)},
        clock.system,
        lambda: None,
    )

    async def work() -> None:
        task = asyncio.create_task(line.run(alone=True))
        await counted.all_sent.wait()
        await line.stop(SEND_WITHIN)
        await task

    gc.collect()
    gc.freeze()  # as `App.start` does
    try:
        measured = await _measure(work, texts)
        assert store.look(_settled) == texts
        return measured
    finally:
        gc.unfreeze()
        await counted.close()
        store.close()


class Counted:
    """A provider that tells when so many texts were taken."""

    def __init__(self, provider: Provider, texts: int) -> None:
        self.traits = provider.traits
        self.close = provider.close
        self.all_sent = asyncio.Event()
        self._send = provider.send
        self._left = texts

    async def send(self, message: Outbound) -> Accepted:
        accepted = await self._send(message)
        self._left -= 1
        if not self._left:
            self.all_sent.set()
        return accepted


async def _measure(work: Callable[[], Awaitable[None]], texts: int) -> Measured:
    began, used = time.perf_counter(), time.process_time()
    await work()
    passed, used = time.perf_counter() - began, time.process_time() - used
    return Measured(texts / passed, used / texts * 1e6)


def _contact(number: int) -> str:
    return f"+1555{number:07}"


def _queue(connection: Connection, texts: int) -> None:
    now = clock.system()
    known = contacts.lock(connection, map(_contact, range(texts)), now)
    drafts = [
        Draft(
            direction=Direction.OUT,
            account=SIMULATOR,
            number=OURS,
            brand=OURS,
            contact_id=each.id,
            text=TEXT,
            segments=1,
            status=Status.QUEUED,
            created_at=now,
            due_at=now,
        )
        for each in known.values()
    ]
    messages.write(connection, drafts)


def _settled(connection: Connection) -> int:
    found = connection.exec_driver_sql("SELECT count(*) FROM message WHERE status = 'sent'").scalar()
    return int(found or 0)


KINDS: dict[str, Callable[[str, int, str], Coroutine[Any, Any, Measured]]] = {"bare": bare, "sender": sender}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--texts", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--profile", action="store_true", help="where the time of the last round goes")
    options = parser.parse_args()
    provider = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sender", "provider"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert provider.stdout is not None
        url = f"http://127.0.0.1:{int(provider.stdout.readline())}/"
        with databases(options.database) as new:
            _rounds(url, new, options)
    finally:
        provider.terminate()
        provider.wait()


def _rounds(url: str, new: Callable[[Path], str], options: argparse.Namespace) -> None:
    found: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    for turn in range(options.rounds):
        for kind, run in KINDS.items():
            with tempfile.TemporaryDirectory() as folder:
                database = new(Path(folder))
                one = uvloop.run(run(url, options.texts, database))
            found[kind].append(one)
            print(f"round {turn + 1}  {kind:<8} {_shown(one)}", flush=True)
    middle = {kind: Measured(*map(statistics.median, zip(*found[kind], strict=True))) for kind in KINDS}
    print()
    for kind, one in middle.items():
        print(f"{kind:<8} {_shown(one)}   {one.rate / middle['bare'].rate:.2f} of bare")
    if options.profile:
        _profile(url, new, options)


def _profile(url: str, new: Callable[[Path], str], options: argparse.Namespace) -> None:
    """What the writer's thread does; the event loop's own share is the rest."""
    profile = cProfile.Profile()
    transact = Store.transact

    def profiled(self: Store, job: Callable[[Connection], object]) -> object:
        profile.enable()
        try:
            return transact(self, job)
        finally:
            profile.disable()

    Store.transact = profiled  # type: ignore[method-assign, assignment]  # a benchmark looks inside
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(sender(url, options.texts, new(Path(folder))))
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def _shown(one: Measured) -> str:
    return f"{one.rate:>8,.0f} texts/s   {one.work:>6.0f} µs of work"


if __name__ == "__main__":
    if sys.argv[1:] == ["provider"]:
        uvloop.run(provide())
    else:
        main()
