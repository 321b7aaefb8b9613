"""Dates and times as people text them, read word by word by one small grammar for every language.

The words are in `datewords`; a value that is not a date or a time is no matter of this module.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from convo.flow.datewords import Order, Window, Words, row_of

LONGEST_TEXT = 80  # characters of a text worth reading: a date takes half, and the rest may be hostile
LONGEST_PHRASE = 5  # words

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reply is to be read."""

    now: datetime  # aware
    timezone: ZoneInfo  # the contact's
    language: str  # BCP 47, such as "en", "en-GB", "fr", "es-MX"


def read_datetime(text: str, reading: Reading) -> datetime | None:
    """The next moment in the future that `text` names, aware, in the reading's time zone.

    None unless every word is understood and a time of day is among them. A day that is over, a
    day and a weekday that disagree, and a local time that the clocks skip in spring are None; of
    one that comes twice in autumn it is the first. "Next Tuesday" is the first one after today,
    and weeks begin on Monday (ISO 8601). A time alone (`3pm`, `15h`) is its next occurrence,
    but an hour alone (`at 9`) is too little.

    An hour that does not say which half of the day it is of is by day: 1 to 6 are after noon,
    7 to 11 before, 12 is noon. So `at 3` is 15:00 and `3:30` is 15:30. `03:30` and `3h` are of
    the 24-hour clock, unless a word such as `pm` or `de la tarde` says more.
    """
    said = _understand(text, reading.language)
    if said is None or said.minute is None or said.is_hour_alone:
        return None
    clock = time(*divmod(said.minute, 60))
    now = reading.now.astimezone(UTC)
    today = reading.now.astimezone(reading.timezone).date()
    for day in said.days(today):
        moment = datetime.combine(day, clock, reading.timezone)
        instant = moment.astimezone(UTC)
        if instant > now:
            exists = instant.astimezone(reading.timezone).time() == clock
            return moment if exists and said.agrees(day, today) else None
    return None


def read_date(text: str, reading: Reading) -> date | None:
    """The next day that `text` names, today at the earliest, in the reading's time zone.

    None unless every word is understood, and where a time of day is among them.
    """
    said = _understand(text, reading.language)
    if said is None or said.clock or said.part:
        return None
    today = reading.now.astimezone(reading.timezone).date()
    day = next(said.days(today), None)
    return day if day and said.agrees(day, today) else None


def read_time(text: str, reading: Reading) -> time | None:
    """The time of day that `text` names, without a zone; hours are read as in `read_datetime`.

    None unless every word is understood, for a bare number, and where a day is among the words.
    """
    said = _understand(text, reading.language)
    if said is None or said.names_a_day or said.next_week or said.minute is None:
        return None
    return time(*divmod(said.minute, 60))


@dataclass(frozen=True, slots=True)
class _Calendar:
    day: int
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text has said so far; None is what it has not."""

    offset: int | None = None  # days from today
    weekday: int | None = None
    after_today: bool | None = None
    next_week: bool | None = None
    calendar: _Calendar | None = None
    part: Window | None = None
    clock: tuple[int, ...] | None = None  # minutes of the day that it can be, likeliest first
    hour_only: bool | None = None

    def joined(self, other: "_Said") -> "_Said | None":
        """Both together, or None where they say two different things of one kind."""
        values: dict[str, Any] = {}
        for name in (one.name for one in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None and theirs is not None and mine != theirs:
                return None
            values[name] = theirs if mine is None else mine
        return _Said(**values)

    @property
    def names_a_day(self) -> bool:
        return (self.offset, self.weekday, self.calendar) != (None, None, None)

    @property
    def is_hour_alone(self) -> bool:
        return bool(self.hour_only) and self.part is None and not self.names_a_day

    @property
    def minute(self) -> int | None:
        """The minute of the day; None if it was not said or is not in that part of the day."""
        first, last = self.part or (0, 24)
        return next((at for at in self.clock or () if first * 60 <= at < last * 60), None)

    def days(self, today: date) -> Iterator[date]:
        """The days from today on that can be meant, soonest first."""
        if self.calendar:
            yield from _calendar_days(self.calendar, today)
        elif self.offset is not None:
            yield today + timedelta(self.offset)
        elif self.weekday is not None:
            fortnight = (today + timedelta(ahead) for ahead in range(14))
            yield from (day for day in fortnight if self.agrees(day, today))
        elif self.clock and not self.next_week:
            yield from (today, today + timedelta(1))

    def agrees(self, day: date, today: date) -> bool:
        """Whether everything that was said of the day is true of `day`."""
        monday = today + timedelta(7 - today.weekday())
        return (
            self.weekday in (None, day.weekday())
            and self.offset in (None, (day - today).days)
            and not (self.after_today and day == today)
            and not (self.next_week and not monday <= day < monday + timedelta(7))
        )


def _calendar_days(said: _Calendar, today: date) -> Iterator[date]:
    if said.month is None:
        pairs = [divmod(today.year * 12 + today.month - 1 + ahead, 12) for ahead in range(13)]
    elif said.year is None:
        pairs = [(today.year + ahead, said.month - 1) for ahead in range(9)]  # 29 Feb: 2096, 2104
    else:
        pairs = [(said.year, said.month - 1)]
    for year, month in pairs:
        with suppress(ValueError):
            day = date(year, month + 1, said.day)
            if day >= today and year < 9999:  # the last one may not fit into UTC
                yield day


_TOKEN = re.compile(
    r"(?P<between>\s+|,|(?<=[a-z])(?:['\u2019\u02bc\u2010-](?=[a-z])|\.)|(?<=-[0-9]{2})t(?=[0-9]))"
    r"|(?P<dotted>[a-z](?:\.[a-z](?![a-z]))+)"
    r"|[0-9]+(?:[:.,/-][0-9]+)*|[a-z]+|.",
    re.DOTALL,
)
_DAY = re.compile(r"[0-9]{1,2}")
_YEAR = re.compile(r"[0-9]{4}")
_MINUTES = re.compile(r"[0-5][0-9]")
_CLOCK = re.compile(r"([0-9]{1,2})(?:([:.]?)([0-9]{2}))?")
_ISO_DATE = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_DATE = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_DAY_OF_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_EDGES = frozenset(".,;:!?¡¿()[]\"'\u2018\u2019\u201c\u201d«»")


def _tokens(text: str) -> list[str]:
    """The words and numbers of `text`, without case and accents; any other sign is a token too."""
    text = text.replace("º", " ")  # of `1º`; NFKC would make a letter of it
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    found = [one for one in _TOKEN.finditer(plain) if not one["between"]]
    return [one[0].replace(".", "") if one["dotted"] else one[0] for one in found]


def _without_edges(tokens: list[str], words: Words) -> list[str]:
    """`tokens` without the politeness and the punctuation around them."""
    while taken := _phrase(tokens, words.openers | _EDGES):
        tokens = tokens[taken:]
    while taken := _phrase(tokens, words.closers | _EDGES, at_end=True):
        tokens = tokens[:-taken]
    return tokens


def _phrase(tokens: list[str], phrases: Container[str], *, at_end: bool = False) -> int:
    """How many of `tokens` the longest of `phrases` takes at their start, or at their end."""
    for size in range(min(LONGEST_PHRASE, len(tokens)), 0, -1):
        if " ".join(tokens[-size:] if at_end else tokens[:size]) in phrases:
            return size
    return 0


def _understand(text: str, language: str) -> _Said | None:
    if len(text) > LONGEST_TEXT:
        return None
    words, order = row_of(language)
    tokens = _without_edges(_tokens(text), words)
    return _Sentence(tokens, words, order).said()


@dataclass(slots=True)
class _Sentence:
    """Reads tokens from left to right. What a method cannot read it answers with None."""

    tokens: list[str]
    words: Words
    order: Order
    at: int = 0

    def said(self) -> _Said | None:
        """What all the tokens say together; None if one is not understood or they disagree."""
        together: _Said | None = _Said()
        while together is not None and self.at < len(self.tokens):
            piece = self._first(self._part_or_week, self._day, self._clock, self._day_after_weekday)
            together = together.joined(piece) if piece else None
        return together

    def _first(self, *readers: Callable[[], _Said | None]) -> _Said | None:
        start = self.at
        for read in readers:
            if said := read():
                return said
            self.at = start
        return None

    def _take(self, phrases: Container[str]) -> str | None:
        start = self.at
        self.at += _phrase(self.tokens[start:], phrases)
        return " ".join(self.tokens[start : self.at]) or None

    def _value(self, phrases: Mapping[str, _T]) -> _T | None:
        taken = self._take(phrases)
        return None if taken is None else phrases[taken]

    def _number(self, form: re.Pattern[str]) -> re.Match[str] | None:
        found = form.fullmatch("".join(self.tokens[self.at : self.at + 1]))
        self.at += 1 if found else 0
        return found

    def _sees(self, *choices: Container[str]) -> bool:
        start = self.at
        seen = any(self._take(phrases) for phrases in choices)
        self.at = start
        return seen

    def _part_or_week(self) -> _Said | None:
        if (window := self._value(self.words.parts_of_today)) is not None:
            return _Said(offset=0, part=window)
        if (window := self._value(self.words.parts)) is not None:
            return _Said(part=window)
        return _Said(next_week=True) if self._take(self.words.next_week) else None

    def _day(self) -> _Said | None:
        if (offset := self._value(self.words.days)) is not None:
            return _Said(offset=offset)
        article = self._take(self.words.before_day)
        return self._first(
            self._weekday, self._day_and_month, self._numeric, lambda: self._day_alone(article)
        )

    def _weekday(self) -> _Said | None:
        after_today = self._take(self.words.next_before)
        weekday = self._value(self.words.weekdays)
        if weekday is None:
            return None
        after_today = after_today or self._take(self.words.next_after)
        return _Said(weekday=weekday, after_today=True if after_today else None)

    def _day_and_month(self) -> _Said | None:
        day = self._day_number()
        if day is not None:
            self._take(self.words.of)
        month = self._value(self.words.months)
        if day is None:
            self._take(self.words.before_day)  # December `the` 2nd
            day = self._day_number()
        if day is None or month is None:
            return None
        return _Said(calendar=_Calendar(day, month, self._year()))

    def _day_number(self) -> int | None:
        if (found := self._number(_DAY)) is None:
            return self._value(self.words.day_words)
        self._take(self.words.ordinals)
        return int(found[0])

    def _year(self) -> int | None:
        start = self.at
        self._take(self.words.of)
        found = self._number(_YEAR)
        self.at = self.at if found else start
        return int(found[0]) if found else None

    def _numeric(self) -> _Said | None:
        if found := self._number(_ISO_DATE):
            return _Said(calendar=_Calendar(int(found[4]), int(found[3]), int(found[1])))
        if found := self._number(_DATE):
            first, _, second, year = found.groups()
            return self._in_order(int(first), int(second), int(year if len(year) == 4 else "20" + year))
        if found := self._number(_DAY_OF_YEAR):
            return self._in_order(int(found[1]), int(found[2]), None)
        return None

    def _in_order(self, first: int, second: int, year: int | None) -> _Said | None:
        day_first, month_first = _Calendar(first, second, year), _Calendar(second, first, year)
        if self.order is Order.EITHER:
            possible = {one for one in (day_first, month_first) if one.month in range(1, 13)}
            return _Said(calendar=possible.pop()) if len(possible) == 1 else None
        return _Said(calendar=day_first if self.order is Order.DAY_FIRST else month_first)

    def _day_alone(self, article: str | None) -> _Said | None:
        found = self._number(_DAY)
        if found and (self._take(self.words.ordinals) or article in self.words.day_articles):
            return _Said(calendar=_Calendar(int(found[0])))
        return None

    def _day_after_weekday(self) -> _Said | None:
        before = "".join(self.tokens[: self.at][-1:])
        follows = self.words.day_follows_weekday and before in self.words.weekdays
        found = self._number(_DAY) if follows else None
        return _Said(calendar=_Calendar(int(found[0]))) if found else None

    def _clock(self) -> _Said | None:
        words = self.words
        introduced = self._take(words.before_time) is not None
        if self._take(words.noon):
            return _Said(clock=(12 * 60 + (self._value(words.minutes_after) or 0),))
        before = self._value(words.minutes_before)
        if (hour := self._hour(introduced)) is None:
            return None
        written, after, exact = hour
        unit = self._value(words.units) if after is None else None
        if after is None:
            after = self._minutes_after(unit)
        if before is not None and after is not None:
            return None
        half = self._value(words.halves)
        marked = (before, after, unit, half) != (None, None, None, None)
        if marked or introduced:
            self._take(words.tails)
        marked = marked or self._sees(words.hour_parts, words.parts_of_today)
        exact = exact or unit is True
        clock = _minutes_of_day(written, before or after or 0, exact=exact, half=half)
        if not clock or not (marked or introduced):
            return None
        return _Said(clock=clock, hour_only=None if marked else True)

    def _hour(self, introduced: bool) -> tuple[int, int | None, bool] | None:
        """The hour, the minutes written with it, and whether it is of the 24-hour clock."""
        if (hour := self._value(self.words.hours)) is not None:
            return hour, None, False
        if (found := self._number(_CLOCK)) is None:
            return None
        written, sign, minutes = found.groups()
        # `9.30` may be a date and `930` anything, unless a word beside it makes it a time.
        told = (introduced and sign == ".") or self._sees(self.words.halves)
        if minutes is not None and sign != ":" and not told:
            return None
        return int(written), None if minutes is None else int(minutes), written[0] == "0"

    def _minutes_after(self, unit: bool | None) -> int | None:
        start = self.at
        found = None if unit is None else self._number(_MINUTES)
        if found and not self._sees(self.words.months, self.words.of):  # `15h 30 décembre`
            return int(found[0])
        self.at = start
        return self._value(self.words.minutes_after)


def _minutes_of_day(hour: int, minutes: int, *, exact: bool, half: int | None) -> tuple[int, ...]:
    """The minutes of the day that an hour as written can be, likeliest first."""
    if hour > 23 or minutes > 59 or (half is not None and not 1 <= hour <= 12):
        return ()
    if half is not None:
        hours = [hour % 12 + half]
    elif hour == 0 or hour > 12:
        hours = [hour]
    else:
        likely = hour if exact or hour >= 7 else hour + 12
        hours = [likely, (likely + 12) % 24]
    return tuple(one * 60 + minutes for one in hours if one * 60 + minutes >= 0)
