"""`text`, `text 1-40`: whatever the contact writes, of so many characters."""

import re
from dataclasses import dataclass

from convo.flow.dates import Reading
from convo.messages import storable

LONGEST = 1000
_RANGE = re.compile(r"(\d{1,4})\s*-\s*(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Text:
    """Any text of that many characters, blanks at the edges cut."""

    name: str
    least: int = 1
    most: int = LONGEST

    @property
    def sample(self) -> str:
        return "Some text".ljust(self.least, ".")[: self.most]

    def read(self, reply: str, reading: Reading) -> str | None:
        del reading
        text = reply.strip()
        return text if self.least <= len(text) <= self.most else None

    def take(self, given: object, reading: Reading) -> str:
        may_be = isinstance(given, str | int | float) and not isinstance(given, bool)
        text = self.read(storable(str(given)), reading) if may_be else None
        if text is None:
            raise ValueError(f"give a text of {self.least} to {self.most} characters")
        return text


def text(rest: str) -> Text:
    """The type that `text {rest}` names."""
    if not rest:
        return Text("text")
    bounds = _RANGE.fullmatch(rest)
    if bounds is None or not 0 < int(bounds[1]) <= int(bounds[2]):
        raise ValueError(f"'text {rest}' is not a type; write 'text' or 'text 1-40'")
    return Text(f"text {rest}", int(bounds[1]), int(bounds[2]))
