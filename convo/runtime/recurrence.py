"""Calendar rules: when a reminder comes again, in local time, through every change of the clocks."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

LONGEST = timedelta(days=3660)  # how long a reminder comes again, from its first moment
_WORDS = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_PARTS = re.compile(r"(?:(?:INTERVAL|COUNT)=[1-9]\d{0,3}|(?!INTERVAL|COUNT)[A-Z]+=[A-Z0-9,+-]+)(?:;|$)")
_ABSOLUTE = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.,]+\s*(Z|[+-][\d:]+)$", re.ASCII | re.IGNORECASE)
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY", "BYHOUR", "BYMINUTE", "BYSECOND")


class Recurrence:
    """A rule of RFC 5545 (section 3.3.10), counted from a local moment that is its first."""

    def __init__(self, every: str, first: datetime, timezone: str) -> None:
        """`every` is `day`, `week`, `month`, `year` or a rule; raises ValueError for what is neither."""
        self.rule = _WORDS.get(every.strip().lower(), "") and f"FREQ={_WORDS[every.strip().lower()]}"
        self.rule = self.rule or every.strip().upper().removeprefix("RRULE:")
        self._zone = ZoneInfo(timezone)
        self._days = _days(self.rule, every, first)

    def after(self, moment: datetime) -> datetime | None:
        """The next moment after this one, in UTC; None where the rule has ended.

        A time of day that the clocks skip in spring is as much later; of one that comes twice in autumn it is
        the first.
        """
        # A local moment that the clocks skip comes later than it says: so from a little before.
        at = local(moment, self._zone.key) - timedelta(hours=2)
        while (following := self._days.after(at)) is not None:
            found = following.replace(tzinfo=self._zone).astimezone(UTC)
            if found > moment:
                return found
            at = following
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


def _days(rule: str, every: str, first: datetime) -> rrule | rruleset:
    if any(word in rule for word in _TOO_OFTEN):
        raise ValueError(f"'{every}' is too often; the time of day is that of `at`, once a day at most")
    # dateutil counts for ever by an interval of nothing.
    if "FREQ=" not in rule or _PARTS.sub("", rule):
        raise ValueError(
            f"'{every}' is no rule; write day, week, month, year, or one like FREQ=WEEKLY;BYDAY=MO,TH"
        )
    until = f"{first + LONGEST:%Y%m%dT%H%M%S}"
    ends = re.search(r"(COUNT|UNTIL)=(\w+)", rule)
    if ends and ends[1] == "UNTIL" and ends[2] > until:
        raise ValueError(f"'{every}' goes on for over ten years; let it end sooner")
    try:
        return rrulestr(rule if ends else f"{rule.removesuffix(';')};UNTIL={until}", dtstart=first)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(f"'{every}' is no rule of RFC 5545: {error}") from None
