"""While the database cannot store, a webhook gets 503, and the provider's next try loses nothing."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import Connection, event

from convo.store import engine
from convo.store.engine import Store
from tests.web.conftest import Tell
from tests.web.server import Server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits five seconds for a lock here."""
    monkeypatch.setattr(engine, "LOCK_TIMEOUT", 0.05)


def test_a_locked_database_gets_503_and_the_retry_is_answered_once(tell: Tell) -> None:
    async def story(server: Server) -> None:
        other = sqlite3.connect(server.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            refused = await server.text("visit", "1")
            assert refused.status == 503
            assert int(refused.headers["retry-after"]) > 0
        finally:
            other.execute("ROLLBACK")
            other.close()
        assert await server.texts() == []

        assert (await server.text("visit", "1")).status == 200
        assert (await server.text("visit", "1")).status == 200
        assert await server.texts() == [("in", "visit"), ("out", "Can you come?")]

    tell(story)


def test_a_database_file_that_was_moved_away_gets_503_until_it_is_back(tell: Tell) -> None:
    async def story(server: Server) -> None:
        aside = server.database.with_suffix(".aside")
        server.database.rename(aside)
        assert (await server.text("visit", "1")).status == 503
        asked = await asyncio.gather(*(server.api("/v1/messages") for _ in range(12)))
        assert {answer.status for answer in asked} == {503}
        assert not server.database.exists(), "an empty database was made where ours has been"

        aside.rename(server.database)
        assert (await server.text("visit", "1")).status == 200
        assert await server.texts() == [("in", "visit"), ("out", "Can you come?")]

    tell(story)


def test_the_api_says_503_as_well_and_the_process_lives(tell: Tell) -> None:
    async def story(server: Server) -> None:
        aside = server.database.with_suffix(".aside")
        server.database.rename(aside)
        try:
            wanted = {"flow": "visit", "contact": "+15550001111"}
            refused = await server.api("/v1/conversations", "POST", json=wanted)
            assert refused.status == 503
            assert refused.json["title"] == "store_unavailable"
            assert (await server.ask("GET", "/healthz")).status == 200
        finally:
            aside.rename(server.database)

    tell(story)


def test_a_full_disk_gets_503_until_there_is_room_again(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert (await server.text("visit", "1")).status == 200
        disk = Disk(server.app.store)
        disk.is_full = True
        answers = [await server.text("x" * 100_000, f"large-{place}") for place in range(3)]
        assert {answer.status for answer in answers} == {503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
        assert (await server.ask("GET", "/healthz")).status == 200

        disk.is_full = False
        for place in range(3):
            assert (await server.text("x" * 100_000, f"large-{place}")).status == 200
        heard = server.rows("SELECT count(*) FROM message WHERE direction = 'in'")
        assert (heard, server.app.stopped()) == ([(4,)], [])

    tell(story)


class Disk:
    """SQLite finds no more room on it, for as long as we say."""

    def __init__(self, store: Store) -> None:
        self.is_full = False
        event.listen(store._engine, "begin", self._limit)

    def _limit(self, connection: Connection) -> None:
        most = 1 if self.is_full else 2**30  # pages; those that there are stay
        connection.connection.cursor().execute(f"PRAGMA max_page_count={most}")
