"""The filters of texts: `{{ visit | day_time }}`, in the contact's language, with plain blanks."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import phonenumbers
from babel.dates import format_skeleton, format_time
from babel.numbers import format_currency
from jinja2 import pass_context
from jinja2.runtime import Context

from convo.flow.speech import locale, speech_of
from convo.flow.values import Money

_ISO = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d")
# Babel's own blanks are no GSM 03.38: one of them would make a text of 70 characters a segment.
_HARD_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f", " "))


@pass_context
def day(context: Context, value: object) -> str:
    """`Tue 1 Dec`"""
    moment = _local(context, value)
    if not isinstance(moment, date):
        raise TypeError(f"'{value}' is not a day")
    said: str = format_skeleton("MMMEd", moment, tzinfo=None, locale=locale(speech_of(context).language))
    return said.replace(",", "", 1).translate(_HARD_BLANKS)


@pass_context
def time_of_day(context: Context, value: object) -> str:
    """`09:30`, or `9:30 AM` where people write it so"""
    moment = _local(context, value)
    if not isinstance(moment, datetime | time):
        raise TypeError(f"'{value}' is not a time")
    said = format_time(moment, "short", locale=locale(speech_of(context).language))
    return said.translate(_HARD_BLANKS)


@pass_context
def day_time(context: Context, value: object) -> str:
    """`Tue 1 Dec, 09:30`"""
    if not isinstance(_moment(value), datetime):
        raise TypeError(f"'{value}' is not a day and time")
    return f"{day(context, value)}, {time_of_day(context, value)}"


@pass_context
def money(context: Context, value: object, currency: str | None = None) -> str:
    """`€12.50`, `12,50 €`; a plain number needs its currency: `{{ total | money("EUR") }}`"""
    if isinstance(value, Money):
        amount, currency = value.amount, value.currency
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and currency:
        amount = Decimal(str(value))
    else:
        raise TypeError(f"'{value}' is not an amount of money; write it like {{{{ total | money('EUR') }}}}")
    said = format_currency(amount, currency, locale=locale(speech_of(context).language))
    return said.translate(_HARD_BLANKS)


@pass_context
def phone(context: Context, value: object) -> str:
    """`(212) 555-0100` to a contact in the same country, `+1 212-555-0100` to others"""
    try:
        number = phonenumbers.parse(str(value))
    except phonenumbers.NumberParseException:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return value  # a short code
        raise TypeError(f"'{value}' is not a phone number") from None
    own = getattr(context.get("contact"), "number", None)
    near = isinstance(own, str) and own.startswith(f"+{number.country_code}")
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if near else form.INTERNATIONAL)


@pass_context
def plural(context: Context, value: object, one: str, other: str, **forms: str) -> str:
    """`visit` or `visits`, by the language's own rule (CLDR plural categories).

    Languages with more than two forms name the others: `{{ n | plural("wizyta", "wizyt", few="wizyty") }}`.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(f"'{value}' is not a number")
    count = value if isinstance(value, Decimal) else Decimal(str(value))
    form = locale(speech_of(context).language).plural_form(abs(count))
    return {"one": one, **forms}.get(form, other)


def _local(context: Context, value: object) -> object:
    """A moment in the contact's time zone; anything else as it is."""
    moment = _moment(value)
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return moment
    return moment.astimezone(speech_of(context).timezone).replace(tzinfo=None)


def _moment(value: object) -> object:
    """What a text says that a program wrote (ISO 8601), as a list of moments from a call has them."""
    if not isinstance(value, str) or not _ISO.match(value):
        return value
    for read in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
        try:
            return read(value)
        except ValueError:
            continue
    return value


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": day,
    "time": time_of_day,
    "day_time": day_time,
    "money": money,
    "phone": phone,
    "plural": plural,
}
