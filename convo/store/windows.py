"""Sliding windows that all processes share: how often something happened within a period, by key.

A period is counted in 60 slices and the one that has begun, so a window never holds more than its limit and
is at most a sixtieth too long.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, select, tuple_

from convo.rates import Limit
from convo.store.rows import upsert
from convo.store.verification_tables import windows

_W = windows.c
_SLICES = 60
_MOST_SWEPT = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Window(NamedTuple):
    """Whose window, and how much it may hold."""

    key: str
    limit: Limit


def take(connection: Connection, wanted: Iterable[Window], now: datetime) -> Window | None:
    """Take a place in each of these windows; where one is full it is given back, and none is taken.

    Who takes a place holds its slices until the transaction ends: two at once cannot both have the last one.
    """
    ordered = sorted(set(wanted), key=_key)  # in one order, or two could wait for each other
    if not ordered:
        return None
    with connection.begin_nested() as places:
        count(connection, ordered, now)
        full = _over(connection, ordered, now, room=0)
        if full is not None:
            places.rollback()
        return full


def count(connection: Connection, wanted: Iterable[Window], now: datetime) -> None:
    """Count once more in each of these windows, however full they are."""
    rows = [_row(window, now) for window in sorted(set(wanted), key=_key)]
    if not rows:
        return
    added = upsert(connection, windows).values(rows)
    names = ["key", "period", "slice"]
    connection.execute(added.on_conflict_do_update(index_elements=names, set_={"count": _W["count"] + 1}))


def full(connection: Connection, wanted: Iterable[Window], now: datetime) -> Window | None:
    """The first of these windows that has no place left."""
    return _over(connection, sorted(set(wanted), key=_key), now, room=1)


def wait(connection: Connection, wanted: Iterable[Window], now: datetime) -> timedelta:
    """How long until each of these windows has a place, as they stand."""
    windows_of = {(window.key, _seconds(window)): window.limit.count for window in wanted}
    found = (
        select(_W.key, _W.period, _W.ends_at, _W["count"])
        .where(_W.key.in_(sorted({key for key, _ in windows_of})), _W.ends_at > now)
        .order_by(_W.ends_at.desc())
    )
    held: Counter[tuple[str, int]] = Counter()
    until = now
    for key, period, ends_at, count in connection.execute(found):
        # Of each window the last slices that fill it: when the first of them ends there is a place.
        most = windows_of.get((key, period))
        if most is not None and held[key, period] < most <= held[key, period] + count:
            until = max(until, ends_at)
        held[key, period] += count
    return until - now


def sweep(connection: Connection, now: datetime) -> None:
    """Forget some of what no window holds any more, and nobody else is about to forget."""
    old = select(_W.key, _W.period, _W.slice).where(_W.ends_at <= now).limit(_MOST_SWEPT)
    rows = [tuple(row) for row in connection.execute(old.with_for_update(skip_locked=True))]
    if rows:
        connection.execute(delete(windows).where(tuple_(_W.key, _W.period, _W.slice).in_(rows)))


def _over(connection: Connection, wanted: list[Window], now: datetime, *, room: int) -> Window | None:
    keys = {window.key for window in wanted}
    sums = (
        select(_W.key, _W.period, func.sum(_W["count"]))
        .where(_W.key.in_(sorted(keys)), _W.ends_at > now)
        .group_by(_W.key, _W.period)
    )
    found = {(key, period): int(total) for key, period, total in connection.execute(sums)}
    for window in wanted:
        if found.get((window.key, _seconds(window)), 0) + room > window.limit.count:
            return window
    return None


def _row(window: Window, now: datetime) -> dict[str, Any]:
    step = window.limit.period // _SLICES
    place = (now - _EPOCH) // step
    return {
        "key": window.key,
        "period": _seconds(window),
        "slice": place,
        "ends_at": _EPOCH + step * (place + 1) + window.limit.period,
        "count": 1,
    }


def _key(window: Window) -> tuple[str, int]:
    return window.key, _seconds(window)


def _seconds(window: Window) -> int:
    return int(window.limit.period.total_seconds())
