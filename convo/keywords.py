"""STOP, START and HELP: the words, how a text is compared with them, and the default answers.

It runs before any flow, and no flow can switch it off. What follows from a keyword (the ledger, the
reply) is written in `runtime`.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType


class KeywordKind(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Keyword:
    """What a text was taken for: its kind, the language of the word, and the rule that matched."""

    kind: KeywordKind
    language: str | None  # None where the word belongs to several languages
    rule: str
    normalised: str


# One row a word; words of every language always count, the language only picks the answer.
# `None`: the word is used in several languages, so the contact's own language decides.
STOP_WORDS: Mapping[str, str | None] = MappingProxyType(
    {
        "stop": None,
        "stopall": "en",
        "stop all": "en",
        "unsubscribe": "en",
        "cancel": "en",
        "end": "en",
        "quit": "en",
        "revoke": "en",
        "optout": "en",
        "opt out": "en",
        "opt-out": "en",
        "remove": "en",
        "arret": "fr",
        "arrete": "fr",
        "desabonner": "fr",
        "desabonnement": "fr",
        "alto": "es",
        "parar": "es",
        "baja": "es",
        "cancelar": "es",
        "no mas": "es",
    }
)
START_WORDS: Mapping[str, str | None] = MappingProxyType(
    {"start": None, "unstop": "en", "subscribe": "en", "resume": "en"}
)
HELP_WORDS: Mapping[str, str | None] = MappingProxyType(
    {"help": "en", "info": None, "aide": "fr", "ayuda": "es"}
)
# Taken for START only while the contact is opted out: nothing can be asking them anything then.
START_WHEN_OUT: Mapping[str, str | None] = MappingProxyType({"yes": "en"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one number; the defaults serve every number that adds none."""

    stop: Mapping[str, str | None]
    start: Mapping[str, str | None]
    help: Mapping[str, str | None]
    start_when_out: Mapping[str, str | None]


DEFAULT = Words(STOP_WORDS, START_WORDS, HELP_WORDS, START_WHEN_OUT)

# The English and French STOP and START are the reference platform's own defaults (CONSENT.md).
ANSWERS: Mapping[KeywordKind, Mapping[str, str]] = MappingProxyType(
    {
        KeywordKind.STOP: {
            "en": "You have successfully been unsubscribed to messages from this number. "
            "Reply START to resubscribe.",
            "fr": "Vous avez été correctement désabonné des messages de ce numéro. "
            "Répondez START pour vous réabonner.",
            "es": "Ha cancelado correctamente los mensajes de este número. "
            "Responda START para volver a recibirlos.",
        },
        KeywordKind.START: {
            "en": "You have successfully been re-subscribed to messages from this number. "
            "Reply STOP to unsubscribe.",
            "fr": "Vous avez été correctement réabonné aux messages de ce numéro. "
            "Répondez STOP pour vous désabonner.",
            "es": "Vuelve a recibir los mensajes de este número. Responda STOP para cancelarlos.",
        },
        KeywordKind.HELP: {
            "en": "This number sends automated texts and reads your replies. Reply STOP to unsubscribe.",
            "fr": "Ce numéro envoie des messages automatiques et lit vos réponses. "
            "Répondez STOP pour vous désabonner.",
            "es": "Este número envía mensajes automáticos y lee sus respuestas. "
            "Responda STOP para cancelarlos.",
        },
    }
)

_LONGEST = 2000  # characters; a text longer than this is never one of the words, however padded


def classify(text: str, *, opted_out: bool, words: Words = DEFAULT) -> Keyword | None:
    """What the keyword layer takes `text` for, or None for an ordinary text.

    Only a text that is a word as a whole counts: "cancel my appointment" is not one.
    """
    if len(text) > _LONGEST:
        return None
    plain = normalise(text)
    if plain in words.stop:
        return Keyword(KeywordKind.STOP, words.stop[plain], f"word:{plain}", plain)
    if plain in words.start:
        return Keyword(KeywordKind.START, words.start[plain], f"word:{plain}", plain)
    if plain in words.help:
        return Keyword(KeywordKind.HELP, words.help[plain], f"word:{plain}", plain)
    if opted_out and plain in words.start_when_out:
        return Keyword(KeywordKind.START, words.start_when_out[plain], f"word-when-out:{plain}", plain)
    return None


def answer(kind: KeywordKind, language: str) -> str:
    """The default answer in `language` (BCP 47; its first part counts), else in English."""
    texts = ANSWERS[kind]
    return texts.get(language.split("-", maxsplit=1)[0].lower(), texts["en"])


@lru_cache(maxsize=256)
def normalise(text: str) -> str:
    """`text` as it is compared: case, accents, quotes, and punctuation or emoji at the edges gone.

    NFKC, casefold, accents off, zero-width characters off, blanks collapsed. A text of nothing but
    punctuation or emoji becomes empty.
    """
    if text.isascii() and text.isprintable():
        return _trim(" ".join(text.lower().split()))
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(char for char in folded if _category(char) not in ("Mn", "Cf", "Me"))
    words = unicodedata.normalize("NFC", kept).replace("’", "'").replace("‘", "'").split()
    return _trim(" ".join(words))


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
