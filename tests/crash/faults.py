"""Many conversations with a provider that makes every fault, while a reaper kills what serves them.

The provider is a program of its own (`tests/azure_server`), and so is everything that serves. A contact
goes on by what reaches its phone, or by what its provider refused for good. In the end three books have to
agree: the provider's, what `convo audit` says, and the messages.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from convo.messages import Direction, Status
from convo.store import messages
from convo.store.engine import Store
from convo.store.messages import Stored
from tests import processes
from tests.crash.application import Azure
from tests.crash.parrots import Server, unsettled

OURS = "+15550009999"
SECRET, KEY = "a-secret-of-the-webhook", "c2VjcmV0LW9mLXRoZS1hY2NvdW50"
RATES: dict[str, object] = {
    "lose": 0.04, "hang": 0.02, "halve": 0.03, "throttle": 0.03, "fail": 0.03, "refuse": 0.03, "early": 0.3,
    "late": 0.2, "twice": 0.2, "undelivered": 0.05, "doubt": 0.1, "silent": 0.1,
}  # fmt: skip
FAULTS = ("lost", "hung", "halved", "429", "500", "refused")
EACH = 2  # conversations of a contact, one after the other
PAGE = 2_000
FLOW = """\
flow: booking
start: ask
triggers: {keyword: [book]}
states:
  ask:
    say: Can you come at nine?
    replies: {yes: done, no: later}
    otherwise: {say: "Sorry, YES or NO?"}
    after: {1 day: gone}
  later:
    say: At ten, then?
    replies: {yes: done, no: gone}
    otherwise: {say: "YES or NO?"}
    after: {1 day: gone}
  done: {say: "See you!", end: booked}
  gone: {say: "Another time.", end: gone}
"""
SETTINGS = """\
[accounts.acs]
provider = "azure"
connection_string = "endpoint={azure}/;accesskey={key}"
webhook_secret = ["{secret}"]
timeout = 1

[numbers."{ours}"]
account = "acs"
"""
# What a contact may say next, by what it reads; None: the conversation is over.
ANSWERS: dict[str, tuple[str | None, ...]] = {
    "Can you": ("yes", "yes", "yes", "no", "no", "hm", "stop"),
    "Sorry": ("yes", "no"),
    "At ten": ("yes", "no"),
    "See you": (None,),
    "Another": (None,),
    "You have successfully": (None,),
}
# Why a text of ours was never accepted.
UNSAID = {
    (Status.FAILED, "bad_number"),
    (Status.WITHDRAWN, "stopped"), (Status.WITHDRAWN, "opted_out"), (Status.WITHDRAWN, "left_state"),
    (Status.UNCERTAIN, "stopped"), (Status.UNCERTAIN, "opted_out"), (Status.UNCERTAIN, "left_state"),
}  # fmt: skip


@dataclass
class Contact:
    """One person with a phone, who books again and again, or says STOP."""

    number: str
    rng: random.Random
    box: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    said: list[str] = field(default_factory=list)
    waits: bool = False
    gone: bool = False  # it said STOP

    async def lives(self, azure: Azure) -> int:
        """All its conversations; how many it had."""
        for turn in range(EACH):
            self._says(azure, "book")
            await self._talks(azure)
            if self.gone:
                return turn + 1
        return EACH

    async def _talks(self, azure: Azure) -> None:
        refused: Counter[str] = Counter()
        while True:
            self.waits = True
            item = await self.box.get()
            self.waits = False
            text: str = item["text"] if "text" in item else item["refused"]
            if "text" in item and refused[text]:
                refused[text] -= 1  # convo died before it knew, and asked again: this was answered already
                continue
            refused[text] += "refused" in item
            choices = next((words for begins, words in ANSWERS.items() if text.startswith(begins)), None)
            assert choices, f"{self.number} read {text!r}"
            if text.startswith("You have") and not self.gone:
                continue
            if self.gone and not text.startswith("You have"):
                continue  # it left before the STOP came
            answer = self.rng.choice(choices)
            if answer is None:
                return
            self.gone = answer == "stop"
            self._says(azure, answer)

    def _says(self, azure: Azure, text: str) -> None:
        name = f"in-{self.number}-{len(self.said)}"
        self.said.append(text)
        azure.hears({"id": name, "from": self.number, "to": OURS, "text": text})


class Reaper:
    """Kills one of the processes, at random, again and again, and starts it anew."""

    def __init__(self, servers: Sequence[Server], rng: random.Random, every: tuple[float, float]) -> None:
        self.kills: Counter[str] = Counter()
        self._servers = servers
        self._rng = rng
        self._every = every

    async def reap(self, enough: asyncio.Event) -> None:
        """Until it is enough: each that it ends is started again and ready when this returns."""
        while not enough.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), self._rng.uniform(*self._every))
                return
            victim = self._rng.choice(self._servers)
            if self._rng.random() < 0.25:
                self.kills["SIGTERM"] += 1
                await victim.stop()
            else:
                self.kills["SIGKILL"] += 1
                victim.kill()
            await victim.start()


@dataclass(frozen=True)
class Plan:
    """How a story goes."""

    conversations: int
    database: str
    commands: Sequence[Sequence[str]] = (("serve",),)  # a process each; the first takes the webhooks
    every: tuple[float, float] = (1.0, 4.0)  # seconds between two kills
    at_once: int = 100  # contacts
    within: float = 120.0  # seconds for all of it


class Story:
    """So many conversations, and what became of them."""

    def __init__(self, folder: Path, plan: Plan, seed: int) -> None:
        self.reaper: Reaper | None = None
        self.took = 0.0  # seconds
        self.books: dict[str, Any] = {}
        self.had = 0
        self._folder = folder
        self._plan = plan
        self._rng = random.Random(seed)
        self._seed = seed
        self._contacts: dict[str, Contact] = {}

    async def run(self) -> None:
        """Hold all conversations while processes die; return when nothing is left to do."""
        (self._folder / "flows").mkdir()
        (self._folder / "flows" / "booking.yaml").write_text(FLOW)
        servers = [
            Server(self._folder, self._plan.database, place, command)
            for place, command in enumerate(self._plan.commands)
        ]
        webhook = f"{servers[0].address}/webhooks/acs?code={SECRET}"
        options = RATES | {"key": KEY, "seed": self._seed, "webhook": webhook}
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(timeout=timeout) as http, Azure.at_work(options, http) as azure:
            settings = SETTINGS.format(azure=azure.address, key=KEY, secret=SECRET, ours=OURS)
            (self._folder / "convo.toml").write_text(settings)
            try:
                for server in servers:
                    await server.start()
                began = time.monotonic()
                async with asyncio.timeout(self._plan.within):
                    await self._talk(azure, servers)
                self.took = time.monotonic() - began
            except TimeoutError:
                stuck = [one.number for one in self._contacts.values() if one.waits]
                raise AssertionError(f"after {self._plan.within} s {len(stuck)} wait: {stuck[:9]}") from None
            finally:
                await asyncio.gather(*(server.stop() for server in servers))

    async def _talk(self, azure: Azure, servers: Sequence[Server]) -> None:
        self.reaper = Reaper(servers, self._rng, self._plan.every)
        async with _background(azure.listen(), azure.tell(self._happens)):
            enough = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(self.reaper.reap(enough))
                await self._all_contacts(azure)
                enough.set()
            await self._settled(azure)

    async def _all_contacts(self, azure: Azure) -> None:
        room = asyncio.Semaphore(self._plan.at_once)
        place = 0

        async def lives(contact: Contact) -> None:
            try:
                held = await contact.lives(azure)
                self.had += held
            finally:
                room.release()

        async with asyncio.TaskGroup() as group:
            # A contact who says STOP has fewer conversations; others come in its place.
            while self.had < self._plan.conversations:
                await room.acquire()
                place += 1
                contact = Contact(f"+1555{place:07}", random.Random(f"{self._seed}-{place}"))
                self._contacts[contact.number] = contact
                group.create_task(lives(contact))

    def _happens(self, item: dict[str, Any]) -> None:
        if "taken" not in item:
            self._contacts[item["contact"]].box.put_nowait(item)

    async def _settled(self, azure: Azure) -> None:
        store = Store(self._plan.database)
        try:
            while True:
                self.books = await azure.books()
                if not self.books["waiting"] and not await store.read(unsettled):
                    self.books = await azure.books()
                    return
                await asyncio.sleep(0.2)
        finally:
            store.close()

    # What became of it.

    async def audited(self) -> dict[str, Any]:
        """What `convo audit` says, a program of its own as well."""
        environment = {**os.environ, "CONVO_DATABASE": self._plan.database}
        audit = await asyncio.to_thread(
            processes.run, *("audit", "--format", "json"), cwd=self._folder, env=environment, timeout=300
        )
        found: dict[str, Any] = json.loads(audit.stdout)
        assert audit.returncode == (0 if found["balanced"] else 1)
        return found

    def check(self, audit: dict[str, Any]) -> None:
        """The audit is clean, and the provider's book and the messages agree."""
        assert audit["findings"] == []
        assert self.books["wrong"] == []
        assert self.books["moved"] == 0, "a repeat told another moment as that of the first try"
        accepted = list(self.books["accepted"].values())
        assert len({sent["tag"] for sent in accepted}) == len(accepted), "a message under two ids"
        store = Store(self._plan.database)
        try:
            _Check(self.books, self._contacts).run(store)
        finally:
            store.close()


class _Check:
    """The messages beside the provider's book."""

    def __init__(self, books: dict[str, Any], contacts: dict[str, Contact]) -> None:
        self._sent = {int(sent["tag"]): sent for sent in books["accepted"].values()}
        self._place = {number: place for place, number in enumerate(self._sent)}
        self._refused = {int(tag) for tag in books["refused"]}
        self._contacts = contacts
        self._heard: defaultdict[str, list[str]] = defaultdict(list)
        self._last: dict[int, int] = {}  # of each conversation, where its last text stands in the book

    def run(self, store: Store) -> None:
        after = 0
        while page := store.look(partial(messages.listed, contact=None, after=after, most=PAGE)):
            for message in page:
                self._one(message)
            after = page[-1].id
        assert {number: one.said for number, one in self._contacts.items()} == self._heard
        assert not self._sent, f"accepted, and no message of ours: {list(self._sent.values())[:3]}"

    def _one(self, message: Stored) -> None:
        if message.direction is Direction.IN:
            self._heard[message.contact].append(message.text)
            return
        sent = self._sent.pop(message.id, None)
        standing = (message.status, message.reason.value if message.reason else None)
        if sent is None:
            assert standing in UNSAID, message
            assert message.status is not Status.FAILED or message.id in self._refused, message
            return
        assert (sent["contact"], sent["number"], sent["text"]) == (
            message.contact, message.number, message.text,
        )  # fmt: skip
        assert standing in _right(sent), f"{message} {sent}"
        if message.conversation is not None and message.kind == "text":
            place = self._place[message.id]
            assert self._last.get(message.conversation, -1) < place, f"out of order: {message}"
            self._last[message.conversation] = place


def _right(sent: dict[str, Any]) -> set[tuple[Status, str | None]]:
    """What convo may say of a text that was accepted: what its report says; without one, what it knows."""
    if not sent["reported"]:
        unsure = {(status, reason) for status, reason in UNSAID if status is Status.UNCERTAIN}
        return {(Status.SENT, None)} | unsure
    if sent["status"] == "delivered":
        return {(Status.DELIVERED, None)}
    return {(Status.FAILED, {"4002": "bad_number", "4006": "unreachable"}[sent["status"]])}


@asynccontextmanager
async def _background(*work: Any) -> AsyncIterator[None]:
    """These go on meanwhile; what one of them raises ends it all."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
