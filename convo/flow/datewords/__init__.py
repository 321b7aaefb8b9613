"""The words that dates are texted with, one row per language; how they combine is in `dates`.

Words are written as `dates` compares them: small letters, no accents, a blank for an apostrophe or
a hyphen. A language is added by adding its row to `LANGUAGES`.

A word that means two things has no place here: Spanish `mar` is Tuesday as much as March.
"""

from collections.abc import Mapping

from convo.flow.datewords.english import ENGLISH
from convo.flow.datewords.french import FRENCH
from convo.flow.datewords.row import DAY, HOUR, MINUTE, Order, Window, Words
from convo.flow.datewords.spanish import SPANISH

__all__ = [
    "DAY",
    "HOUR",
    "LANGUAGES",
    "LONGEST_PHRASE",
    "MINUTE",
    "NUMBERS_ONLY",
    "Order",
    "Window",
    "Words",
    "row_of",
]

LONGEST_PHRASE = 5  # words

LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH}
NUMBERS_ONLY = Words()  # any other language: what is written in numbers alone


def row_of(language: str) -> tuple[Words, Order]:
    """The words of a BCP 47 language, and the order of day and month in its region."""
    primary, *rest = language.replace("_", "-").split("-")
    words = LANGUAGES.get(primary.lower(), NUMBERS_ONLY)
    region = next((part.upper() for part in rest if len(part) == 2), "")
    return words, words.orders.get(region, words.order)
