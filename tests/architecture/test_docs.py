"""The documentation says what is true."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from convo.errors import Severity
from convo.flow.checks import all_rules
from convo.flow.project import Project, check
from convo.flow.steps import all_steps
from convo.providers import all_providers
from convo.providers.base import ProviderClass
from convo.settings import Account, Number, Settings

ROOT = Path(__file__).parents[2]
FLOWS = [
    (page.name, block)
    for page in (ROOT / "README.md", ROOT / "docs" / "flows.md")
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    if "states:" in block
]


def test_there_are_flows_to_read() -> None:
    assert FLOWS


@pytest.mark.parametrize(("page", "block"), FLOWS)
def test_a_flow_in_the_documentation_has_no_error(page: str, block: str) -> None:
    name = re.search(r"^flow: (\S+)", block, re.MULTILINE)
    assert name, page
    found = check(Project({f"{name[1]}.yaml": block.encode()}))
    assert [problem for problem in found if problem.severity is Severity.ERROR] == []


def test_every_rule_stands_in_its_page_with_its_examples() -> None:
    """The page is made from the rules: `python docs/make.py`."""
    made = runpy.run_path(str(ROOT / "docs" / "make.py"))

    page = (ROOT / "docs" / "check.md").read_text()
    assert page == made["check_page"]()
    for rule in all_rules():
        about = sys.modules[rule.find.__module__].__doc__
        assert about
        for part in (f"### {rule.code} {rule.about}", about.strip(), rule.bad, rule.good, rule.beside):
            assert part in page, rule.code


def test_every_construct_is_explained() -> None:
    page = (ROOT / "docs" / "flows.md").read_text()
    for step in all_steps():
        assert f"| `{step.KEY}` |" in page


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "running.md").read_text()
    for model in (Settings, Account, Number):
        for name in model.model_fields:
            assert re.search(rf"^\[?{name}[. =]", page, re.MULTILINE), name


@pytest.mark.parametrize("provider", all_providers().values(), ids=list(all_providers()))
def test_every_setting_of_a_provider_is_explained(provider: ProviderClass) -> None:
    """In a page of its own, or with the others."""
    own = ROOT / "docs" / f"{provider.name}.md"
    page = (own if own.exists() else ROOT / "docs" / "running.md").read_text()
    table = re.search(
        rf"^\[accounts\.\S+\]\nprovider = \"{provider.name}\"\n(.*?)(?:\n\n|```)",
        page,
        re.MULTILINE | re.DOTALL,
    )
    assert table, provider.name
    explained = set(re.findall(r"^(\w+) = .*#", table[1], re.MULTILINE))
    assert explained == set(provider.SETTINGS.model_fields)


def test_every_command_is_explained() -> None:
    page = (ROOT / "docs" / "running.md").read_text()
    for file in (ROOT / "convo" / "cli").glob("[!_]*.py"):
        assert f"`convo {file.stem}" in page
