"""The types of variables: how a reply is read as one, and how a starter's value is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from convo.flow.dates import Reading, read_datetime
from convo.flow.session import Value
from convo.messages import storable

LONGEST_TEXT = 1000
_RANGE = re.compile(r"(\d{1,4})\s*-\s*(\d{1,4})", re.ASCII)


class SlotType(Protocol):
    """A type of the language."""

    @property
    def name(self) -> str: ...

    def read(self, reply: str, reading: Reading) -> Value | None:
        """What a contact's whole reply says as this type; None where it does not."""

    def take(self, given: object, reading: Reading) -> Value:
        """A value given by whoever starts the flow; raises ValueError with what to give."""


@dataclass(frozen=True, slots=True)
class Text:
    """`text`, `text 1-40`: any text of that many characters, blanks at the edges cut."""

    name: str
    least: int = 1
    most: int = LONGEST_TEXT

    def read(self, reply: str, reading: Reading) -> str | None:
        del reading
        text = reply.strip()
        return text if self.least <= len(text) <= self.most else None

    def take(self, given: object, reading: Reading) -> str:
        text = self.read(storable(str(given)), reading)
        if text is None or isinstance(given, dict | list | None):
            raise ValueError(f"give a text of {self.least} to {self.most} characters")
        return text


@dataclass(frozen=True, slots=True)
class DateTime:
    """`datetime`: a day and a time, as people write them or as 2026-12-01 09:30."""

    name: str = "datetime"

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
                return moment if moment.tzinfo else moment.replace(tzinfo=reading.timezone)
        raise ValueError("give a day and a time, like 2026-12-01 09:30")


def _text(rest: str) -> SlotType:
    if not rest:
        return Text("text")
    bounds = _RANGE.fullmatch(rest)
    if bounds is None or not 0 < int(bounds[1]) <= int(bounds[2]):
        raise ValueError(f"'text {rest}' is not a type; write 'text' or 'text 1-40'")
    return Text(f"text {rest}", int(bounds[1]), int(bounds[2]))


def _datetime(rest: str) -> SlotType:
    if rest:
        raise ValueError(f"'datetime {rest}' is not a type; write 'datetime'")
    return DateTime()


_TYPES: dict[str, Callable[[str], SlotType]] = {"text": _text, "datetime": _datetime}


def parse_type(text: str) -> SlotType:
    """The type that `text` names; raises ValueError with the types there are."""
    word, _, rest = text.strip().partition(" ")
    if word not in _TYPES:
        raise ValueError(f"'{text}' is not a type; the types are {', '.join(_TYPES)}")
    return _TYPES[word](rest.strip())
