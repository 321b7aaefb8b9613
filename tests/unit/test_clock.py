"""Durations as people write them, and a clock that only goes forward."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from convo import clock
from convo.clock import VirtualClock, parse_duration


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("4 hours", timedelta(hours=4)), ("1 hour", timedelta(hours=1)), ("90 min", timedelta(minutes=90)),
        ("1 day 2 hours", timedelta(days=1, hours=2)), ("1 day, 2 hours", timedelta(days=1, hours=2)),
        ("1 day and 30 minutes", timedelta(days=1, minutes=30)), ("2h", timedelta(hours=2)),
        ("45s", timedelta(seconds=45)), ("10 secs", timedelta(seconds=10)), ("2 weeks", timedelta(weeks=2)),
        ("  7 DAYS ", timedelta(days=7)), ("3d", timedelta(days=3)), ("3660 days", timedelta(days=3660)),
    ],
)  # fmt: skip
def test_a_duration_is_read(text: str, time: timedelta) -> None:
    assert parse_duration(text) == time


@pytest.mark.parametrize(
    "text",
    ["", "soon", "4", "hours", "-1 hour", "0 hours", "1.5 hours", "4 hour s", "5 m", "1 month", "1 year",
     "3661 days", "999999 weeks", "4 hours later", "9999999 s", "٤ hours x"],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write it like '30 minutes' or '4 hours'"):
        parse_duration(text)


def test_a_virtual_clock_stands_still_and_never_goes_back() -> None:
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    moved = VirtualClock(start)
    assert (moved(), moved()) == (start, start)

    moved.move_to(start + timedelta(hours=2))
    moved.move_to(start)
    assert moved() == start + timedelta(hours=2)


def test_every_clock_speaks_utc() -> None:
    paris = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    moved = VirtualClock(paris)

    assert (moved().hour, moved().tzinfo) == (10, UTC)
    assert clock.system().tzinfo is UTC
