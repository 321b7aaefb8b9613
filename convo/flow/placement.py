"""Lines that begin in the wrong column, and lines whose colon is missing or one too many."""

import re

from convo.flow.quoting import anatomy, quote_value
from convo.flow.trap import Code, Trap, write


def colon(lines: list[str], row: int, column: int, problem: str) -> Trap | None:
    """A second colon in a text, a colon without a blank, or none at all."""
    line, above = lines[row], lines[row - 1] if row else ""
    parts = anatomy(line)
    if problem.startswith("mapping values") and parts and parts["key"] is not None:
        if column > parts.end("key"):
            mended = quote_value(line)
            said = "A second colon with a blank behind it stands in this text."
            return Trap(Code.SECOND_COLON, row + 1, column + 1, said, write(mended), mended)
        if not re.match(r"\s*(- +)*\w+:\S", above) or ": " in above:
            return None
        line, row = above, row - 1
    elif "could not find" not in problem:
        return None
    column = indent_of(line)
    mended = re.sub(r"^([\s-]*\w+):(?=\S)", r"\1: ", line)
    if mended != line:
        said = "A blank is missing behind the colon."
        return Trap(Code.NO_COLON, row + 1, column + 1, said, write(mended), mended)
    said = f"`{line.strip()}` has no colon, so it is neither a key nor part of the text above."
    hint = "Write a key, a colon and a value; or begin further right if it goes on with a text."
    return Trap(Code.NO_COLON, row + 1, column + 1, said, hint)


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
    else:
        said = "This line begins in another column than the lines that it could belong to."
    return Trap(Code.INDENTED, row + 1, indent + 1, said, hint, mended)


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())
