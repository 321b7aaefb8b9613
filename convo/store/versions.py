"""The sources of flow versions: a conversation finishes on the one that it started on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, inspect, select

from convo.store.rows import upsert
from convo.store.tables import flow_versions


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that is stored, with its source, and since when."""

    version: str
    flow: str
    file: str
    source: bytes
    created_at: datetime
    runs: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # its sub-flows: file and source


def save(connection: Connection, kept: Kept) -> None:
    """Keep a version; one that is known stays as it is."""
    values = {
        "version": kept.version,
        "flow": kept.flow,
        "file": kept.file,
        "source": kept.source,
        "created_at": kept.created_at,
        "runs": dict(kept.runs),
    }
    connection.execute(upsert(connection, flow_versions).on_conflict_do_nothing(), [values])


def one(connection: Connection, version: str) -> Kept | None:
    """A version with its source."""
    found = _found(connection, version=version)
    return found[0] if found else None


def listed(connection: Connection, flow: str | None = None) -> list[Kept]:
    """Every stored version, by flow, the oldest first; or those of one flow."""
    return _found(connection, flow=flow) if flow is not None else _found(connection)


def _found(connection: Connection, **wanted: str) -> list[Kept]:
    there = {column["name"] for column in inspect(connection).get_columns(flow_versions.name)}
    # A database that is asked before an upgrade has no sub-flows yet, and no column for them.
    columns = [flow_versions.c[name] for name in Kept.__dataclass_fields__ if name in there]
    statement = select(*columns).order_by(
        flow_versions.c.flow, flow_versions.c.created_at, flow_versions.c.version
    )
    for name, value in wanted.items():
        statement = statement.where(flow_versions.c[name] == value)
    return [_kept(*row) for row in connection.execute(statement)]


def _kept(
    version: str,
    flow: str,
    file: str,
    source: bytes,
    created_at: datetime,
    runs: Mapping[str, list[str]] | None = None,
) -> Kept:
    return Kept(
        version,
        flow,
        file,
        source,
        created_at,
        {name: (at, text) for name, (at, text) in (runs or {}).items()},
    )
