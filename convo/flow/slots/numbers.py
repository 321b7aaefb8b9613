"""`number`, `integer`, `integer 1-5`: in digits with the language's separators, or in small words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from convo.flow.dates import Reading
from convo.flow.slots.politeness import bare

MOST_DIGITS = 15  # what every program reads from JSON without loss
_RANGE = re.compile(r"(\d{1,15})\s*-\s*(\d{1,15})", re.ASCII)
_SIGN = re.compile(r"([+-]?)\s?([0-9].*|[.,][0-9]+)")

_WORDS: Mapping[str, str] = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve",
    "fr": "zero un deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number, whole or not; with bounds, both of them included."""

    name: str
    whole: bool = False
    least: int = 0
    most: int = 0
    bounded: bool = False

    @property
    def sample(self) -> str:
        return str(self.least if self.bounded else 2)

    def read(self, reply: str, reading: Reading) -> Decimal | int | None:
        found = read_number(bare(reply, reading).lstrip("#").strip(), reading.language)
        return None if found is None else self._fits(found)

    def take(self, given: object, reading: Reading) -> Decimal | int:
        value: Decimal | int | None = None
        if isinstance(given, int | float) and not isinstance(given, bool):
            value = self._fits(exactly(str(given)))
        elif isinstance(given, str):
            found = exactly(given.strip())
            value = self.read(given, reading) if found is None else self._fits(found)
        if value is None:
            kind = "a whole number" if self.whole else "a number"
            bounds = f" from {self.least} to {self.most}" if self.bounded else ", like 12"
            raise ValueError(f"give {kind}{bounds}")
        return value

    def holds(self, other: "Number") -> bool:
        """Whether it reads whatever `other` reads."""
        if self.whole and not other.whole:
            return False
        return not self.bounded or (other.bounded and self.least <= other.least and other.most <= self.most)

    def _fits(self, found: Decimal | None) -> Decimal | int | None:
        if found is None or abs(found) >= 10**MOST_DIGITS:
            return None
        if self.bounded and not self.least <= found <= self.most:
            return None
        if not self.whole:
            return found
        return int(found) if found == found.to_integral_value() else None


def number(rest: str) -> Number:
    """The type that `number {rest}` names."""
    return _bounded("number", rest, whole=False)


def integer(rest: str) -> Number:
    """The type that `integer {rest}` names."""
    return _bounded("integer", rest, whole=True)


def _bounded(word: str, rest: str, *, whole: bool) -> Number:
    if not rest:
        return Number(word, whole)
    bounds = _RANGE.fullmatch(rest)
    if bounds is None or int(bounds[1]) > int(bounds[2]):
        raise ValueError(f"'{word} {rest}' is not a type; write '{word}' or '{word} 1-5'")
    return Number(f"{word} {bounds[1]}-{bounds[2]}", whole, int(bounds[1]), int(bounds[2]), bounded=True)


def read_number(text: str, language: str) -> Decimal | None:
    """The number that `text` is, in small letters; None where it is none, or can be read two ways.

    The separators are those of the language's region (CLDR): `1,5` is one and a half in French, and
    nothing in English, where it may be a list. A point that is not the language's own is read as
    one where it cannot be anything else: `1.5` in French, but not `1.500`.
    """
    words = _WORDS.get(re.split("[-_]", language)[0].lower(), "").split()
    if text in words:
        return Decimal(words.index(text))
    found = _SIGN.fullmatch(text)
    if found is None:
        return None
    point, group = separators(language)
    amount = _amount(found[2], point, group)
    return -amount if amount is not None and found[1] == "-" else amount


def _amount(text: str, point: str, group: str) -> Decimal | None:
    groups = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+" if group else r"(?!)"
    if re.fullmatch(rf"(?:[0-9]+|{groups})(?:{re.escape(point)}[0-9]+)?|{re.escape(point)}[0-9]+", text):
        return exactly(text.replace(group, "").replace(point, ".") if group else text.replace(point, "."))
    if point == "," and re.fullmatch(r"[0-9]+\.[0-9]+", text) and len(text.partition(".")[2]) != 3:
        return exactly(text)
    return None


def exactly(text: str) -> Decimal | None:
    """A number as programs write it; None for anything else."""
    if len(text) > 2 * MOST_DIGITS or not re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+", text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


@lru_cache(maxsize=256)
def separators(language: str) -> tuple[str, str]:
    """The decimal sign and the sign between thousands of a BCP 47 language, any blank as a plain one."""
    try:
        signs = Locale.parse(language.replace("_", "-"), sep="-").number_symbols["latn"]
        point, group = str(signs["decimal"]), str(signs["group"])
    except (UnknownLocaleError, ValueError, KeyError):
        return ".", ""
    group = " " if group.isspace() else group
    return (point, group) if point in (".", ",") and len(group) == 1 else (".", "")
