"""The kinds of patterns that an author can write, and how each takes a reply; `match` reads them from a key.

Whole words are what nearly every reply is compared with: they ask for nothing but the reply.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import re2

from convo.flow.dates import Reading
from convo.flow.slots.base import SlotType
from convo.flow.values import Value
from convo.keywords import normalise

_NOT_WORDS = re.compile(r"[^\w']+")
_STYLING = "\ufe0e\ufe0f\u200d"
# What RE2 says in front of a colon, in an author's words; the part that it is about goes into the braces.
_COMPLAINTS = {
    "invalid escape sequence": "{} means nothing there; write the letters themselves",
    "invalid perl operator": "{} looks around, which RE2 does not; write what stands there as a part of it",
    "missing ]": "{} is not closed; write a ] behind it",
    "missing )": "a ( in {} is not closed; write a ) behind what belongs to it",
    "unexpected )": "a ) in {} closes nothing; take it out, or write \\) for the sign itself",
    "no argument for repetition operator": "nothing stands in front of {}; write what is to be repeated",
    "invalid repetition size": "{} repeats more than RE2 counts; write a smaller number",
    "bad repetition operator": "{} repeats what is repeated; write one of its signs alone",
    "invalid character class range": "{} runs backwards; write the smaller one first",
    "pattern too large - compile failed": "it is too large; repeat less, or write several patterns",
}
_NO_GROUPS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, prepared once for all the patterns of a state."""

    text: str
    plain: str  # as it is compared; a reply of nothing but emoji as it is
    words: str  # its words with a blank at both ends
    media: tuple[str, ...] = ()  # the kinds of what came with it, like `image/jpeg`

    @classmethod
    @lru_cache(maxsize=256)  # a text is looked at by the triggers, and then by the state
    def of(cls, text: str, media: tuple[str, ...] = ()) -> "Reply":
        plain = normalise(text)
        return cls(text, plain or bare(text), spaced(plain), media)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a pattern read in the reply that it took: `{{ reply.value }}`, and variables of its own."""

    value: Value | None = None
    groups: Mapping[str, str] = field(default_factory=dict)


AS_WORDS = Taken(groups=_NO_GROUPS)
Ask = Callable[[], Reading]  # called only by a pattern that needs to know how to read


class Pattern(Protocol):
    """One entry of a comma list."""

    @property
    def source(self) -> str:
        """As the author wrote it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that it sets."""

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        """What it read in `reply`; None where it leaves it."""


@dataclass(frozen=True, slots=True)
class Whole:
    """`no thanks`: the reply is this and nothing else, whatever stands between its words (`No, thanks!`)."""

    source: str
    plain: str
    words: str  # with a blank at both ends
    names: tuple[str, ...] = ()

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        del reading
        same = reply.plain == self.plain or (reply.words == self.words and not self.words.isspace())
        return AS_WORDS if same else None


@dataclass(frozen=True, slots=True)
class Has:
    """`has another day`: the words stand somewhere in the reply, in this order."""

    source: str
    words: str  # with a blank at both ends
    names: tuple[str, ...] = ()

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        del reading
        return AS_WORDS if self.words in reply.words else None


@dataclass(frozen=True, slots=True)
class Starts:
    """`starts refund`: the reply begins with the words."""

    source: str
    words: str  # with a blank at both ends
    names: tuple[str, ...] = ()

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        del reading
        return AS_WORDS if reply.words.startswith(self.words) else None


@dataclass(frozen=True, slots=True)
class Kind:
    """`<number 1-5>`, `<date>`: the whole reply can be read as that type."""

    source: str
    slot: SlotType
    names: tuple[str, ...] = ()

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        value = self.slot.read(reply.text, reading())
        return None if value is None else Taken(value)


@dataclass(frozen=True, slots=True)
class Anything:
    """`<anything>`: every reply; its text is the value."""

    source: str
    names: tuple[str, ...] = ()

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        del reading
        return Taken(reply.text)


@dataclass(frozen=True, slots=True)
class Media:
    """`<media>`: a picture, a sound or another file came with the reply; the value is their kinds."""

    source: str
    names: tuple[str, ...] = ()

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        del reading
        return Taken(reply.media) if reply.media else None


@dataclass(frozen=True, slots=True)
class Expression:
    r"""`/[A-Z]{2}\d{4}/`: an RE2 pattern for the whole reply, blanks at its edges and a last `.!?` apart.

    Upper and lower case are the same to it, unless it begins with `(?-i)`; accents count. The value
    is what it took, and its named groups become variables; one that had no part is an empty text.
    """

    source: str
    compiled: Any = field(repr=False, compare=False)  # RE2 has no type stubs
    names: tuple[str, ...] = ()

    def take(self, reply: Reply, reading: Ask) -> Taken | None:
        del reading
        text = reply.text.strip()
        found = self.compiled.fullmatch(text) or self.compiled.fullmatch(text.rstrip(".!?… "))
        if found is None:
            return None
        return Taken(found[0], {name: found[name] or "" for name in self.names})


def expression(source: str) -> Expression:
    """The pattern between the slashes of `source`; raises ValueError with what RE2 says against it."""
    try:
        compiled = re2.compile(source[1:-1], options())
    except re2.error as error:
        why = error.args[0] if error.args else error
        told = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise ValueError(f"{source} is not a pattern that RE2 knows: {_in_words(told)}") from None
    names = tuple(sorted(compiled.groupindex, key=compiled.groupindex.__getitem__))
    for name in names:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name):
            raise ValueError(f"'{name}' in {source} is not a variable; write letters, digits and _")
    return Expression(source, compiled, names)


def _in_words(complaint: str) -> str:
    """What RE2 has against a pattern, and what to write instead."""
    what, _, part = complaint.partition(": ")
    return _COMPLAINTS.get(what, f"{complaint}; write one like /[A-Z]{{2}}[0-9]{{4}}/").format(part)


def options() -> Any:
    """How RE2 is used: quietly, upper and lower case the same, and in little memory."""
    chosen = re2.Options()
    chosen.log_errors = False
    chosen.case_sensitive = False
    chosen.max_mem = 1 << 20  # bytes: enough for any reply, too little to hurt
    return chosen


def spaced(plain: str) -> str:
    """The words of a normalised text with a blank at both ends."""
    return f" {plain} " if plain.isalnum() else f" {_NOT_WORDS.sub(' ', plain).strip()} "


def bare(text: str) -> str:
    """An emoji as it is compared: without blanks and without the marks that only style it."""
    return "".join(char for char in text if not char.isspace() and char not in _STYLING)
