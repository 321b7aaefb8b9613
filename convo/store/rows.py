"""The hot lines' way to the database: statements spelled once, values handed to the driver as they are.

SQLAlchemy looks at every statement and every value anew; on the hot lines that costs more than the
database does. The tables, their types, how each type is read and written, and its errors stay
SQLAlchemy's.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Connection,
    Dialect,
    Select,
    String,
    Table,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Values = tuple[Any, ...]
_Processor = Callable[[Any], Any]
_Places = list[tuple[int, _Processor]]  # the columns whose values need one

_NUMBERED: Dialect = cast(Any, postgresql).dialect(paramstyle="numeric_dollar")  # as the raw cursor takes it
_MOST_IN_ONE = 64  # rows of one INSERT: the driver lets go of Python's lock once for all of them


class Statement:
    """A statement with parameters, which is spelled once for each kind of database."""

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        """`names` are those of its parameters, in the order in which values are given."""
        self._statement = statement
        self._names = names

    def rows(self, connection: Connection, *values: Any) -> list[Values]:
        """The rows that it finds, their values as Python's."""
        spelled = _spelling(connection.dialect, self)
        (given,) = _processed(spelled.writers, [values])
        with _cursor(connection, spelled.text) as cursor:
            cursor.execute(spelled.text, spelled.in_order(given))
            found = cursor.fetchall()
        return _processed(spelled.readers, found)

    def run_many(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Run it for each of `rows`."""
        spelled = _spelling(connection.dialect, self)
        written = [spelled.in_order(row) for row in _processed(spelled.writers, rows)]
        if written:
            with _cursor(connection, spelled.text) as cursor:
                cursor.executemany(spelled.text, written)

    def spell(self, dialect: Dialect) -> "_Spelling":
        kind = dialect if dialect.name == "sqlite" else _NUMBERED
        compiled = cast(SQLCompiler, self._statement.compile(dialect=kind))
        places = {name: place for place, name in enumerate(self._names)}
        types = {places[name]: bind.type for name, bind in compiled.binds.items() if name in places}
        columns = getattr(self._statement, "selected_columns", ())
        return _Spelling(
            str(compiled),
            [(places.get(name), compiled.params.get(name)) for name in compiled.positiontup or ()],
            _writers_of(dialect, types),
            _readers_of(dialect, dict(enumerate(column.type for column in columns))),
        )


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A statement as a driver takes it."""

    text: str
    order: list[tuple[int | None, Any]]  # of each mark: the place of its value, or the value itself
    writers: _Places
    readers: _Places

    def in_order(self, values: Values) -> Values:
        return tuple([own if place is None else values[place] for place, own in self.order])


class Lookup:
    """A SELECT of the rows whose `column` is one of a list of values."""

    def __init__(self, statement: Select[Any], column: Column[Any], *names: str) -> None:
        """`names` are those of the statement's own parameters, which follow the list."""
        self._statement, self._column = statement, column
        self._on = {kind: Statement(self._where(kind), "wanted", *names) for kind in ("sqlite", "postgresql")}

    def rows(self, connection: Connection, wanted: Sequence[Any], *values: Any) -> list[Values]:
        """The rows, their values as Python's."""
        if not wanted:
            return []
        dialect = connection.dialect.name
        listed = json.dumps(wanted) if dialect == "sqlite" else list(wanted)
        return self._on[dialect].rows(connection, listed, *values)

    def _where(self, dialect: str) -> Select[Any]:
        if dialect == "sqlite":
            listed = func.json_each(bindparam("wanted", type_=String()))
            return self._statement.where(self._column.in_(select(text("value")).select_from(listed)))
        return self._statement.where(
            self._column == any_(bindparam("wanted", type_=ARRAY(self._column.type)))
        )


def run(connection: Connection, statement: str, values: Values = ()) -> DBAPICursor:
    """The driver's cursor after a statement that is spelled as this driver takes it."""
    with _cursor(connection, statement) as cursor:
        cursor.execute(statement, values)
        return cursor


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]
) -> None:
    """Insert `rows`, each with its values in the order of `columns`."""
    for _ in _inserted(connection, table, columns, rows, ""):
        pass


def insert_new(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Iterable[Values],
    returning: tuple[str, ...],
) -> list[tuple[Any, ...]]:
    """Insert those of `rows` that the table does not hold yet; their columns of `returning`."""
    ending = f" ON CONFLICT DO NOTHING RETURNING {', '.join(returning)}"
    cursors = _inserted(connection, table, columns, rows, ending)
    return [row for cursor in cursors for row in cursor.fetchall()]


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]
) -> None:
    """Set `columns` of rows of `table`; the last value of each of `rows` is its `id`."""
    statement, writers = _update(connection.dialect, table, columns)
    written = _processed(writers, rows)
    if written:
        with _cursor(connection, statement) as cursor:
            cursor.executemany(statement, written)


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update` on both databases."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _inserted(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values], ending: str
) -> Iterator[DBAPICursor]:
    """Insert `rows`, many a statement, each of which ends in `ending`; the cursor after each of them."""
    written = _processed(_insert(connection.dialect, table, columns, 1, ending)[1], rows)
    at = 0
    while at < len(written):
        # Powers of two: a driver keeps a few statements prepared, not one for every number of rows.
        count = min(_MOST_IN_ONE, 1 << (len(written) - at).bit_length() - 1)
        statement, _ = _insert(connection.dialect, table, columns, count, ending)
        with _cursor(connection, statement) as cursor:
            cursor.execute(statement, [*chain.from_iterable(written[at : at + count])])
            yield cursor
        at += count


@contextmanager
def _cursor(connection: Connection, statement: str) -> Iterator[DBAPICursor]:
    """The driver's own cursor, whose errors come as SQLAlchemy's.

    PostgreSQL's is the raw one: psycopg's others look through a long statement for marks every time.
    """
    driver = cast(Any, connection.dialect.loaded_dbapi)
    try:
        if connection.dialect.name == "sqlite":
            yield connection.connection.cursor()
        else:
            yield driver.RawCursor(connection.connection.driver_connection)
    except driver.Error as error:
        raise DBAPIError.instance(statement, None, error, driver.Error, dialect=connection.dialect) from error


def _processed(processors: _Places, rows: Iterable[Values]) -> list[Values]:
    """The rows with their values as the other side takes them."""
    found = list(rows)
    if not found or not processors:
        return found
    columns = list(zip(*found, strict=True))  # a column at a time
    for place, process in processors:
        columns[place] = tuple([None if value is None else process(value) for value in columns[place]])
    return list(zip(*columns, strict=True))


@lru_cache(maxsize=128)
def _spelling(dialect: Dialect, statement: Statement) -> _Spelling:
    return statement.spell(dialect)


@lru_cache(maxsize=256)
def _insert(
    dialect: Dialect, table: Table, columns: tuple[str, ...], count: int, ending: str
) -> tuple[str, _Places]:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    width = len(columns)
    values = ", ".join(
        f"({', '.join(_mark(dialect, place) for place in range(row * width, row * width + width))})"
        for row in range(count)
    )
    statement = f"INSERT INTO {table.name} ({names}) VALUES {values}{ending}"  # noqa: S608 - our own names
    return statement, _writers(dialect, table, columns)


@lru_cache(maxsize=64)
def _update(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> tuple[str, _Places]:
    quote = dialect.identifier_preparer.quote
    pairs = ", ".join(f"{quote(name)} = {_mark(dialect, place)}" for place, name in enumerate(columns))
    number = _mark(dialect, len(columns))
    statement = f"UPDATE {table.name} SET {pairs} WHERE id = {number}"  # noqa: S608 - our own names
    return statement, _writers(dialect, table, columns)


def _mark(dialect: Dialect, place: int) -> str:
    return "?" if dialect.name == "sqlite" else f"${place + 1}"


def _writers(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> _Places:
    return _writers_of(dialect, {place: table.c[name].type for place, name in enumerate(columns)})


def _writers_of(dialect: Dialect, kinds: Mapping[int, TypeEngine[Any]]) -> _Places:
    found = [(place, kind, _impl(kind, dialect).bind_processor(dialect)) for place, kind in kinds.items()]
    # Both drivers take truths as they are, and lists have been made what their driver takes.
    return [(place, write) for place, kind, write in found if write and not isinstance(kind, Boolean | ARRAY)]


def _readers_of(dialect: Dialect, kinds: Mapping[int, TypeEngine[Any]]) -> _Places:
    found = ((place, _impl(kind, dialect).result_processor(dialect, None)) for place, kind in kinds.items())
    return [(place, read) for place, read in found if read]


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
