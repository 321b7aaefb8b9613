"""Killed between asking and storing the answer, convo asks again with the same key, and loses no text."""

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import Connection
from yarl import URL

from convo.messages import Direction
from convo.store import conversations, messages
from convo.store.engine import Store
from tests.crash.parrots import OURS, Server
from tests.providers.server import answering

PEOPLE = [f"+1555000{place:04}" for place in range(1, 13)]
SETTLED_WITHIN = 90.0  # seconds; the lease of a call alone takes 16
FLOW = """\
flow: slots
start: look
triggers: {keyword: [slots]}
states:
  look:
    say: One moment.
    call: {url: "URL", save: {slots: slots}, within: 1 second, tries: 5, done: offer, failed: sorry}
  offer:
    say: "Which one: {{ slots | join(', ') }}?"
    replies: {<number 1-5>: {set: {slot: "slots[reply.value - 1]"}, then: booked}}
    otherwise: {say: "Its number, please.", tries: 3, then: sorry}
    after: {1 day: sorry}
  booked: {say: "{{ slot }} it is.", end: booked}
  sorry: {say: Please call us., end: failed}
"""


def test_on_sqlite(tmp_path: Path) -> None:
    asyncio.run(story(tmp_path, f"sqlite:///{tmp_path / 'convo.db'}"))


def test_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    asyncio.run(story(tmp_path, postgres_url))


async def story(folder: Path, database: str) -> None:
    asked: Counter[str] = Counter()  # by idempotency key
    killed = asyncio.Event()

    async def slots(request: web.BaseRequest) -> web.StreamResponse:
        asked[request.headers["Idempotency-Key"]] += 1
        if not killed.is_set():
            await asyncio.sleep(30)
        return web.json_response({"slots": ["Mon", "Tue"]})

    async with answering(slots) as source:
        (folder / "flows").mkdir()
        (folder / "flows" / "slots.yaml").write_text(FLOW.replace("URL", f"{source.url}/slots"))
        (folder / "convo.toml").write_text(f'[calls]\nallow = ["127.0.0.1:{URL(source.url).port}"]\n')
        server = Server(folder, database, 0)
        try:
            await server.start()
            for number, words in enumerate(("slots", "2")):
                await deliver(server, number, words)
            async with asyncio.timeout(30):
                while len(asked) < len(PEOPLE):  # noqa: ASYNC110 - the server has nothing to wait on
                    await asyncio.sleep(0.01)
            server.kill()
            killed.set()
            await server.start()
            await settled(database)
        finally:
            await server.stop()

    check(database)
    assert len(asked) == len(PEOPLE)  # one key for each, however often it was asked
    assert min(asked.values()) >= 2


async def deliver(server: Server, number: int, words: str) -> None:
    """Every contact texts this."""
    async with aiohttp.ClientSession() as http:
        for person in PEOPLE:
            text = {"id": f"{person}-{number}", "from": person, "to": OURS, "text": words}
            async with http.post(f"{server.address}/webhooks/simulator", json=text) as answer:
                assert answer.status == 200


async def settled(database: str) -> None:
    store = Store(database)
    try:
        async with asyncio.timeout(SETTLED_WITHIN):
            while await store.read(still_open):  # noqa: ASYNC110 - another process does the work
                await asyncio.sleep(0.1)
    finally:
        store.close()


def still_open(connection: Connection) -> int:
    return sum(one.ended_at is None for one in conversations.listed(connection, None, 0, 100))


def check(database: str) -> None:
    """Everybody was asked once, and their texts answered once, though they came before the question."""
    store = Store(database)
    try:
        for person in PEOPLE:
            history = store.look(partial(messages.listed, contact=person, after=0, most=100))
            said = [message.text for message in history if message.direction is Direction.OUT]
            assert said == ["One moment.", "Which one: Mon, Tue?", "Tue it is."], person
    finally:
        store.close()
