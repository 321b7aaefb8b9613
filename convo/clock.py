"""Where time comes from, and durations as people and servers write them. Every moment is aware and in UTC."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

Clock = Callable[[], datetime]

_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_SHORT = {"sec": "second", "min": "minute", "s": "second", "h": "hour", "d": "day"}
_PART = re.compile(r"(\d{1,6})\s*([a-z]+)\s*(?:,|and\b)?\s*")
LONGEST = timedelta(days=3660)


def system() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)  # the one place that reads the machine's clock


class VirtualClock:
    """A clock that only moves when it is told to; tests and `convo chat` run on it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Go forward to `moment`; a moment in the past leaves the clock where it is."""
        self._now = max(self._now, moment.astimezone(UTC))


def parse_duration(text: str) -> timedelta:
    """Read `4 hours`, `1 day 2 hours` or `90 min`; raises ValueError with what to write instead."""
    rest, total = text.strip().lower(), timedelta()
    while rest:
        part = _PART.match(rest)
        unit = part and _unit(part[2])
        if part is None or unit is None:
            break
        total += int(part[1]) * unit
        rest = rest[part.end() :]
    if rest or not timedelta() < total <= LONGEST:
        raise ValueError(f"'{text}' is not a duration; write it like '30 minutes' or '4 hours'")
    return total


def retry_after(value: str, now: datetime) -> timedelta | None:
    """How long a server asks us to wait; None where it does not say.

    Retry-After (RFC 9110 section 10.2.3): seconds, or a moment.
    """
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now, timedelta())


def _unit(word: str) -> timedelta | None:
    singular = word.removesuffix("s") if len(word) > 1 else word
    return _UNITS.get(_SHORT.get(singular, singular))
