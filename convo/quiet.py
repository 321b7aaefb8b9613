"""Quiet hours: when no text may reach a person, as people write them down, and when they end.

`21:00-08:00, Sun 00:00-12:00, Sat, holidays FR` holds texts back at night, on Sunday mornings, all
Saturday and on French public holidays; the name of a preset stands for the hours of a law.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PRESETS: Mapping[str, str] = {
    "us-federal": "21:00-08:00",  # 47 CFR 64.1200(c)(1)
    "florida": "20:00-08:00",  # Florida Statutes 501.616(6)(a)
    "texas": "21:00-09:00, Sun 00:00-12:00",  # Texas Business and Commerce Code 301.051
    "france-marketing": "20:00-08:00, Sun, holidays FR",  # what the French operators hold senders to
}
FAR = timedelta(days=14)  # no opening is looked for beyond
_DAY = 24 * 60  # minutes
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PIECE = re.compile(r"(?:([a-z]+)(?:\s*-\s*([a-z]+))?)?\s*(?:(\d{1,2}:\d\d)\s*-\s*(\d{1,2}:\d\d))?")
_HOLIDAYS = re.compile(r"holidays\s+([a-z]{2}(?:-[a-z0-9]{1,3})?)")
_MEND = (
    "write quiet hours like 21:00-08:00, Sun 00:00-12:00, Sat, holidays FR, "
    f"or name a preset: {', '.join(PRESETS)}"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Quiet from `begins` on, for `lasts`, both in minutes, on these days of the week (Monday is 0)."""

    days: frozenset[int]
    begins: int
    lasts: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """When it is quiet on a wall clock: spans of a week, and the public holidays of countries."""

    text: str  # as it was written
    spans: tuple[Span, ...]
    holidays: tuple[str, ...] = ()  # ISO 3166: FR, US-TX

    def until(self, wall: datetime) -> datetime | None:
        """When the quiet hours of this local time end, in local time; None where there are none."""
        end = wall
        while (later := max(self._ends(end), default=end)) > end:
            end = later
            if end - wall > FAR:
                break
        return end if end > wall else None

    def _ends(self, wall: datetime) -> Iterator[datetime]:
        midnight = datetime.combine(wall.date(), time())
        for span in self.spans:
            for day in (midnight, midnight - timedelta(days=1)):  # it may have begun the day before
                begins = day + timedelta(minutes=span.begins)
                if day.weekday() in span.days and begins <= wall < begins + timedelta(minutes=span.lasts):
                    yield begins + timedelta(minutes=span.lasts)
        if any(wall.date() in _holidays(place, wall.year) for place in self.holidays):
            yield midnight + timedelta(days=1)


@lru_cache(maxsize=256)
def parse(text: str) -> Quiet:
    """Read quiet hours as people write them; raises ValueError with what to write instead."""
    spans, places = [], []
    for piece in _pieces(text):
        holidays = _HOLIDAYS.fullmatch(piece)
        if holidays:
            places.append(_place(holidays[1].upper()))
        else:
            spans.append(_span(piece))
    quiet = Quiet(text, tuple(spans), tuple(places))
    monday = datetime.combine(date(2024, 1, 1), time.min)  # by the clock on a wall, somewhere
    always = Quiet(text, quiet.spans).until(monday)
    if always is not None and always - monday > timedelta(days=7):
        raise ValueError(f"'{text}' leaves no hour of the week in which a text may leave")
    return quiet


def opening(quiet: Quiet, zones: Sequence[ZoneInfo], moment: datetime) -> datetime | None:
    """The first moment from this one on at which it is quiet in none of the zones, in UTC.

    None where there is no such moment within two weeks: the zones lie too far apart.
    """
    found = moment
    while found - moment <= FAR:
        ends = [end for zone in zones if (end := _ends(quiet, zone, found)) is not None]
        if not ends:
            return found
        found = max(ends)
    return None


def reached(zone: ZoneInfo, wall: datetime, after: datetime) -> datetime:
    """The first moment after `after` at which the clocks of the zone show this local time, or have passed it.

    A time that they skip in spring is reached when they jump; of one that comes twice in autumn it
    is the first that is still to come.
    """
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        return _jump(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), first)
    return first if first > after else wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _ends(quiet: Quiet, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """When it may stop being quiet in a zone; None where it is not quiet."""
    wall = quiet.until(moment.astimezone(zone).replace(tzinfo=None))
    if wall is None:
        return None
    end = reached(zone, wall, moment)
    # Where clocks are set back meanwhile, an hour of the evening before may come again.
    return _jump(zone, moment, end) if _offset(zone, end) < _offset(zone, moment) else end


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """When the zone's clocks jump, between two moments, to the second."""
    offset = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _pieces(text: str) -> Iterator[str]:
    """The parts between the commas, and those of the presets among them."""
    for piece in " ".join(text.lower().split()).split(","):
        yield from _pieces(PRESETS[piece.strip()]) if piece.strip() in PRESETS else (piece.strip(),)


def _span(piece: str) -> Span:
    found = _PIECE.fullmatch(piece)
    if not piece or found is None:
        raise ValueError(f"'{piece}' is not understood; {_MEND}")
    first, last, begins, ends = found.groups()
    days = _days(first, last or first) if first else range(7)
    if begins is None:
        return Span(frozenset(days), 0, _DAY)
    begin, end = _minutes(begins), _minutes(ends)
    if begin in (end, _DAY):
        raise ValueError(f"'{begins}-{ends}' has no length; {_MEND}")
    return Span(frozenset(days), begin, (end - begin) % _DAY or _DAY)


def _days(first: str, last: str) -> Iterable[int]:
    begin, end = _day(first), _day(last)
    return [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]


def _day(word: str) -> int:
    for names in (_DAYS, _FULL):
        if word in names:
            return names.index(word)
    raise ValueError(f"'{word}' is no day of the week and no preset; {_MEND}")


def _minutes(text: str) -> int:
    hours, minutes = map(int, text.split(":"))
    if minutes > 59 or hours * 60 + minutes > _DAY:
        raise ValueError(f"'{text}' is not a time of day; write one from 00:00 to 24:00")
    return hours * 60 + minutes


def _place(name: str) -> str:
    try:
        _holidays(name, 2026)
    except NotImplementedError:  # what `holidays` says of a place that it does not know
        raise ValueError(
            f"the public holidays of '{name}' are not known; write a country like FR, or a part like US-TX"
        ) from None
    return name


@lru_cache(maxsize=64)
def _holidays(place: str, year: int) -> frozenset[date]:
    """The public holidays of a country, or of a part of it, worked out from their laws."""
    import holidays  # it takes a fifth of a second, which only those who name holidays pay

    country, _, part = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
