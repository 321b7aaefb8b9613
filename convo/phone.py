"""Phone numbers: E.164 from what providers write and from what people type."""

import re

import phonenumbers

_E164 = re.compile(r"\+?([1-9]\d{6,14})", re.ASCII)
_SHORT = re.compile(r"\d{3,6}", re.ASCII)


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


def mask(number: str) -> str:
    """A number for logs: its first digits and its last two."""
    return f"{number[:4]}…{number[-2:]}" if len(number) > 8 else "…"
