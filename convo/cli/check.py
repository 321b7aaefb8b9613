"""`convo check`: what is wrong with flows, and how to mend it."""

import gc
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._printed import counted
from convo.errors import Problem, SettingsError, Severity

if TYPE_CHECKING:
    from convo.flow.project import Project


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def register(app: typer.Typer) -> None:
    app.command()(check)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Flows, by file or name, and folders; the flows folder unless said."),
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="JSON is an array of findings, SARIF is 2.1.0.")
    ] = Form.TEXT,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what needs no thought, and leave all else as it is.")
    ] = False,
) -> None:
    """Check flows. Exit code 1 where one has an error; warnings and notes alone are fine."""
    from convo import clock
    from convo.cli._files import place, read_project, with_actions
    from convo.flow import project
    from convo.settings import load

    settings = load()
    folders = [place(path) for path in paths or [settings.flows]]
    read = read_project(folders)
    if fix:
        for problem in _fixed(read):
            print(f"{problem.file}:{problem.line}: mended {problem.code}: {problem.message}", file=sys.stderr)
        read = read_project(folders)
    gc.disable()  # nothing is thrown away before the end, and looking for it takes a third of the time
    try:
        read, problems = with_actions(replace(read, now=clock.system()), folders, settings)
        problems += project.check(read)
    finally:
        gc.enable()
    _print(problems, read, form)
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


def _fixed(read: "Project") -> list[Problem]:
    """Write the mends into the files; the problems that are gone."""
    from convo.flow.mending import mend
    from convo.flow.project import look

    gone: list[Problem] = []
    looked = {**{file: look(file, text) for file, text in read.files.items()}, **read.beside}
    for file, text in read.files.items():
        better, mended = mend(file, text, looked)
        if mended:
            try:
                Path(file).write_bytes(better)
            except OSError as error:
                raise SettingsError(f"{file} cannot be written: {error.strerror}") from None
            gone += mended
    return gone


def _print(problems: Sequence[Problem], read: "Project", form: Form) -> None:
    from convo.cli._findings import sarif, shown

    if form is Form.JSON:
        print(json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=2))
    elif form is Form.SARIF:
        print(json.dumps(sarif(problems), ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            text = read.files.get(problem.file)
            if text is None:  # of actions
                text = Path(problem.file).read_bytes() if Path(problem.file).is_file() else b""
            print(f"{shown(problem, text)}\n")
        print(f"{counted(len(read.files), 'flow')}: {_told(problems)}")


def _told(problems: Sequence[Problem]) -> str:
    """`1 error, 2 warnings`, and the notes where there are any."""
    counts = {each: sum(problem.severity is each for problem in problems) for each in Severity}
    told = [each for each in Severity if counts[each] or each is not Severity.NOTE]
    return ", ".join(counted(counts[each], each) for each in told)
