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
Places = list[tuple[int, _Processor]]  # the columns whose values need one

_NUMBERED: Dialect = cast(Any, postgresql).dialect(paramstyle="numeric_dollar")  # as the raw cursor takes it


class Statement:
    """A statement with parameters, which is spelled once for each kind of database."""

    def __init__(self, statement: ClauseElement, *names: str) -> None:
        """`names` are those of its parameters, in the order in which values are given."""
        self._statement = statement
        self._names = names

    def rows(self, connection: Connection, *values: Any) -> list[Values]:
        """The rows that it finds, their values as Python's."""
        spelled = spelling(connection.dialect, self)
        (given,) = processed(spelled.writers, [values])
        with cursor_of(connection, spelled.text) as cursor:
            cursor.execute(spelled.text, spelled.in_order(given))
            found = cursor.fetchall()
        return processed(spelled.readers, found)

    def run(self, connection: Connection, *values: Any) -> None:
        """Run it, for what it does."""
        spelled = spelling(connection.dialect, self)
        (given,) = processed(spelled.writers, [values])
        with cursor_of(connection, spelled.text) as cursor:
            cursor.execute(spelled.text, spelled.in_order(given))

    def spell(self, dialect: Dialect) -> "_Spelling":
        kind = dialect if dialect.name == "sqlite" else _NUMBERED
        compiled = cast(SQLCompiler, self._statement.compile(dialect=kind))
        places = {name: place for place, name in enumerate(self._names)}
        types = {places[name]: bind.type for name, bind in compiled.binds.items() if name in places}
        columns = getattr(self._statement, "selected_columns", ())
        return _Spelling(
            str(compiled),
            [(places.get(name), compiled.params.get(name)) for name in compiled.positiontup or ()],
            writers_of(dialect, types),
            _readers_of(dialect, dict(enumerate(column.type for column in columns))),
        )


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A statement as a driver takes it."""

    text: str
    order: list[tuple[int | None, Any]]  # of each mark: the place of its value, or the value itself
    writers: Places
    readers: Places

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
    with cursor_of(connection, statement) as cursor:
        cursor.execute(statement, values)
        return cursor


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update` on both databases."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


@contextmanager
def cursor_of(connection: Connection, statement: str) -> Iterator[DBAPICursor]:
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


def processed(processors: Places, rows: Iterable[Values]) -> list[Values]:
    """The rows with their values as the other side takes them."""
    found = list(rows)
    if not found or not processors:
        return found
    columns = list(zip(*found, strict=True))  # a column at a time
    for place, process in processors:
        columns[place] = tuple([None if value is None else process(value) for value in columns[place]])
    return list(zip(*columns, strict=True))


@lru_cache(maxsize=256)
def spelling(dialect: Dialect, statement: Statement) -> _Spelling:
    """A statement as a kind of database takes it."""
    return statement.spell(dialect)


def writers_of(dialect: Dialect, kinds: Mapping[int, TypeEngine[Any]]) -> Places:
    found = [(place, kind, kind_in(dialect, kind).bind_processor(dialect)) for place, kind in kinds.items()]
    # Both drivers take truths as they are, and lists have been made what their driver takes.
    return [(place, write) for place, kind, write in found if write and not isinstance(kind, Boolean | ARRAY)]


def _readers_of(dialect: Dialect, kinds: Mapping[int, TypeEngine[Any]]) -> Places:
    found = ((place, kind_in(dialect, kind).result_processor(dialect, None)) for place, kind in kinds.items())
    return [(place, read) for place, read in found if read]


def kind_in(dialect: Dialect, kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
