"""The flows of a project, given as texts: what is wrong with them, and the ones that can run."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from convo.errors import FlowError, Problem, Severity
from convo.flow.checks import check_flow
from convo.flow.checks.base import Subject
from convo.flow.compile import Bundle, compile_plan, plan
from convo.flow.model import parse
from convo.flow.source import Source, read


@dataclass(frozen=True, slots=True)
class Project:
    """Flow files by the name that problems show."""

    files: Mapping[str, bytes]


def check(project: Project) -> list[Problem]:
    """Every problem of every file, in file order. A flow without errors can run."""
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for file, text in project.files.items():
        subject, found = _look(file, text)
        problems += found
        if subject is not None:
            name = subject.flow.flow
            if name in first:
                problems.append(_twice(subject.source, name, first[name]))
            first.setdefault(name, file)
    return problems


def load(file: str, text: bytes) -> Bundle:
    """A flow ready to run; raises FlowError with its errors. Warnings keep nothing from running."""
    subject, problems = _look(file, text)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors or subject is None:
        raise FlowError(errors)
    name = subject.flow.flow
    compiled = compile_plan(subject.flow, subject.plan)
    return Bundle(name, hashlib.sha256(text).hexdigest(), {name: compiled})


def _twice(source: Source, name: str, other: str) -> Problem:
    return source.problem(
        "C006", ("flow",), f"the flow '{name}' stands in {other} too", "Give one of them another name."
    )


def _look(file: str, text: bytes) -> tuple[Subject | None, list[Problem]]:
    try:
        source = read(text, file)
    except FlowError as error:
        return None, error.problems
    findings = list(source.findings)
    try:
        flow = parse(source)
    except FlowError as error:
        return None, findings + error.problems
    subject = Subject(source, flow, plan(flow))
    findings += check_flow(subject)
    if PurePath(file).stem != flow.flow:
        findings.append(
            source.problem(
                "C004",
                ("flow",),
                f"the file is called '{PurePath(file).stem}' and its flow '{flow.flow}'",
                "Give both the same name.",
            )
        )
    return subject, sorted(findings, key=lambda found: (found.line, found.column, found.code))
