"""The ready-to-use flows: without a finding, and every text one SMS with the longest values that fit."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from convo import segments
from convo.cli._files import flow_tests
from convo.flow import project
from convo.flow.language import primary
from convo.flow.project import Project, check
from convo.flow.source import Data, read
from convo.testing.coverage import Coverage
from convo.testing.playing import run
from convo.testing.scenario import load

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in (ROOT / "flows", ROOT / "tests" / "scenarios")
    for file in folder.glob("*.yaml")
    if not file.name.endswith(".test.yaml")
)
# The longest values: of names of people and places long ones, of a day one that takes the most letters.
LONGEST = {
    "name": "Maximilian", "clinic": "Elm Street Dental Ltd", "visit | day_time": "Wed 30 Sept, 09:30",
    "prenom": "Maximilien", "cabinet": "Cabinet dentaire Roux", "visite | day_time": "mer. 30 sept., 09:30",
    "nombre": "Maximiliano", "clinica": "Centro Dental del Sol", "visita | day_time": "mié 30 sept, 9:30",
    "souhait | day_time": "mer. 30 sept., 09:30", "deseada | day_time": "mié 30 sept, 9:30",
    "order": "AB1234", "code": "123456", "loop.index": "1",
}  # fmt: skip
FILTERED = {
    "day": "mer. 30 sept.", "time": "12:30 PM", "day_time": "Wed Sept 30, 12:30 PM", "money": "9.999,99 €",
}  # fmt: skip
LONGEST_LIST = 3  # times that are offered
_BOUNDED = re.compile(r"text \d+-(\d+)")


def texts(data: Data, *, said: bool = False) -> Iterator[str]:
    """Every text below a `say`, in all its languages."""
    if isinstance(data, str):
        if said:
            yield data
    elif isinstance(data, list):
        for each in data:
            yield from texts(each, said=said)
    else:
        for key, value in data.items():
            yield from texts(value, said=said or key == "say")


def filled(text: str, types: Mapping[str, str]) -> str:
    def longest(found: re.Match[str]) -> str:
        name, _, filtered = found[1].partition(" | ")
        if found[1] in LONGEST and name not in types:
            return LONGEST[found[1]]
        if bounded := _BOUNDED.match(types.get(name, "")):
            return "x" * int(bounded[1])
        if filtered.startswith("plural("):
            return max(map(str, re.findall(r"'(.*?)'", filtered)), key=len)
        return LONGEST.get(found[1]) or FILTERED.get(filtered) or types[name].partition("-")[2]

    listed = re.sub(r"\{% for .*? %\}(.*?)\{% endfor %\}", lambda found: found[1] * LONGEST_LIST, text)
    return re.sub(r"\{\{ (.*?) \}\}", longest, listed)


def types_of(data: Data) -> dict[str, str]:
    """The types that a flow gives its variables."""
    assert isinstance(data, dict)
    sections = [section for key in ("needs", "vars") if isinstance(section := data.get(key), dict)]
    given = (item for section in sections for item in section.items())
    return {name: str(kind).partition(" = ")[0] for name, kind in given}


def test_they_are_there() -> None:
    assert {file.stem for file in FILES} >= {
        "appointment-reminder", "delivery-window", "event-rsvp", "on-call-alert", "onboarding",
        "payment-reminder", "prescription-refill", "reschedule", "satisfaction-survey", "support",
        "two-factor", "rappel-rendez-vous", "recordatorio-cita",
    }  # fmt: skip


def test_convo_check_finds_nothing_in_them() -> None:
    found = check(Project({str(file): file.read_bytes() for file in FILES}))
    assert [str(problem) for problem in found] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_is_one_sms(file: Path) -> None:
    data = read(file.read_bytes(), str(file)).data
    said = [filled(text, types_of(data)) for text in texts(data)]
    assert said
    assert [text for text in said if segments.count(text).count > 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_flow_tests_it_take_every_line_of_it(file: Path) -> None:
    coverage = Coverage()
    for tests in flow_tests(file):
        for scenario in load(tests):
            run(scenario, coverage)

    assert [str(covered) for covered in coverage.report() if covered.percent < 100] == []
    assert file in {covered.file for covered in coverage.report()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_conversation_in_each_of_its_languages_is_played(file: Path) -> None:
    """A flow in French has tests in French, so that somebody has read what it says."""
    spoken = {scenario.language for tests in flow_tests(file) for scenario in load(tests)}
    switched = {
        step.text
        for tests in flow_tests(file)
        for scenario in load(tests)
        for step in scenario.steps
        if step.kind == "language"
    }
    heard = {primary(language) for language in {*spoken, *switched} if language}
    bundle = project.load(str(file), file.read_bytes())
    own = primary(bundle.root.flow.language)

    assert {primary(language) for language in bundle.root.plan.languages} <= {own, *heard}
