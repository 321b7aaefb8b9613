"""The pytest plugin: runs the tests in `*.test.yaml` files beside flows, and tells what they take of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from convo.errors import FlowError

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

    from convo.testing.coverage import Coverage, Covered

_COVERAGE: "pytest.StashKey[Coverage]" = pytest.StashKey()
_HANDED_OVER = "convo-coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("convo", "tests of flows")
    group.addoption(
        "--convo-coverage", action="store_true", help="name every reply, clock and outcome that no test took"
    )
    group.addoption(
        "--convo-least",
        type=int,
        metavar="PERCENT",
        help="fail where less of a flow is taken; implies --convo-coverage",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--convo-coverage") or config.getoption("--convo-least") is not None:
        from convo.testing.coverage import Coverage

        config.stash[_COVERAGE] = Coverage()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """With pytest-xdist tests run in other processes, which hand over what they took."""
    coverage = node.config.stash.get(_COVERAGE, None)
    if coverage is not None:
        coverage.add(getattr(node, "workeroutput", {}).get(_HANDED_OVER, ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    coverage = session.config.stash.get(_COVERAGE, None)
    if coverage is not None and hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_HANDED_OVER] = coverage.taken()
        return
    least = session.config.getoption("--convo-least") or 0
    low = any(covered.percent < least for covered in _covered(session.config))
    if low and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    least = config.getoption("--convo-least") or 0
    found = _covered(config)
    if found:
        terminalreporter.section("what the tests of flows took")
    for covered in found:
        terminalreporter.line(str(covered))
        if covered.percent < least:
            terminalreporter.line(f"{covered.file}: less than {least} % (--convo-least)", red=True)


def _covered(config: pytest.Config) -> "list[Covered]":
    coverage = config.stash.get(_COVERAGE, None)
    return coverage.report() if coverage else []


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ScenarioFile | None":
    if file_path.name.endswith(".test.yaml"):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """A file of tests."""

    def collect(self) -> Iterator["ScenarioItem"]:
        # Not at the top: the plugin is loaded in every pytest run of whoever installed convo.
        from convo.testing import scenario

        try:
            scenarios = scenario.load(self.path)
        except FlowError as error:
            raise self.CollectError(str(error)) from None
        for found in scenarios:
            yield ScenarioItem.from_parent(self, name=found.name, scenario=found)


class ScenarioItem(pytest.Item):
    """One test of a flow."""

    def __init__(self, *, scenario: object, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._scenario = scenario

    def runtest(self) -> None:
        from convo.testing import playing, scenario

        assert isinstance(self._scenario, scenario.Scenario)
        playing.run(self._scenario, self.config.stash.get(_COVERAGE, None))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> "str | TerminalRepr":
        from convo.testing.play import ScenarioFailed

        if isinstance(excinfo.value, ScenarioFailed | FlowError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)  # a fault of convo's own: with its traceback

    def reportinfo(self) -> tuple[Path, int | None, str]:
        from convo.testing import scenario

        assert isinstance(self._scenario, scenario.Scenario)
        line = self._scenario.source.key_at(self._scenario.place).line - 1
        return self.path, line, self.name
