"""The hot lines' way to the database: statements spelled once, values handed to the driver as they are.

SQLAlchemy looks at every statement and every value anew; on the hot lines that costs more than the
database does. The tables, their types, how each type is read and written, and its errors stay
SQLAlchemy's.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ARRAY, Column, Connection, Dialect, Select, Table, any_, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Values = Sequence[Any]
_Processor = Callable[[Any], Any]
_Places = list[tuple[int, _Processor]]  # the columns whose values need one


class Lookup:
    """A SELECT of the rows whose `column` is one of a list of values."""

    def __init__(self, statement: Select[Any], column: Column[Any]) -> None:
        self._statement = statement
        self._column = column

    def rows(self, connection: Connection, wanted: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows, their values as Python's."""
        if not wanted:
            return []
        spelled, readers = _lookup(connection.dialect, self)
        listed = json.dumps(wanted) if connection.dialect.name == "sqlite" else list(wanted)
        with _cursor(connection, spelled) as cursor:
            cursor.execute(spelled, (listed,))
            found = cursor.fetchall()
        return _processed(readers, found)

    def spell(self, dialect: Dialect) -> tuple[str, _Places]:
        """The statement as the driver takes it, with one parameter: the list."""
        wanted: Any
        if dialect.name == "sqlite":
            listed = func.json_each(bindparam("wanted"))
            wanted = self._column.in_(select(text("value")).select_from(listed))
        else:
            wanted = self._column == any_(bindparam("wanted", type_=ARRAY(self._column.type)))
        statement = self._statement.where(wanted)
        spelled = str(statement.compile(dialect=dialect)).replace("%(wanted)s", "%s")
        types = [column.type for column in statement.selected_columns]
        return spelled, [
            (place, reader)
            for place, kind in enumerate(types)
            if (reader := _impl(kind, dialect).result_processor(dialect, None)) is not None
        ]


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]
) -> None:
    """Insert `rows`, each with its values in the order of `columns`."""
    _execute_many(connection, *_insert(connection.dialect, table, columns), rows)


def insert_new(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Iterable[Values],
    returning: tuple[str, ...],
) -> list[tuple[Any, ...]]:
    """Insert those of `rows` that the table does not hold yet; their columns of `returning`."""
    insert, writers = _insert(connection.dialect, table, columns)
    written = _processed(writers, rows)
    if not written:
        return []
    head, marks = insert.split(" VALUES ")
    statement = (
        f"{head} VALUES {', '.join([marks] * len(written))} "
        f"ON CONFLICT DO NOTHING RETURNING {', '.join(returning)}"
    )
    with _cursor(connection, statement) as cursor:
        cursor.execute(statement, [value for row in written for value in row])
        return list(cursor.fetchall())


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]
) -> None:
    """Set `columns` of rows of `table`; the last value of each of `rows` is its `id`."""
    _execute_many(connection, *_update(connection.dialect, table, columns), rows)


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update` on both databases."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _execute_many(connection: Connection, statement: str, writers: _Places, rows: Iterable[Values]) -> None:
    written = _processed(writers, rows)
    if written:
        with _cursor(connection, statement) as cursor:
            cursor.executemany(statement, written)


@contextmanager
def _cursor(connection: Connection, statement: str) -> Iterator[DBAPICursor]:
    """The driver's own cursor, whose errors come as SQLAlchemy's."""
    driver = cast(Any, connection.dialect.loaded_dbapi)
    try:
        yield connection.connection.cursor()
    except driver.Error as error:
        raise DBAPIError.instance(statement, None, error, driver.Error, dialect=connection.dialect) from error


def _processed(processors: _Places, rows: Iterable[Values]) -> list[tuple[Any, ...]]:
    """The rows with their values as the other side takes them."""
    found = []
    for row in rows:
        values = list(row)
        for place, process in processors:
            value = values[place]
            if value is not None:
                values[place] = process(value)
        found.append(tuple(values))
    return found


@lru_cache(maxsize=64)
def _lookup(dialect: Dialect, lookup: Lookup) -> tuple[str, _Places]:
    return lookup.spell(dialect)


@lru_cache(maxsize=64)
def _insert(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> tuple[str, _Places]:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    marks = ", ".join(_mark(dialect) for _ in columns)
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    return statement, _writers(dialect, table, columns)


@lru_cache(maxsize=64)
def _update(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> tuple[str, _Places]:
    quote, mark = dialect.identifier_preparer.quote, _mark(dialect)
    pairs = ", ".join(f"{quote(name)} = {mark}" for name in columns)
    statement = f"UPDATE {table.name} SET {pairs} WHERE id = {mark}"  # noqa: S608 - our own names
    return statement, _writers(dialect, table, columns)


def _mark(dialect: Dialect) -> str:
    return "?" if dialect.name == "sqlite" else "%s"


def _writers(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> _Places:
    found: _Places = []
    for place, name in enumerate(columns):
        write = _impl(table.c[name].type, dialect).bind_processor(dialect)
        if write is not None:
            found.append((place, write))
    return found


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
