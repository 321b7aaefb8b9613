"""Calendar rules: when a reminder comes again, in local time, through every change of the clocks."""

import re
from calendar import isleap
from collections.abc import Sequence
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

LONGEST = timedelta(days=3660)  # how long a reminder comes again, from its first moment
_WORDS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_PARTS = re.compile(r"(?:(?:INTERVAL|COUNT)=[1-9]\d{0,3}|(?!INTERVAL|COUNT)[A-Z]+=[A-Z0-9,+-]+)(?:;|$)")
_ABSOLUTE = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.,]+\s*(Z|[+-][\d:]+)$", re.ASCII | re.IGNORECASE)
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY", "BYHOUR", "BYMINUTE", "BYSECOND")


class Recurrence:
    """A rule of RFC 5545 (section 3.3.10), counted from a local moment that is its first."""

    def __init__(self, every: str, first: datetime, timezone: str) -> None:
        """`every` is `day`, `week`, `month`, `year` or a rule; raises ValueError for what is neither."""
        self.rule = _rule(every, first)
        self._zone = ZoneInfo(timezone)
        self._later = _later(first.year)
        self._days, self._most = _days(self.rule, every, first, self._later, self._zone)

    def after(self, moment: datetime) -> datetime | None:
        """The next moment after this one, in UTC; None where the rule has ended.

        A time of day that the clocks skip in spring is as much later; of one that comes twice in autumn it is
        the first.
        """
        # A local moment that the clocks skip comes later than it says: so from a little before.
        at = local(moment, self._zone.key) - timedelta(hours=2)
        for late in islice(self._days, self._most):
            following = late.replace(year=late.year - self._later)
            if following > at:
                found = following.replace(tzinfo=self._zone).astimezone(UTC)
                if found > moment:
                    return found
        return None


def local(moment: datetime, timezone: str) -> datetime:
    """What a clock on the wall says, without its zone."""
    return moment.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def absolute(text: str) -> datetime | None:
    """A moment that says its own offset, in UTC; None for any other text.

    Raises ValueError for a day or a time that does not exist.
    """
    if not _ABSOLUTE.match(text.strip()):
        return None
    try:
        return datetime.fromisoformat(text.strip().upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"'{text}' is no moment; write one like 2026-12-01T09:00+01:00") from None


def _rule(every: str, first: datetime) -> str:
    """The rule, by itself. A word has the last day of a month where the day of `first` is missing."""
    word = every.strip().lower()
    if word not in _WORDS:
        return every.strip().upper().removeprefix("RRULE:")
    if word == "month" and first.day > 28:
        days = ",".join(str(day) for day in range(28, first.day + 1))
        return f"FREQ=MONTHLY;BYMONTHDAY={days};BYSETPOS=-1"
    if word == "year" and (first.month, first.day) == (2, 29):
        return "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"
    return f"FREQ={_WORDS[word]}"


def _days(rule: str, every: str, first: datetime, later: int, zone: ZoneInfo) -> tuple[rrule, int | None]:
    """The local moments of a rule, so many years later, and how many of them count; None for all."""
    if any(word in rule for word in _TOO_OFTEN):
        raise ValueError(f"'{every}' is too often; the time of day is that of `at`, once a day at most")
    # dateutil counts for ever by an interval of nothing, and Easter is not in the RFC.
    if "FREQ=" not in rule or "BYEASTER" in rule or _PARTS.sub("", rule):
        raise ValueError(
            f"'{every}' is no rule; write day, week, month, year, or one like FREQ=WEEKLY;BYDAY=MO,TH"
        )
    parts = [part for part in rule.split(";") if part]
    ends = [part for part in parts if part.startswith(("COUNT=", "UNTIL="))]
    try:
        last, most = _end(ends, first, zone)
        until = last.replace(year=last.year + later)
        bounded = [*(part for part in parts if part not in ends), f"UNTIL={until:%Y%m%dT%H%M%S}"]
        start = first.replace(year=first.year + later, microsecond=0)
        found = rrulestr(";".join(bounded), dtstart=start)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"'{every}' is no rule of RFC 5545 that can be kept: {error}") from None
    assert isinstance(found, rrule)
    if most and next(iter(found), None) != start:
        most -= 1  # the first moment counts also where it is no day of the rule
    return found, most


def _end(ends: Sequence[str], first: datetime, zone: ZoneInfo) -> tuple[datetime, int | None]:
    """When a rule is over at the latest, and after how many moments; None for any number."""
    last, most = first + LONGEST, None
    for name, _, value in (end.partition("=") for end in ends):
        if name == "COUNT":
            most = int(value)
        elif (until := _until(value, zone)) > last and len(ends) == 1:
            raise ValueError("it goes on for over ten years; let it end sooner")
        else:
            last = min(last, until)
    return last, most


def _until(value: str, zone: ZoneInfo) -> datetime:
    """The last local moment that counts; a day counts to its end. In UTC, calendars write it (`…Z`)."""
    try:
        if "T" not in value:
            return datetime.combine(date.fromisoformat(value), time(23, 59, 59))
        until = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"UNTIL is like 20271231 or 20271231T235959Z, not {value}") from None
    return local(until, zone.key) if until.tzinfo else until


def _later(year: int) -> int:
    """How many years from this one on the calendar is the same again, for as long as a rule may go on.

    The last time that it is. dateutil looks for a day that never comes until there are no more years,
    whatever `UNTIL` says, which takes seconds from now on, and nearly nothing from there.
    """
    if year > MAXYEAR - 12:
        raise ValueError(f"from {year} on there are not ten years any more; let it begin sooner")
    wanted = _calendar(year)
    return next(late for late in range(MAXYEAR - 12, year - 1, -1) if _calendar(late) == wanted) - year


def _calendar(year: int) -> list[tuple[int, bool]]:
    """What its days depend on: of each year the weekday of its first, and whether it is a leap year."""
    return [(date(each, 1, 1).weekday(), isleap(each)) for each in range(year - 1, year + 13)]
