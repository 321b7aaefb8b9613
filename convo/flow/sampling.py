"""A text that an RE2 pattern takes, written by following it; whoever asks tries it on the pattern."""

import re
from dataclasses import dataclass

import re2

from convo.flow.patterns import options

MOST_GROUPS = 50  # in a pattern that is followed: each goes one level deeper
_CANDIDATES = "a1A -_@.#/:+"  # for a class of characters; nearly every class has one of them
_ESCAPED = {"d": "1", "w": "a", "s": " ", "D": "a", "W": " ", "S": "a", "t": "\t", "n": "\n"}
_NOTHING = "bBAzQE"  # escapes that stand for a place, not for a character
_GROUP = re.compile(r"\(\?(?:P?<\w+>|:|[imsU-]+(?P<flags>\))|[imsU-]+:)|\(")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]")
_CATEGORY = re.compile(r"\\[pP](?:\{\^?\w+\}|\w)")
_TIMES = re.compile(r"(?:\*|\+|\?|\{(?P<least>\d+)(?:,\d*)?\})\??")


def written(pattern: str, *, shortest: bool) -> str:
    """A text for `pattern`, with what may be left out or not; of alternatives it is the first."""
    return _Writer(pattern, shortest).alternatives()


@dataclass(slots=True)
class _Writer:
    pattern: str
    shortest: bool
    at: int = 0

    def alternatives(self) -> str:
        text = self._sequence()
        while self._sees("|"):
            self.at += 1
            self._sequence()
        return text

    def _sequence(self) -> str:
        text = ""
        while self.at < len(self.pattern) and not self._sees("|", ")"):
            piece = self._atom()
            times = _TIMES.match(self.pattern, self.at)
            self.at = times.end() if times else self.at
            text += piece * (self._count(times) if times else 1)
        return text

    def _count(self, times: re.Match[str]) -> int:
        least = int(times["least"]) if times["least"] else int(times[0][0] == "+")
        return least if self.shortest else max(1, least)

    def _atom(self) -> str:
        start = self.at
        if group := _GROUP.match(self.pattern, start):
            self.at = group.end()
            if group["flags"]:
                return ""
            text = self.alternatives()
            self.at += 1  # the bracket that closes it
            return text
        several = _CLASS.match(self.pattern, start) or _CATEGORY.match(self.pattern, start)
        if several:
            self.at = several.end()
            return _one_of(several[0])
        self.at += 2 if self._sees("\\") else 1
        sign = self.pattern[start : self.at]
        if sign[:1] == "\\":
            return "" if sign[1:] in _NOTHING else _ESCAPED.get(sign[1:], sign[1:])
        return {".": "a", "^": "", "$": ""}.get(sign, sign)

    def _sees(self, *signs: str) -> bool:
        return self.pattern[self.at : self.at + 1] in signs


def _one_of(several: str) -> str:
    """A character of a class such as `[^a-z]`: the first that is written in it, if none of ours is."""
    try:
        compiled = re2.compile(several, options())
    except re2.error:
        return ""
    named = re.sub(r"[\[\]\\^]", "", several)
    return next((sign for sign in _CANDIDATES + named if compiled.fullmatch(sign)), "")
