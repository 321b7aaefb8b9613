"""Killed in the middle of its work with Azure, convo says everything once and knows what became of it.

Three programs: convo, which dies by `kill -9`; the one that plays Azure with its faults; and this
test, which starts conversations through the API and reads what the contacts answer out of Azure's books.
"""

import asyncio
import os
import random
import secrets
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.crash.test_kill import Server

CONVERSATIONS = 300
CONNECTIONS = 16
KILL_AT = (0.2, 0.5, 0.8)  # of all texts that are to be accepted
OURS = "+15550009999"
TOKEN, SECRET = "a-token-for-tests", "a-secret-of-the-webhook"
KEY = "c2VjcmV0LW9mLXRoZS1hY2NvdW50"
RATES = {
    "lose": 0.06, "halve": 0.03, "throttle": 0.03, "fail": 0.03, "early": 0.3, "late": 0.2,
    "twice": 0.2, "undelivered": 0.05, "silent": 0.1,
}  # fmt: skip
WITHIN = 100.0  # seconds, if all is slow; a dead sender's lease alone takes 15
FLOWS = Path(__file__).parents[2] / "flows"
SETTINGS = """\
api_token = "{token}"

[accounts.acs]
provider = "azure"
connection_string = "endpoint=http://127.0.0.1:{port}/;accesskey={key}"
webhook_secret = ["{secret}"]

[numbers."{ours}"]
account = "acs"
"""
# What each contact answers to the first text; every answer brings exactly one more text.
ANSWERS = ("yes", "No.", "YES!", "n")
STATUS = {
    "delivered": ("delivered", None),
    "4002": ("failed", "bad_number"),
    "4006": ("failed", "unreachable"),
}


def test_each_text_is_accepted_under_one_id_and_its_status_is_right(tmp_path: Path) -> None:
    story = Story(tmp_path)
    asyncio.run(story.run())
    story.check()


@dataclass
class Azure:
    """The program that plays Azure."""

    port: int
    http: aiohttp.ClientSession

    @classmethod
    @asynccontextmanager
    async def at_work(cls, webhook: str, seed: int, http: aiohttp.ClientSession) -> AsyncIterator["Azure"]:
        rates = [f"--{name}={rate}" for name, rate in RATES.items()]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.azure_server", "0", f"--key={KEY}", f"--webhook={webhook}"),
            *(f"--seed={seed}", *rates),
            cwd=FLOWS.parent,
            env=os.environ,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            yield cls(int(await process.stdout.readline()), http)
        finally:
            process.kill()
            await process.wait()

    async def books(self) -> dict[str, Any]:
        async with self.http.get(f"http://127.0.0.1:{self.port}/control/books") as answer:
            books: dict[str, Any] = await answer.json()
            return books

    async def accepts(self, most: float) -> None:
        """Wait until it has accepted as many texts."""
        # Another program: nothing tells us of a text.
        while len((await self.books())["accepted"]) < most:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)

    async def hears(self, texts: Iterable[Mapping[str, str]]) -> None:
        """Contacts say these texts."""
        url = f"http://127.0.0.1:{self.port}/control/inbound"
        async with self.http.post(url, json=list(texts)) as answer:
            assert answer.status == 200


class Story:
    """Some hundred conversations, three deaths, and what became of it all."""

    def __init__(self, folder: Path) -> None:
        self.seed = secrets.randbits(32)
        print(f"seed {self.seed}")  # pytest shows it where the test fails
        self._rng = random.Random(self.seed)
        self._folder = folder
        self._people = [f"+1555000{place:04}" for place in range(1, CONVERSATIONS + 1)]
        self._expected = 2 * CONVERSATIONS
        self._kills = 0
        self._books: dict[str, Any] = {}
        self._messages: list[dict[str, Any]] = []
        self._conversations: list[dict[str, Any]] = []

    async def run(self) -> None:
        """Hold all conversations while convo dies again and again; return when all is settled."""
        shutil.copytree(FLOWS, self._folder / "flows")
        server = Server(self._folder, f"sqlite:///{self._folder / 'convo.db'}", 0)
        webhook = f"{server.address}/webhooks/acs?code={SECRET}"
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
            Azure.at_work(webhook, self.seed, http) as azure,
        ):
            settings = SETTINGS.format(token=TOKEN, port=azure.port, key=KEY, secret=SECRET, ours=OURS)
            (self._folder / "convo.toml").write_text(settings)
            try:
                await server.start()
                async with asyncio.timeout(WITHIN):
                    await asyncio.gather(
                        self._start_all(server, http), self._answer_all(azure), self._kill(server, azure)
                    )
                    await self._settled(server, azure, http)
            finally:
                await server.stop()

    async def _start_all(self, server: Server, http: aiohttp.ClientSession) -> None:
        waiting = iter(self._people)

        async def connection() -> None:
            for contact in waiting:
                await self._start(server, http, contact)

        await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))

    async def _start(self, server: Server, http: aiohttp.ClientSession, contact: str) -> None:
        """Until it is answered, as a program that calls the API would: the key makes it one."""
        wanted = {
            "flow": "appointment-reminder", "contact": contact, "number": OURS, "key": contact,
            "vars": {"name": contact[-4:], "clinic": "Elm Street", "visit": "2030-05-06T10:00"},
        }  # fmt: skip
        while True:
            try:
                async with http.post(
                    f"{server.address}/v1/conversations", json=wanted, headers=_TOKEN
                ) as answer:
                    if answer.status in (200, 201):
                        return
                    assert answer.status == 503, await answer.text()
            except (aiohttp.ClientError, TimeoutError):
                pass  # nobody there, or gone in the middle
            await asyncio.sleep(0.1)

    async def _answer_all(self, azure: Azure) -> None:
        """Whoever reads the first text answers it, once."""
        silent = set(self._people)
        while silent:
            read = {sent["contact"] for sent in (await azure.books())["accepted"].values()} & silent
            await azure.hears(
                {"id": f"in-{contact}", "from": contact, "to": OURS, "text": self._rng.choice(ANSWERS)}
                for contact in sorted(read)
            )
            silent -= read
            await asyncio.sleep(0.1)  # another program: nothing tells us of a text

    async def _kill(self, server: Server, azure: Azure) -> None:
        for share in KILL_AT:
            await azure.accepts(share * self._expected)
            server.kill()
            assert len((await azure.books())["accepted"]) < self._expected, "it died when all was done"
            self._kills += 1
            await server.start()

    async def _settled(self, server: Server, azure: Azure, http: aiohttp.ClientSession) -> None:
        """Wait until both sides have nothing left to do, and keep what they tell."""
        while True:
            self._books = await azure.books()
            self._messages = await _all(server, http, "messages")
            left = [m for m in self._messages if m["status"] in ("queued", "sending", "uncertain")]
            if not left and not self._books["waiting"] and len(self._books["accepted"]) >= self._expected:
                break
            await asyncio.sleep(0.3)
        self._conversations = await _all(server, http, "conversations")

    def check(self) -> None:
        """Every text was accepted once and its status is that of its report."""
        where = f"seed {self.seed}"
        assert self._kills == len(KILL_AT), where
        assert self._books["wrong"] == [], where
        accepted = self._books["accepted"].values()
        heard: defaultdict[str, list[str]] = defaultdict(list)
        for sent in accepted:
            heard[sent["contact"]].append(sent["text"])
        assert sorted(heard) == self._people, where
        assert {len(texts) for texts in heard.values()} == {2}, f"{where}: lost, or under two ids"
        assert {len(set(texts)) for texts in heard.values()} == {2}, f"{where}: the same text under two ids"
        assert len({sent["tag"] for sent in accepted}) == self._expected, where
        self._check_statuses(where)
        outcomes = Counter(one["outcome"] for one in self._conversations)
        assert outcomes.keys() == {"confirmed", "released"}, where
        assert outcomes.total() == CONVERSATIONS, where
        for fault in ("lost", "halved", "429", "500"):
            assert self._books["answers"].get(fault), f"{where}: {fault} never happened"
        assert any(sent["times"] > 1 for sent in accepted), f"{where}: nothing was ever repeated"
        assert self._books["moved"] == 0, f"{where}: a repeat told another moment as that of the first try"

    def _check_statuses(self, where: str) -> None:
        by_number = {
            str(message["id"]): message for message in self._messages if message["direction"] == "out"
        }
        assert len(by_number) == self._expected, where
        for sent in self._books["accepted"].values():
            message = by_number[sent["tag"]]
            assert (message["contact"], message["text"]) == (sent["contact"], sent["text"]), where
            expected = STATUS[sent["status"]] if sent["reported"] else ("sent", None)
            assert (message["status"], message["reason"]) == expected, f"{where}: {message} {sent}"


_TOKEN = {"Authorization": f"Bearer {TOKEN}"}


async def _all(server: Server, http: aiohttp.ClientSession, what: str) -> list[dict[str, Any]]:
    """Everything that a list of the API holds."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        query = f"limit=1000&cursor={cursor}" if cursor else "limit=1000"
        async with http.get(f"{server.address}/v1/{what}?{query}", headers=_TOKEN) as answer:
            part = await answer.json()
        items += part["items"]
        cursor = part["next"]
    return items
