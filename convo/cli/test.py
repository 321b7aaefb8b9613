"""`convo test`: the tests of flows."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convo.errors import FlowError, SettingsError

if TYPE_CHECKING:
    from convo.testing.scenario import Scenario


def register(app: typer.Typer) -> None:
    app.command("test")(run_tests)


def run_tests(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Test files and folders; the flows folder unless said.")
    ] = None,
) -> None:
    """Run the `*.test.yaml` files. Exit code 1 where a test fails, 2 where there is none."""
    from convo.cli._files import test_files
    from convo.cli._quiet import quiet
    from convo.settings import load
    from convo.testing import scenario

    quiet()
    files = test_files(paths or [load().flows])
    if not files:
        raise SettingsError("there is no *.test.yaml file here; write one beside its flow")
    began, passed, failed = time.monotonic(), 0, 0
    for file in files:
        try:
            scenarios = scenario.load(file)
        except FlowError as error:
            print(f"{error}\n")
            failed += 1
            continue
        good = _passed(scenarios)
        passed += good
        failed += len(scenarios) - good
    print(f"{passed} passed, {failed} failed in {time.monotonic() - began:.2f} s")
    if failed:
        sys.exit(1)


def _passed(scenarios: "list[Scenario]") -> int:
    """Run the tests of one file and print those that fail; how many passed."""
    from convo.testing import playing

    passed = 0
    for found in scenarios:
        try:
            playing.run(found)
        except playing.ScenarioFailed as failure:
            print(f"FAILED {failure}\n")
        except FlowError as error:  # it is the same for all of them
            print(f"FAILED {found.file}: the flow '{found.flow}' cannot run\n{error}\n")
            break
        else:
            passed += 1
    return passed
