"""The types of columns: how moments, documents, our own words and the numbers of rows are kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine


@lru_cache(maxsize=1024)
def _as_text(moment: datetime | None) -> str | None:
    # The rows of a transaction share its moments.
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None


def _from_text(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class Moment(TypeDecorator[datetime]):
    """An aware moment: `timestamptz` on PostgreSQL, sortable UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    # The processors themselves instead of `process_…`: they run for every value of the hot lines.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        return _as_text if dialect.name == "sqlite" else None

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        del coltype
        return _from_text if dialect.name == "sqlite" else None


class Document(TypeDecorator[Any]):
    """JSON; None is no document."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    # The processors themselves, as above; PostgreSQL's driver has its own.

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _to_json if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _from_json if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _to_json(document: object) -> str | None:
    return None if document is None else to_json(document).decode()


def _from_json(text: str | None) -> Any:
    return None if text is None else from_json(text)


Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers only INTEGER keys by itself


class Word(TypeDecorator[str]):
    """One of our own words; an enum's is written as the plain text that it is, which drivers take faster."""

    impl = String
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        del dialect
        return _as_word


@lru_cache(maxsize=256)
def _as_word(word: str | None) -> str | None:
    return None if word is None else str.__str__(word)
