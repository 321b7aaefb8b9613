"""The types of variables: how a reply is read as one, and how a starter's value is."""

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
    if word in _PLAIN:
        raise ValueError(f"'{source}' is not a type; write '{word}'")
    if words.startswith("one of "):
        return one_of(words.removeprefix("one of "))
    if word in _WITH_REST:
        return _WITH_REST[word](rest)
    raise ValueError(f"'{source}' is not a type; the types are {_FORMS}")


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
