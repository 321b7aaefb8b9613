"""How many SMS a text takes: the arithmetic of GSM 03.38 (3GPP TS 23.038) and UCS-2."""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text is sent: in `count` parts of `encoding`, `units` septets or UTF-16 units in all."""

    count: int
    encoding: str
    units: int


def parts(text: str) -> int:
    """How many parts `text` takes."""
    if len(text) <= 160 and _BASIC.issuperset(text):
        return 1  # nearly every text
    return count(text).count


def count(text: str) -> Segments:
    """The parts that `text` takes. An empty text takes one.

    An escape pair or a surrogate pair is never split between two parts, so a text can take more
    parts than dividing its length says.
    """
    if _BASIC.issuperset(text):
        sizes, encoding, single, part = [], "GSM-7", 160, 153
        units = len(text)
    elif all(char in _BASIC or char in _EXTENDED for char in text):
        sizes = [2 if char in _EXTENDED else 1 for char in text]
        encoding, single, part, units = "GSM-7", 160, 153, sum(sizes)
    else:
        sizes = [2 if ord(char) > 0xFFFF else 1 for char in text]
        encoding, single, part, units = "UCS-2", 70, 67, sum(sizes)
    if units <= single:
        return Segments(1, encoding, units)
    if not sizes:
        return Segments(-(-units // part), encoding, units)
    return Segments(_parts(sizes, part), encoding, units)


def _parts(sizes: list[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
