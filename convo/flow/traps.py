"""YAML's own traps, each with its sentence and its mend; what a flow means is not known here."""

import re

from ruamel.yaml.error import MarkedYAMLError

from convo.errors import Severity
from convo.flow.colons import colon, with_blank
from convo.flow.placement import indent_of, placement
from convo.flow.quoting import (
    PATTERNS,
    SAYINGS,
    anatomy,
    entries_of,
    goes_on,
    is_odd,
    quote_value,
    quoted,
    structure,
)
from convo.flow.trap import Code, Trap, write

_COMPARES = re.compile(r"[\"']\s*(?:(?:not\s+)?in\b|[=!<>]=?|~|\|)")
_CURLY = re.compile(r"(?:(?:^|:|,|\{|\[|^\s*-)\s+)([“”„‟])")
_STRAIGHT = str.maketrans(dict.fromkeys("“”„‟", '"'))
_ODD_BLANKS = re.compile(
    "[ ]*([\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000])[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*"
)
_BEFORE = re.compile(r"(?:^|,)\s*([^\s{}\[\],:][^{}\[\],:]*):\s")  # the keys in a piece of `{…}`
_GLUED = re.compile(r"#[^\s#!=*~_-]")
_SIGNS = {"{{": Code.BRACES_FIRST, "!": Code.EXCLAMATION, "*": Code.STAR, "&": Code.STAR}


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
        or _list_begun(lines, row)
        or odd_start(lines[row], row, column)
        or colon(lines, row, column, problem)
        or placement(lines, row, column, problem)
    )


def odd_start(line: str, row: int, column: int) -> Trap | None:
    """The trap of a key or a text that begins with a sign that YAML takes for its own."""
    parts = anatomy(line)
    if parts is None:
        return None
    key, value = parts["key"] or "", parts["value"]
    if key and column <= parts.end("key") and is_odd(key):
        return _odd_key(line, row, parts)
    if not value or not is_odd(value) or column < parts.start("value"):
        return None
    if "{{" not in value[:2] and structure(value):
        return _odd_inside(line, row, column)
    if anchor := re.match(r"&[\w-]+(?=\s+[\[{]|\s*$)", value):
        said = f"The anchor {anchor[0]} is not used here: what stands in two places is written twice."
        hint = f"Take {anchor[0]} out, and write what it stands for wherever *{anchor[0][1:]} does."
        return Trap(Code.STAR, row + 1, parts.start("value") + 1, said, hint)
    code, begin = _sign(value)
    said = f"This text begins with {begin} and has no quotes around it, so it is not read as text."
    if code is Code.QUOTE_FIRST:
        said = "This text begins with a quotation mark and goes on behind the closing one."
    mended = quote_value(line)
    return Trap(code, row + 1, parts.start("value") + 1, said, write(mended), mended)


def _list_begun(lines: list[str], row: int) -> Trap | None:
    """The trap of a list whose first item stands behind its key, and the others below."""
    parts, below = anatomy(lines[row]), next((one for one in lines[row + 1 :] if one.strip()), "")
    first = parts["value"] if parts and parts["key"] else ""
    if parts is None or not (first.startswith("- ") and below.lstrip().startswith("- ")):
        return None
    if indent_of(below) < parts.start("key"):
        return None  # an item of the list around it
    said = f"A list begins on the line below its key, and its first item stands behind `{parts['key']}:`."
    hint = f"Write `{first}` on a line of its own, right above `{below.strip()}` and in the same column."
    return Trap(Code.SIGN_FIRST, row + 1, parts.start("value") + 1, said, hint)


def odd_blank(lines: list[str]) -> Trap | None:
    """The trap of a line that begins with blanks which only look like ordinary ones."""
    for row, line in enumerate(lines):
        if found := _ODD_BLANKS.match(line):
            said = "A blank that is not an ordinary one stands in front of this line."
            mended = " " * (found.end() - found.start()) + line[found.end() :]
            return Trap(Code.INVISIBLE, row + 1, found.start(1) + 1, said, "Type the blanks again.", mended)
    return None


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
    one_word = re.fullmatch(r"([A-Za-z_]\w*):(?!//).+", key, re.DOTALL)
    glued = f"{one_word[1]}:" if one_word else None
    if spaced := with_blank(key, parent):
        glued = spaced[: spaced.rindex(" ")]
    if glued:
        mended = line[:column] + line[column:].replace(glued, f"{glued} ", 1)
        said = f"A blank is missing behind the colon of `{key}`."
        return Trap(Code.NO_COLON, row + 1, column + 1, said, write(mended), mended)
    before = _BEFORE.findall(line[line.rfind("{", 0, column) + 1 : column])
    rest = parent in SAYINGS or not before or goes_on(key, before[-1], parent)
    mended = quote_value(line) if rest else None
    said = f"`{key}` stands alone: inside {{…}} each part is a key, a colon and a value."
    hint = f"Write what it is behind a colon: `{key}: …`; if it is part of a text, put the text in quotes."
    if parent in ("needs", "save") and mended is None:
        said, hint = f"`{key}` has no type.", f"Write `{key}: text`, or what else it is."
    if mended:
        hint = write(mended)
    if parent in PATTERNS:
        said = f"`{key}` leads nowhere: inside {{…}} a comma begins a new reply."
        inside = line[line.rfind("{", 0, column + 1) : line.find("}", column) + 1]
        replies = [f"`{one}: {to}`" for one, to in entries_of(inside, parent)]
        hint = f"Give each reply a line of its own: {', '.join(replies) or '`yes: confirmed`'}."
    return Trap(Code.COMMA, row + 1, column + 1, said, hint, mended)


def curly(line: str, row: int, severity: Severity = Severity.ERROR) -> Trap | None:
    """The trap of a text in curly quotes, as word processors and phones type them."""
    found = _CURLY.search(line)
    if found is None:
        return None
    mended = None if '"' in line else line.translate(_STRAIGHT)
    said = f"The curly {found[1]} is a letter of the text and no quotation mark: a program typed it for you."
    hint = write(mended) if mended else "Type straight quotes around the text."
    return Trap(Code.CURLY, row + 1, found.start(1) + 1, said, hint, mended, severity)


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
        return Trap(Code.BACKSLASH, row + 1, column + 1, said, write(mended), mended)
    stray = problem.endswith(("found '}'", "found ']'")) and anatomy(line)
    if stray and stray["value"][:1] in ("{", "[") and column > stray.start("value"):
        mended = line[:column] + line[column + 1 :]
        said = f"This {line[column]} closes nothing."
        return Trap(Code.BRACKETS, row + 1, column + 1, said, write(mended), mended)
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
        return Trap(Code.HASH, top + 1, left + glued.start(1) + 1, said, write(mended), mended)
    below = lines[row] if row < len(lines) else ""
    if below.strip() and indent_of(below) > indent_of(line) and line.endswith(("{", "[", ",")):
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
    return Trap(code, row + 1, column + 1, said, write(mended), mended)


def _odd_key(line: str, row: int, parts: re.Match[str]) -> Trap:
    key = parts["key"]
    code, begin = _sign(key)
    new, said = quoted(key), f"This key begins with {begin} and has no quotes around it."
    if code is Code.QUOTE_FIRST:
        code, said = Code.QUOTED_KEY, "This key begins with a quoted word and goes on behind it."
        plain = re.sub(r"([\"'])([^\"']*)\1", r"\2", key)
        # In a pattern quotes do not count; in an expression, as `choose` has them, they do.
        new = new if is_odd(plain) or _COMPARES.search(key) else plain
    mended = parts["head"] + new + line[parts.end("key") :]
    return Trap(code, row + 1, parts.start("key") + 1, said, write(mended), mended)


def _sign(text: str) -> tuple[Code, str]:
    begin = "{{" if text.startswith("{{") else text[0]
    if begin in "\"'":
        return Code.QUOTE_FIRST, begin
    return _SIGNS.get(begin, Code.SIGN_FIRST), begin
