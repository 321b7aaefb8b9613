"""`convo test`: the tests of flows, what of the flows they take, and their results for CI services."""

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convo.errors import FlowError, SettingsError

if TYPE_CHECKING:
    from convo.testing.coverage import Coverage
    from convo.testing.junit import Result
    from convo.testing.play import ScenarioFailed
    from convo.testing.scenario import Scenario


def register(app: typer.Typer) -> None:
    app.command("test")(run_tests)


def run_tests(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Flows, test files and folders; the flows folder unless said.")
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Name every reply, clock and outcome that no test took.")
    ] = False,
    least: Annotated[
        int | None,
        typer.Option(min=0, max=100, help="Fail where less percent of a flow are taken; implies --coverage."),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the results there as JUnit XML.")
    ] = None,
) -> None:
    """Run the `*.test.yaml` files. Exit code 1 where a test fails, 2 where there is none."""
    from convo.cli._files import place, test_files
    from convo.cli._quiet import quiet
    from convo.settings import load
    from convo.testing import junit as results_file
    from convo.testing.coverage import Coverage

    quiet()
    wanted = [place(path) for path in paths or [load().flows]]
    files = test_files(wanted)
    if not files:
        raise SettingsError("there is no *.test.yaml file here; write one beside its flow")
    watching = Coverage() if coverage or least is not None else None
    began = time.monotonic()
    results = [result for file in files for result in _results(file, watching)]
    failed = sum(result.failure is not None for result in results)
    if junit is not None:
        try:
            results_file.write(junit, results)
        except OSError as error:
            raise SettingsError(f"--junit {junit} cannot be written: {error.strerror}") from None
    low = _told(watching, [path for path in wanted if path.is_dir()], least or 0) if watching else False
    print(f"{len(results) - failed} passed, {failed} failed in {time.monotonic() - began:.2f} s")
    if failed or low:
        sys.exit(1)


def _results(file: Path, coverage: "Coverage | None") -> "Iterator[Result]":
    """Run the tests of one file and print those that fail."""
    from convo.testing import scenario
    from convo.testing.junit import Result

    try:
        scenarios = scenario.load(file)
    except FlowError as error:
        print(f"{error}\n")
        yield Result(file, "(the file)", error.problems[0].line, 0.0, str(error))
        return
    broken = False
    for found in scenarios:
        began = time.monotonic()
        failure, broken = _played(found, coverage, told=broken)
        line = found.source.key_at(found.place).line
        yield Result(file, found.name, line, time.monotonic() - began, failure)


def _played(found: "Scenario", coverage: "Coverage | None", *, told: bool) -> tuple[str | None, bool]:
    """Why a test failed, and whether that is because its flow cannot run, which is `told` once."""
    from convo.testing import playing
    from convo.testing.play import ScenarioFailed

    try:
        playing.run(found, coverage)
    except ScenarioFailed as failure:
        print(f"FAILED {_shown(failure)}\n")
        return str(failure), False
    except FlowError as error:  # it is the same for all of them
        failed = f"{found.file}: the flow '{found.flow}' cannot run\n{error}"
        if not told:
            print(f"FAILED {failed}\n")
        return failed, True
    return None, False


def _shown(failure: "ScenarioFailed") -> str:
    """As wide as the window, and in colour, where there is a window."""
    if not sys.stdout.isatty():
        return str(failure)
    return failure.told(shutil.get_terminal_size().columns, colour="NO_COLOR" not in os.environ)


def _told(coverage: "Coverage", folders: Sequence[Path], least: int) -> bool:
    """Print what was taken of each flow; whether it was too little of one."""
    low = False
    for covered in coverage.report(folders):
        print(covered)
        if covered.percent < least:
            low = True
            print(f"{covered.file}: less than {least} % (--least)")
    print()
    return low
