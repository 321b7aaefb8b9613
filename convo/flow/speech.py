"""How a text speaks: its language and its time zone, as the filters find them in a template's context."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from jinja2.runtime import Context

SPEECH = "__speech__"  # a name that no author can write in a template


@dataclass(frozen=True, slots=True)
class Speech:
    """The locale and the time zone in which a text speaks."""

    language: str
    timezone: ZoneInfo


def speech_of(context: Context) -> Speech:
    """How the text speaks that is being put together."""
    speech: Speech = context[SPEECH]
    return speech


def locale(language: str) -> Locale:
    """Babel's locale for a BCP 47 language; raises ValueError where there is none."""
    try:
        return _locale(language)
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"'{language}' is not a language; write one like 'en', 'en-GB' or 'fr'") from None


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")
