"""The flows of a project, given as texts: what is wrong with them, and the ones that can run."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath

from convo.actions import Action
from convo.errors import FlowError, Problem, Severity
from convo.flow.checks import check_flow
from convo.flow.checks.base import Subject
from convo.flow.compile import Bundle, FlowFile, compile_plan, plan
from convo.flow.model import Flow, parse
from convo.flow.source import Source, read
from convo.flow.steps.run import RunFlow

Looked = tuple[Subject | None, list[Problem]]  # the flow of a file, and what is wrong with its YAML and keys


@dataclass(frozen=True, slots=True)
class Project:
    """Flow files by the name that problems show; those `beside` may be run and begun, and are not checked."""

    files: Mapping[str, bytes]
    now: datetime | None = None  # None: nothing is said about days that are over
    beside: Mapping[str, Looked] = field(default_factory=dict)
    actions: Mapping[str, Action] | None = None  # by name; None: nothing is said about what is called
    allow: Sequence[str] = ()  # hosts that may be called though they are not public


def check(project: Project) -> list[Problem]:
    """Every problem of every file, in file order. A flow without errors can run."""
    looked = {file: look(file, text) for file, text in project.files.items()}
    looked |= {file: found for file, found in project.beside.items() if file not in looked}
    first: dict[str, str] = {}
    flows: dict[str, Flow] = {}
    for file, (subject, _) in looked.items():
        if subject is not None:
            first.setdefault(subject.flow.flow, file)
            flows.setdefault(subject.flow.flow, subject.flow)
    found = _problems(looked, project.files, flows, project)
    problems: list[Problem] = []
    for file in project.files:
        problems += found[file]
        subject, _ = looked[file]
        if subject is not None and first[subject.flow.flow] != file:
            problems.append(_twice(subject.source, subject.flow.flow, first[subject.flow.flow]))
    return problems


def load(file: str, text: bytes, others: Mapping[str, FlowFile] | None = None) -> Bundle:
    """A flow ready to run, with the flows that it runs, which are looked for among `others` by name.

    Raises FlowError with its errors. Warnings keep nothing from running.
    """
    looked = _family(file, text, others or {})
    errors = _errors(_problems(looked, [file], None)[file])
    subject, _ = looked[file]
    if errors or subject is None:
        raise FlowError(errors)
    flows = {each.flow.flow: each for each, _ in looked.values() if each is not None}
    sources = {
        name: FlowFile(file, text) if each is subject else (others or {})[name]
        for name, each in flows.items()
    }
    compiled = {name: compile_plan(each.flow, each.plan) for name, each in flows.items()}
    name = subject.flow.flow
    return Bundle(name, _version(name, sources), compiled, sources)


def look(file: str, text: bytes) -> Looked:
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


def _family(file: str, text: bytes, others: Mapping[str, FlowFile]) -> dict[str, Looked]:
    """The file of a flow, first, and those of the flows that it runs, and that they run."""
    first, problems = look(file, text)
    found: dict[str, Looked] = {file: (first, problems)}
    ahead = [first] if first is not None else []
    known = {each.flow.flow for each in ahead}
    while ahead:
        for name in ahead.pop().plan.runs:
            if name in others and name not in known:
                known.add(name)
                other = found[others[name].file] = look(*others[name])
                ahead += [other[0]] if other[0] is not None else []
    return found


def _problems(
    looked: Mapping[str, Looked],
    wanted: Iterable[str],
    flows: Mapping[str, Flow] | None,
    project: Project | None = None,
) -> dict[str, list[Problem]]:
    """What is wrong with the `wanted` of these files, and with those that they run."""
    around = project or Project({})
    named: dict[str, str] = {}
    for file, (subject, _) in looked.items():
        named.setdefault(_name(file, subject), file)
    subflows = {name: looked[file][0] for name, file in named.items()}
    found: dict[str, list[Problem]] = {}
    ahead = list(wanted)
    for file in ahead:
        subject, problems = looked[file]
        found[file] = list(problems)
        if subject is not None:
            known = replace(
                subject, flows=flows, subflows=subflows, now=around.now,
                actions=around.actions, allow=tuple(around.allow),
            )  # fmt: skip
            found[file] += _about(file, known)
            run = [named[name] for name in subject.plan.runs if name in named]
            ahead += [other for other in dict.fromkeys(run) if other not in ahead]
    sound = {file: looked[file][0] for file in found if not _errors(found[file])}
    while lame := [problem for subject in sound.values() for problem in _lame(subject, named, sound)]:
        for problem in lame:
            found[problem.file].append(problem)
            sound.pop(problem.file, None)
    return {file: _in_order(problems) for file, problems in found.items()}


def _lame(
    subject: Subject | None, named: Mapping[str, str], sound: Mapping[str, Subject | None]
) -> Iterator[Problem]:
    """What keeps a flow from running that has no other error: it runs one that has."""
    if subject is None:
        return
    for state in subject.plan.states.values():
        if state.runs is not None and state.runs in named and named[state.runs] not in sound:
            yield subject.source.problem(
                "C007",
                ("states", state.name, RunFlow.KEY, "flow"),
                f"the flow '{state.runs}', which this runs, has errors of its own",
                "Mend that one first; `convo check` tells what is wrong with it.",
            )


def _name(file: str, subject: Subject | None) -> str:
    """What the flow of a file is called, also of one that cannot be read."""
    return subject.flow.flow if subject is not None else PurePath(file).stem


def _version(name: str, sources: Mapping[str, FlowFile]) -> str:
    """The SHA-256 of a flow's source and of those that it runs."""
    found = hashlib.sha256(sources[name].text)
    for other in sorted(set(sources) - {name}):
        found.update(f"\n{other}\n{hashlib.sha256(sources[other].text).hexdigest()}".encode())
    return found.hexdigest()


def _twice(source: Source, name: str, other: str) -> Problem:
    return source.problem(
        "C006", ("flow",), f"the flow '{name}' stands in {other} too", "Give one of them another name."
    )


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


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda found: (found.line, found.column, found.code))
