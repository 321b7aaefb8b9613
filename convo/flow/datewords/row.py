"""What one language says of dates and times: the fields of its row, and how a row is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

Window = tuple[int, int]  # hours of the day: from, up to
MINUTE, HOUR, DAY, WEEK = 60, 60 * 60, 24 * 60 * 60, 7 * 24 * 60 * 60  # seconds
_T = TypeVar("_T")


class Order(Enum):
    """What the first number of `12/1` is."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    EITHER = "either"  # people there write both: only what can be read one way is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's row. Hours are of the 24-hour clock; weekdays count from Monday, 0."""

    days: Mapping[str, int] = field(default_factory=dict)  # days from today
    weekdays: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    next_before: frozenset[str] = frozenset()  # `next` Tuesday: the first one after today
    next_after: frozenset[str] = frozenset()  # mardi `prochain`
    next_week: frozenset[str] = frozenset()
    day_words: Mapping[str, int] = field(default_factory=dict)  # `premier` décembre
    ordinals: frozenset[str] = frozenset()  # what may follow the number of a day: 2`nd`
    before_day: frozenset[str] = frozenset()
    day_articles: frozenset[str] = frozenset()  # those that make a day of a bare number: `le` 2
    day_follows_weekday: bool = False  # `martes 8` is the eighth; English `tue 8` may be an hour
    of: frozenset[str] = frozenset()
    before_time: frozenset[str] = frozenset()
    bare_times: bool = False  # `9.30` and `0930` are times where they cannot be dates
    noon: frozenset[str] = frozenset()
    midnight: frozenset[str] = frozenset()
    hours: Mapping[str, int] = field(default_factory=dict)  # 1 to 12 in words
    halves: Mapping[str, int] = field(default_factory=dict)  # am 0, pm 12
    units: Mapping[str, bool] = field(default_factory=dict)  # make a time of a number; exact?
    tails: frozenset[str] = frozenset()  # may follow a time and add nothing
    minutes_before: Mapping[str, int] = field(default_factory=dict)  # `half past` nine
    minutes_after: Mapping[str, int] = field(default_factory=dict)  # las tres `y media`
    parts: Mapping[str, Window] = field(default_factory=dict)  # `in the morning`
    hour_parts: frozenset[str] = frozenset()  # those that make a time of a number: 9 `du matin`
    parts_of_today: Mapping[str, Window] = field(default_factory=dict)  # `this morning`
    ahead: frozenset[str] = frozenset()  # `in` 2 hours
    ahead_after: frozenset[str] = frozenset()  # 2 hours `from now`
    loose_days: frozenset[int] = frozenset()  # counts of days that people say for whole weeks
    lasting: frozenset[str] = frozenset()  # what may come before how long something takes: `for` 2 hours
    counts: Mapping[str, int] = field(default_factory=dict)  # `a` week, `two` weeks
    spans: Mapping[str, int] = field(default_factory=dict)  # minutes of `half an hour`
    span_units: Mapping[str, int] = field(default_factory=lambda: {"h": HOUR, "min": MINUTE})  # seconds
    span_halves: frozenset[str] = frozenset()  # 2 hours `and a half`
    span_and: frozenset[str] = frozenset()  # 1 hour `and` 30 minutes
    openers: frozenset[str] = frozenset()  # politeness that may come first
    closers: frozenset[str] = frozenset()  # politeness that may come last
    order: Order = Order.EITHER
    orders: Mapping[str, Order] = field(default_factory=dict)  # regions that differ; "" is none


def any_of(phrases: str) -> frozenset[str]:
    """The phrases between the commas."""
    return frozenset(phrases.split(", "))


def each(rows: Mapping[str, _T]) -> Mapping[str, _T]:
    """Every phrase of a row has the row's value."""
    return {phrase: value for phrases, value in rows.items() for phrase in phrases.split(", ")}


def count(first: int, *rows: str) -> Mapping[str, int]:
    """The rows numbered from `first` on."""
    return each({phrases: number for number, phrases in enumerate(rows, first)})
