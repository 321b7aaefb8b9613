"""One-time codes as a flow knows them: how one is read in a reply, and what stands in for it everywhere else.

Which code it is, and whether a reply is right, is known outside: a flow is only told.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MOST_SENDS = 5  # of a state's code in one conversation (PROVIDERS.md, 'One-time codes')
PLACE = "\ufdd0"  # a noncharacter, which nobody types: what a text calls its code while it is put together
DOT = "•"  # stands for a digit wherever a code is shown or kept
_OTHER_DOTS = re.compile(f"{DOT}{{2,}}|{DOT}(?={PLACE})|(?<={PLACE}){DOT}")
_FEW = 4  # digits: a text that has fewer is kept as it was typed
_WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789"))
_BETWEEN = re.compile(r"(?<=\d)[\s.\-\u2010-\u2015]+(?=\d)")


class Verdict(StrEnum):
    """What came of checking a code."""

    APPROVED = "approved"
    WRONG = "wrong"  # it may be tried again
    FAILED = "failed"  # it was tried too often
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a `verify` asks for."""

    digits: int
    valid: timedelta
    tries: int


def placeholder(digits: int) -> str:
    """What a text holds in the place of its code until it is sent."""
    return DOT * digits


def kept(text: str, digits: int) -> str:
    """A text as it is kept: a placeholder at its PLACE, and stars for dots that could be taken for one."""
    stars = _OTHER_DOTS.sub(lambda found: "*" * len(found[0]), text)
    return stars.replace(PLACE, placeholder(digits))


def filled_in(text: str, digits: int) -> str:
    """A text as long as it will be, with its code."""
    return text.replace(placeholder(digits), "0" * digits)


def attempt(text: str, digits: int) -> str | None:
    """The code that a reply tries: its one run of so many digits, however they were typed; None for none."""
    runs = re.findall(r"\d+", _BETWEEN.sub("", _plain(text)))
    return runs[0] if [len(run) for run in runs] == [digits] else None


def says(text: str, code: str) -> bool:
    """Whether a text has this code in it, whatever stands between and around its digits."""
    return code in "".join(sign for sign in _plain(text) if sign.isdecimal())


def may_say_one(text: str) -> bool:
    """Whether a text has as many digits as the shortest code."""
    if text.isascii():  # nearly always
        return len(text) - len(text.translate(_WITHOUT_DIGITS)) >= _FEW
    return sum(map(str.isdigit, text)) >= _FEW


def masked(text: str) -> str:
    """A text that may say a code as it is kept: with dots in the place of its digits."""
    return "".join(DOT if sign.isdigit() else sign for sign in text) if may_say_one(text) else text


def _plain(text: str) -> str:
    """`text` with digits of every script and width as 0 to 9."""
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) != "Cf"
    )
