"""The pytest plugin: collects `*.test.yaml` files beside flows and runs each test in them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convo.errors import FlowError


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
        from convo.testing import scenario

        assert isinstance(self._scenario, scenario.Scenario)
        scenario.run(self._scenario)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        del style
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        from convo.testing import scenario

        assert isinstance(self._scenario, scenario.Scenario)
        line = self._scenario.source.key_at(self._scenario.place).line - 1
        return self.path, line, self.name
