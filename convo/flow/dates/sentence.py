"""Reads the words of a text from left to right, by one small grammar for every language."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import TypeVar

from convo.flow.dates.said import Calendar, Said
from convo.flow.dates.spans import Span
from convo.flow.dates.tokens import phrase
from convo.flow.datewords import DAY, Order, Words

_T = TypeVar("_T")
_DAY = re.compile(r"[0-9]{1,2}")
_YEAR = re.compile(r"[0-9]{4}")
_MINUTES = re.compile(r"[0-5][0-9]")
_CLOCK = re.compile(r"([0-9]{1,2})(?:([:.]?)([0-9]{2}))?")
_ISO_DATE = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_DATE = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_DAY_OF_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")


@dataclass(slots=True)
class Sentence:
    """Reads tokens from left to right. What a method cannot read it answers with None."""

    tokens: list[str]
    words: Words
    order: Order
    at: int = 0

    def said(self) -> Said | None:
        """What all the tokens say together; None if one is not understood or they disagree."""
        together: Said | None = Said()
        while together is not None and self.at < len(self.tokens):
            piece = self._first(
                self._part_or_week,
                self._ahead,
                self._day,
                self._clock,
                self._day_after_weekday,
                self._politeness,
            )
            together = together.joined(piece) if piece else None
        return together

    def _politeness(self) -> Said | None:
        """What may stand at the end may stand between the day and the time: `tuesday please, 3pm`."""
        return Said() if self._take(self.words.closers) else None

    def _first(self, *readers: Callable[[], Said | None]) -> Said | None:
        start = self.at
        for read in readers:
            if said := read():
                return said
            self.at = start
        return None

    def _take(self, phrases: Container[str]) -> str | None:
        start = self.at
        self.at += phrase(self.tokens[start:], phrases)
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

    def _follows(self, phrases: Container[str]) -> bool:
        return phrase(self.tokens[: self.at], phrases, at_end=True) > 0

    def _sees_part_of_a_day(self) -> bool:
        """`3` tomorrow afternoon, `9` tuesday morning"""
        start = self.at
        self._take(self.words.before_day)
        day = self._take(self.words.days) or self._take(self.words.weekdays)
        seen = day is not None and self._sees(self.words.parts)
        self.at = start
        return seen

    def _part_or_week(self) -> Said | None:
        if (window := self._value(self.words.parts_of_today)) is not None:
            return Said(offset=0, part=window)
        if (window := self._value(self.words.parts)) is not None:
            return Said(part=window)
        return Said(next_week=True) if self._take(self.words.next_week) else None

    def _day(self) -> Said | None:
        if (offset := self._value(self.words.days)) is not None:
            return Said(offset=offset)
        article = self._take(self.words.before_day)
        return self._first(
            self._weekday, self._day_and_month, self._numeric, lambda: self._day_alone(article)
        )

    def _weekday(self) -> Said | None:
        after_today = self._take(self.words.next_before)
        weekday = self._value(self.words.weekdays)
        if weekday is None:
            return None
        after_today = after_today or self._take(self.words.next_after)
        return Said(weekday=weekday, after_today=True if after_today else None)

    def _day_and_month(self) -> Said | None:
        day = self._day_number()
        if day is not None:
            self._take(self.words.of)
        month = self._value(self.words.months)
        if day is None:
            self._take(self.words.before_day)  # December `the` 2nd
            day = self._day_number()
        if day is None or month is None:
            return None
        return Said(calendar=Calendar(day, month, self._year()))

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

    def _numeric(self) -> Said | None:
        if found := self._number(_ISO_DATE):
            return Said(calendar=Calendar(int(found[4]), int(found[3]), int(found[1])))
        if found := self._number(_DATE):
            first, _, second, year = found.groups()
            return self._in_order(int(first), int(second), int(year if len(year) == 4 else "20" + year))
        if found := self._number(_DAY_OF_YEAR):
            return self._in_order(int(found[1]), int(found[2]), None)
        return None

    def _in_order(self, first: int, second: int, year: int | None) -> Said | None:
        day_first, month_first = Calendar(first, second, year), Calendar(second, first, year)
        if self.order is Order.EITHER:
            possible = {one for one in (day_first, month_first) if one.month in range(1, 13)}
            return Said(calendar=possible.pop()) if len(possible) == 1 else None
        return Said(calendar=day_first if self.order is Order.DAY_FIRST else month_first)

    def _day_alone(self, article: str | None) -> Said | None:
        if article in self.words.day_articles and (day := self._value(self.words.day_words)):
            return Said(calendar=Calendar(day))
        found = self._number(_DAY)
        if found and (self._take(self.words.ordinals) or article in self.words.day_articles):
            return Said(calendar=Calendar(int(found[0])))
        return None

    def _ahead(self) -> Said | None:
        """`in 2 hours`, `2 days from now`"""
        before = self._take(self.words.ahead)
        if not before and not self.words.ahead_after:
            return None
        span = Span(self.tokens[self.at :], self.words, before_a_time=True)
        seconds = span.seconds()
        self.at += span.at
        if seconds is None or not (before or self._take(self.words.ahead_after)):
            return None
        days, rest = divmod(seconds, DAY)
        if not span.is_days:
            return Said(ahead=seconds)
        return None if rest or days in self.words.loose_days else Said(offset=days)

    def _day_after_weekday(self) -> Said | None:
        before = "".join(self.tokens[: self.at][-1:])
        follows = self.words.day_follows_weekday and before in self.words.weekdays
        found = self._number(_DAY) if follows else None
        return Said(calendar=Calendar(int(found[0]))) if found else None

    def _clock(self) -> Said | None:
        words = self.words
        after_part = self._follows(words.parts) or self._follows(words.parts_of_today)
        introduced = self._take(words.before_time) is not None or after_part
        if self._take(words.midnight):
            return Said(clock=(0,), midnight=True)
        if self._take(words.noon):
            return Said(clock=(12 * 60 + (self._value(words.minutes_after) or 0),))
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
        marked = marked or self._sees(words.hour_parts, words.parts_of_today) or self._sees_part_of_a_day()
        exact = exact or unit is True
        clock = _minutes_of_day(written, before or after or 0, exact=exact, half=half)
        if not clock or not (marked or introduced):
            return None
        return Said(clock=clock, hour_only=None if marked else True)

    def _hour(self, introduced: bool) -> tuple[int, int | None, bool] | None:
        """The hour, the minutes written with it, and whether it is of the 24-hour clock."""
        if (hour := self._value(self.words.hours)) is not None:
            return hour, None, False
        if (found := self._number(_CLOCK)) is None:
            return None
        written, sign, minutes = found.groups()
        if minutes is not None and sign != ":" and not self._is_time(found[0], introduced):
            return None
        return int(written), None if minutes is None else int(minutes), written[0] == "0"

    def _is_time(self, written: str, introduced: bool) -> bool:
        """Whether `9.30` is no date, and `930` not any number: a word beside it tells, or its minutes."""
        if introduced or self._sees(self.words.halves, self.words.units):
            return True
        if len(written) == 4 and "." not in written and self._sees(self.words.tails):
            return True  # 1500 hours; 3.50 hours are how long something takes
        no_date = self.order is Order.DAY_FIRST and not 1 <= int(written[-2:]) <= 12
        return self.words.bare_times and no_date and ("." in written or written[0] == "0")

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
