"""Phone numbers: E.164 from what providers write and from what people type, and what a number tells."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import timezone

_E164 = re.compile(r"\+?([1-9]\d{6,14})", re.ASCII)
_SHORT = re.compile(r"\d{3,6}", re.ASCII)
# What people write between digits; `+` is before the first of them. The dashes are those of many keyboards.
_FOREIGN = re.compile(r"(?<=\d)[^+]*(\+)|([^\d\s+().\[\]/\u2010-\u2015\u2212\u30fc-])")
# How programs dress a number: so that it is no sum, as a formula that is text, as a link (RFC 3966).
_DRESSED = re.compile(r"""\s*(?:(?:'|tel:)(.*)|=?"(.*)"\s*)""", re.IGNORECASE)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = re.compile(rf"{_DAY}([./-]){_DAY}\1(?:19|20)?\d\d|(?:19|20)\d\d([./-]){_DAY}\2{_DAY}", re.ASCII)
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

    Accepts every *possible* number, since numbering plans change faster than libraries do, and nothing
    beside it: no words, no second number, no extension, no date. `region` is that of numbers without their
    country, like GB.
    """
    if is_plain(text):
        return text
    bare = _undressed(text)
    if (why := _no_number(bare)) is not None:
        raise ValueError(
            f"'{text}' is not a phone number; {why}: write it with its country, like +15550001111"
        )
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        number = None
    possible = number and phonenumbers.is_possible_number_with_reason(number)
    if number is None or possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        # One that is dialled within its area alone reaches nobody, or somebody else.
        raise ValueError(f"'{text}' is not a phone number; write it with its country, like +15550001111")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _undressed(text: str) -> str:
    """A number without what spreadsheets, exporters and address books put around it."""
    dressed = _DRESSED.fullmatch(text)
    return dressed[1] or dressed[2] or "" if dressed else text


def _no_number(text: str) -> str | None:
    """Why a text holds no number, or more than one; the library would find one in it all the same."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    if (found := _FOREIGN.search(seen)) is not None:
        return f"'{found[1] or found[2]}' is no part of one"
    written = phonenumbers.normalize_digits_only(seen.strip(), keep_non_digits=True)
    return "it reads like a date" if _DATE.fullmatch(written) else None


def is_plain(text: str) -> bool:
    """Whether a text is surely E.164 as it stands, told without the library: that takes twenty times as long.

    Only where nothing could be stripped from the number: no digit that is dialled within its country alone.
    """
    found = _E164.fullmatch(text)
    if found is None or text[0] != "+":
        return False
    digits = found[1]
    for length in (1, 2, 3):
        plan = _plan(digits[:length])
        if plan is not None:
            lengths, dialled = plan
            national = digits[length:]
            return len(national) in lengths and not (dialled and dialled.match(national))
    return False


@lru_cache(maxsize=2048)
def _plan(code: str) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    """How long the numbers of a country's code are, and what may be dialled in front of them there."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code))
    if regions is None:
        return None
    plan = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    if plan is None or plan.general_desc is None:
        return None
    dialled = plan.national_prefix_for_parsing
    return frozenset(plan.general_desc.possible_length), re.compile(dialled) if dialled else None


def kind(number: str) -> NumberKind:
    """What one of our numbers is, in the spelling of `from_provider`."""
    if _SHORT.fullmatch(number):
        return NumberKind.SHORT_CODE
    if not _E164.fullmatch(number):
        return NumberKind.ALPHANUMERIC
    try:
        found = phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:  # of a country that the library does not know
        return NumberKind.LONG_CODE
    return NumberKind.TOLL_FREE if found == phonenumbers.PhoneNumberType.TOLL_FREE else NumberKind.LONG_CODE


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


def region(text: str) -> str:
    """A region whose numbers may be written without their country, like GB; raises ValueError for none."""
    found = text.strip().upper()
    if found not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"'{text}' is no region; write one like GB, FR or US")
    return found


def mask(number: str) -> str:
    """A number for logs: its first digits and its last two."""
    return f"{number[:4]}…{number[-2:]}" if len(number) > 8 else "…"


class Landing(StrEnum):
    """Why a number cannot take a code: what its country's plan says that it is."""

    SHORT_CODE = "short_code"
    LANDLINE = "landline"
    PREMIUM = "premium"  # or shared cost: whoever texts it pays somebody for it
    SERVICE = "service"  # toll-free, voicemail, a pager, a company's own


_TYPE = phonenumbers.PhoneNumberType
_LANDINGS = {
    _TYPE.FIXED_LINE: Landing.LANDLINE,
    _TYPE.PREMIUM_RATE: Landing.PREMIUM,
    _TYPE.SHARED_COST: Landing.PREMIUM,
    _TYPE.TOLL_FREE: Landing.SERVICE,
    _TYPE.VOICEMAIL: Landing.SERVICE,
    _TYPE.PAGER: Landing.SERVICE,
    _TYPE.UAN: Landing.SERVICE,
}


def is_short_code(text: str) -> bool:
    """Whether a text is a short code, which only its own country knows."""
    return _SHORT.fullmatch(text.strip()) is not None


def no_mobile(number: str) -> Landing | None:
    """Why nobody can read a text at this number; None where somebody may.

    What a plan does not know may be a new range of mobiles; what is no number is for `parse` to refuse.
    """
    if is_short_code(number):
        return Landing.SHORT_CODE
    try:
        return _LANDINGS.get(phonenumbers.number_type(phonenumbers.parse(number)))
    except phonenumbers.NumberParseException:
        return None


@lru_cache(maxsize=8192)
def country(number: str) -> str | None:
    """The country of an E.164 number (ISO 3166), the main one of its code where it is of none that is known.

    None for a short code, a sender's name, and a service without a country.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    found = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code or 0
    )
    return found if found and found.isalpha() and found != "ZZ" else None


def prefix(number: str) -> str:
    """An E.164 number without its last four digits: a range that one carrier has, as a rule."""
    return number[: max(4, len(number) - 4)]
