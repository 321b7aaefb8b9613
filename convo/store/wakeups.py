"""How processes that share a PostgreSQL database wake one another: LISTEN and NOTIFY on one connection.

What was committed is told in a statement of its own, once for all that is committed within a few
milliseconds: PostgreSQL lets transactions that notify commit one at a time, whatever else they write.
A notice that is lost costs a few seconds and nothing else, since everybody looks by himself now and then.
"""

import os
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

CHANNEL = "convo"
QUEUED = "queued"  # there may be texts to send, and everything else
SETTLED = "settled"  # everything but texts to send
PAUSE = 0.01  # seconds between one notice and the next, and between one wake-up and the next
_TRY_AGAIN = 1.0  # seconds after the connection was lost
_LOOK_EVERY = 30.0  # seconds; a connection that went without a word is noticed by then

log = structlog.get_logger(__name__)


class Wakeups:
    """A connection, in a thread of its own, that tells other processes of commits and hears of theirs."""

    def __init__(self, engine: Engine, heard: Callable[[str], None] | None) -> None:
        """`heard` is called in that thread with what others told, at most once a pause for each of it.

        Without it nothing is listened to.
        """
        self._engine = engine
        self._errors = (SQLAlchemyError, OSError, engine.dialect.loaded_dbapi.Error)
        self._heard = heard
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._asked, self._ask = socket.socketpair()
        self._asked.setblocking(False)
        self._ask.setblocking(False)
        self._to_tell = _Pending()
        self._to_hear = _Pending()
        self._listening = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="convo-wakeups", daemon=True)

    @property
    def listening(self) -> bool:
        """Whether notices reach this process: its own have."""
        return self._listening

    def start(self) -> None:
        self._thread.start()

    def tell(self, what: str) -> None:
        """Something was committed: tell the other processes, now or in a moment."""
        if self._to_tell.add(what):
            self._nudge()

    def stop(self) -> None:
        """Tell what is to be told, and let go of the connection."""
        self._stopping.set()
        self._nudge()
        if self._thread.is_alive():
            self._thread.join()
        self._asked.close()
        self._ask.close()

    def _nudge(self) -> None:
        try:
            self._ask.send(b".")
        except OSError:
            return  # it is full of nudges, or closed

    # In the thread.

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve()
            except self._errors as error:
                log.warning("wakeups.lost", error=str(error))
                self._stopping.wait(_TRY_AGAIN)
            finally:
                self._listening = False

    def _serve(self) -> None:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()  # it never goes back
        try:
            connection.autocommit = True
            connection.add_notify_handler(self._on_notice)
            connection.execute("SET synchronous_commit = off")  # there is nothing to keep
            if self._heard is not None:
                connection.execute(f"LISTEN {CHANNEL}")
                self._notify(connection, "")  # comes back where notices do: not through every pooler
                self._to_hear.add("")  # nobody knows what was told before
            with selectors.DefaultSelector() as selector:
                selector.register(connection.fileno(), selectors.EVENT_READ)
                selector.register(self._asked, selectors.EVENT_READ)
                while not self._stopping.is_set():
                    self._round(connection, selector)
            self._tell_all(connection)
        finally:
            connection.close()

    def _round(self, connection: Any, selector: selectors.BaseSelector) -> None:
        now = time.monotonic()
        wait = min(self._to_tell.wait(now), self._to_hear.wait(now), _LOOK_EVERY)
        ready = selector.select(wait)
        for key, _ in ready:
            if key.fileobj is self._asked:
                self._asked.recv(4096)
            else:
                self._read(connection)
        if not ready and wait == _LOOK_EVERY:
            connection.execute("SELECT 1")
        now = time.monotonic()
        if self._to_tell.is_due(now):
            self._tell_all(connection)
        if self._heard is not None and self._to_hear.is_due(now):
            for what in self._to_hear.take(now):
                self._heard(what)

    def _tell_all(self, connection: Any) -> None:
        for what in self._to_tell.take(time.monotonic()):
            self._notify(connection, what)

    def _notify(self, connection: Any, what: str) -> None:
        connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{self._name} {what}"))

    def _read(self, connection: Any) -> None:
        connection.pgconn.consume_input()
        while notice := connection.pgconn.notifies():
            self._hear(notice.extra.decode())

    def _on_notice(self, notice: Any) -> None:
        """One that came while a statement was answered."""
        self._hear(notice.payload)

    def _hear(self, payload: str) -> None:
        name, _, what = payload.partition(" ")
        if name == self._name:
            self._listening = True
        elif what:  # another one that begins to listen tells nobody but itself
            self._to_hear.add(what)


def tell_once(engine: Engine, what: str) -> None:
    """Tell of a commit, for a process that has no Wakeups."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        notice = {"channel": CHANNEL, "payload": f"- {what}"}
        connection.execute(text("SELECT pg_notify(:channel, :payload)"), notice)


class _Pending:
    """What is to be passed on: the first at once, and what follows within a pause after it in one go."""

    def __init__(self) -> None:
        self._what: set[str] = set()
        self._not_before = 0.0
        self._lock = threading.Lock()

    def add(self, what: str) -> bool:
        """Whether it was not to be passed on already."""
        with self._lock:
            known = what in self._what
            self._what.add(what)
            return not known

    def take(self, now: float) -> set[str]:
        with self._lock:
            taken, self._what = self._what, set()
            self._not_before = now + PAUSE
            return taken

    def is_due(self, now: float) -> bool:
        return bool(self._what) and now >= self._not_before

    def wait(self, now: float) -> float:
        """Seconds until it is due; without end where there is nothing."""
        return max(0.0, self._not_before - now) if self._what else float("inf")
