"""A flow that repeats what it hears, phones, a provider that repeats what was not acknowledged, and servers.

Real processes and real HTTP. What goes wrong meanwhile is the tests' own business.
"""

import asyncio
import os
import random
import secrets
import signal
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import Connection, func, select

from convo.messages import Direction, Status
from convo.store import messages, receipts
from convo.store.engine import Store
from convo.store.tables import messages as message_table
from convo.store.tables import receipts as receipt_table
from tests import processes
from tests.processes import Process

CONTACTS = 100
CONNECTIONS = 16
OURS = "+15550009999"
TRIES, PAUSE = 300, 0.1  # of the provider for one delivery; seconds between them
# Seconds, if all is slow; a dead sender's lease alone takes 15.
READY_WITHIN, DELIVERED_WITHIN, SETTLED_WITHIN = 30.0, 150.0, 60.0

FLOW = """\
flow: parrot
triggers: {anything: true}
start: welcome
states:
  welcome: {say: Welcome, then: listen}
  listen:
    save: {said: text}
    then: repeat
    otherwise: {say: Say that again., tries: 2, then: gone}
    after: {1 day: gone}
  repeat: {say: "Got {{ said }}", then: listen}
  gone: {end: gone}
"""
SETTINGS = """\
[accounts.simulator]
provider = "simulator"
deliver_to = "%s"
"""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a contact sent, under the provider's name for it."""

    id: str
    contact: str
    words: str

    def webhook(self) -> dict[str, str]:
        return {"id": self.id, "from": self.contact, "to": OURS, "text": self.words}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A text that reached a phone, under the key by which a repeat can be told."""

    key: str
    contact: str
    text: str


class Story:
    """Texts of a hundred contacts, some servers, and what became of it all."""

    def __init__(self, folder: Path, database: str, texts: int = 20) -> None:
        """`texts` are those of each contact."""
        self._each = texts
        self.seed = secrets.randbits(32)
        self._rng = random.Random(self.seed)
        self._folder = folder
        self._database = database
        self._phones = Phones(random.Random(self.seed + 1))
        self._texts = [
            Text(f"sm-{self._rng.getrandbits(64):016x}", contact, f"{contact[-3:]} says {place}")
            for contact in (f"+1555000{place:04}" for place in range(1, CONTACTS + 1))
            for place in range(1, texts + 1)
        ]
        self._servers: list[Server] = []
        print(f"seed {self.seed}")  # pytest shows it where the test fails

    def server(self, *arguments: str) -> "Server":
        """A serving process, which is not started yet."""
        place = len(self._servers)
        self._servers.append(Server(self._folder, self._database, place, ("serve", *arguments)))
        return self._servers[-1]

    async def play(self, webs: Sequence["Server"], trouble: Callable[["Provider"], Awaitable[None]]) -> None:
        """Start all servers at once, deliver everything to `webs` amid the trouble, and wait until all is
        settled."""
        (self._folder / "flows").mkdir()
        (self._folder / "flows" / "parrot.yaml").write_text(FLOW)
        deliveries = [text for text in self._texts for _ in range(self._rng.randint(1, 3))]
        self._rng.shuffle(deliveries)
        async with self._phones.switched_on() as address:
            (self._folder / "convo.toml").write_text(SETTINGS % address)
            try:
                await asyncio.gather(*(server.start() for server in self._servers))
                provider = Provider(deliveries, [server.address for server in webs], self._rng)
                async with asyncio.timeout(DELIVERED_WITHIN):
                    await asyncio.gather(provider.deliver_all(), trouble(provider))
                await self._settled()
            finally:
                await asyncio.gather(*(server.stop() for server in self._servers))

    @property
    def arrivals(self) -> list["Arrival"]:
        """Every text that reached a phone, repeats among them."""
        return [arrival for each in self._phones.arrived.values() for arrival in each]

    async def _settled(self) -> None:
        """Wait until nothing is queued or being sent any more."""
        store = Store(self._database)
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                # Other processes do the work, so there is nothing to wait on but the database.
                while await store.read(unsettled):  # noqa: ASYNC110 - there is no event to wait for
                    await asyncio.sleep(0.2)
        finally:
            store.close()

    def check(self) -> None:
        """Every text was stored once and answered once, in order; no answer is doubled or missing."""
        store = Store(self._database)
        try:
            store.look(self._check_stored)
            for contact in sorted({text.contact for text in self._texts}):
                history = store.look(partial(messages.listed, contact=contact, after=0, most=10_000))
                self._check_contact(contact, history)
        finally:
            store.close()

    def _check_stored(self, connection: Connection) -> None:
        where = f"seed {self.seed}"
        sent = sorted((text.id, text.words) for text in self._texts)
        stored = connection.execute(
            select(message_table.c.provider_id, message_table.c.text).where(
                message_table.c.direction == Direction.IN.value
            )
        )
        assert sorted((row.provider_id, row.text) for row in stored) == sent, where
        received = connection.execute(select(receipt_table.c.provider_id)).scalars()
        assert sorted(received) == [name for name, _ in sent], where
        assert receipts.troubled(connection, datetime.min.replace(tzinfo=UTC)).count == 0, where

    def _check_contact(self, contact: str, history: Sequence[messages.Stored]) -> None:
        where = f"seed {self.seed}, {contact}"
        heard = [message.text for message in history if message.direction is Direction.IN]
        answers = [message for message in history if message.direction is Direction.OUT]
        assert len(heard) == self._each, where
        expected = ["Welcome", *(f"Got {words}" for words in heard[1:])]
        assert [answer.text for answer in answers] == expected, f"{where}: answered in another order"
        assert {answer.status for answer in answers} <= {Status.SENT, Status.DELIVERED}, where
        # A key may come again after a kill: whoever knows it shows the text once. Two keys are two texts.
        shown = {arrival.key: arrival.text for arrival in self._phones.arrived[contact]}
        assert list(shown.values()) == expected, f"{where}: the phone shows something else"


def unsettled(connection: Connection) -> int:
    return connection.execute(
        select(func.count())
        .select_from(message_table)
        .where(message_table.c.status.in_([Status.QUEUED.value, Status.SENDING.value]))
    ).scalar_one()


class Phones:
    """The program that plays the phones."""

    def __init__(self, rng: random.Random) -> None:
        self.arrived: defaultdict[str, list[Arrival]] = defaultdict(list)
        self._rng = rng

    @asynccontextmanager
    async def switched_on(self) -> AsyncIterator[str]:
        """Takes texts at the address that this gives."""
        app = web.Application()
        app.router.add_post("/", self._take)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port: int = runner.addresses[0][1]
            yield f"http://127.0.0.1:{port}/"
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        text = await request.json()
        self.arrived[text["to"]].append(Arrival(text["key"], text["to"], text["text"]))
        # The way back takes a moment, so that a kill finds texts that arrived and are not settled.
        await asyncio.sleep(self._rng.uniform(0, 0.02))
        return web.Response()


class Server:
    """A `convo serve` process that ends, or dies, and comes back on its port."""

    def __init__(self, folder: Path, database: str, place: int, command: Sequence[str] = ("serve",)) -> None:
        self._command = command
        self._folder = folder
        self._environment = {**os.environ, "CONVO_DATABASE": database}
        self._port = _free_port()
        self._log = folder / f"server-{place}.log"
        self._process: Process | None = None
        self.address = f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it, again or for the first time, and wait until it is ready."""
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
        with self._log.open("ab") as log:
            self._process = processes.start(
                *(*self._command, "--port", str(self._port)),
                cwd=self._folder, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        async with asyncio.timeout(READY_WITHIN), aiohttp.ClientSession() as http:
            while not await self._ready(http):
                assert self._process.poll() is None or self._killed, self._log.read_text()[-4000:]
                await asyncio.sleep(0.05)  # another process: nothing tells us when it listens

    def kill(self) -> None:
        """`kill -9`: it has no time for anything."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)

    @property
    def _killed(self) -> bool:
        return self._process is not None and self._process.poll() == -signal.SIGKILL

    async def stop(self) -> None:
        """End it as an operator would."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            code = await asyncio.to_thread(self._process.wait, READY_WITHIN)
        finally:
            self._process.kill()
        assert code == 0, self._log.read_text()[-4000:]

    def renew(self) -> None:
        """Have a parent of workers start each of them anew."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    async def says(self, words: str) -> None:
        """Wait until its log has these words."""
        async with asyncio.timeout(60):
            while words not in self._log.read_text():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.1)

    async def _ready(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.address}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


def _free_port() -> int:
    """A port below those that the system gives to clients.

    A client that calls such a port while nobody listens there can be connected to itself.
    """
    while True:
        port = random.SystemRandom().randint(20_000, 30_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Provider:
    """Delivers webhooks through sixteen connections and repeats each until it is acknowledged."""

    def __init__(self, deliveries: Sequence[Text], servers: Sequence[str], rng: random.Random) -> None:
        self._waiting: Iterator[Text] = iter(deliveries)
        self._total = len(deliveries)
        self._servers = servers
        self._rng = rng
        self._acknowledged = 0
        self._progress = asyncio.Condition()

    @property
    def share(self) -> float:
        """How much is acknowledged, from 0 to 1."""
        return self._acknowledged / self._total

    async def acknowledges(self, share: float) -> None:
        """Wait for this much to be acknowledged."""
        async with self._progress:
            await self._progress.wait_for(lambda: self.share >= share)

    async def deliver_all(self) -> None:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            await asyncio.gather(*(self._connection(http) for _ in range(CONNECTIONS)))

    async def _connection(self, http: aiohttp.ClientSession) -> None:
        for text in self._waiting:
            await self._deliver(http, text)
            async with self._progress:
                self._acknowledged += 1
                self._progress.notify_all()

    async def _deliver(self, http: aiohttp.ClientSession, text: Text) -> None:
        for _ in range(TRIES):
            server = self._rng.choice(self._servers)
            try:
                async with http.post(f"{server}/webhooks/simulator", json=text.webhook()) as answer:
                    if answer.ok:
                        return
                    assert answer.status == 503, f"{answer.status} is never repeated: {await answer.text()}"
            except (aiohttp.ClientError, TimeoutError):
                pass  # nobody there, or gone in the middle
            await asyncio.sleep(PAUSE)  # as a provider waits before it tries again
        raise AssertionError(f"{text.id} was not taken in {TRIES} tries")
