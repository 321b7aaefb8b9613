"""`email` and `phone`: where somebody can be reached."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from convo import phone
from convo.flow.dates import Reading

# The dot-atom of RFC 5322, 3.2.3, at a host name of RFC 1123, 2.1, whose last label is no number.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"({_LOCAL})@((?:{_LABEL}\.)+(?:[^\W\d_]{{2,63}}|xn--[a-z0-9-]{{1,59}}))")
_LONGEST_LOCAL, _LONGEST = 64, 254  # RFC 5321, 4.5.3.1
_BEFORE, _AFTER = " \t\r\n<([\"'“«", " \t\r\n.,;:!?>)]\"'”»"

_DIALLED = re.compile(r"(\+|00)?[\s(]*[0-9][0-9\s().\u2010-\u2015/-]*")


@dataclass(frozen=True, slots=True)
class Email:
    """One email address; its domain in small letters."""

    name: str = "email"
    sample: str = "ana@example.org"

    def read(self, reply: str, reading: Reading) -> str | None:
        del reading
        text = unicodedata.normalize("NFKC", reply).lstrip(_BEFORE).rstrip(_AFTER)
        found = _EMAIL.fullmatch(text.removeprefix("mailto:"))
        if found is None or len(found[1]) > _LONGEST_LOCAL or len(found[0]) > _LONGEST or "_" in found[2]:
            return None
        return f"{found[1]}@{found[2].lower()}"

    def take(self, given: object, reading: Reading) -> str:
        found = self.read(given, reading) if isinstance(given, str) else None
        if found is None:
            raise ValueError("give an email address, like ana@example.org")
        return found


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone number as E.164; without its country it is one of the contact's or of our number's."""

    name: str = "phone"
    sample: str = "+15550001111"

    def read(self, reply: str, reading: Reading) -> str | None:
        text = unicodedata.normalize("NFKC", reply).strip(" \t\r\n.,;:!?")
        if not _DIALLED.fullmatch(text):
            return None
        if text.startswith("00"):
            text = f"+{text[2:]}"  # as it is dialled from most of the world
        for region in (None, *regions(reading.near)):
            try:
                return phone.parse(text, region)
            except ValueError:
                continue
        return None

    def take(self, given: object, reading: Reading) -> str:
        found = self.read(given, reading) if isinstance(given, str) else None
        if found is None:
            raise ValueError("give a phone number with its country, like +15550001111")
        return found


def regions(numbers: Iterable[str]) -> list[str]:
    """The countries of E.164 numbers (ISO 3166), as far as they have one."""
    found: list[str] = []
    for number in numbers:
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            continue  # a short code, or no number at all
        region = phonenumbers.region_code_for_number(parsed) or (
            phonenumbers.region_code_for_country_code(parsed.country_code or 0)
        )
        if region not in (*found, "ZZ", "001"):  # of no country
            found.append(region)
    return found
