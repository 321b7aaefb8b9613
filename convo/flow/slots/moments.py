"""`date`, `time`, `datetime`, `duration`: as people write them (see `dates`), or as ISO 8601."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from convo.flow.dates import Reading, read_date, read_datetime, read_duration, read_time
from convo.flow.values import parse_duration


@dataclass(frozen=True, slots=True)
class Date:
    """`date`: a day from today on; a starter may give any."""

    name: str = "date"
    sample: str = "2099-06-15"

    def read(self, reply: str, reading: Reading) -> date | None:
        return read_date(reply, reading)

    def take(self, given: object, reading: Reading) -> date:
        if isinstance(given, str):
            try:
                return date.fromisoformat(given.strip())
            except ValueError:
                found = read_date(given, reading)
                if found is not None:
                    return found
        raise ValueError("give a day, like 2026-12-01")


@dataclass(frozen=True, slots=True)
class Time:
    """`time`: a time of day."""

    name: str = "time"
    sample: str = "09:30"

    def read(self, reply: str, reading: Reading) -> time | None:
        return read_time(reply, reading)

    def take(self, given: object, reading: Reading) -> time:
        if isinstance(given, str):
            try:
                found: time | None = time.fromisoformat(given.strip())
            except ValueError:
                found = None
            if found is None or found.tzinfo is not None or given.strip().isdigit():
                found = read_time(given, reading)
            if found is not None:
                return found
        raise ValueError("give a time of day, like 09:30")


@dataclass(frozen=True, slots=True)
class DateTime:
    """`datetime`: a day and a time, as people write them or as 2026-12-01 09:30."""

    name: str = "datetime"
    sample: str = "2099-06-15 09:30"

    def read(self, reply: str, reading: Reading) -> datetime | None:
        return read_datetime(reply, reading)

    def take(self, given: object, reading: Reading) -> datetime:
        if isinstance(given, str):
            try:
                moment = datetime.fromisoformat(given.strip())
            except ValueError:
                found = read_datetime(given, reading)
                if found is not None:
                    return found
            else:
                if 1 < moment.year < 9999:  # the first and the last may not fit into UTC
                    return moment if moment.tzinfo else _that_exists(moment, reading)
        raise ValueError("give a day and a time, like 2026-12-01 09:30")


def _that_exists(moment: datetime, reading: Reading) -> datetime:
    """`moment` in the reading's time zone; of one that comes twice in autumn the first."""
    local = moment.replace(tzinfo=reading.timezone)
    if local.astimezone(UTC).astimezone(reading.timezone).replace(tzinfo=None) != moment:
        raise ValueError(f"in {reading.timezone.key} the clocks skip this time; give another")
    return local


@dataclass(frozen=True, slots=True)
class Duration:
    """`duration`: how long something takes, longer than nothing."""

    name: str = "duration"
    sample: str = "90 min"

    def read(self, reply: str, reading: Reading) -> timedelta | None:
        return read_duration(reply, reading)

    def take(self, given: object, reading: Reading) -> timedelta:
        if isinstance(given, str):
            try:
                return parse_duration(given)
            except (ValueError, OverflowError):
                found = read_duration(given, reading)
                if found is not None:
                    return found
        raise ValueError("give a duration, like 90 minutes, 1h30 or PT1H30M")
