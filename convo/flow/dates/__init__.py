"""Dates and times as people text them, read word by word by one small grammar for every language.

The words are in `datewords`; a value that is not a date or a time is no matter of this module.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from convo.flow.dates.said import Said
from convo.flow.dates.sentence import Sentence
from convo.flow.dates.spans import Span
from convo.flow.dates.tokens import phrase, tokens_of, without_edges
from convo.flow.datewords import row_of

LONGEST_TEXT = 80  # characters of a text worth reading: a date takes half, and the rest may be hostile


# ISO 8601-1, 5.4.2.1, with its offset from UTC: nothing is left to the reading's time zone.
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reply is to be read."""

    now: datetime  # aware
    timezone: ZoneInfo  # the contact's
    language: str  # BCP 47, such as "en", "en-GB", "fr", "es-MX"
    near: tuple[str, ...] = ()  # the contact's and our number: a phone number without a country is of theirs


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
    now = reading.now.astimezone(UTC)
    if stated := _ISO.fullmatch(text.strip()):
        return _stated(stated[0], reading, now)
    said = _understand(text, reading.language)
    if said is None:
        return None
    if said.ahead is not None:
        moment = (now + timedelta(seconds=said.ahead)).replace(second=0, microsecond=0)
        good = said == Said(ahead=said.ahead) and moment > now
        return moment.astimezone(reading.timezone) if good else None
    if said.minute is None or said.is_hour_alone:
        return None
    clock = time(*divmod(said.minute, 60))
    today = reading.now.astimezone(reading.timezone).date()
    for day in said.days(today):
        moment = datetime.combine(day, clock, reading.timezone)
        instant = moment.astimezone(UTC)
        if instant > now:
            exists = instant.astimezone(reading.timezone).time() == clock
            return moment if exists and said.agrees(day, today) else None
    return None


def _stated(text: str, reading: Reading, now: datetime) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text).astimezone(reading.timezone)
    except (ValueError, OverflowError):
        return None
    return moment if moment > now else None


def read_date(text: str, reading: Reading) -> date | None:
    """The next day that `text` names, today at the earliest, in the reading's time zone.

    None unless every word is understood, and where a time of day is among them.
    """
    said = _understand(text, reading.language)
    if said is None or said.clock or said.part or said.ahead:
        return None
    today = reading.now.astimezone(reading.timezone).date()
    day = next(said.days(today), None)
    return day if day and said.agrees(day, today) else None


def read_time(text: str, reading: Reading) -> time | None:
    """The time of day that `text` names, without a zone; hours are read as in `read_datetime`.

    None unless every word is understood, for a bare number, and where a day is among the words.
    """
    said = _understand(text, reading.language)
    if said is None or said.names_a_day or said.next_week or said.ahead or said.minute is None:
        return None
    return time(*divmod(said.minute, 60))


def read_duration(text: str, reading: Reading) -> timedelta | None:
    """How long `text` says something takes: `2 hours`, `1h30`, `half an hour`, `une semaine`.

    A day is 24 hours. None unless every word is understood, for a bare number, for months and
    years, which are not always as long, and for nothing at all.
    """
    if len(text) > LONGEST_TEXT:
        return None
    words, _ = row_of(reading.language)
    tokens = without_edges(tokens_of(text), words)
    tokens = tokens[phrase(tokens, words.lasting) :]
    span = Span(tokens, words)
    seconds = span.seconds()
    return timedelta(seconds=seconds) if seconds is not None and span.at == len(tokens) else None


def _understand(text: str, language: str) -> Said | None:
    if len(text) > LONGEST_TEXT:
        return None
    words, order = row_of(language)
    tokens = without_edges(tokens_of(text), words)
    return Sentence(tokens, words, order).said()
