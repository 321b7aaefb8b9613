"""The flows of a project, given as texts: what is wrong with them, and the ones that can run."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath

from convo.errors import FlowError, Problem, Severity
from convo.flow.checks import check_flow
from convo.flow.checks.base import Subject
from convo.flow.compile import Bundle, compile_plan, plan
from convo.flow.model import Flow, parse
from convo.flow.source import Source, read


@dataclass(frozen=True, slots=True)
class Project:
    """Flow files by the name that problems show."""

    files: Mapping[str, bytes]
    now: datetime | None = None  # None: nothing is said about days that are over


def check(project: Project) -> list[Problem]:
    """Every problem of every file, in file order. A flow without errors can run."""
    read_in = {file: look(file, text) for file, text in project.files.items()}
    first: dict[str, str] = {}
    flows: dict[str, Flow] = {}
    for file, (subject, _) in read_in.items():
        if subject is not None:
            first.setdefault(subject.flow.flow, file)
            flows.setdefault(subject.flow.flow, subject.flow)
    problems: list[Problem] = []
    for file, (subject, found) in read_in.items():
        if subject is None:
            problems += found
            continue
        problems += _in_order([*found, *_about(file, replace(subject, flows=flows, now=project.now))])
        name = subject.flow.flow
        if first[name] != file:
            problems.append(_twice(subject.source, name, first[name]))
    return problems


def load(file: str, text: bytes) -> Bundle:
    """A flow ready to run; raises FlowError with its errors. Warnings keep nothing from running."""
    subject, problems = look(file, text)
    if subject is not None:
        problems = _in_order([*problems, *_about(file, subject)])
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


def look(file: str, text: bytes) -> tuple[Subject | None, list[Problem]]:
    """The flow of a file, where it can be read, and what is wrong with its YAML and its keys."""
    try:
        source = read(text, file)
    except FlowError as error:
        return None, error.problems
    findings = list(source.findings)
    try:
        flow = parse(source)
    except FlowError as error:
        return None, findings + error.problems
    return Subject(source, flow, plan(flow)), findings


def _about(file: str, subject: Subject) -> Iterator[Problem]:
    """What is wrong with what a flow does, and with its name."""
    yield from check_flow(subject)
    name = subject.flow.flow
    if PurePath(file).stem != name:
        yield subject.source.problem(
            "C004",
            ("flow",),
            f"the file is called '{PurePath(file).stem}' and its flow '{name}'",
            "Give both the same name.",
        )


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda found: (found.line, found.column, found.code))
