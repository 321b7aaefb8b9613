"""Phone numbers: E.164 from what providers write and from what people type, and what a number tells."""

import re
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

_E164 = re.compile(r"\+?([1-9]\d{6,14})", re.ASCII)
_SHORT = re.compile(r"\d{3,6}", re.ASCII)
# Regions whose numbers are under the law of the United States (47 U.S.C. 153(58)).
_UNITED_STATES = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})


class NumberKind(StrEnum):
    """What one of our numbers is; providers let each kind send at a pace of its own."""

    LONG_CODE = "long_code"
    TOLL_FREE = "toll_free"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"  # a sender's name, which cannot be answered


def from_provider(text: str) -> str | None:
    """A provider's spelling as E.164 (`15550001111` → `+15550001111`), a short code as it is.

    None for anything else, such as an alphanumeric sender, which cannot be answered.
    """
    spelled = text.strip()
    if _SHORT.fullmatch(spelled):
        return spelled
    found = _E164.fullmatch(spelled)
    return f"+{found[1]}" if found else None


def parse(text: str, region: str | None = None) -> str:
    """What a person typed as E.164; raises ValueError with what to write instead.

    Accepts every *possible* number, since numbering plans change faster than libraries do.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"'{text}' is not a phone number; write it with its country, like +15550001111")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def kind(number: str) -> NumberKind:
    """What one of our numbers is, in the spelling of `from_provider`."""
    if _SHORT.fullmatch(number):
        return NumberKind.SHORT_CODE
    if not _E164.fullmatch(number):
        return NumberKind.ALPHANUMERIC
    toll_free = phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.TOLL_FREE
    return NumberKind.TOLL_FREE if toll_free else NumberKind.LONG_CODE


def timezones(number: str) -> tuple[str, ...]:
    """The IANA time zones of the region that an E.164 number belongs to; none where it belongs to no region.

    A mobile number may be one of a whole country, which may have several.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    found: tuple[str, ...] = timezone.time_zones_for_number(parsed)
    return tuple(zone for zone in found if zone != timezone.UNKNOWN_TIMEZONE)


@lru_cache(maxsize=1024)
def may_be_in_the_united_states(number: str) -> bool:
    """Whether an E.164 number is one of the United States, or of no region that is known."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return True
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    if _UNITED_STATES.isdisjoint(regions):
        return not all(map(str.isalpha, regions)) or not regions  # 001: of a service without a country
    region = phonenumbers.region_code_for_number(parsed)
    return region is None or region in _UNITED_STATES


def mask(number: str) -> str:
    """A number for logs: its first digits and its last two."""
    return f"{number[:4]}…{number[-2:]}" if len(number) > 8 else "…"
