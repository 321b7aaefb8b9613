"""Killed in the middle of its work and started again, convo tells its application of all that was stored.

Real processes, real HTTP, `kill -9`: this test plays the provider, which repeats what was not acknowledged,
and the application, which verifies every signature, fails now and then, and hangs up.
"""

import asyncio
import os
import random
import secrets
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, func, select
from standardwebhooks import Webhook

from convo.messages import Direction, Kind
from convo.store import outgoing
from convo.store.consent_tables import consent_entries
from convo.store.deliveries import State
from convo.store.engine import Store
from convo.store.event_tables import event_deliveries
from convo.store.outgoing import Chosen, Listed
from convo.store.tables import messages
from tests.crash.parrots import Provider, Server, Text
from tests.providers.server import answering, hangs_up

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMTIz"
CONTACTS, TEXTS = 30, 12  # texts of each contact
KILL_AT = (0.2, 0.5, 0.8)  # of all acknowledgements
DELIVERED_WITHIN, TOLD_WITHIN = 150.0, 150.0  # seconds, if all is slow; a lease alone takes 30
WORDS = ("STOP", "START", "help", "order", "hello", "Liked “Ordered.”")
FLOW = """\
flow: order
triggers: {keyword: [order]}
start: made
states:
  made: {emit: {event: order.made, with: {at: now}}, say: Ordered., end: made}
"""
SETTINGS = """\
[events]
url = "%s"
secret = ["env:EVENTS_SECRET"]
"""


def test_one_server_on_sqlite_is_killed_three_times(tmp_path: Path) -> None:
    asyncio.run(Story(tmp_path, f"sqlite:///{tmp_path / 'convo.db'}").run(1, [(0,), (0,), (0,)]))


def test_two_servers_on_postgresql_are_killed_alternately_and_together(
    tmp_path: Path, postgres_url: str
) -> None:
    asyncio.run(Story(tmp_path, postgres_url).run(2, [(0,), (0, 1), (1,)]))


class Story:
    """Some hundred texts, some servers, and what the application was told."""

    def __init__(self, folder: Path, database: str) -> None:
        self.seed = secrets.randbits(32)
        print(f"seed {self.seed}")  # pytest shows it where the test fails
        self._rng = random.Random(self.seed)
        self._folder = folder
        self._database = database
        self._told: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)  # by contact
        self._tried: set[str] = set()
        self._texts = [
            Text(f"sm-{self._rng.getrandbits(64):016x}", contact, self._rng.choice(WORDS))
            for contact in (f"+1555000{place:04}" for place in range(1, CONTACTS + 1))
            for _ in range(TEXTS)
        ]

    async def run(self, servers: int, victims: Sequence[Sequence[int]]) -> None:
        """Deliver everything while the victims die one after another; return when all of it is told."""
        (self._folder / "flows").mkdir()
        (self._folder / "flows" / "order.yaml").write_text(FLOW)
        os.environ["EVENTS_SECRET"] = SECRET
        deliveries = [text for text in self._texts for _ in range(self._rng.randint(1, 2))]
        self._rng.shuffle(deliveries)
        async with answering(self._take) as at_work:
            (self._folder / "convo.toml").write_text(SETTINGS % at_work.url)
            running = [Server(self._folder, self._database, place) for place in range(servers)]
            try:
                await asyncio.gather(*(server.start() for server in running))
                provider = Provider(deliveries, [server.address for server in running], self._rng)
                async with asyncio.timeout(DELIVERED_WITHIN):
                    await asyncio.gather(provider.deliver_all(), self._kill(provider, running, victims))
                await self._told_everything()
            finally:
                await asyncio.gather(*(server.stop() for server in running))
        self._check()

    async def _kill(
        self, provider: Provider, running: Sequence[Server], victims: Sequence[Sequence[int]]
    ) -> None:
        for share, places in zip(KILL_AT, victims, strict=True):
            await provider.acknowledges(share)
            group = [running[place] for place in places]
            for server in group:
                server.kill()
            await asyncio.gather(*(server.start() for server in group))

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        """The application: one try in twelve fails, some of them after it has taken the event."""
        name = request.headers["webhook-id"]
        event: dict[str, Any] = Webhook(SECRET).verify(await request.read(), dict(request.headers))
        fails = name not in self._tried and self._rng.random() < 1 / 12
        self._tried.add(name)
        if fails and self._rng.random() < 0.5:
            return web.Response(status=self._rng.choice([500, 503, 404, 302]))
        self._told[event["data"]["contact"]].append({"name": name, **event})
        # The way back takes a moment, so that a kill finds events that were told and are not settled.
        await asyncio.sleep(self._rng.uniform(0, 0.02))
        return await hangs_up(request) if fails else web.Response(status=204)

    async def _told_everything(self) -> None:
        store = Store(self._database)
        try:
            async with asyncio.timeout(TOLD_WITHIN):
                while await store.read(_open):  # noqa: ASYNC110 - there is no event to wait for
                    await asyncio.sleep(0.2)
        finally:
            store.close()

    def _check(self) -> None:
        where = f"seed {self.seed}"
        store = Store(self._database)
        try:
            listed = store.look(lambda c: outgoing.listed(c, Chosen(), 0, 100_000))
            texts, orders, entries = store.look(_what_happened)
        finally:
            store.close()
        assert texts == len(self._texts), where
        kinds = [one.event.kind for one in listed]
        assert len([kind for kind in kinds if kind.startswith("consent.")]) == entries, where
        assert kinds.count("message.received") == texts - entries, where
        assert kinds.count("order.made") == orders, where
        fates = {each.status for one in listed for each in one.deliveries if each.endpoint == "default"}
        assert fates == {State.TOLD}, where
        by_contact: defaultdict[str, list[Listed]] = defaultdict(list)
        for one in listed:
            by_contact[str(one.event.contact)].append(one)
        assert set(self._told) == set(by_contact), where
        for contact, stored in by_contact.items():
            came = self._told[contact]
            firsts = list(dict.fromkeys(event["name"] for event in came))
            assert firsts == [one.event.webhook_id for one in stored], f"{where}, {contact}"
            again = {event["name"]: (event["type"], event["timestamp"], str(event["data"])) for event in came}
            assert all(again[e["name"]] == (e["type"], e["timestamp"], str(e["data"])) for e in came), where


def _open(connection: Connection) -> int:
    open_ = event_deliveries.c.done_at.is_(None)
    return connection.execute(select(func.count()).select_from(event_deliveries).where(open_)).scalar_one()


def _what_happened(connection: Connection) -> tuple[int, int, int]:
    """How many texts were stored, how many orders were confirmed, and how many lines the ledger has."""
    texts = select(func.count()).select_from(messages)
    arrived = texts.where(messages.c.direction == Direction.IN.value)
    ordered = texts.where(messages.c.direction == Direction.OUT.value, messages.c.kind == Kind.TEXT.value)
    entries = select(func.count()).select_from(consent_entries)
    found = [connection.execute(each).scalar_one() for each in (arrived, ordered, entries)]
    return found[0], found[1], found[2]
