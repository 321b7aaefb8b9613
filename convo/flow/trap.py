"""One spot of a file where YAML would surprise its author: its code, its sentence and its mend."""

from dataclasses import dataclass
from enum import StrEnum

from convo.errors import Severity


class Code(StrEnum):
    """The stable codes of what can be wrong with a file before its meaning is looked at."""

    NOT_UTF8 = "R001"
    INVISIBLE = "R002"  # NUL, another control character, half an emoji
    TOO_BIG = "R003"
    TOO_DEEP = "R004"
    EMPTY = "R005"
    NO_KEYS = "R006"  # the file as a whole is a text or a list
    SEVERAL = "R007"  # a second document behind `---`
    TWICE = "R008"  # the same key again
    STAR = "R009"  # begins with * or &
    EXCLAMATION = "R010"  # begins with !
    NO_VALUE = "R011"
    NOT_A_KEY = "R012"  # brackets or nothing in front of a colon, or a `?`
    MERGE = "R013"  # <<
    BRACES_FIRST = "R014"  # begins with {{
    QUOTE_FIRST = "R015"  # begins with a quoted word and goes on
    SIGN_FIRST = "R016"  # begins with another sign: % @ ` [ { | > , - ?
    SECOND_COLON = "R017"
    BRACKETS = "R018"  # brackets or quotes in a text inside {…}
    COMMA = "R019"  # a part of {…} that stands alone
    QUOTED_KEY = "R020"  # "yes", y: ok
    TAB = "R021"
    INDENTED = "R022"
    OPEN_QUOTE = "R023"
    OPEN_BRACKET = "R024"
    BACKSLASH = "R025"  # \d in "…"
    NO_COLON = "R026"  # or no blank behind it
    CURLY = "R027"  # “ where a " belongs
    HASH = "R030"  # a # with no blank behind it
    ONE_LINE = "R031"  # several replies, clocks or choices in one {…}
    UNREADABLE = "R099"  # anything else


@dataclass(frozen=True, slots=True)
class Trap:
    """One spot of a file; lines and columns count from 1."""

    code: Code
    line: int
    column: int
    message: str
    hint: str = ""
    mended: str | None = None  # the whole line as it was probably meant
    severity: Severity = Severity.ERROR


def write(mended: str | None) -> str:
    """The hint that shows the line as it was probably meant."""
    return f"Write: {mended.strip()}" if mended else "Put the text in quotes."
