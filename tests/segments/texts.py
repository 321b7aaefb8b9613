"""20,000 texts that are hard to count, the same on every machine: only `Random.random` is promised to be."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
HOW_MANY = 20_000
SEED = 23038  # the specification's number

_PLAIN = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 .,!?'\"-:;()/"
_BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà" + _PLAIN
_EXTENSION = "^{}\\[~]|€\f"
_WIDE = "çêëâîôûœÇáíóúÁ’“”–…\u00a0`\tжщяюдλ中文字日本語한국어عربيאבגไทย₹✓★" + _PLAIN
_ASTRAL = "😀👍🎉🙏🏥💊🚑🗓𝒜𝔘𐍈𠜎"
_CLUSTERS = (
    "e\u0301", "n\u0303", "c\u0327", "👍🏽", "👨\u200d👩\u200d👧", "🇫🇷", "🇬🇧", "❤\ufe0f",
    "1\ufe0f\u20e3", "नि", "กำ",
)  # fmt: skip
_CONTROLS = "\n\r\f\t\x1b\x00\x7f"
_SENTENCES = (
    "Hi Ana, can you still make Elm St on Tue 1 Dec, 09:30? Reply YES, NO or MOVE. ",
    "Bonjour, votre rendez-vous est confirmé à l'hôpital, le 3 août ! ",
    "Ça va ? Répondez OUI, NON ou DÉPLACER (coût : 5 €). ",
    "¿Puede venir mañana a las 3? Responda SÍ, NO o CAMBIAR. ¡Gracias! ",
    "Your code is {123456}; it’s valid for 10 minutes… ",
    "Order [A-17] ~ 12 kg | 40 € each 🎉 ",
    "Ваш номер заказа 4417 готов. ",
)
_LIMITS = (70, 134, 201, 268, 335, 160, 306, 459, 612)  # units at which a text takes one part more


def texts() -> Iterator[str]:
    """Texts of one character and more, at and around every limit, with pairs at the seams."""
    random = Random(SEED)
    kinds: Sequence[Callable[[Random], str]] = (
        _gsm, _gsm, _escaped, _escaped, _wide, _astral, _astral, _seam_of_escapes, _seam_of_escapes,
        _seam_of_surrogates, _seam_of_surrogates, _said, _said, _clustered, _controlled,
    )  # fmt: skip
    for _ in range(HOW_MANY):
        yield _one(random, kinds)(random)


def _one(random: Random, among: Sequence[T]) -> T:
    return among[int(random.random() * len(among))]


def _length(random: Random) -> int:
    """Mostly a few units from a limit, else anything short."""
    if random.random() < 0.3:
        return 1 + int(random.random() * 120)
    return max(1, _one(random, _LIMITS) + int(random.random() * 9) - 4)


def _of(random: Random, length: int, common: str, rare: Sequence[str] = "", share: float = 0.0) -> str:
    return "".join(_one(random, rare if rare and random.random() < share else common) for _ in range(length))


def _gsm(random: Random) -> str:
    return _of(random, _length(random), _BASIC)


def _escaped(random: Random) -> str:
    share = _one(random, (0.01, 0.1, 0.5, 1.0))
    return _of(random, _shorter(random, share), _BASIC, _EXTENSION, share)


def _wide(random: Random) -> str:
    return _of(random, _length(random), _PLAIN + _EXTENSION, _WIDE, _one(random, (0.02, 0.5, 1.0)))


def _astral(random: Random) -> str:
    share = _one(random, (0.01, 0.1, 0.5, 1.0))
    return _of(random, _shorter(random, share), _WIDE + _EXTENSION, _ASTRAL, share)


def _shorter(random: Random, share: float) -> int:
    """So many characters that about a limit of units comes of it, `share` of them being pairs."""
    return max(1, int(_length(random) / (1 + share)) + int(random.random() * 3) - 1)


def _seam_of_escapes(random: Random) -> str:
    return _seams(random, 153, _PLAIN, _EXTENSION)


def _seam_of_surrogates(random: Random) -> str:
    return _seams(random, 67, "жщя中文", _ASTRAL)


def _seams(random: Random, part: int, common: str, pairs: str) -> str:
    """A pair just before, on, or just after each seam, and mostly a last part that is as good as full."""
    text, seams = "", 1 + int(random.random() * 4)
    for _ in range(seams):
        before = part - 1 if random.random() < 0.8 else part - 2 + int(random.random() * 3)
        text += _of(random, before, common) + _one(random, pairs)
    full = random.random() < 0.8
    last = part - int(random.random() * (seams + 2)) if full else int(random.random() * part)
    return text + _of(random, last, common)


def _said(random: Random) -> str:
    return "".join(_one(random, _SENTENCES) for _ in range(1 + int(random.random() * 6))).rstrip()


def _clustered(random: Random) -> str:
    return _of(random, _length(random), "abcж ", _CLUSTERS, _one(random, (0.05, 0.3)))


def _controlled(random: Random) -> str:
    return _of(random, _length(random), _PLAIN, _CONTROLS, 0.02)
