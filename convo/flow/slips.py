"""Typing slips: whether a reply nearly is one of the choices, and the sentence that restates them.

A slip is never taken for the choice: somebody who typed `mo` may have meant NO.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from convo.flow.keys import parse_patterns
from convo.flow.patterns import Has, Kind, Media, Pattern, Reply, Starts, Whole
from convo.flow.slots.numbers import Number

_FILLED = re.compile(r"\{[{%].*?[%}]\}")
_LEAST_LETTERS = 4  # of a choice in which one letter may be wrong, missing or too many
_IN_GSM = frozenset("ÉÑÇÄÖÜÅÆØ")  # capitals with a mark that the phone's own alphabet has (GSM 03.38)


def slip(reply: Reply, patterns: Iterable[Pattern]) -> str | None:
    """The one choice of `patterns` that `reply` is a typing slip from; None where there is none, or several.

    A slip is a letter wrong, missing, too many, or two swapped, in a choice of four letters or more;
    in a choice of three it is two swapped alone (`yse`).
    """
    choices = {words for pattern in patterns if (words := _words(pattern))}
    near = [] if reply.plain in choices else [each for each in choices if _is_slip(reply.plain, each)]
    return near[0] if len(near) == 1 else None


def _words(pattern: Pattern) -> str:
    match pattern:
        case Whole(plain=plain):
            return plain
        case Has(words=words) | Starts(words=words):
            return words.strip()
        case _:
            return ""


def _is_slip(typed: str, choice: str) -> bool:
    letters = sum(map(str.isalpha, choice))
    if letters < _LEAST_LETTERS - 1 or abs(len(typed) - len(choice)) > 1 or typed == choice:
        return False
    at = next((i for i, (one, two) in enumerate(zip(typed, choice, strict=False)) if one != two), None)
    if at is None:
        return letters >= _LEAST_LETTERS  # one more or one less at the end
    swapped = typed[at : at + 2] == choice[at : at + 2][::-1] and typed[at + 2 :] == choice[at + 2 :]
    if letters < _LEAST_LETTERS:
        return swapped and choice[at : at + 2].isalpha()
    return swapped or typed[at + 1 :] in (choice[at + 1 :], choice[at:]) or typed[at:] == choice[at + 1 :]


def restated(keys: Iterable[str], language: str, near: str | None = None, asked: str = "") -> str:
    """The sentence that says the choices again, in capitals: of each key of `replies` one word.

    That is the word which the text `asked` offers in capitals, so that who was asked in French reads
    French; else the one that the reply is `near` to, else the key's first. Where the text offers some
    keys by their words, the others are left out. In English, French and Spanish, in English for other
    languages. It is no question that a YES or a NO would answer, and its capitals do not make it dearer.
    """
    speech = _SPEECHES.get(language.partition("-")[0].lower(), _SPEECHES["en"])
    choices = [_choice(parse_patterns(key), speech, near, _plain(asked)) for key in keys]
    if any(choice.offered for choice in choices):
        choices = [choice for choice in choices if not choice.beside]
    words = list(dict.fromkeys(choice.word for choice in choices if choice.word))
    if not words:
        return speech.lost
    *others, last = words
    either = "u" if speech.either == "o" and last.startswith(("O", "HO")) else speech.either  # `siete u ocho`
    return speech.please.format(f"{', '.join(others)} {either} {last}" if others else last)


@dataclass(frozen=True, slots=True)
class _Speech:
    please: str
    either: str
    lost: str  # where there is no word to restate
    kinds: Mapping[str, str]
    between: str


_SPEECHES: Mapping[str, _Speech] = {
    "en": _Speech(
        "Please reply {}.",
        "or",
        "Sorry, I did not understand that.",
        {"number": "with a number", "date": "with a date", "time": "with a time",
         "email": "with an email address", "phone": "with a phone number", "media": "with a picture"},
        "with a number from {} to {}",
    ),
    "fr": _Speech(
        "Merci de répondre {}.",
        "ou",
        "Désolé, je n'ai pas compris.",
        {"number": "par un nombre", "date": "par une date", "time": "par une heure",
         "email": "par une adresse e-mail", "phone": "par un numéro de téléphone", "media": "par une photo"},
        "par un nombre de {} à {}",
    ),
    "es": _Speech(
        "Por favor, responda {}.",
        "o",
        "Lo siento, no he entendido.",
        {"number": "con una cifra", "date": "con una fecha", "time": "con una hora",
         "email": "con un correo", "phone": "con un número de teléfono", "media": "con una foto"},
        "con una cifra del {} al {}",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Choice:
    """What stands for one key."""

    word: str
    offered: bool = False  # by the text, in capitals
    beside: bool = False  # a word that the text does not offer


def _choice(patterns: Sequence[Pattern], speech: _Speech, near: str | None, asked: str) -> _Choice:
    phrases = [(pattern, _said(pattern)) for pattern in patterns]
    words = {_capitals(said): pattern for pattern, said in phrases if any(map(str.isalnum, said))}
    for word in words:
        if _stands_in(_plain(word), asked):
            return _Choice(word, offered=True)
    for word, pattern in words.items():
        if _words(pattern) == near:
            return _Choice(word)
    return _Choice(next(iter(words)), beside=True) if words else _Choice(_kind(patterns, speech))


def _kind(patterns: Sequence[Pattern], speech: _Speech) -> str:
    """The kind or the emoji that stands for a key without words; empty where there is neither."""
    for pattern in patterns:
        if isinstance(pattern, Kind):
            bounds = _bounds(pattern)
            return speech.between.format(*bounds) if bounds else speech.kinds[pattern.slot.name]
        if isinstance(pattern, Media):
            return speech.kinds["media"]
        if said := _said(pattern):
            return said
    return ""


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _plain(text: str) -> str:
    """Without accents, and without what is filled in."""
    bare = unicodedata.normalize("NFD", _FILLED.sub("", text))
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def _bounds(pattern: Kind) -> tuple[int, int] | None:
    slot = pattern.slot
    return (slot.least, slot.most) if isinstance(slot, Number) and slot.bounded else None


def _said(pattern: Pattern) -> str:
    """The words of a pattern as its author wrote them."""
    match pattern:
        case Whole(source=source):
            return source
        case Has(source=source) | Starts(source=source):
            return source.partition(" ")[2].strip()
        case _:
            return ""


def _capitals(phrase: str) -> str:
    """`SI` of `sí`: capitals whose accents would cost the text its 160 characters go without them."""
    return "".join(
        sign if sign.isascii() or sign in _IN_GSM else unicodedata.normalize("NFD", sign)[0]
        for sign in unicodedata.normalize("NFC", phrase.upper())
    )
