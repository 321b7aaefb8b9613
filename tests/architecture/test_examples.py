"""The flows in the documentation have nothing wrong with them, and their conversations go as printed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from convo.errors import Problem, Severity
from convo.flow.project import Project, check, look
from convo.flow.source import read
from convo.flow.steps import all_steps
from convo.testing.playing import run
from convo.testing.scenario import load

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", DOCS / "flows.md", DOCS / "tutorial.md", *sorted((DOCS / "howto").glob("*.md"))]
HOWTO = [page for page in PAGES if page.parent.name == "howto"]


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The flows and tests of a page, in their order, each with the flow's name."""
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL):
        if re.search(r"^(states|tests):", block, re.MULTILINE):
            name = re.search(r"^flow: (\S+)", block, re.MULTILINE)
            assert name, (page.name, block)
            yield name[1], block


def is_test(block: str) -> bool:
    return "\ntests:" in block


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_flow_in_the_documentation_has_nothing_wrong_with_it(page: Path) -> None:
    flows = [(name, block) for name, block in blocks(page) if not is_test(block)]
    looked = {f"{name}.yaml": look(f"{name}.yaml", block.encode()) for name, block in flows}

    found: list[Problem] = []
    for name, block in flows:
        found += check(Project({f"{name}.yaml": block.encode()}, beside=looked))
    # In the tutorial a reader comes upon two warnings, and mends them.
    fine = (Severity.NOTE, Severity.WARNING) if page.stem == "tutorial" else (Severity.NOTE,)
    assert [str(problem) for problem in found if problem.severity not in fine] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_conversation_in_the_documentation_goes_as_it_is_printed(page: Path, tmp_path: Path) -> None:
    for name, block in blocks(page):
        if not is_test(block):
            (tmp_path / f"{name}.yaml").write_text(block)
            continue
        tests = tmp_path / f"{name}.test.yaml"
        tests.write_text(block)
        for scenario in load(tests):
            run(scenario)


@pytest.mark.parametrize("page", HOWTO, ids=lambda page: page.stem)
def test_every_flow_of_a_how_to_is_played(page: Path) -> None:
    printed = list(blocks(page))
    assert {name for name, block in printed if is_test(block)} == {name for name, _ in printed}


def test_every_construct_has_a_how_to() -> None:
    """A new construct wants its example, and the conversation that shows it, in a page of docs/howto."""
    flows = [read(block, name) for page in HOWTO for name, block in blocks(page) if not is_test(block)]
    shown = {path[2] for flow in flows for path in flow.positions if len(path) == 3 and path[0] == "states"}
    assert {step.KEY for step in all_steps()} - shown == set()


def test_the_index_names_every_how_to() -> None:
    index = (DOCS / "flows.md").read_text()
    assert [page.name for page in HOWTO if f"(howto/{page.name}" not in index] == []
