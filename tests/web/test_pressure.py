"""While the database is slow only so much may wait: the rest gets 503, and is stored when it comes again."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from convo.store import engine
from tests.web.conftest import Tell
from tests.web.server import Answer, Server, text

MOST = 5
START = {"flow": "visit", "contact": "+15550007777"}


@contextmanager
def held(server: Server) -> Iterator[None]:
    """Another process writes, and takes its time."""
    other = sqlite3.connect(server.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the lock waits as long as it takes."""
    monkeypatch.setattr(engine, "LOCK_TIMEOUT", 60)


async def waiting(server: Server, items: int) -> None:
    async with asyncio.timeout(30):
        while server.app.room.items < items:  # noqa: ASYNC110 - the room tells nobody
            await asyncio.sleep(0.01)


def test_one_too_many_is_told_to_come_again_and_is_stored_then(tell: Tell) -> None:
    async def story(server: Server) -> None:
        with held(server):
            first = [asyncio.create_task(server.text("hi", f"in-{place}")) for place in range(MOST)]
            await waiting(server, MOST)
            refused = await server.text("hi", "one-more")
            started = await server.api("/v1/conversations", "POST", json=START)
            read = await server.api("/v1/messages")
        assert_refused(refused)
        assert_refused(started)
        assert started.json["title"] == "store_unavailable"
        assert read.status == 200

        assert [(await task).status for task in first] == [200] * MOST
        assert (await server.text("hi", "one-more")).status == 200
        assert (await server.api("/v1/conversations", "POST", json=START)).status == 201
        assert sorted(server.rows("SELECT provider_id FROM receipt")) == [
            *((f"in-{place}",) for place in range(MOST)),
            ("one-more",),
        ]
        assert (server.app.room.items, server.app.room.bytes) == (0, 0)

    tell(story, max_waiting=MOST)


def test_writes_of_the_api_take_room_as_well(tell: Tell) -> None:
    async def story(server: Server) -> None:
        with held(server):
            first = asyncio.create_task(server.api("/v1/conversations", "POST", json=START))
            await waiting(server, 1)
            refused = await server.text("hi", "1")
        assert_refused(refused)
        assert (await first).status == 201

    tell(story, max_waiting=1)


def test_bytes_are_counted_as_they_come(tell: Tell) -> None:
    """Twenty texts of 100 kB, and room for a megabyte: the others cost no memory."""
    large = "x" * 100_000

    async def story(server: Server) -> None:
        with held(server):
            tasks = [asyncio.create_task(server.text(large, f"in-{place}")) for place in range(20)]
            done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            while len(done) < 10:
                more, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
                done |= more
            assert server.app.room.bytes <= 1024 * 1024
        for task in done:
            assert_refused(task.result())
        assert [(await task).status for task in left] == [200] * 10

    tell(story, max_waiting_bytes=1024 * 1024)


def test_what_is_larger_than_the_room_may_have_it_alone(tell: Tell) -> None:
    async def story(server: Server) -> None:
        both = f"[{text('hi', '1')}, {text('hi', '2')}]"
        assert (await server.post(both)).status == 200
        assert (await server.text("x" * 3000, "3")).status == 200

    tell(story, max_waiting=1, max_waiting_bytes=1024)


def test_who_announces_much_and_sends_nothing_keeps_nobody_out(tell: Tell) -> None:
    async def story(server: Server) -> None:
        head = b"POST /webhooks/simulator HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n{"
        slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
        for _, writer in slow:
            writer.write(head)
        await waiting(server, len(slow))
        assert (await server.text("hi", "1")).status == 200
        for _, writer in slow:
            writer.close()
            await writer.wait_closed()
        async with asyncio.timeout(30):
            while server.app.room.items:  # noqa: ASYNC110 - the room tells nobody
                await asyncio.sleep(0.01)

    tell(story, max_waiting_bytes=1024 * 1024)


def assert_refused(answer: Answer) -> None:
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_request_without_a_body_takes_no_bytes(tell: Tell) -> None:
    """Many contacts erased while the database is slow must not keep a provider's texts out."""

    async def story(server: Server) -> None:
        with held(server):
            erasing = asyncio.create_task(server.api("/v1/contacts/+15550007777", "DELETE"))
            await waiting(server, 1)
            assert server.app.room.bytes == 0
        assert (await erasing).status == 404

    tell(story)
