"""YAML's own traps, each with its sentence and its mend; what a flow means is not known here."""

import re
from dataclasses import dataclass
from enum import StrEnum

from ruamel.yaml.error import MarkedYAMLError

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


# Below these a comma on the left belongs to a pattern.
_PATTERNS = frozenset({"replies", "anywhere"})
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_COMPARES = re.compile(r"[\"']\s*(?:(?:not\s+)?in\b|[=!<>]=?|~|\|)")
_GLUED = re.compile(r"#[^\s#!=*~_-]")
_SIGNS = {"{{": Code.BRACES_FIRST, "!": Code.EXCLAMATION, "*": Code.STAR, "&": Code.STAR}
_ODD_START = re.compile(r"\{\{|[\"'*&!%@`\[{\]}|>,]|[-?:](?=\s|$)")
_LINE = re.compile(
    r"""(?P<head>[ \t]*(?:-[ ]+)*)
        (?:(?P<key>"[^"]*"[^:]*? | '[^']*'[^:]*? | \{\{.*?\}\}[^:]*? | [^\s"'{\[#].*?)
           (?P<colon>[ ]*:(?:[ ]+|$)))?
        (?P<value>.*?)(?P<tail>,?(?:[ ]+\#[ ].*|[ ]*))$""",
    re.VERBOSE,
)
_ENTRY = re.compile(r"""\s*("[^"]*"|'[^']*'|[^\s"'{}\[\]:][^{}\[\]:]*?)\s*:(?:\s+(.*?))?\s*""", re.DOTALL)


def explain(error: MarkedYAMLError, text: str, last: tuple[int, int] | None) -> Trap:
    """The trap behind a parser's error; `last` is where the last quoted text began and ended."""
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    opened = error.context_mark or mark
    if "document start" in problem and (trap := directive(text, mark.index + 1)):
        return trap
    if last and "\n" in text[last[0] : last[1]] and text.count("\n", 0, last[1]) == mark.line:
        row = text.count("\n", 0, last[0])
        return _open(row, last[0] - text.rfind("\n", 0, last[0]) - 1, text[last[0]])
    if context == "while scanning a quoted scalar":
        return _open(opened.line, opened.column, text[opened.index])
    lines = text.split("\n")
    if "could not find expected ':'" in problem:
        mark = opened
    row, column = mark.line, mark.column
    if "flow mapping" in context or "flow sequence" in context:
        return _in_brackets(lines, opened.line, opened.column, row, column)
    return (
        _letter(lines[row], row, column, problem)
        or odd_start(lines[row], row, column)
        or _colon(lines, row, column, problem)
        or _placement(lines, row, column, problem)
    )


def odd_start(line: str, row: int, column: int) -> Trap | None:
    """The trap of a key or a text that begins with a sign that YAML takes for its own."""
    parts = _anatomy(line)
    if parts is None:
        return None
    key, value = parts["key"] or "", parts["value"]
    if key and column <= parts.end("key") and _is_odd(key):
        return _odd_key(line, row, parts)
    if not value or not _is_odd(value) or column < parts.start("value"):
        return None
    if "{{" not in value[:2] and _structure(value):
        return _odd_inside(line, row, column)
    code, begin = _sign(value)
    said = f"This text begins with {begin} and has no quotes around it, so it is not read as text."
    if code is Code.QUOTE_FIRST:
        said = "This text begins with a quotation mark and goes on behind the closing one."
    mended = quote_value(line)
    return Trap(code, row + 1, parts.start("value") + 1, said, _write(mended), mended)


def directive(text: str, end: int) -> Trap | None:
    """The trap of a line in front of `end` that begins with a %."""
    if not (found := re.search(r"^%", text[:end], re.MULTILINE)):
        return None
    said = "This line begins with %, which a flow has no use for."
    hint = "Take the line out; if it is part of a text, put the text in quotes."
    return Trap(Code.SIGN_FIRST, text.count("\n", 0, found.start()) + 1, 1, said, hint)


def lonely_key(line: str, row: int, column: int, *, key: str, parent: str) -> Trap:
    """The trap of a part of `{…}` that has no colon of its own."""
    mended: str | None
    if glued := re.fullmatch(r"([A-Za-z_]\w*):(.+)", key, re.DOTALL):
        mended = line[:column] + line[column:].replace(f"{glued[1]}:", f"{glued[1]}: ", 1)
        said = f"A blank is missing behind the colon of `{key}`."
        return Trap(Code.NO_COLON, row + 1, column + 1, said, _write(mended), mended)
    mended = quote_value(line)
    said = f"`{key}` stands alone: inside {{…}} each part is a key, a colon and a value."
    hint = _write(mended)
    if parent in _PATTERNS:
        said = f"`{key}` leads nowhere: inside {{…}} a comma begins a new reply."
        inside = line[line.rfind("{", 0, column + 1) : line.find("}", column) + 1]
        replies = [f"`{one}: {to}`" for one, to in _entries(inside, parent)]
        hint = f"Give each reply a line of its own: {', '.join(replies) or '`yes: confirmed`'}."
    return Trap(Code.COMMA, row + 1, column + 1, said, hint, mended)


def comment_trap(text: str, index: int, comment: str) -> Trap | None:
    """The finding for a comment that was perhaps meant as text."""
    if not _GLUED.match(comment):
        return None
    before = text[text.rfind("\n", 0, index) + 1 : index]
    said = f"This line is taken for a comment and does nothing: `{comment}`."
    hint = "If it is a comment, write a blank behind the #; if not, put the text in quotes"
    mended = None
    if before.strip():
        said = f"What follows the # is taken for a comment, so the line ends before `{comment}`."
        mended = quote_value(before + comment)
        hint += f": {mended.strip()}" if mended else ""
    row = text.count("\n", 0, index)
    return Trap(Code.HASH, row + 1, len(before) + 1, said, hint, mended, severity=Severity.WARNING)


def quoted(text: str) -> str:
    """The text in the quotes that need the fewest changes to it."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def quote_value(line: str) -> str | None:
    """The line with quotes where its text, or the texts in its `{…}`, need them."""
    parts = _anatomy(line)
    if parts is None or not parts["value"]:
        return None
    value = parts["value"]
    inside = _structure(value)
    new = _quote_inside(value, parts["key"] or "") if inside else quoted(_bare(value))
    if new in (None, value):
        return None
    return f"{line[: parts.start('value')]}{new}{parts['tail']}"


def _open(row: int, column: int, sign: str) -> Trap:
    code = Code.OPEN_QUOTE if sign in "\"'" else Code.OPEN_BRACKET
    said = f"The {sign} that opens here is not closed where it should be."
    hint = "Close it on the same line; if it is part of a text, put the whole text in quotes."
    return Trap(code, row + 1, column + 1, said, hint)


def _letter(line: str, row: int, column: int, problem: str) -> Trap | None:
    """A tab, a backslash, or a closing bracket too many."""
    if "'\\t'" in problem:
        said = "A tab stands here, where only blanks may stand."
        return Trap(Code.TAB, row + 1, column + 1, said, "Replace it by blanks, two for each step.")
    if "escape" in problem:
        column = max(line.rfind("\\", 0, column + 1), 0)
        said = 'A backslash inside "…" needs single quotes around the text.'
        found = re.search(r'"([^"]*)"', line)
        mended = line.replace(found[0], quoted(found[1]), 1) if found else None
        return Trap(Code.BACKSLASH, row + 1, column + 1, said, _write(mended), mended)
    stray = problem.endswith(("found '}'", "found ']'")) and _anatomy(line)
    if stray and stray["value"][:1] in ("{", "[") and column > stray.start("value"):
        mended = line[:column] + line[column + 1 :]
        said = f"This {line[column]} closes nothing."
        return Trap(Code.BRACKETS, row + 1, column + 1, said, _write(mended), mended)
    return None


def _in_brackets(lines: list[str], top: int, left: int, row: int, column: int) -> Trap:
    """The trap of brackets that opened at `top`, `left` and went wrong at `row`, `column`."""
    line = lines[top].rstrip()
    if row == top and line[column:]:
        return _odd_inside(line, row, column)
    glued = re.search(r"\s(#[^\s#!].*)", line[left:])
    if glued and line.endswith(("}", "]")):
        said = f"What follows the # is taken for a comment, so `{glued[1]}` is cut off."
        mended = quote_value(line)
        return Trap(Code.HASH, top + 1, left + glued.start(1) + 1, said, _write(mended), mended)
    below = lines[row] if row < len(lines) else ""
    if below.strip() and _indent(below) > _indent(line) and line.endswith(("{", "[", ",")):
        return _odd_inside(below, row, column)
    return _open(top, left, line[left])


def _odd_inside(line: str, row: int, column: int) -> Trap:
    """The trap of a sign, at `column`, that ends a text inside `{…}` too early."""
    rest, before = line[column:], line[:column].rstrip()
    mended = quote_value(line)
    if rest.startswith(":"):
        code, said = Code.SECOND_COLON, "A second colon inside {…} ends the text in front of it."
    elif rest.startswith(("{{", *"*&!%@`")) and before.endswith((":", ",", "{", "[")):
        code, begin = _sign(rest)
        said = f"This text begins with {begin} and has no quotes around it."
    elif rest.startswith(","):
        code, said = Code.COMMA, "Nothing stands in front of this comma."
    elif before.endswith(('"', "'")):
        code, said = Code.QUOTE_FIRST, "Words follow behind a text in quotes, inside {…}."
    else:
        code, said = Code.BRACKETS, "Inside {…} or […] a text with brackets in it needs quotes."
    return Trap(code, row + 1, column + 1, said, _write(mended), mended)


def _odd_key(line: str, row: int, parts: re.Match[str]) -> Trap:
    key = parts["key"]
    code, begin = _sign(key)
    new, said = quoted(key), f"This key begins with {begin} and has no quotes around it."
    if code is Code.QUOTE_FIRST:
        code, said = Code.QUOTED_KEY, "This key begins with a quoted word and goes on behind it."
        plain = re.sub(r"([\"'])([^\"']*)\1", r"\2", key)
        # In a pattern quotes do not count; in an expression, as `choose` has them, they do.
        new = new if _is_odd(plain) or _COMPARES.search(key) else plain
    mended = parts["head"] + new + line[parts.end("key") :]
    return Trap(code, row + 1, parts.start("key") + 1, said, _write(mended), mended)


def _colon(lines: list[str], row: int, column: int, problem: str) -> Trap | None:
    """A second colon in a text, a colon without a blank, or none at all."""
    line, above = lines[row], lines[row - 1] if row else ""
    parts = _anatomy(line)
    if problem.startswith("mapping values") and parts and parts["key"] is not None:
        if column > parts.end("key"):
            mended = quote_value(line)
            said = "A second colon with a blank behind it stands in this text."
            return Trap(Code.SECOND_COLON, row + 1, column + 1, said, _write(mended), mended)
        if not re.match(r"\s*(- +)*\w+:\S", above) or ": " in above:
            return None
        line, row = above, row - 1
    elif "could not find" not in problem:
        return None
    column = _indent(line)
    mended = re.sub(r"^([\s-]*\w+):(?=\S)", r"\1: ", line)
    if mended != line:
        said = "A blank is missing behind the colon."
        return Trap(Code.NO_COLON, row + 1, column + 1, said, _write(mended), mended)
    said = f"`{line.strip()}` has no colon, so it is neither a key nor part of the text above."
    hint = "Write a key, a colon and a value; or begin further right if it goes on with a text."
    return Trap(Code.NO_COLON, row + 1, column + 1, said, hint)


def _placement(lines: list[str], row: int, column: int, problem: str) -> Trap:
    """A line that begins too far left or right, or else what nobody has foreseen."""
    line, continued = lines[row], problem.startswith("mapping values")
    indent = _indent(line)
    above = [one for one in lines[:row] if one.strip()]
    columns = {_indent(one) for one in above if _indent(one) < indent or not continued}
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


def _anatomy(line: str) -> re.Match[str] | None:
    # Nobody writes a line this long by hand, and the pattern is slow on one.
    return _LINE.match(line) if len(line) <= 2000 else None


def _is_odd(text: str) -> bool:
    return bool(_ODD_START.match(text)) and not _QUOTED.fullmatch(text)


def _sign(text: str) -> tuple[Code, str]:
    begin = "{{" if text.startswith("{{") else text[0]
    if begin in "\"'":
        return Code.QUOTE_FIRST, begin
    return _SIGNS.get(begin, Code.SIGN_FIRST), begin


def _structure(value: str) -> bool:
    """Whether this is a `{key: value}` or a `[list]` rather than a text that begins with one."""
    if value[:1] not in ("{", "[") or value.startswith("{{") or value[-1] not in "]}":
        return False
    depth = 0
    for sign in value[:-1]:
        depth += (sign in "[{") - (sign in "]}")
        if not depth:
            return False
    return True


def _bare(text: str) -> str:
    """The text without the quotes that somebody put around it in vain."""
    return text[1:-1] if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0] else text


def _quote_inside(value: str, parent: str) -> str | None:
    entries = _entries(value, parent)
    if not entries:
        return None
    return "{" + ", ".join(f"{_safe(key)}: {_safe(text, key)}" for key, text in entries) + "}"


def _entries(value: str, parent: str) -> list[tuple[str, str]]:
    """The keys and texts of a `{…}` as they were meant; empty if that cannot be told."""
    entries: list[tuple[str, str]] = []
    waiting: list[str] = []
    for piece in _pieces(value[1:-1]) if value.startswith("{") else []:
        if found := _ENTRY.fullmatch(piece):
            # Quotes do not count in a pattern; within the new ones they would only confuse.
            parts = [*waiting, found[1]]
            key = ", ".join(map(_bare, parts)) if waiting else found[1]
            entries.append((key, found[2] or ""))
            waiting = []
        elif entries and parent not in _PATTERNS and not waiting:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]},{piece}")
        else:
            waiting.append(piece.strip())
    return [] if waiting else entries


def _pieces(inside: str) -> list[str]:
    """What stands between the commas, but for those in quotes or brackets."""
    pieces, begin, depth, at = [], 0, 0, 0
    while at < len(inside):
        found = _QUOTED.match(inside, at) if re.search(r"(^|[:,{\[])\s*$", inside[:at]) else None
        if found:
            at = found.end()
            continue
        depth += (inside[at] in "[{") - (inside[at] in "]}")
        if inside[at] == "," and depth == 0:
            pieces.append(inside[begin:at])
            begin = at + 1
        at += 1
    return [] if depth else [*pieces, inside[begin:]]


def _safe(text: str, parent: str = "") -> str:
    if _QUOTED.fullmatch(text):
        return text
    if _structure(text):
        return text if text[0] == "[" else _quote_inside(text, parent) or quoted(text)
    if not text or _is_odd(text) or re.search(r"[,\[\]{}]|:(\s|$)|\s#", text):
        return quoted(_bare(text))
    return text


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _write(mended: str | None) -> str:
    return f"Write: {mended.strip()}" if mended else "Put the text in quotes."
