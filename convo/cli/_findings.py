"""Findings of `convo check` as people read them, with their line, and as SARIF for other tools."""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from rich.cells import cell_len

from convo import __version__
from convo.errors import Problem
from convo.flow.checks import all_rules

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_BLOCK = re.compile(r".+?(?=\s*(?::(?:\s|$)|\s#|$))")
_INSIDE = re.compile(r"[^,{}\[\]]+?(?=\s*(?::(?:\s|$)|[,{}\[\]]|\s#|$))")
_LONGEST = 160  # characters of a line that are shown


def shown(problem: Problem, text: bytes) -> str:
    """The problem, its line with the spot underlined, and its mend."""
    where = f"{problem.file}:{problem.line}:{problem.column}"
    parts = [f"{where}: {problem.severity} {problem.code}: {problem.message}", *_quoted(problem, text)]
    if problem.hint:
        parts.append(f"  {problem.hint}")
    return "\n".join(parts)


def _quoted(problem: Problem, text: bytes) -> list[str]:
    lines = re.split(r"\r\n?|\n", text.decode(errors="replace").removeprefix("\ufeff"))
    line = lines[problem.line - 1].expandtabs(1) if problem.line <= len(lines) else ""
    at = problem.column - 1
    if not line.strip() or at >= _LONGEST or not line.isprintable():
        return []
    spot = _spot(line, at)[: _LONGEST - at]
    marks = " " * cell_len(line[:at]) + "^" * max(1, cell_len(spot))
    return [f"{problem.line:>5} | {line[:_LONGEST].rstrip()}", f"{'':5} | {marks}"]


def _spot(line: str, at: int) -> str:
    """The word or text that begins there."""
    before = line[:at]
    inside = before.count("{") + before.count("[") > before.count("}") + before.count("]")
    found = _QUOTED.match(line, at) or (_INSIDE if inside else _BLOCK).match(line, at)
    return found[0] if found else line[at : at + 1]


def sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    """The findings as one run of SARIF 2.1.0 (OASIS, 2020); files are named as they were given."""
    rules = {rule.code: rule for rule in all_rules()}
    codes = sorted({str(problem.code) for problem in problems} | set(rules))
    place = {code: at for at, code in enumerate(codes)}
    described = [
        {
            "id": code,
            "shortDescription": {
                "text": rules[code].about if code in rules else "the file, its keys or values"
            },
            "defaultConfiguration": {"level": str(rules[code].severity) if code in rules else "error"},
        }
        for code in codes
    ]
    driver = {"name": "convo", "version": __version__, "rules": described}
    results = [_result(problem, place[str(problem.code)]) for problem in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    stop = "" if problem.message.endswith(".") else "."
    artifact = {"uri": quote(PurePath(problem.file).as_posix())}
    region = {"startLine": problem.line, "startColumn": problem.column}
    return {
        "ruleId": str(problem.code),
        "ruleIndex": rule,
        "level": str(problem.severity),
        "message": {"text": f"{problem.message}{stop} {problem.hint}".strip()},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
    }
