"""A text cut into words, numbers and signs, and the politeness around them taken off."""

import re
import unicodedata
from collections.abc import Container
from unicodedata import category

from convo.flow import signs
from convo.flow.datewords import LONGEST_PHRASE, Words

_TOKEN = re.compile(
    r"(?P<between>(?<=[a-z])\s+[\u2010-\u2014-]\s+(?=[a-z0-9])|\s+|[,;()]|[!?]+(?=\s)"
    r"|(?<=[a-z])(?:['\u2019\u02bc\u2010-](?=[a-z])|\.)|(?<=-[0-9]{2})t(?=[0-9])"
    r"|(?<=[0-9])-(?=[a-z]{3})|(?<=[a-z]{3})-(?=[0-9]))"
    r"|(?P<dotted>[a-z](?:\.[a-z](?![a-z]))+)"
    r"|[0-9]+(?:[:.,/-][0-9]+)*|[a-z]+|.",
    re.DOTALL,
)
_EDGES = frozenset(".,;:!?¡¿()[]\"'\u2018\u2019\u201c\u201d«»")
_EMOJI = ("So", "Sk", "Mn", "Cf")  # with the signs that style one, and put several together
_TELLING = signs.NO | signs.UNSURE


def tokens_of(text: str) -> list[str]:
    """The words and numbers of `text`, without case and accents; any other sign is a token too."""
    text = text.replace("º", " ")  # of `1º`; NFKC would make a letter of it
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    found = [one for one in _TOKEN.finditer(plain) if not one["between"]]
    return [one[0].replace(".", "") if one["dotted"] else one[0] for one in found]


def without_edges(tokens: list[str], words: Words) -> list[str]:
    """`tokens` without the politeness, the punctuation and the emoji around them.

    An emoji that says no, or does not know, stays: with one a date is none.
    """
    while taken := phrase(tokens, words.openers | _EDGES) or _decorates(tokens[:1]):
        tokens = tokens[taken:]
    while taken := phrase(tokens, words.closers | _EDGES, at_end=True) or _decorates(tokens[-1:]):
        tokens = tokens[:-taken]
    return tokens


def _decorates(tokens: list[str]) -> bool:
    """Whether the one token is (a part of) an emoji that says nothing of its own."""
    sign = "".join(tokens)
    return len(sign) == 1 and not sign.isascii() and sign not in _TELLING and category(sign) in _EMOJI


def phrase(tokens: list[str], phrases: Container[str], *, at_end: bool = False) -> int:
    """How many of `tokens` the longest of `phrases` takes at their start, or at their end."""
    for size in range(min(LONGEST_PHRASE, len(tokens)), 0, -1):
        if " ".join(tokens[-size:] if at_end else tokens[:size]) in phrases:
            return size
    return 0
