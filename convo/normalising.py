"""Texts as they are compared: in small letters, without accents, and without what only frames them."""

import unicodedata
from functools import lru_cache

# Phones and word processors write these for what a keyboard has.
_TYPED = dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'") | dict.fromkeys(
    "\u2010\u2011\u2012\u2013\u2014\u2015", "-"
)
_ASCII_EDGES = "".join(char for char in map(chr, range(128)) if not char.isalnum())
_MOST_KNOWN = 4096  # characters


@lru_cache(maxsize=256)
def normalise(text: str) -> str:
    """`text` as it is compared: case, accents, quotes, and punctuation or emoji at the edges gone.

    NFKC, casefold, accents off, zero-width characters off, blanks collapsed. A text of nothing but
    punctuation or emoji becomes empty.
    """
    if text.isascii():
        plain = text.lower().strip(_ASCII_EDGES)
        # Most texts hold single blanks and nothing else that is to be collapsed.
        return plain if "  " not in plain and plain.isprintable() else " ".join(plain.split())
    return _trim(" ".join(fold(text).split()))


def fold(text: str) -> str:
    """`text` without case, accents and invisible characters; its blanks and punctuation stay."""
    return unicodedata.normalize("NFC", text.translate(_FOLDED))


class _Folded(dict[int, str]):
    """What becomes of a character, by its number: looked up once, whatever the alphabet."""

    def __missing__(self, number: int) -> str:
        char = chr(number)
        plain = unicodedata.normalize("NFKC", _TYPED.get(char, char)).casefold()
        apart = unicodedata.normalize("NFKD", plain)
        found = "".join(sign for sign in apart if _category(sign) not in ("Mn", "Cf", "Me"))
        if len(self) < _MOST_KNOWN:
            self[number] = found
        return found


_FOLDED = _Folded()


def _trim(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _at_edge(text[start]):
        start += 1
    while end > start and _at_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _at_edge(char: str) -> bool:
    return char.isspace() or _category(char)[0] in "PSCZM"


@lru_cache(maxsize=4096)
def _category(char: str) -> str:
    return unicodedata.category(char)
