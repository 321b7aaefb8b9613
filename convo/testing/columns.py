"""A conversation as a test has it beside the conversation that came, with the first difference marked."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

WIDTH = 100  # of both columns, where nobody knows how wide the reader's window is
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a conversation: what a test expects there, and what came."""

    expected: str
    came: str


def columns(rows: Sequence[Row], marked: int, width: int = WIDTH, *, colour: bool = False) -> Iterator[str]:
    """The lines of a table; the row `marked` has a > in front, and a ^ where its texts part."""
    half = max(20, (width - 7) // 2)
    yield f"    {'expected':<{half}} | came"
    for place, row in enumerate(rows):
        first = place == marked
        lines = zip_longest(_folded(row.expected, half), _folded(row.came, half), fillvalue="")
        for number, (expected, came) in enumerate(lines):
            sign = ">" if first and number == 0 else " "
            line = f"  {sign} {expected:<{half}} | {came}".rstrip()
            yield f"{_RED}{line}{_PLAIN}" if first and colour else line
        at = _parting(row) if first else None
        if at is not None and max(len(row.expected), len(row.came)) <= half:
            yield f"    {'':<{half}} | {'':<{at}}^"


def _folded(text: str, width: int) -> list[str]:
    folded = [part for line in text.splitlines() for part in textwrap.wrap(line, width) or [""]]
    return folded or [""]


def _parting(row: Row) -> int | None:
    """Where the first sign differs; unknown where either has none, or `...` stands for some."""
    if "..." in row.expected or not (row.expected and row.came) or row.expected[:4] != row.came[:4]:
        return None
    pairs = enumerate(zip_longest(row.expected, row.came))
    return next((at for at, (one, other) in pairs if one != other), None)
