"""Processes that share a database tell one another of what they commit: on PostgreSQL."""

import queue
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from convo.store import engine
from convo.store.engine import Store
from convo.store.wakeups import QUEUED, SETTLED

WITHIN = 30.0  # seconds; it takes a few milliseconds


class Listener:
    """A process that hears of commits."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        self.heard: queue.Queue[str] = queue.Queue()
        self.store.join(self.heard.put)
        assert self.hears() == "", "whoever begins to listen looks once"

    def hears(self) -> str:
        return self.heard.get(timeout=WITHIN)


@pytest.fixture
def teller(postgres_url: str) -> Iterator[Store]:
    store = Store(postgres_url)
    store.upgrade()
    yield store
    store.close()


@pytest.fixture
def listener(teller: Store, postgres_url: str) -> Iterator[Listener]:
    listener = Listener(postgres_url)
    yield listener
    listener.store.close()


def test_what_is_told_is_heard_by_others_and_not_by_oneself(
    teller: Store, listener: Listener, postgres_url: str
) -> None:
    other = Listener(postgres_url)
    teller.join(None)
    teller.tell(QUEUED)
    assert (listener.hears(), other.hears()) == (QUEUED, QUEUED)
    other.store.tell(SETTLED)
    assert listener.hears() == SETTLED
    other.store.close()
    assert other.heard.empty()


def test_a_thousand_commits_are_a_few_notices(teller: Store, listener: Listener) -> None:
    teller.join(None)
    for _ in range(1000):
        teller.tell(QUEUED)
    teller.leave()  # tells what is left to tell
    assert listener.hears() == QUEUED
    assert listener.heard.qsize() < 100


def test_a_command_tells_if_it_has_written(teller: Store, listener: Listener, postgres_url: str) -> None:
    command = Store(postgres_url)
    command.look(_touch)
    command.tell_once(SETTLED)  # of nothing
    command.transact(_touch)
    command.tell_once(QUEUED)
    command.close()
    assert listener.hears() == QUEUED


def test_a_listener_whose_connection_was_cut_listens_again(teller: Store, listener: Listener) -> None:
    assert listener.store.poll == engine.RARE_POLL
    teller.transact(_cut_the_others)
    assert listener.hears() == "", "it looks for what it did not hear meanwhile"
    teller.join(None)
    teller.tell(QUEUED)
    assert listener.hears() == QUEUED
    assert listener.store.poll == engine.RARE_POLL


def test_who_hears_nothing_looks_more_often() -> None:
    store = Store("sqlite://")
    store.join(lambda what: None)
    assert store.poll == engine.POLL < engine.RARE_POLL
    store.tell(QUEUED)
    store.tell_once(QUEUED)
    store.close()


def _touch(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


def _cut_the_others(connection: Connection) -> None:
    others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM ({others}) AS others"))
