"""Whether it stays as it is under load: memory and latency over minutes at 70 % of what it can.

    python -m tests.bench.soak [--seconds 600] [--share 0.7] [--connections 64] [--database sqlite]

The server does everything: it takes texts, steps their conversations, sends the answers and takes the
reports of them. First it is driven as fast as it goes, until all answers have left; then at a share of that.
Each slice tells the rate,
the latency of a webhook, from when it was due, and the memory of the server's process.
"""

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import uvloop
from sqlalchemy import or_, select

from convo.messages import Direction, Status
from convo.store.engine import Store
from convo.store.tables import messages
from tests.bench.intake import FLOW, Connection, databases, load, request

SLICES = 20
MEASURED = 20_000  # requests, to find how fast it goes
ANSWERS = 100_000  # the last of them


class Slice(NamedTuple):
    rate: float  # requests per second
    middle: float  # milliseconds: the median of an answer
    slowest: float  # milliseconds: the 99th percentile
    memory: float  # MiB of the server's process


class Paced(Connection):
    """Sends the next request when it is due, and not before the one before was answered."""

    def __init__(
        self, rng: random.Random, every: float, until: float, took: list[float], done: asyncio.Future[None]
    ) -> None:
        super().__init__([], took, done)
        self._rng, self._every, self._until = rng, every, until
        self._due = time.perf_counter() + rng.random() * every

    def _next(self) -> None:
        if self._due >= self._until:
            super()._next()  # there is none, which ends it
            return
        wait = max(0.0, self._due - time.perf_counter())
        asyncio.get_running_loop().call_later(wait, self._send)

    def _send(self) -> None:
        self._sent = self._due  # one that had to wait for the one before is late
        self._due += self._every
        self._transport.write(request(self._rng, self._rng.randrange(10**9)))


async def drive(port: int, rate: float, seconds: float, connections: int, rng: random.Random) -> list[float]:
    """The seconds that each answer took, at `rate` requests a second."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    done = [loop.create_future() for _ in range(connections)]
    until = time.perf_counter() + seconds
    for future in done:
        paced = partial(Paced, rng, connections / rate, until, took, future)
        await loop.create_connection(paced, "127.0.0.1", port)
    await asyncio.gather(*done)
    return took


def memory(process: int) -> float:
    """What a process holds in memory, in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--share", type=float, default=0.7)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    rng = random.Random(1)
    slices: list[Slice] = []
    with tempfile.TemporaryDirectory() as folder, databases(options.database) as new:
        (Path(folder) / "echo.yaml").write_text(FLOW)
        url = new(Path(folder))
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.servers", "everything", folder, url],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline().split()[0])
            requests = [request(rng, number) for number in range(MEASURED)]
            began = time.perf_counter()
            uvloop.run(load([port], requests, options.connections))
            _wait_until_empty(url)
            most = MEASURED / (time.perf_counter() - began)
            print(f"at most {most:,.0f} requests/s; now {options.share:.0%} of that", flush=True)
            for _ in range(SLICES):
                began = time.perf_counter()
                took = uvloop.run(
                    drive(port, most * options.share, options.seconds / SLICES, options.connections, rng)
                )
                cuts = statistics.quantiles(took, n=100)
                rate = len(took) / (time.perf_counter() - began)
                one = Slice(rate, cuts[49] * 1000, cuts[98] * 1000, memory(server.pid))
                slices.append(one)
                print(
                    f"{one.rate:>7,.0f}/s   p50 {one.middle:6.1f} ms   p99 {one.slowest:6.1f} ms   "
                    f"{one.memory:5.0f} MiB",
                    flush=True,
                )
        finally:
            server.terminate()
            server.wait()
        cuts = statistics.quantiles(_taken(url), n=100)
    early, late = (
        Slice(*map(statistics.median, zip(*part, strict=True))) for part in (slices[1:6], slices[-5:])
    )
    print(
        f"\nlate to early: p50 {late.middle / early.middle:.2f}, p99 {late.slowest / early.slowest:.2f}, "
        f"memory {late.memory / early.memory:.2f}\n"
        f"from a text that is stored to its answer that is accepted: "
        f"p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms"
    )


def _wait_until_empty(url: str) -> None:
    """Wait until no answer waits to leave, or is on its way."""
    open_ = select(messages.c.id).where(
        or_(messages.c.status == Status.QUEUED.value, messages.c.status == Status.SENDING.value)
    )
    store = Store(url)
    try:
        while store.look(lambda c: c.execute(open_.limit(1)).first()):
            time.sleep(0.05)  # another process sends them, and tells nobody here
    finally:
        store.close()


def _taken(url: str) -> list[float]:
    """The seconds that the last answers took, from when the text was stored."""
    last = select(messages.c.created_at, messages.c.sent_at).where(
        messages.c.direction == Direction.OUT.value, messages.c.sent_at.is_not(None)
    )
    store = Store(url)
    try:
        rows = store.look(lambda c: c.execute(last.order_by(messages.c.id.desc()).limit(ANSWERS)).all())
    finally:
        store.close()
    return [(row.sent_at - row.created_at).total_seconds() for row in rows]


if __name__ == "__main__":
    main()
