"""Reading what was counted: sums by a part of their place, of what is folded in and what is not yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select, union_all

from convo.store import counting
from convo.store.insight_tables import insight_deltas, insights


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is looked at: None leaves the choice open."""

    flow: str | None = None
    number: str | None = None
    version: str | None = None  # or how it begins
    campaign: str | None = None
    since: datetime | None = None  # the hours from this moment's on
    until: datetime | None = None  # those before this moment's, or with a part of it


class Count(NamedTuple):
    """How often a figure was counted in one hour or place."""

    part: Any  # of the place, by which is summed
    number: str
    figure: str
    state: str
    label: str
    value: int


def sums(connection: Connection, chosen: Chosen, part: str | None) -> Iterator[Count]:
    """The sums, by the column `part` (None: of everything) and what prices and rates are worked out from."""
    both = union_all(_choice(insights, chosen), _choice(insight_deltas, chosen)).subquery()
    columns = [both.c[name] for name in ("number", "figure", "state", "label")]
    by = [both.c[part]] if part else []
    found = connection.execute(select(*by, *columns, func.sum(both.c.value)).group_by(*by, *columns))
    for row in found:
        *named, value = tuple(row) if part else (None, *row)
        if value:
            yield Count._make((*named, int(value)))


def _choice(table: Any, chosen: Chosen) -> Select[Any]:
    columns = (
        "hour",
        "number",
        "flow",
        "version",
        "campaign",
        "variant",
        "language",
        "figure",
        "state",
        "label",
    )
    statement = select(*(table.c[name] for name in columns), table.c.value)
    for name in ("flow", "number", "campaign"):
        if (wanted := getattr(chosen, name)) is not None:
            statement = statement.where(table.c[name] == wanted)
    if chosen.version is not None:
        statement = statement.where(table.c.version.startswith(chosen.version, autoescape=True))
    if chosen.since is not None:
        statement = statement.where(table.c.hour >= counting.hour_of(chosen.since))
    if chosen.until is not None:
        last = counting.hour_of(chosen.until - timedelta(microseconds=1))
        statement = statement.where(table.c.hour <= last)
    return statement
