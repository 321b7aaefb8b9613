"""`convo doctor`: whether everything that serving needs is in place, and how to mend what is not."""

import json
import sys
from typing import Annotated

import typer

from convo.cli._given import Format


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    form: Annotated[Format, typer.Option("--format", help="JSON is an array of findings.")] = Format.TEXT,
) -> None:
    """Check settings, accounts, numbers, flows, database and clock. Exit code 1 where one has an error."""
    from convo import clock
    from convo.cli._diagnosed import Level
    from convo.cli._diagnosis import examine

    findings = list(examine(clock.system))
    if form is Format.JSON:
        print(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(finding)
    if any(finding.level is Level.ERROR for finding in findings):
        sys.exit(1)
