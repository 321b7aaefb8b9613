"""What is kept of a delivery that could not be used: all of it but digits that may be a one-time code."""

import re

from convo.flow.codes import DOT, may_say_one

# What a person looks at to tell why, and what an erasure looks for: ids, numbers, times. No code is in these.
_TELLING = re.compile(
    r'"(?:id|\w*Id|from|to|time|\w+Time|\w*[tT]imestamp|type|\w+Type)"\s*:\s*(?:"[^"\\]*"|\d+)'
    r"|(?<!\d)(?:(?:\+|%2[bB])\d{7,15}|\d{11,15})(?!\d)|\d{4}-\d\d-\d\dT[\d:.]+"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    re.ASCII,
)
_MAY_BE_DIGIT = re.compile(r"\\u([0-9a-fA-F]{4})|[0-9]|[^\x00-\x7f]")  # JSON escapes signs (RFC 8259, 7)


def without_codes(raw: bytes) -> bytes:
    """A delivery word for word, with dots for digits that may be a code, in whatever script and escape."""
    text = raw.decode("utf-8", "surrogateescape")
    kept, at = [], 0
    for telling in _TELLING.finditer(text):
        kept += [_masked(text[at : telling.start()]), telling[0]]
        at = telling.end()
    return "".join([*kept, _masked(text[at:])]).encode("utf-8", "surrogateescape")


def _masked(text: str) -> str:
    return _MAY_BE_DIGIT.sub(_dotted, text) if may_say_one(text) or "\\u" in text else text


def _dotted(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16)) if found[1] else found[0]
    return DOT if sign.isdigit() else found[0]
