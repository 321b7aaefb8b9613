"""The types of variables: how a reply is read as one, and how a starter's value is."""

import difflib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from convo.flow.slots.addresses import Email, Phone
from convo.flow.slots.base import SlotType
from convo.flow.slots.choices import ListOfText, YesNo, one_of
from convo.flow.slots.moments import Date, DateTime, Duration, Time
from convo.flow.slots.money import money
from convo.flow.slots.numbers import integer, number
from convo.flow.slots.text import Text, text

__all__ = ["DateTime", "SlotType", "Text", "YesNo", "parse_type"]

_FORMS = (
    "text, text 1-40, number, integer, integer 1-5, yes_no, date, time, datetime, duration, money EUR, "
    "email, phone, one of red | blue, list of text"
)


@lru_cache(maxsize=1024)
def parse_type(source: str) -> SlotType:
    """The type that `source` names; raises ValueError with the types there are."""
    words = " ".join(source.split())
    word, _, rest = words.partition(" ")
    if words in _PLAIN:
        return _PLAIN[words]()
    if words.startswith("one of "):
        return one_of(words.removeprefix("one of "))
    if word in _WITH_REST:
        return _WITH_REST[word](rest)
    meant = _meant(words) or (word if word in _PLAIN else None)
    raise ValueError(
        f"'{source}' is not a type; " + (f"write '{meant}'" if meant else f"the types are {_FORMS}")
    )


def _meant(words: str) -> str | None:
    """The type that was meant by `Date`, `date time`, `numbers` or `int 1-5`; None where nobody knows."""
    names = {**{_letters(name): name for name in (*_PLAIN, *_WITH_REST)}, **_ELSEWHERE}
    rest = re.search(r" (\d.*|[A-Z]{3})$", words)
    word = _letters(words[: rest.start()] if rest else words)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.8)
    meant = names[near[0]] if near else ""
    first = meant.split()[:1]
    if not rest or not first or first[0] not in _WITH_REST:
        return meant or None
    whole = f"{first[0]}{rest[0]}"
    try:
        _WITH_REST[first[0]](rest[1])
    except ValueError:
        return None
    return whole


def _letters(words: str) -> str:
    return re.sub("[^a-z]", "", words.lower())


_PLAIN: Mapping[str, Callable[[], SlotType]] = {
    "yes_no": YesNo,
    "date": Date,
    "time": Time,
    "datetime": DateTime,
    "duration": Duration,
    "email": Email,
    "phone": Phone,
    "list of text": ListOfText,
}
_WITH_REST: Mapping[str, Callable[[str], SlotType]] = {
    "text": text,
    "number": number,
    "integer": integer,
    "money": money,
}
# What other languages call them.
_ELSEWHERE: Mapping[str, str] = {
    "bool": "yes_no",
    "boolean": "yes_no",
    "decimal": "number",
    "float": "number",
    "int": "integer",
    "list": "list of text",
    "money": "money EUR",
    "str": "text",
    "string": "text",
    "timestamp": "datetime",
}
