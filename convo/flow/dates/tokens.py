"""A text cut into words, numbers and signs, and the politeness around them taken off."""

import re
import unicodedata
from collections.abc import Container

from convo.flow.datewords import LONGEST_PHRASE, Words

_TOKEN = re.compile(
    r"(?P<between>\s+|,|(?<=[a-z])(?:['\u2019\u02bc\u2010-](?=[a-z])|\.)|(?<=-[0-9]{2})t(?=[0-9])"
    r"|(?<=[0-9])-(?=[a-z]{3})|(?<=[a-z]{3})-(?=[0-9]))"
    r"|(?P<dotted>[a-z](?:\.[a-z](?![a-z]))+)"
    r"|[0-9]+(?:[:.,/-][0-9]+)*|[a-z]+|.",
    re.DOTALL,
)
_EDGES = frozenset(".,;:!?¡¿()[]\"'\u2018\u2019\u201c\u201d«»")


def tokens_of(text: str) -> list[str]:
    """The words and numbers of `text`, without case and accents; any other sign is a token too."""
    text = text.replace("º", " ")  # of `1º`; NFKC would make a letter of it
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    found = [one for one in _TOKEN.finditer(plain) if not one["between"]]
    return [one[0].replace(".", "") if one["dotted"] else one[0] for one in found]


def without_edges(tokens: list[str], words: Words) -> list[str]:
    """`tokens` without the politeness and the punctuation around them."""
    while taken := phrase(tokens, words.openers | _EDGES):
        tokens = tokens[taken:]
    while taken := phrase(tokens, words.closers | _EDGES, at_end=True):
        tokens = tokens[:-taken]
    return tokens


def phrase(tokens: list[str], phrases: Container[str], *, at_end: bool = False) -> int:
    """How many of `tokens` the longest of `phrases` takes at their start, or at their end."""
    for size in range(min(LONGEST_PHRASE, len(tokens)), 0, -1):
        if " ".join(tokens[-size:] if at_end else tokens[:size]) in phrases:
            return size
    return 0
