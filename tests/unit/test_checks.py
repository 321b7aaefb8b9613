"""Every rule of `convo check` finds its bad example where it is wrong, and leaves its good one alone."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from convo.actions import described
from convo.errors import Problem, Severity
from convo.flow.checks import all_rules
from convo.flow.checks.base import Rule
from convo.flow.project import Project, check

RULES = all_rules()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ACTIONS = {"free_slots": described(list, "free_slots")}


def found(source: str, rule: Rule | None = None) -> list[Problem]:
    """What is found in a flow; of a rule that looks at several, beside its other flow."""
    files = {"flows/sample.yaml": source.encode()}
    if rule is not None and rule.beside:
        files[f"flows/{rule.beside.split()[1]}.yaml"] = rule.beside.encode()
    project = Project(files, NOW, actions=ACTIONS)
    return [problem for problem in check(project) if problem.file == "flows/sample.yaml"]


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_a_rule_finds_its_bad_example(rule: Rule) -> None:
    mine = [problem for problem in found(rule.bad, rule) if problem.code == rule.code]

    assert mine
    for problem in mine:
        line = rule.bad.splitlines()[problem.line - 1]
        assert line[: problem.column - 1].strip() == "" or line[problem.column - 2] in " {[:"
        assert line[problem.column - 1 :].strip()
        assert problem.severity is rule.severity
        assert problem.file == "flows/sample.yaml"


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_a_finding_is_a_sentence_with_a_mend(rule: Rule) -> None:
    for problem in found(rule.bad, rule):
        assert problem.message
        assert not problem.message.endswith(".")
        assert re.match(r"[A-Z].*[.?]$", problem.hint, re.DOTALL), problem


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_a_rule_leaves_its_good_example_alone(rule: Rule) -> None:
    problems = found(rule.good, rule)

    assert rule.code not in {problem.code for problem in problems}
    assert not [problem for problem in problems if problem.severity is Severity.ERROR]


def test_no_two_rules_share_a_code() -> None:
    codes = Counter(rule.code for rule in RULES)

    assert [code for code, times in codes.items() if times > 1] == []
    assert all(re.fullmatch(r"C\d{3}", code) for code in codes)


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_a_rule_says_what_it_is_about(rule: Rule) -> None:
    assert 10 < len(rule.about) < 80


def test_each_state_of_a_round_trip_is_told_once() -> None:
    loops = [p for p in found(next(r.bad for r in RULES if r.code == "C014")) if p.code == "C014"]

    assert [problem.message for problem in loops] == ["this goes round without waiting: ask → tell → ask"]


def test_a_file_must_be_called_like_its_flow() -> None:
    (problem,) = check(Project({"other.yaml": RULES[-1].good.encode()}))[:1]

    assert (problem.code, problem.line) == ("C004", 1)


def test_two_bad_files_are_both_told_in_their_order() -> None:
    bad = b"flow: sample\n"
    problems = check(Project({"b.yaml": bad, "a.yaml": bad}))

    assert list(dict.fromkeys(problem.file for problem in problems)) == ["b.yaml", "a.yaml"]
