"""The pytest plugin: collects `*.test.yaml` files beside flows and runs each test in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from convo.errors import FlowError

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr


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
        playing.run(self._scenario)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> "str | TerminalRepr":
        from convo.testing.playing import ScenarioFailed

        if isinstance(excinfo.value, ScenarioFailed | FlowError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)  # a fault of convo's own: with its traceback

    def reportinfo(self) -> tuple[Path, int | None, str]:
        from convo.testing import scenario

        assert isinstance(self._scenario, scenario.Scenario)
        line = self._scenario.source.key_at(self._scenario.place).line - 1
        return self.path, line, self.name
