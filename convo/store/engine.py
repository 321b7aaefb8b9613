"""The database connection: one code for SQLite and PostgreSQL, write transactions in worker threads.

On SQLite every write goes through one thread and is `BEGIN IMMEDIATE`; intake goes first, and after
each of its turns one of the others. On PostgreSQL intake has a thread of its own. What the
transactions hold is in the other modules.
"""

import sqlite3
from asyncio import wrap_future
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import alembic.command
import alembic.config
import filelock
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url, text
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from convo.errors import SettingsError, StoreUnavailable
from convo.store.checkpoints import Checkpoints
from convo.store.lanes import Lane
from convo.store.rows import run
from convo.store.wakeups import Wakeups, tell_once

T = TypeVar("T")
Job = Callable[[Connection], T]

LOCK_TIMEOUT = 5  # seconds that a write waits for another process's lock
POLL = 1.0  # seconds after which everybody looks by himself for what another process wrote
RARE_POLL = 5.0  # where other processes tell of what they write
_LOOKED_AT = 0.5  # seconds
_READERS = 4
_UPGRADE_LOCK = {"key": 0x636F6E766F}  # "convo", for pg_advisory_xact_lock
_WRITES = {"convo_writes": True}


class Store:
    """Runs jobs in transactions. Every job gets a connection and returns plain values.

    Raises StoreUnavailable where the database cannot take a transaction now, and SettingsError for
    a URL that it cannot open.
    """

    def __init__(self, url: str) -> None:
        self._engine, self._file = _open(url)
        self.dialect = self._engine.dialect.name
        self._inode: int | None = None  # of the file, once its schema is known to be ours
        self._serving: filelock.BaseFileLock | None = None
        self._wakeups: Wakeups | None = None
        self._wrote = False
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="convo-read")
        first = Lane("convo-write", 1)
        self._first = first
        self._others = first if self.dialect == "sqlite" else Lane("convo-write", 2)
        self._checkpoints = Checkpoints(self._engine, self._file, self._still_there) if self._file else None

    # Synchronous: commands and tests.

    def transact(self, job: Job[T]) -> T:
        """Run `job` in one write transaction, in this thread."""
        self._still_there()  # before connecting too: SQLite would make an empty file in its place
        with (
            self._translated(),
            self._engine.connect().execution_options(**_WRITES) as connection,
            connection.begin(),
        ):
            self._still_there()
            done = job(connection)
        self._wrote = True
        return done

    def look(self, job: Job[T]) -> T:
        """Run `job` in one read transaction, in this thread."""
        self._still_there()
        with self._translated(), self._engine.connect() as connection, connection.begin():
            return job(connection)

    # Asynchronous: everything that serves.

    async def write(self, job: Job[T], *, first: bool = False) -> T:
        """Run `job` in one write transaction; `first` goes before what else is waiting, but for one."""
        return await self.work(lambda: self.transact(job), first=first)

    async def work(self, work: Callable[[], T], *, first: bool = False) -> T:
        """Run `work`, which calls `transact` itself, where write transactions run."""
        lane = self._first if first else self._others
        return await wrap_future(lane.put(work, first=first))

    async def read(self, job: Job[T]) -> T:
        """Run `job` in one read transaction."""
        return await wrap_future(self._readers.submit(self.look, job))

    # Waking other processes, and being woken: on PostgreSQL. SQLite's look each second.

    def join(self, heard: Callable[[str], None] | None) -> None:
        """Tell other processes of commits, and hear in a thread what they tell, if `heard` is given."""
        if self.dialect == "postgresql":
            self._wakeups = Wakeups(self._engine, heard)
            self._wakeups.start()

    def tell(self, what: str) -> None:
        """Tell the processes that joined of a commit, in a moment. This process needs to have joined too."""
        if self._wakeups is not None:
            self._wakeups.tell(what)

    def tell_once(self, what: str) -> None:
        """The same for a process that serves nothing, now, and if it has written anything."""
        if self.dialect == "postgresql" and self._wrote:
            with self._translated():
                tell_once(self._engine, what)

    @property
    def poll(self) -> float:
        """Seconds after which to look by oneself for what another process wrote."""
        return RARE_POLL if self._wakeups is not None and self._wakeups.listening else POLL

    def leave(self) -> None:
        """Tell what is to be told, and hear nothing more."""
        if self._wakeups is not None:
            self._wakeups.stop()
            self._wakeups = None

    # A whole database in memory, as bytes.

    def snapshot(self) -> bytes:
        """Everything that a SQLite database in memory holds."""
        with closing(self._engine.raw_connection()) as connection:
            return cast(sqlite3.Connection, connection.driver_connection).serialize()

    def restore(self, snapshot: bytes) -> None:
        """Make a SQLite database in memory hold what `snapshot` was taken of."""
        # Not deserialized into the open database itself: SQLite's own `json_each` would go on pointing to the
        # schema that was there before, and crash when a statement that has it is prepared.
        with (
            closing(sqlite3.connect(":memory:")) as source,
            closing(self._engine.raw_connection()) as connection,
        ):
            source.deserialize(snapshot)
            source.backup(cast(sqlite3.Connection, connection.driver_connection))

    # Its life.

    def upgrade(self) -> None:
        """Bring the schema up to date. Many processes may start at once: one does the work."""
        config = alembic.config.Config()
        config.set_main_option("script_location", "convo.store:migrations")

        def job(connection: Connection) -> None:
            if self.dialect == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = 0"))  # however long another takes
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), _UPGRADE_LOCK)
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")

        self.transact(job)
        if self._file is not None:
            self._inode = self._file.stat().st_ino

    def hold(self) -> bool:
        """Claim the database for a serving process; whether this process has it to itself.

        SQLite serves one process at a time; a second one gets a SettingsError.
        """
        if self.dialect != "sqlite":
            return False
        if self._file is not None:
            lock = filelock.FileLock(f"{self._file}.lock")
            try:
                # Not at once: a command that looks whether somebody serves holds it for a moment.
                lock.acquire(timeout=_LOOKED_AT, poll_interval=0.02)
            except filelock.Timeout:
                raise SettingsError(
                    f"another convo process is serving {self._file}; stop it first, or set "
                    "`database` to PostgreSQL, where many processes may serve"
                ) from None
            self._serving = lock
        if self._checkpoints:
            self._checkpoints.start()
        return True

    def keep_log_short(self) -> None:
        """Move SQLite's log into its file from now on, for a command that writes much and serves nobody."""
        if self._checkpoints:
            self._checkpoints.start()

    @property
    def file(self) -> Path | None:
        """SQLite's file; None in memory, and on PostgreSQL."""
        return self._file

    def served(self) -> bool | None:
        """Whether a process serves this database now; None where that cannot be told: on PostgreSQL."""
        if self.dialect != "sqlite":
            return None
        if self._file is None or not Path(f"{self._file}.lock").exists():
            return False
        try:
            with filelock.FileLock(f"{self._file}.lock", timeout=0):
                return False
        except filelock.Timeout:
            return True

    def close(self) -> None:
        """Finish what is under way and let go of everything."""
        self.leave()
        for lane in {self._first, self._others}:
            lane.stop()
        self._readers.shutdown()
        if self._checkpoints:
            self._checkpoints.stop()
        self._engine.dispose()
        if self._serving is not None:
            self._serving.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise StoreUnavailable(f"the database cannot be used now: {error.__cause__ or error}") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise StoreUnavailable(f"the database went away: {error.__cause__}") from error
            if type(error) is DatabaseError:  # SQLite's word for a file that is none of its own, or broken
                raise StoreUnavailable(f"the database cannot be used: {error.__cause__}") from error
            raise

    def _still_there(self) -> None:
        """SQLite goes on writing into a file that was deleted; nobody would ever find it again."""
        if self._file is None or self._inode is None:
            return
        try:
            inode = self._file.stat().st_ino
        except OSError:
            inode = None
        if inode != self._inode:
            raise StoreUnavailable(f"{self._file} is gone; put it back, or start convo anew")


def _open(url: str) -> tuple[Engine, Path | None]:
    try:
        parsed = make_url(url)
    except Exception:
        raise SettingsError(f"database: '{url}' is not a URL; write one like sqlite:///convo.db") from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed.database)
    if parsed.get_backend_name() == "postgresql":
        try:
            return (
                create_engine(
                    parsed.set(drivername="postgresql+psycopg"),
                    hide_parameters=True,  # of errors, which end in logs: they are numbers and texts
                    pool_size=12,
                    pool_timeout=LOCK_TIMEOUT,
                    pool_pre_ping=True,
                    connect_args={
                        "connect_timeout": LOCK_TIMEOUT,
                        # A plan made while a table was empty scans it whole ever after.
                        "options": "-c plan_cache_mode=force_custom_plan -c timezone=UTC "
                        f"-c lock_timeout={LOCK_TIMEOUT}s",
                        # A server that vanished without a word is noticed.
                        "keepalives_idle": 10,
                        "keepalives_interval": 5,
                        "keepalives_count": 3,
                        "tcp_user_timeout": 15_000,  # milliseconds
                    },
                ),
                None,
            )
        except ModuleNotFoundError:
            raise SettingsError(
                "database: PostgreSQL needs its driver; pip install 'convo-sms[postgres]'"
            ) from None
    raise SettingsError(f"database: '{parsed.drivername}' is not known; use sqlite or postgresql")


def _open_sqlite(database: str | None) -> tuple[Engine, Path | None]:
    in_memory = database in (None, "", ":memory:")
    engine = create_engine(
        "sqlite://" if in_memory else f"sqlite:///{database}",
        hide_parameters=True,
        connect_args={"timeout": LOCK_TIMEOUT, "check_same_thread": False},
        **({"poolclass": StaticPool} if in_memory else {"pool_size": 8}),
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        del record
        connection.isolation_level = None  # the transactions are begun below, not by the driver
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_autocheckpoint=0" if not in_memory else "SELECT 1")
        connection.execute("PRAGMA cache_size=-65536")  # KiB

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("convo_writes")
        run(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine, None if in_memory or database is None else Path(database).absolute()
