"""A short reply without what is only said around it: `5 please!` is `5`."""

import unicodedata
from collections.abc import Container

from convo.flow.dates import Reading
from convo.flow.datewords import LONGEST_PHRASE, row_of

_EDGES = ".,;:!?¡¿()[]{}\"'\u2018\u2019\u201c\u201d\u201e«»‹›…*_~` "
_EMOJI = ("So", "Sk", "Cf", "Cn", "Cs")


def bare(reply: str, reading: Reading, keep: Container[str] = ()) -> str:
    """`reply` in small letters without accents, and without the politeness of its language around it.

    Signs of a number (`+`, `-`, `€`) stay, and so does politeness that is in `keep` or stands alone.
    """
    row = row_of(reading.language)[0]
    tokens = folded(reply).split()
    while (taken := _phrase(tokens, row.openers, keep, last=False)) and taken < len(tokens):
        tokens = tokens[taken:]
    while (taken := _phrase(tokens, row.closers, keep, last=True)) and taken < len(tokens):
        tokens = tokens[:-taken]
    return _trimmed(" ".join(tokens))


def folded(text: str) -> str:
    """`text` as it is compared: small letters, no accents, plain signs, no punctuation at its edges."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Mn", "Me", "Cf"))
    return _trimmed(" ".join(plain.replace("\u2019", "'").replace("\u2212", "-").split()))


def _trimmed(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _at_edge(text[start]) and not _begins_number(text, start):
        start += 1
    while end > start and _at_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _at_edge(sign: str) -> bool:
    return sign in _EDGES or (not sign.isascii() and unicodedata.category(sign) in _EMOJI)


def _begins_number(text: str, at: int) -> bool:
    """Whether the point of `.5` stands there, which is no punctuation."""
    digit = text[at + 1 : at + 2]
    return text[at] in ".," and digit.isascii() and digit.isdigit() and text[at - 1 : at] not in (".", ",")


def _phrase(tokens: list[str], phrases: Container[str], keep: Container[str], *, last: bool) -> int:
    """How many tokens the longest of `phrases` takes at the start, or at the end."""
    for size in range(min(LONGEST_PHRASE, len(tokens)), 0, -1):
        words = " ".join(tokens[-size:] if last else tokens[:size])
        phrase = " ".join(_trimmed(words).replace("'", " ").replace("-", " ").split())
        if phrase in phrases and phrase not in keep:
            return size
    return 0
