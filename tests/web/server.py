"""A served App to test against over HTTP: uvicorn in this process, on a port of its own."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from convo import asgi
from convo.app import App
from convo.settings import Account, Number, Settings
from tests.migrated import migrated

TOKEN = "a-token-for-tests"
OURS, ANA = "+15550009999", "+15550001111"
FLOW = """\
flow: visit
start: ask
triggers: {keyword: [visit]}
vars: {name: text = you}
states:
  ask:
    say: Can {{ name }} come?
    replies: {yes: confirmed}
    otherwise: {say: "YES or NO?"}
    after: {1 day: confirmed}
  confirmed: {say: "See you!", end: confirmed}
"""


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running App and a client for it."""

    app: App
    port: int
    http: aiohttp.ClientSession
    database: Path

    async def ask(self, method: str, path: str, **kwargs: Any) -> Answer:
        async with self.http.request(method, f"http://127.0.0.1:{self.port}{path}", **kwargs) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, await answer.read(), headers)

    async def post(self, body: bytes | str, account: str = "simulator", **kwargs: Any) -> Answer:
        """Deliver these bytes as a provider's webhook would."""
        return await self.ask("POST", f"/webhooks/{account}", data=body, **kwargs)

    async def text(self, words: str, name: str) -> Answer:
        return await self.post(text(words, name))

    async def api(
        self, path: str, method: str = "GET", *, token: str = TOKEN, headers: Any = None, **kwargs: Any
    ) -> Answer:
        """Ask the API with a token, its own unless said; bytes go as JSON."""
        said = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})}
        return await self.ask(method, path, headers=said, **kwargs)

    async def texts(self) -> list[tuple[str, str]]:
        """Everything that was said, either way, as the API tells it."""
        items = (await self.api("/v1/messages?limit=1000")).json["items"]
        return [(item["direction"], item["text"]) for item in items]

    async def raw(self, data: bytes, *, hang_up: bool = False) -> bytes:
        """Bytes on a connection of their own, and what comes back before it is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        await writer.drain()
        if hang_up:
            writer.close()
            await writer.wait_closed()
            return b""
        answer = await reader.read(64 * 1024)
        writer.close()
        await writer.wait_closed()
        return answer

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the database file."""
        connection = sqlite3.connect(self.database)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


Story = Callable[[Server], Coroutine[Any, Any, None]]


def text(words: str, name: str, contact: str = ANA) -> str:
    """The simulator's webhook for a text."""
    return json.dumps({"id": name, "from": contact, "to": OURS, "text": words})


@asynccontextmanager
async def serving(folder: Path, **settings: Any) -> AsyncIterator[Server]:
    """Serve the flow above from a database in `folder`."""
    flows = folder / "flows"
    flows.mkdir(exist_ok=True)
    (flows / "visit.yaml").write_text(FLOW)
    database = folder / "convo.db"
    if not database.exists():
        database.write_bytes(migrated())
    values = {
        "database": f"sqlite:///{database}", "flows": flows, "api_token": TOKEN, "max_body": 1024 * 1024,
        "accounts": {"simulator": Account(provider="simulator")}, "numbers": {OURS: Number()},
    }  # fmt: skip
    app = App(Settings.model_construct(**{**values, **settings}))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # from here on a client that is too early waits
    config = uvicorn.Config(asgi.create(app), lifespan="off", log_config=None, http="httptools", ws="none")
    config.load()
    server = uvicorn.Server(config)
    await app.start()
    # What `serve` does, without its looks every 0.1 s.
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    await server.on_tick(0)
    try:
        async with aiohttp.ClientSession() as http:
            yield Server(app, listening.getsockname()[1], http, database)
    finally:
        for one in server.servers:
            one.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # they close
        await server._wait_tasks_to_complete()
        await app.stop()
        listening.close()
