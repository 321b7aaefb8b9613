"""What `convo check --fix` writes: the mends that need no thought, each tried before it is kept."""

import re
from collections.abc import Mapping, Sequence

from convo.errors import Mend, Problem, Severity
from convo.flow.project import Looked, Project, check

_LINE_END = re.compile(r"(\r\n|\r|\n)")
_BOM = "\ufeff"
_MEANING = 2


def mend(file: str, text: bytes, beside: Mapping[str, Looked] | None = None) -> tuple[bytes, list[Problem]]:
    """The file with its mechanical mends, and the problems that those have mended; others stand `beside`.

    Everything else stays byte for byte. A mend is kept only if its problem is gone and no error has
    come in its place; a file that is not UTF-8 is given back as it is.
    """
    try:
        words = text.decode()
    except UnicodeDecodeError:
        return text, []
    mended: list[Problem] = []
    tried: set[Mend] = set()
    others = beside or {}
    found = check(Project({file: words.encode()}, beside=others))
    while problem := next((one for one in found if one.mend is not None and one.mend not in tried), None):
        assert problem.mend is not None
        tried.add(problem.mend)
        better = _applied(words, problem.mend)
        after = check(Project({file: better.encode()}, beside=others)) if better else found
        if better and _is_better(problem, found, after):
            words, found = better, after
            mended.append(problem)
    return words.encode(), mended


def _is_better(problem: Problem, before: Sequence[Problem], after: Sequence[Problem]) -> bool:
    if _times(problem, after) >= _times(problem, before):
        return False
    # What an error of YAML or of keys kept from being looked at was there before as well; where it is about
    # keys, on the line that was mended, it may come from the mend.
    hid = _depth(problem.code) if problem.severity is Severity.ERROR else _MEANING
    new = _errors(after) - _errors(before)
    by_mend = [code for code, line in new if line == problem.line and _depth(code) < _MEANING]
    return not by_mend and all(_depth(code) > hid for code, _ in new)


def _times(problem: Problem, found: Sequence[Problem]) -> int:
    return sum((one.code, one.line) == (problem.code, problem.line) for one in found)


def _depth(code: str) -> int:
    """How far a file was read when this was found: its YAML, its keys, what it means."""
    if code[0] == "R":
        return 0
    return 1 if code in ("C001", "C002", "C003") else _MEANING


def _errors(problems: Sequence[Problem]) -> set[tuple[str, int]]:
    return {(one.code, one.line) for one in problems if one.severity is Severity.ERROR}


def _applied(text: str, wanted: Mend) -> str | None:
    """The text with the mend; None where something else stands at its place."""
    begin = _BOM if text.startswith(_BOM) else ""
    parts = _LINE_END.split(text.removeprefix(_BOM))  # lines, each followed by its end
    at = (wanted.line - 1) * 2
    line, column = parts[at], wanted.column - 1
    if not line.startswith(wanted.old, column):
        return None
    parts[at] = line[:column] + wanted.new + line[column + len(wanted.old) :]
    return begin + "".join(parts)
