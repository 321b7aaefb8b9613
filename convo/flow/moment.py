"""Moments as authors write them under `at`: `visit - 1 day, 09:00`, or `2026-12-24 18:00`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from convo.clock import parse_duration
from convo.errors import ConvoError
from convo.flow.values import Value

_SHAPE = re.compile(
    r"(?P<base>[a-z]\w{0,63}|\d{4}-\d\d-\d\d)"
    r"(?:[ t]+(?P<time>\d{1,2}:\d\d))?"
    r"\s*(?:(?P<sign>[+-])\s*(?P<shift>[^,+-]+?))?"
    r"\s*(?:,\s*(?P<clock>\d{1,2}:\d\d))?",
    re.ASCII | re.IGNORECASE,
)


class MomentError(ConvoError):
    """What `at` counts from is not a moment."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A variable or a day, moved by a duration, at a time of day."""

    source: str
    variable: str | None
    day: datetime | date | None  # where there is no variable; a datetime is a local one
    shift: timedelta
    clock: time | None

    def at(self, variables: Mapping[str, Value], timezone: ZoneInfo) -> datetime | None:
        """When that is, in UTC; None while its variable has no value.

        Whole days are counted on the calendar of `timezone`, and what is left by the clock. A time of
        day that the clocks skip in spring is as much later (02:30 is 03:30); of one that comes twice
        in autumn it is the first. Raises MomentError for a value that is no moment.
        """
        local = self.local(variables, timezone)
        return None if local is None else local.astimezone(UTC)

    def local(self, variables: Mapping[str, Value], timezone: ZoneInfo) -> datetime | None:
        """The same in `timezone`, as it is written: 02:30 also where the clocks skip it."""
        found = self.day if self.variable is None else variables.get(self.variable)
        if found is None:
            return None
        try:
            local = self._moved(self._local(found, timezone))
            local.astimezone(UTC)  # which may be past the last year
        except OverflowError:
            raise MomentError(f"the moment '{self.source}' is too far away for any calendar") from None
        return local

    def _local(self, found: object, timezone: ZoneInfo) -> datetime:
        if isinstance(found, datetime):
            return found.replace(tzinfo=timezone) if found.tzinfo is None else found.astimezone(timezone)
        if isinstance(found, date) and self.clock is not None:
            return datetime.combine(found, self.clock, timezone)
        lacks = "a day without a time of day" if isinstance(found, date) else "no moment"
        raise MomentError(f"the moment '{self.source}' counts from {str(found)[:40]!r}, which is {lacks}")

    def _moved(self, moment: datetime) -> datetime:
        zone, days = moment.tzinfo, timedelta(days=int(self.shift / timedelta(days=1)))
        if days:
            moment = (moment + days).replace(fold=0)
        if rest := self.shift - days:
            moment = (moment.astimezone(UTC) + rest).astimezone(zone)
        if self.clock is not None:
            moment = moment.replace(
                hour=self.clock.hour, minute=self.clock.minute, second=0, microsecond=0, fold=0
            )
        return moment


def parse_moment(text: str) -> Moment:
    """Read `visit - 1 day, 09:00`, `visit + 2 hours` or `2026-12-24 18:00`.

    Raises ValueError with what to write instead.
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not a moment; write it like visit - 1 day, 09:00 or 2026-12-24 18:00")
    if found["base"] == "now":
        raise ValueError("'now' never stands still; count with `after` from when the state said its text")
    clock = _clock(found["clock"])
    shift = parse_duration(found["shift"]) if found["shift"] else timedelta()
    if found["sign"] == "-":
        shift = -shift
    if not found["base"][0].isdigit():
        if found["time"]:
            raise ValueError(
                f"'{text}' is not a moment; write a comma, like {found['base']}, {found['time']}"
            )
        return Moment(text, found["base"], None, shift, clock)
    return Moment(text, None, _day(found["base"], _clock(found["time"]), clock), shift, clock)


def _day(written: str, at: time | None, clock: time | None) -> datetime | date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"there is no day {written}; write a year, a month and a day") from None
    if not 1 < day.year < 9999:  # the first and the last may not fit into UTC
        raise ValueError(f"{written} is no day that anybody waits for; write another year")
    if at is not None:
        return datetime.combine(day, at)
    if clock is None:
        raise ValueError(f"'{written}' has no time of day; add one, like {written} 09:00")
    return day


def _clock(written: str | None) -> time | None:
    if written is None:
        return None
    hour, _, minute = written.partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f"'{written}' is not a time of day; write one like 09:00 or 18:30") from None
