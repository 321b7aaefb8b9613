"""What somebody does who has never seen YAML, in each shipped flow: every mistake is told at its line."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from convo.flow.project import Project, check

FLOWS = sorted(
    file for file in (Path(__file__).parents[2] / "flows").glob("*.yaml") if ".test." not in file.name
)
Lines = list[str]


def row(lines: Lines, pattern: str) -> int:
    """The first line below `states:` that fits; raises LookupError where the flow writes nothing so."""
    for at in range(lines.index("states:"), len(lines)):
        if re.search(pattern, lines[at]):
            return at
    raise LookupError(pattern)


def changed(lines: Lines, at: int, new: str) -> tuple[str, int]:
    return "\n".join([*lines[:at], new, *lines[at + 1 :]]), at + 1


def missing_quote(lines: Lines) -> tuple[str, int]:
    at = row(lines, r'^\s+(?:say|en|fr): "[^"]*"$|say: "[^"]*"')
    return changed(lines, at, lines[at][::-1].replace('"', "", 1)[::-1])


def tab(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^    \w+:")
    return changed(lines, at, f"\t{lines[at].lstrip()}")


def three_blanks(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^    (?:replies|otherwise|save|at|after):")
    return changed(lines, at, f"   {lines[at].lstrip()}")


def two_blanks(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^    (?:replies|otherwise|save|at):")
    return changed(lines, at, f"  {lines[at].lstrip()}")


def colon_in_a_text(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^\s+(?:say|en|fr|es): [^\"{\[]")
    return changed(lines, at, re.sub(r"^(\s+\w+): ", r"\1: Note: ", lines[at]))


def state_that_is_not_there(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^      (?!action|flow)[^#\s].*: [a-z_]+$")
    return changed(lines, at, re.sub(r"[a-z_]+$", "somewhere", lines[at]))


def misspelt_key(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^    say:")
    return changed(lines, at, lines[at].replace("say:", "sya:"))


def twice(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^    replies:")
    text, line = changed(lines, at, f"{lines[at]}\n      mine: again\n      mine: again")
    return text, line + 2


def curly_quotes(lines: Lines) -> tuple[str, int]:
    at = row(lines, r'^\s+(?:say|en|fr): "[^"]*"$|say: "[^"]*"')
    return changed(lines, at, re.sub(r'"([^"]*)"', r"“\1”", lines[at], count=1))


def emoji_in_a_name(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"^  [a-z_]+:")
    return changed(lines, at, lines[at].replace(":", "😀:", 1))


def half_a_template(lines: Lines) -> tuple[str, int]:
    at = row(lines, r"\{\{ \w+.*\}\}")
    return changed(lines, at, lines[at].replace("}}", "}", 1))


MISTAKES: dict[Callable[[Lines], tuple[str, int]], str] = {
    missing_quote: "R023",
    tab: "R021",
    three_blanks: "R022",
    two_blanks: "R022 C001",  # nothing is wrong with its YAML where the state ends there
    colon_in_a_text: "R017",
    state_that_is_not_there: "C011",
    misspelt_key: "C001",
    twice: "R008",
    curly_quotes: "R027",
    emoji_in_a_name: "C003",
    half_a_template: "C005",
}


def made() -> Iterator[tuple[str, str, int, str]]:
    """Of each flow and mistake: the file, what is in it then, the line, and the codes that it may have."""
    for file in FLOWS:
        for mistake, codes in MISTAKES.items():
            with suppress(LookupError):
                yield file.name, *mistake(file.read_text().split("\n")), f"{codes} ({mistake.__name__})"


MADE = list(made())


def test_nearly_every_mistake_can_be_made_in_every_flow() -> None:
    assert len(MADE) > 10 * len(FLOWS)


@pytest.mark.parametrize(
    ("name", "text", "line", "codes"), MADE, ids=[f"{each[0]}-{each[3]}" for each in MADE]
)
def test_a_beginners_mistake_is_told_at_its_line(name: str, text: str, line: int, codes: str) -> None:
    first, *others = check(Project({name: text.encode()}))

    assert first.code in codes
    assert first.line in (line, line + 1)  # a state that slid is told by the first of its keys
    assert first.hint
    # Nothing is told beside it that would send its author somewhere else.
    assert [str(each) for each in others if each.severity == "error"] == []
