"""Colons: one too many in a line, one without a blank behind it, or none where one belongs."""

import re

from convo.flow.placement import indent_of
from convo.flow.quoting import SAYINGS, anatomy, quote_inside, quote_value
from convo.flow.trap import Code, Trap, write

# Keys that hold entries with colons of their own, and keys that hold a text or a word.
_HOLDERS = frozenset({
    "needs", "vars", "triggers", "states", "anywhere", "replies", "after", "at", "choose", "split", "save",
    "set", "otherwise", "undelivered", "with",
})  # fmt: skip
_WORDS = frozenset({
    "flow", "about", "language", "start", "purpose", "say", "then", "end", "tag", "untag", "emit", "begin",
    "hand_off",
})  # fmt: skip
_GLUED = re.compile(r"((?:[^:]|:\d)+):([^\W\d][\w-]*)")  # `1 day:no_answer`, and not `at 9:30`
_LEADS = re.compile(r"(.+?)\s*(?:->|=>|→|=)\s*(.+)")


def colon(lines: list[str], row: int, column: int, problem: str) -> Trap | None:
    """A second colon in a text, a colon without a blank, or none at all."""
    line, above = lines[row], lines[row - 1] if row else ""
    parts = anatomy(line)
    if problem.startswith("mapping values") and parts and parts["key"] is not None:
        if column > parts.end("key"):
            return _second(line, parts, row, column)
        if (lonely := _lonely(lines, row)) is not None:
            return lonely
        if not re.match(r"\s*(- +)*\w+:\S", above) or ": " in above:
            return None
        line, row = above, row - 1
    elif "could not find" not in problem:
        return None
    mended = re.sub(r"^([\s-]*\w+):(?=\S)", r"\1: ", line)
    if mended != line:
        said = "A blank is missing behind the colon."
        return Trap(Code.NO_COLON, row + 1, indent_of(line) + 1, said, write(mended), mended)
    return _none(lines, row)


def with_blank(text: str, parent: str) -> str | None:
    """The `text` below `parent` with the blank that it lacks behind its colon; None where it lacks none."""
    found = _GLUED.fullmatch(text) if parent in SAYINGS else None
    return f"{found[1]}: {found[2]}" if found else None


def _second(line: str, parts: re.Match[str], row: int, column: int) -> Trap:
    key = parts["key"]
    inside = quote_inside(f"{{{parts['value']}}}", key) if key in _HOLDERS else None
    if inside is not None:
        mended: str | None = f"{line[: parts.start('value')]}{inside}{parts['tail']}"
        said = f"What `{key}` holds stands in {{…}}, or on lines of its own below."
    else:
        mended = quote_value(line)
        said = "A second colon with a blank behind it stands in this text."
    return Trap(Code.SECOND_COLON, row + 1, column + 1, said, write(mended), mended)


def _lonely(lines: list[str], row: int) -> Trap | None:
    """The trap of the line above, where it has no colon and stands among others that have one."""
    above = next((at for at in range(row - 1, -1, -1) if lines[at].strip()), None)
    if above is None or indent_of(lines[above]) != indent_of(lines[row]):
        return None
    parts = anatomy(lines[above])
    begins = re.match(r"\s*(-\s|\w+:\S)", lines[above])
    return None if parts is None or parts["key"] is not None or begins else _none(lines, above)


def _none(lines: list[str], row: int) -> Trap:
    line = lines[row]
    left = (each for each in lines[:row][::-1] if each.strip() and indent_of(each) < indent_of(line))
    parent = next(left, "").strip().rstrip(":")
    place = (row + 1, indent_of(line) + 1)
    if spaced := with_blank(line.strip(), parent):
        said, right = "A blank is missing behind the colon.", line[: indent_of(line)] + spaced
        return Trap(Code.NO_COLON, *place, said, write(right), right)
    mended = _with_colon(line, parent)
    said = f"`{line.strip()}` has no colon, so it is neither a key nor part of the text above."
    hint = "Write a key, a colon and a value; or begin further right if it goes on with a text."
    return Trap(Code.NO_COLON, *place, said, write(mended) if mended else hint, mended)


def _with_colon(line: str, parent: str) -> str | None:
    """The line with its colon: in place of an arrow, behind a known word, or in front of the destination."""
    text, indent = line.strip(), line[: indent_of(line)]
    first, _, rest = text.partition(" ")
    if found := _LEADS.fullmatch(text):
        return f"{indent}{found[1]}: {found[2]}"
    if first in _WORDS and rest:
        return f"{indent}{first}: {rest}"
    if parent in _HOLDERS and rest:
        left, _, last = text.rpartition(" ")
        return f"{indent}{left}: {last}"
    return None
