"""Texts of a flow: Jinja2 in its sandbox, strict about names, with dates as people read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from jinja2 import StrictUndefined, TemplateSyntaxError, meta, pass_context
from jinja2.exceptions import TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from convo.errors import ConvoError

SPEECH = "__speech__"  # how dates are said; a name that no author can write in a template
GIVEN_NAMES = frozenset({"reply", "contact", "number", "now", "visits"})
_HARD_BLANKS = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " "})


class RenderError(ConvoError):
    """A text could not be put together; nothing of it may reach a contact."""


@dataclass(frozen=True, slots=True)
class Speech:
    """The locale and the time zone in which a text speaks."""

    language: str
    timezone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Text:
    """A compiled text: the names that it uses, and how to render it."""

    source: str
    names: frozenset[str]
    render: Callable[[Mapping[str, object]], str]


class Texts:
    """Compiles the texts of one flow."""

    def __init__(self) -> None:
        self._jinja = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False
        )
        self._jinja.filters.update({"day": _day, "time": _time, "day_time": _day_time})

    def compile(self, source: str) -> Text:
        """Raises ValueError, in an author's words, for a text that does not parse."""
        if "{" not in source:
            return Text(source, frozenset(), _always(source.strip()))
        try:
            names = meta.find_undeclared_variables(self._jinja.parse(source))
            template = self._jinja.from_string(source)
        except TemplateSyntaxError as error:
            raise ValueError(f"this text cannot be read: {_mended(error.message)}") from None
        except TemplateError as error:  # such as a filter that does not exist
            raise ValueError(f"this text cannot be read: {_mended(str(error))}") from None

        def render(values: Mapping[str, object]) -> str:
            try:
                return template.render(values).strip()
            except Exception as error:
                raise RenderError(f"the text '{source}' failed: {error}") from error

        return Text(source, frozenset(names), render)


def _mended(message: str | None) -> str:
    why = (message or "it breaks off").rstrip(".")
    return f"{why}; write it like {{{{ name }}}} or {{{{ visit | day_time }}}}"


def _always(plain: str) -> Callable[[Mapping[str, object]], str]:
    def render(values: Mapping[str, object]) -> str:
        del values
        return plain

    return render


def locale(language: str) -> Locale:
    """Babel's locale for a BCP 47 language; raises ValueError where there is none."""
    try:
        return _locale(language)
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"'{language}' is not a language; write one like 'en', 'en-GB' or 'fr'") from None


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


@pass_context
def _day(context: Context, value: object) -> str:
    """`Tue 1 Dec`"""
    speech, moment = _said(context, value)
    day: str = format_skeleton("MMMEd", moment, tzinfo=None, locale=_locale(speech.language))
    return day.replace(",", "", 1).translate(_HARD_BLANKS)


@pass_context
def _time(context: Context, value: object) -> str:
    """`09:30`, or `9:30 AM` where people write it so"""
    speech, moment = _said(context, value)
    return format_time(moment, "short", locale=_locale(speech.language)).translate(_HARD_BLANKS)


@pass_context
def _day_time(context: Context, value: object) -> str:
    """`Tue 1 Dec, 09:30`"""
    return f"{_day(context, value)}, {_time(context, value)}"


def _said(context: Context, value: object) -> tuple[Speech, datetime]:
    speech = context[SPEECH]
    if not isinstance(value, datetime):
        raise TypeError(f"'{value}' is not a day and time")
    return speech, value.astimezone(speech.timezone).replace(tzinfo=None)
