"""Lines that begin in the wrong column: the one that YAML stumbles over, or the one that slid."""

import re
from collections import Counter

from convo.flow.quoting import anatomy
from convo.flow.trap import Code, Trap

# Keys of a state that stand nowhere else: where most of them begin, all of them should.
_LEVEL = frozenset({
    "replies", "save", "otherwise", "after", "at", "choose", "split", "undelivered", "hand_off", "call",
    "run", "verify",
})  # fmt: skip


def placement(lines: list[str], row: int, column: int, problem: str) -> Trap:
    """A line that begins too far left or right, or else what nobody has foreseen."""
    line, continued = lines[row], problem.startswith("mapping values")
    indent = indent_of(line)
    above = [one for one in lines[:row] if one.strip()]
    columns = {indent_of(one) for one in above if indent_of(one) < indent or not continued}
    inside = column > indent and not continued and "<scalar>" not in problem
    if inside or not columns or not line.strip():
        said = f"The {line[column : column + 1] or 'end'} does not fit here."
        hint = "Take it out; if it is part of a text, put the text in quotes."
        return Trap(Code.UNREADABLE, row + 1, column + 1, said, hint)
    may_tell = "<scalar>" not in problem and (not continued or indent == _usual(lines))
    if may_tell and (slid := _slid(lines, row)) is not None:
        return slid
    target = min(columns, key=lambda one: (abs(one - indent), -one))
    mended = " " * target + line.strip() if target != indent else None
    hint = f"Let it begin in column {target + 1}; if it goes on with a text, put the text in quotes."
    if continued:
        said = "This line begins further right than the one above, so it goes on with its text."
    elif "<scalar>" in problem and "#" in above[-1]:
        said = "The comment above ends the text, so this line belongs to nothing."
        hint, mended = "Take the comment out; if it is text, put the whole text in quotes.", None
    elif target == indent:
        said = "A list and keys are mixed here: this line is the one, those above are the other."
        hint = "Write the list below a key of its own; if it is text, put it in quotes."
        if not line.lstrip().startswith("-"):
            hint = (
                f"Write `- {line.strip()}` if it is one more of the list above, or let it begin further left."
            )
    else:
        said = "This line begins in another column than the lines that it could belong to."
    return Trap(Code.INDENTED, row + 1, indent + 1, said, hint, mended)


def _slid(lines: list[str], row: int) -> Trap | None:
    """The trap of the line that slid, of those that cannot stand together; None where that is not known."""
    found = _astray(lines, row)
    if found is None:
        return None
    at, right = found
    line = lines[at]
    name = line.strip().partition(": ")[0].rstrip(":")
    said = f"`{name}` begins in another column than the lines beside it."
    place, hint = (at + 1, indent_of(line) + 1), f"Let it begin in column {right + 1}."
    return Trap(Code.INDENTED, *place, said, hint, " " * right + line.strip())


def _astray(lines: list[str], row: int) -> tuple[int, int] | None:
    """The row of the line that slid, and where it should begin.

    YAML stumbles over a line at `row` that begins right of the one that it would belong to, and left of
    that one's other lines. Any of the three may be wrong; where their like begins elsewhere tells which.
    """
    indent, usual = indent_of(lines[row]), _usual(lines)
    if usual not in (None, indent) and _key(lines[row]) in _LEVEL:
        return row, usual or 0
    rows = [at for at in range(row) if lines[at].strip() and not lines[at].lstrip().startswith("#")]
    left = next((at for at in reversed(rows) if indent_of(lines[at]) < indent), None)
    if left is None:
        return None
    if _holds_nothing(lines[left]):
        beside = [at for at in rows if at < left and indent_of(lines[at]) <= indent]
        fits = indent == usual or (beside and indent_of(lines[beside[-1]]) == indent)
        return (left, indent) if fits else None
    if usual is not None and _key(lines[left]) in _LEVEL and indent_of(lines[left]) != usual:
        return left, usual
    below = [at for at in rows if at > left]
    return (below[0], indent) if indent == usual and below else None


def _holds_nothing(line: str) -> bool:
    """Whether a line has its value behind its colon, so that nothing can stand below it."""
    parts = anatomy(line)
    return parts is not None and parts["key"] is not None and bool(parts["value"])


def _usual(lines: list[str]) -> int | None:
    """Where the keys of states begin in this file; None where most of them do not agree."""
    counts = Counter(indent_of(line) for line in lines if _key(line) in _LEVEL).most_common(2)
    agree = bool(counts) and counts[0][1] > max(1, *(count for _, count in counts[1:]), 0)
    return counts[0][0] if agree else None


def _key(line: str) -> str:
    found = re.match(r"\s*([a-z_]+):(?:\s|$)", line)
    return found[1] if found else ""


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())
