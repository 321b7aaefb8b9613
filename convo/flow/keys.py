"""A key of `replies` cut into its patterns: commas separate, but for those inside `/…/` and `<…>`."""

import re

from convo.flow.patterns import Anything, Has, Kind, Media, Pattern, Starts, Whole, bare, expression, spaced
from convo.flow.slots import parse_type
from convo.keywords import normalise

KINDS = ("number", "date", "time", "email", "phone")  # those that are types as well
_LONGEST = 500  # characters of one pattern
_SLASH = re.compile(r"/(?=\s*(?:,|$))")  # that ends an RE2 pattern


def parse_patterns(key: str) -> tuple[Pattern, ...]:
    """The patterns of one key of `replies`; raises ValueError with what to write instead."""
    return tuple(_parse(part) for part in _parts(key))


def _parts(key: str) -> list[str]:
    """`key` at its commas, but for those inside `/…/` and `<…>`."""
    parts, at = [], 0
    while True:
        start = len(key) - len(key[at:].lstrip())
        end = _closing(key, start)
        comma = key.find(",", end)
        parts.append(key[at : comma if comma >= 0 else len(key)].strip())
        if comma < 0:
            return parts
        at = comma + 1


def _closing(key: str, start: int) -> int:
    """Where the part that begins at `start` may end: behind its last slash or its `>`."""
    sign = key[start : start + 1]
    if sign == "<" and (end := key.find(">", start)) > 0:
        return end + 1
    if sign == "/":
        ends = (found for found in _SLASH.finditer(key, start + 1) if not _is_escaped(key, found.start()))
        return next((found.start() + 1 for found in ends), start)
    return start


def _is_escaped(key: str, at: int) -> bool:
    return (at - len(key[:at].rstrip("\\"))) % 2 == 1


def _parse(source: str) -> Pattern:
    if len(source) > _LONGEST:
        raise ValueError(f"'{source[:40]}…' is longer than {_LONGEST} characters; take several shorter ones")
    if source.startswith("<"):
        return _kind(source)
    if source.startswith("/"):
        if len(source) < 3 or not source.endswith("/"):
            raise ValueError(
                f"'{source}' has no end; write a pattern between slashes, like /[A-Z]{{2}}[0-9]+/"
            )
        return expression(source)
    plain = normalise(source) or bare(source)
    word, _, phrase = source.partition(" ")
    words = spaced(normalise(phrase))
    if word.lower() in ("has", "starts") and phrase.strip():
        plain = words.strip()
    if not plain:
        raise ValueError("there is an empty word between two commas; take one comma away")
    if word.lower() == "has" and phrase.strip():
        return Has(source, words)
    if word.lower() == "starts" and phrase.strip():
        return Starts(source, words)
    return Whole(source, plain, spaced(plain))


def _kind(source: str) -> Pattern:
    name = " ".join(source.removeprefix("<").removesuffix(">").split())
    word = name.partition(" ")[0]
    if source.endswith(">"):
        if name == "anything":
            return Anything(source)
        if name == "media":
            return Media(source)
        if name in KINDS or word == "number":
            return Kind(source, parse_type(name))
    known = ", ".join(f"<{kind}>" for kind in (*KINDS, "anything", "media"))
    raise ValueError(f"'{source}' is not a pattern; there are {known}, and <number 1-5> with its bounds")
