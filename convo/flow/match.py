"""Patterns: which replies an author's words take. First match in file order wins, elsewhere."""

import re
from dataclasses import dataclass

from convo.keywords import normalise

_NOT_WORDS = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, prepared once for all the patterns of a state."""

    text: str
    plain: str  # as it is compared; empty for a reply of nothing but emoji
    words: str  # its words with a blank at both ends

    @classmethod
    def of(cls, text: str) -> "Reply":
        plain = normalise(text)
        return cls(text, plain or _bare(text), _spaced(plain))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry of a comma list: the whole reply, or `has`, a word or phrase somewhere in it."""

    source: str
    plain: str
    anywhere: bool = False

    def takes(self, reply: Reply) -> bool:
        if self.anywhere:
            return self.plain in reply.words
        return reply.plain == self.plain


def parse_patterns(key: str) -> tuple[Pattern, ...]:
    """The patterns of one key of `replies`; raises ValueError with what to write instead."""
    patterns = tuple(_parse(part.strip()) for part in key.split(","))
    if not all(pattern.plain.strip() for pattern in patterns):
        raise ValueError("there is an empty word between two commas; take one comma away")
    return patterns


def _parse(source: str) -> Pattern:
    if source[:1] in ("<", "/"):
        raise ValueError(f"'{source}' is not a pattern of this version; write words, or 'has' words")
    word, _, phrase = source.partition(" ")
    if word.lower() == "has" and phrase.strip():
        return Pattern(source, _spaced(normalise(phrase)), anywhere=True)
    return Pattern(source, normalise(source) or _bare(source))


def _spaced(plain: str) -> str:
    return f" {_NOT_WORDS.sub(' ', plain).strip()} "


def _bare(text: str) -> str:
    """An emoji as it is compared: without blanks and without the marks that only style it."""
    return "".join(char for char in text if not char.isspace() and char not in "\ufe0e\ufe0f\u200d")
