"""Writing many rows: statements spelled once, and values handed to the driver as they are.

SQLAlchemy's own executemany looks at every value of every row; on the hot lines that costs more than
the database does. The tables, their types and how each type is written stay SQLAlchemy's.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite

Values = Sequence[Any]
_Writer = Callable[[Any], Any]


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]
) -> None:
    """Insert `rows`, each with its values in the order of `columns`."""
    _execute(connection, *_insert(connection.dialect, table, columns), rows)


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Values]
) -> None:
    """Set `columns` of rows of `table`; the last value of each of `rows` is its `id`."""
    _execute(connection, *_update(connection.dialect, table, columns), rows)


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update` on both databases."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _execute(
    connection: Connection, statement: str, writers: list[tuple[int, _Writer]], rows: Iterable[Values]
) -> None:
    written = []
    for row in rows:
        values = list(row)
        for place, write in writers:
            values[place] = write(values[place])
        written.append(tuple(values))
    if written:
        connection.exec_driver_sql(statement, written)


@lru_cache(maxsize=64)
def _insert(
    dialect: Dialect, table: Table, columns: tuple[str, ...]
) -> tuple[str, list[tuple[int, _Writer]]]:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    marks = ", ".join(_mark(dialect) for _ in columns)
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    return statement, _writers(dialect, table, columns)


@lru_cache(maxsize=64)
def _update(
    dialect: Dialect, table: Table, columns: tuple[str, ...]
) -> tuple[str, list[tuple[int, _Writer]]]:
    quote, mark = dialect.identifier_preparer.quote, _mark(dialect)
    pairs = ", ".join(f"{quote(name)} = {mark}" for name in columns)
    statement = f"UPDATE {table.name} SET {pairs} WHERE id = {mark}"  # noqa: S608 - our own names
    return statement, _writers(dialect, table, columns)


def _mark(dialect: Dialect) -> str:
    return "?" if dialect.name == "sqlite" else "%s"


def _writers(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> list[tuple[int, _Writer]]:
    found: list[tuple[int, _Writer]] = []
    for place, name in enumerate(columns):
        write = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if write is not None:
            found.append((place, write))
    return found
