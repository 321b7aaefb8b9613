"""The answers to STOP, START and HELP: the defaults, a row a language, and what a brand's own have to be."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from convo import segments
from convo.keywords.keyword import KeywordKind
from convo.keywords.words import DEFAULT
from convo.normalising import fold

STOP, START, HELP = KeywordKind.STOP, KeywordKind.START, KeywordKind.HELP
MOST_SEGMENTS: Mapping[KeywordKind, int] = MappingProxyType({STOP: 3, START: 3, HELP: 6})

# The English and French STOP and START are the reference platform's own defaults (CONSENT.md).
ANSWERS: Mapping[KeywordKind, Mapping[str, str]] = MappingProxyType(
    {
        STOP: {
            "en": "You have successfully been unsubscribed to messages from this number. "
            "Reply START to resubscribe.",
            "fr": "Vous avez été correctement désabonné des messages de ce numéro. "
            "Répondez START pour vous réabonner.",
            "es": "Ha cancelado correctamente los mensajes de este número. "
            "Responda START para volver a recibirlos.",
            "de": "Sie erhalten keine Nachrichten mehr von dieser Nummer. "
            "Antworten Sie START, um sie wieder zu erhalten.",
            "it": "Non riceverà più messaggi da questo numero. Risponda START per riceverli di nuovo.",
            "pt": "Você não receberá mais mensagens deste número. Responda START para voltar a recebê-las.",
            "nl": "U ontvangt geen berichten meer van dit nummer. Antwoord START om ze weer te ontvangen.",
        },
        START: {
            "en": "You have successfully been re-subscribed to messages from this number. "
            "Reply STOP to unsubscribe.",
            "fr": "Vous avez été correctement réabonné aux messages de ce numéro. "
            "Répondez STOP pour vous désabonner.",
            "es": "Vuelve a recibir los mensajes de este número. Responda STOP para cancelarlos.",
            "de": "Sie erhalten wieder Nachrichten von dieser Nummer. "
            "Antworten Sie STOP, um sie abzubestellen.",
            "it": "Riceve di nuovo i messaggi di questo numero. Risponda STOP per non riceverli più.",
            "pt": "Você voltou a receber as mensagens deste número. Responda STOP para cancelá-las.",
            "nl": "U ontvangt weer berichten van dit nummer. Antwoord STOP om u af te melden.",
        },
        HELP: {
            "en": "This number sends automated texts and reads your replies. Reply STOP to unsubscribe.",
            "fr": "Ce numéro envoie des messages automatiques et lit vos réponses. "
            "Répondez STOP pour vous désabonner.",
            "es": "Este número envía mensajes automáticos y lee sus respuestas. "
            "Responda STOP para cancelarlos.",
            "de": "Diese Nummer sendet automatische Nachrichten und liest Ihre Antworten. "
            "Antworten Sie STOP, um sie abzubestellen.",
            "it": "Questo numero invia messaggi automatici e legge le sue risposte. "
            "Risponda STOP per non riceverli più.",
            "pt": "Este número envia mensagens automáticas e lê as suas respostas. "
            "Responda STOP para cancelá-las.",
            "nl": "Dit nummer verstuurt automatische berichten en leest uw antwoorden. "
            "Antwoord STOP om u af te melden.",
        },
    }
)

_WORDS = re.compile(r"[\w-]+")
# Percentages, prices, and what discounts are called: nobody names them to confirm that nothing more comes.
_SELLS = re.compile(
    r"\d+ ?%|[$€£] ?\d+|\d+ ?[$€£]|\b(?:discounts?|coupons?|vouchers?|sale|remises?|rabais|soldes|descuentos?"
    r"|cupon(?:es)?|rebajas?|rabatte?|gutscheine?|sconti?|sconto|descontos?|kortingen|korting)\b"
)


def answer(kind: KeywordKind, language: str, own: Mapping[str, str] = MappingProxyType({})) -> str:
    """The answer in `language` (BCP 47; its first part counts too), else in English.

    `own` texts, by language in small letters, go before the default of the same language; those to HELP
    before any default: whose number it is, is better said in another language than not at all.
    """
    named = language.lower()
    tags = (named, named.split("-", maxsplit=1)[0], "en")
    if kind is HELP and own:
        return next((own[tag] for tag in tags if tag in own), next(iter(own.values())))
    texts = {**ANSWERS[kind], **own}
    return next(texts[tag] for tag in tags if tag in texts)


def check_answer(kind: KeywordKind, text: str) -> str:
    """A brand's own answer as it was given; raises ValueError where the rules do not allow it.

    A STOP is confirmed without marketing (47 CFR 64.1200(a)(12)) and says how to come back; the others
    say how to stop (CTIA Messaging Principles, 5.1).
    """
    if not text.strip():
        raise ValueError("it says nothing; write the answer, or leave it out for the default")
    size = segments.count(text).count
    if size > MOST_SEGMENTS[kind]:
        raise ValueError(f"it is {size} segments long; {MOST_SEGMENTS[kind]} are the most")
    wanted = START if kind is STOP else STOP
    if not names(wanted, text):
        does = "come back" if kind is STOP else "stop"
        raise ValueError(f"it does not say how to {does}; name a word for it, like {wanted.upper()}")
    if kind is STOP and (sells := _SELLS.search(fold(text))):
        raise ValueError(f"'{sells[0]}' is marketing, which the confirmation of a STOP must not carry")
    return text


def names(kind: KeywordKind, text: str) -> bool:
    """Whether one of the default words of `kind` stands in `text`."""
    words = f" {' '.join(_WORDS.findall(fold(text)))} "
    return any(f" {word} " in words for word in DEFAULT.of(kind))
