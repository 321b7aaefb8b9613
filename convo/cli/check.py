"""`convo check`: what is wrong with flows, and how to mend it."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from convo.cli._given import Format
from convo.errors import SettingsError, Severity


def register(app: typer.Typer) -> None:
    app.command()(check)


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Flow files and folders; the flows folder unless said.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="JSON is an array of findings.")] = Format.TEXT,
) -> None:
    """Check flows. Exit code 1 where one has an error; warnings alone are fine."""
    from convo.cli._files import read_project
    from convo.flow import project
    from convo.settings import load

    folders = paths or [load().flows]
    for path in folders:
        if not path.exists():
            raise SettingsError(f"{path} does not exist; name a flow file or a folder of flows")
    read = read_project(folders)
    problems = project.check(read)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if form is Format.JSON:
        print(json.dumps([problem.as_dict() for problem in problems], ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            print(f"{problem}\n")
        warnings = len(problems) - errors
        flows = len(read.files)
        print(f"{_count(flows, 'flow')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}")
    if errors:
        sys.exit(1)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
