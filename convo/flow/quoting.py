"""Quotes where YAML needs them: a line taken apart, and put together as its author meant it."""

import re

# Below these a comma on the left belongs to a pattern.
PATTERNS = frozenset({"replies", "anywhere"})
# Keys below which a key may be of several words, with commas between them.
SAYINGS = PATTERNS | {"after", "at", "choose"}
# What holds no texts of its own, and what may stand beside a text.
_TEXTLESS = SAYINGS | {"needs", "save", "split", "triggers", "states", "outcomes"}
_BESIDE = SAYINGS - {"anywhere"} | {
    "begin", "call", "consent", "emit", "end", "hand_off", "late", "otherwise", "run", "save", "say", "set",
    "split", "tag", "then", "tries", "undelivered", "untag", "verify",
}  # fmt: skip
QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_ODD_START = re.compile(r"\{\{|[\"'*&!%@`\[{\]}|>,]|[-?:](?=\s|$)")
_LINE = re.compile(
    r"""(?P<head>[ \t]*(?:-[ ]+)*)
        (?:(?P<key>"[^"]*"[^:]*? | '[^']*'[^:]*? | \{\{.*?\}\}[^:]*? | [^\s"'{\[#].*?)
           (?P<colon>[ ]*:(?:[ ]+|$)))?
        (?P<value>.*?)(?P<tail>,?(?:[ ]+\#[ ].*|[ ]*))$""",
    re.VERBOSE,
)
_ENTRY = re.compile(r"""\s*("[^"]*"|'[^']*'|[^\s"'{}\[\]:][^{}\[\]:]*?)\s*:(?:\s+(.*?))?\s*""", re.DOTALL)


def quoted(text: str) -> str:
    """The text in the quotes that need the fewest changes to it."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def quote_value(line: str) -> str | None:
    """The line with quotes where its text, or the texts in its `{…}`, need them."""
    parts = anatomy(line)
    if parts is None or not parts["value"]:
        return None
    value = parts["value"]
    inside = structure(value)
    new = quote_inside(value, parts["key"] or "") if inside else quoted(bare(value))
    if new in (None, value):
        return None
    return f"{line[: parts.start('value')]}{new}{parts['tail']}"


def anatomy(line: str) -> re.Match[str] | None:
    # Nobody writes a line this long by hand, and the pattern is slow on one.
    return _LINE.match(line) if len(line) <= 2000 else None


def is_odd(text: str) -> bool:
    return bool(_ODD_START.match(text)) and not QUOTED.fullmatch(text)


def structure(value: str) -> bool:
    """Whether this is a `{key: value}` or a `[list]` rather than a text that begins with one."""
    if value[:1] not in ("{", "[") or value.startswith("{{") or value[-1] not in "]}":
        return False
    depth = 0
    for sign in value[:-1]:
        depth += (sign in "[{") - (sign in "]}")
        if not depth:
            return False
    return True


def bare(text: str) -> str:
    """The text without the quotes that somebody put around it in vain."""
    return text[1:-1] if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0] else text


def quote_inside(value: str, parent: str) -> str | None:
    pairs = [(_safe(key), _safe(text, key)) for key, text in entries_of(value, parent)]
    if not pairs or any(text is None for _, text in pairs):
        return None
    return "{" + ", ".join(f"{key}: {text}" for key, text in pairs) + "}"


def entries_of(value: str, parent: str) -> list[tuple[str, str]]:
    """The keys and texts of a `{…}` as they were meant; empty if that cannot be told."""
    entries: list[tuple[str, str]] = []
    waiting: list[str] = []
    for piece in _pieces(value[1:-1]) if value.startswith("{") else []:
        if found := _ENTRY.fullmatch(piece):
            # Quotes do not count in a pattern; within the new ones they would only confuse.
            parts = [*waiting, found[1]]
            key = ", ".join(map(bare, parts)) if waiting else found[1]
            entries.append((key, found[2] or ""))
            waiting = []
        elif entries and parent not in PATTERNS and not waiting:
            if not goes_on(piece.strip(), entries[-1][0], parent):
                return []
            entries[-1] = (entries[-1][0], f"{entries[-1][1]},{piece}")
        elif parent not in SAYINGS:
            return []
        else:
            waiting.append(piece.strip())
    return [] if waiting else entries


def goes_on(piece: str, before: str, parent: str) -> bool:
    """Whether a part of `{…}` without a colon may be the rest of what stands behind the key `before`."""
    if parent in ("set", "with") and piece.isidentifier():
        return False  # a variable; an expression goes on with a bracket, or a sign
    return parent not in _TEXTLESS and piece not in _BESIDE and before not in _BESIDE - {"say"}


def _pieces(inside: str) -> list[str]:
    """What stands between the commas, but for those in quotes or brackets."""
    pieces, begin, depth, at = [], 0, 0, 0
    while at < len(inside):
        found = QUOTED.match(inside, at) if re.search(r"(^|[:,{\[])\s*$", inside[:at]) else None
        if found:
            at = found.end()
            continue
        depth += (inside[at] in "[{") - (inside[at] in "]}")
        if inside[at] == "," and depth == 0:
            pieces.append(inside[begin:at])
            begin = at + 1
        at += 1
    return [] if depth else [*pieces, inside[begin:]]


def _safe(text: str, parent: str = "") -> str | None:
    if QUOTED.fullmatch(text):
        return text
    if structure(text):
        holds = re.search(r":\s", text)  # more than the name of a variable
        inside = text if text[0] == "[" else quote_inside(text, parent)
        return inside if inside or holds else quoted(text)
    if not text or is_odd(text) or re.search(r"[,\[\]{}]|:(\s|$)|\s#", text):
        return quoted(bare(text))
    return text
