"""What an application asks of a verification, checked: whom, in whose name, for what, and in which words.

All that is wrong here is wrong for everybody and tells nothing of the contact.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from convo import phone
from convo.errors import SettingsError, StartError, VerificationError
from convo.flow.codes import PLACE, kept
from convo.flow.speech import locale
from convo.messages import storable
from convo.runtime.codes import keys
from convo.runtime.starting import number_of
from convo.settings import Settings
from convo.store.verifications import Terms
from convo.verify import texts

PURPOSE = "sign-in"  # unless another is said, when a code is sent and when it is checked
_PURPOSE = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,3})? [A-Z]{3}", re.ASCII)
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
LONGEST_PAYEE = 40  # characters


@dataclass(frozen=True, slots=True)
class Bound:
    """What a code is good for, as it is asked for; the same has to be said when it is checked."""

    number: str | None = None  # ours
    brand: str | None = None
    purpose: str = PURPOSE
    amount: str | None = None  # of a payment, like 120.00 EUR
    payee: str | None = None


def check_key(settings: Settings) -> None:
    """Raises VerificationError where there is no key to work codes out from."""
    try:
        keys(settings)
    except SettingsError as error:
        raise VerificationError("no_key", str(error)) from None


def terms(settings: Settings, bound: Bound) -> tuple[str, Terms]:
    """Our number and the terms of a code; raises VerificationError for what will not do."""
    number = _number(settings, bound)
    if not _PURPOSE.fullmatch(bound.purpose):
        raise VerificationError(
            "bad_purpose", f"a purpose is a short word like {PURPOSE} or change_email, not '{bound.purpose}'"
        )
    if (bound.amount is None) != (bound.payee is None):
        raise VerificationError("bad_payment", "a payment has both an amount and a payee")
    if bound.amount is not None and not _AMOUNT.fullmatch(bound.amount):
        raise VerificationError("bad_payment", f"write an amount like 120.00 EUR, not '{bound.amount}'")
    payee = None if bound.payee is None else _payee(bound.payee)
    return number, Terms(settings.brand(number), bound.purpose, bound.amount, payee)


def check_brand(settings: Settings, brand: str) -> None:
    """Raises VerificationError where no text with a code may name this brand."""
    if link := texts.link(settings.called(brand)):
        raise VerificationError(
            "bad_brand",
            f"'{link}' of the brand '{brand}' is a link, which no text with a code may carry; "
            f'set another `name` in [brands."{brand}"]',
        )


def contact(settings: Settings, to: str) -> str:
    """The number that a code may go to, in E.164; raises VerificationError for one that it may not."""
    landing = phone.no_mobile(to) if phone.is_short_code(to) else None
    if landing is None:
        try:
            number = phone.parse(to)
        except ValueError as error:
            raise VerificationError("bad_contact", str(error)) from None
        landing = phone.no_mobile(number)
    if landing is not None:
        raise VerificationError("not_a_mobile", f"nobody reads texts there: it is a {landing} number")
    allowed = _countries(settings)
    country = phone.country(number)
    if allowed and country not in allowed:
        raise VerificationError(
            "country_not_allowed",
            f"codes do not go to {country or 'numbers without a country'}; `verify.countries` of the "
            f"settings allows {', '.join(sorted(allowed))}",
        )
    return number


def text(settings: Settings, bound: Terms, language: str, digits: int, origin: str | None) -> str:
    """What is said, with dots where the code will stand."""
    payment = bound.amount is not None
    own = settings.verify.payment_texts if payment else settings.verify.texts
    template = texts.wording(own, texts.PAYMENT if payment else texts.CODE, language)
    values = {"brand": settings.called(bound.brand), "amount": bound.amount or "", "payee": bound.payee or ""}
    return kept(texts.filled(template, {**values, "code": PLACE}, origin), digits)


def digits(settings: Settings, wanted: int | None) -> int:
    """How long a code is to be."""
    if wanted is not None and not 4 <= wanted <= 10:
        raise VerificationError("bad_digits", f"a code has 4 to 10 digits, not {wanted}")
    return wanted or settings.verify.digits


def language(wanted: str | None) -> str | None:
    """The language as it is asked for; raises VerificationError for what is none."""
    try:
        if wanted is not None:
            locale(wanted)
    except ValueError as error:
        raise VerificationError("bad_language", str(error)) from None
    return wanted


def origin(wanted: str | None) -> str | None:
    """The host of an origin, as the last line names it: one that is secure and on its own port."""
    if wanted is None:
        return None
    try:
        parts = urlsplit(wanted if "://" in wanted else f"https://{wanted}")
        bare = parts.scheme == "https" and parts.netloc == (parts.hostname or "") and parts.path in ("", "/")
    except ValueError:
        bare = False
    if not bare or parts.query or parts.fragment or not _HOST.fullmatch(parts.netloc):
        raise VerificationError("bad_origin", f"'{wanted}' is no origin; write one like https://example.com")
    return parts.netloc


def _number(settings: Settings, bound: Bound) -> str:
    try:
        if bound.brand is None or bound.number is not None:
            number = number_of(settings, bound.number)
            if bound.brand not in (None, settings.brand(number)):
                raise VerificationError("unknown_brand", f"{number} is not of the brand '{bound.brand}'")
            return number
    except StartError as error:
        raise VerificationError(error.code, str(error)) from None
    found = [number for number in settings.numbers if settings.brand(number) == bound.brand]
    if not found:
        known = ", ".join(sorted({settings.brand(number) for number in settings.numbers})) or "none"
        raise VerificationError(
            "unknown_brand", f"no number is of the brand '{bound.brand}'; there is {known}"
        )
    return found[0]


def _payee(given: str) -> str:
    payee = storable(given).strip()
    if not 0 < len(payee) <= LONGEST_PAYEE or not payee.isprintable() or texts.link(payee):
        raise VerificationError(
            "bad_payment", f"a payee has 1 to {LONGEST_PAYEE} characters that can be printed, and no link"
        )
    return payee


def _countries(settings: Settings) -> set[str]:
    """Those that are allowed; none: all of them are."""
    return set(settings.verify.countries) or {
        found for number in settings.numbers if (found := phone.country(number)) is not None
    }
