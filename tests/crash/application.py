"""The programs around convo while it dies and comes back: the application that calls its API, the person
at the inbox, and the way to the program that plays Azure. They ask again until they are answered."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests import processes

TOKEN = "a-token-for-tests"
PAUSE = 0.1  # seconds before a request that nobody answered is made again
AT_ONCE = 24  # requests to the API


class Application:
    """What an application and the people at its inbox ask of convo."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self._api = f"{address}/v1"
        self._http = http
        self._room = asyncio.Semaphore(AT_ONCE)

    async def starts(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and the answer; the key makes one of however many requests it takes."""
        return await self._asks("POST", "conversations", wanted)

    async def ended(self, conversation: int) -> None:
        """Wait until a conversation has ended."""
        while True:
            _, shown = await self._asks("GET", f"conversations/{conversation}")
            if shown["status"] == "ended":
                return
            await asyncio.sleep(0.2)  # convo tells nobody of an end yet

    async def inbox_has(self, contact: str) -> int:
        """The conversation of a contact that waits for a person."""
        (shown,) = await self.all("conversations", f"&status=handed_off&contact={contact.lstrip('+')}")
        return int(shown["id"])

    async def replies(self, conversation: int, text: str) -> None:
        """A person answers."""
        asked = {"text": text, "key": f"{conversation}-{text}"}
        status, said = await self._asks("POST", f"conversations/{conversation}/messages", asked)
        assert status in (200, 201), said

    async def hands_back(self, conversation: int) -> None:
        status, said = await self._asks("POST", f"conversations/{conversation}/hand-back", {})
        # 409: an earlier request did it, and its answer died with convo.
        assert status in (200, 409), said

    async def closes(self, conversation: int, outcome: str) -> None:
        asked = {"outcome": outcome}
        status, said = await self._asks("POST", f"conversations/{conversation}/close", asked)
        assert status in (200, 409), said

    async def all(self, what: str, chosen: str = "") -> list[dict[str, Any]]:
        """Everything that a list of the API holds."""
        items: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            after = f"&cursor={cursor}" if cursor else ""
            _, part = await self._asks("GET", f"{what}?limit=1000{chosen}{after}")
            items += part["items"]
            cursor = part["next"]
        return items

    async def _asks(self, method: str, path: str, asked: object = None) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        while True:
            try:
                async with (
                    self._room,
                    self._http.request(method, f"{self._api}/{path}", json=asked, headers=headers) as answer,
                ):
                    if answer.status not in (429, 503):  # too much at once, or not now
                        assert answer.status < 500, await answer.text()
                        return answer.status, await answer.json(content_type=None)
            except (aiohttp.ClientError, TimeoutError):
                pass  # nobody there, or gone in the middle
            await asyncio.sleep(PAUSE)


@dataclass
class Azure:
    """The program that plays Azure: what contacts say goes in, and what happens there comes out."""

    address: str
    http: aiohttp.ClientSession
    _said: list[dict[str, str]] = field(default_factory=list)
    _speaking: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def at_work(cls, options: dict[str, object], http: aiohttp.ClientSession) -> AsyncIterator["Azure"]:
        process = processes.start(
            *("0", *(f"--{name}={value}" for name, value in options.items())),
            module="tests.azure_server", cwd=Path(__file__).parents[2], env=os.environ,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            port = int(await asyncio.to_thread(process.stdout.readline))
            yield cls(f"http://127.0.0.1:{port}", http)
        finally:
            process.kill()
            await asyncio.to_thread(process.wait)
            process.stdout.close()

    def hears(self, text: dict[str, str]) -> None:
        """A contact says `{"id", "from", "to", "text"}`."""
        self._said.append(text)
        self._speaking.set()

    async def listen(self) -> None:
        """Hand on what contacts say, as much as there is at a time."""
        while True:
            await self._speaking.wait()
            self._speaking.clear()
            said, self._said = self._said, []
            async with self.http.post(f"{self.address}/control/inbound", json=said) as answer:
                assert answer.status == 200

    async def tell(self, whom: Callable[[dict[str, Any]], None]) -> None:
        """Tell of each thing that happens there, in order: a text was accepted, or one was taken by convo."""
        place = 0
        while True:
            async with self.http.get(f"{self.address}/control/feed?after={place}") as answer:
                told = await answer.json()
            place += len(told["items"])
            for item in told["items"]:
                whom(item)

    async def books(self) -> dict[str, Any]:
        async with self.http.get(f"{self.address}/control/books") as answer:
            books: dict[str, Any] = await answer.json()
            return books
