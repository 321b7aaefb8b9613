"""`convo explore`: every path of a flow to a bound, and the shortest conversations that go wrong."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convo.cli._given import Format, pairs, quiet_hours
from convo.errors import SettingsError, StartError

if TYPE_CHECKING:
    from convo.flow.exploration import Bounds
    from convo.flow.results import Result
    from convo.testing.exploring import Exploration

_CUTS = {"depth": "they are too deep (--depth)", "time": "there was no time left (--seconds)"}


def register(app: typer.Typer) -> None:
    app.command("explore")(run)


def run(
    flow: Annotated[Path, typer.Argument(help="The flow's file, or its name in the flows folder.")],
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="What the flow needs; a sample of its type unless said."
        ),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="The contact's, like fr; the flow's own unless said.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="The number's, like Europe/London.")] = "UTC",
    now: Annotated[
        str, typer.Option(help="When it starts there, like '2026-11-30 09:00'.")
    ] = "2026-11-30 09:00",
    depth: Annotated[int, typer.Option(min=1, help="The longest conversation, in things that happen.")] = 25,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long to look.")] = 10.0,
    most_texts: Annotated[
        int, typer.Option(min=1, help="More texts than these in one conversation are told.")
    ] = 30,
    answers: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="CALL=JSON", help="What a call brings; made up unless said."),
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option("--quiet", help="Tell texts within these hours that answer none, like 21:00-08:00."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="JSON is one object.")] = Format.TEXT,
) -> None:
    """Look at all that can happen in FLOW; what goes wrong is printed as tests. Exit code 1 where it does."""
    from convo.cli._files import flow_file
    from convo.cli._quiet import quiet
    from convo.flow.exploration import Bounds
    from convo.testing import exploring

    quiet()
    file = flow_file(flow)
    end = time.monotonic() + seconds
    bounds = Bounds(depth, most_texts, lambda: time.monotonic() > end, quiet_hours(hours))
    try:
        setting = exploring.Wanted(
            _moment(now), timezone, dict(pairs(given or [])), language, _answers(answers or [])
        )
        found = exploring.explore_file(file, setting, bounds)
    except StartError as error:
        raise SettingsError(f"{error} (--set name=value)") from None
    if form is Format.JSON:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_as_text(found, bounds)))
    if found.found:
        sys.exit(1)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise SettingsError(f"--now {text}: write it like '2026-11-30 09:00'") from None


def _answers(given: list[str]) -> "dict[str, list[Result]]":
    """Results by call; one that is named several times may bring each of them."""
    from convo.flow.results import from_json

    found: dict[str, list[Result]] = {}
    for name, text in pairs(given, "--answer"):
        try:
            found.setdefault(name, []).append(from_json(text))
        except ValueError as error:
            raise SettingsError(f"--answer {name}: {error}") from None
    return found


def _as_text(explored: "Exploration", bounds: "Bounds") -> Iterator[str]:
    for place, test in enumerate(explored.tests()):
        yield f"# What convo explore found in {explored.file}. These tests pass for as long as it is there."
        if place:
            yield "# It takes another contact: keep this in a file of its own."
        yield test
    for found in explored.found:
        finding, at = found.finding, found.position
        yield f"# {found.file}:{at.line}:{at.column}: {finding.fault}: {' '.join(finding.message.split())}"
    count = len(explored.found)
    told = "nothing wrong" if not count else "1 thing wrong" if count == 1 else f"{count} things wrong"
    yield f"# {explored.sessions} sessions looked at, {told}; {_honest(explored, bounds)}"


def _honest(explored: "Exploration", bounds: "Bounds") -> str:
    """Whether that was all."""
    if explored.unanswered:
        names = " and ".join(explored.unanswered)
        return f"not all: give what {names} may bring, which could not be made up (--answer NAME=JSON)"
    if not explored.cuts:
        return f"there are no others (texts are counted over {bounds.depth} things that happen)"
    cut = " and ".join(_CUTS[each] for each in sorted(explored.cuts))
    return f"not all: what follows {explored.unseen} of them was not looked at, {cut}"


def _as_json(explored: "Exploration") -> dict[str, Any]:
    return {
        "flow": explored.flow.flow.flow,
        "file": str(explored.file),
        "sessions": explored.sessions,
        "unseen": explored.unseen,
        "cut": sorted(explored.cuts),
        "unanswered": list(explored.unanswered),
        "findings": [
            {
                "file": each.file,
                "line": each.position.line,
                "column": each.position.column,
                "fault": each.finding.fault,
                "state": each.finding.state,
                "message": each.finding.message,
                "test": each.test,
            }
            for each in explored.found
        ],
    }
