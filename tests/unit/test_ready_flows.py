"""The ready-to-use flows: without a finding, and every text one SMS with the longest values that fit."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from convo import segments
from convo.flow.project import Project, check
from convo.flow.source import Data, read

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in (ROOT / "flows", ROOT / "tests" / "scenarios")
    for file in folder.glob("*.yaml")
    if not file.name.endswith(".test.yaml")
)
# The longest value of each name, as the flows' types bound it; of names of people and places a long one.
LONGEST = {
    "name": "Maximilian", "clinic": "Elm Street Dental Ltd", "visit | day_time": "Wed 30 Sept, 09:30",
    "prenom": "Maximilien", "cabinet": "Cabinet dentaire Roux", "visite | day_time": "mer. 30 sept., 09:30",
    "nombre": "Maximiliano", "clinica": "Centro Dental del Sol", "visita | day_time": "mié 30 sept, 9:30",
    "souhait | day_time": "mer. 30 sept., 09:30", "deseada | day_time": "mié 30 sept, 9:30",
    "service": "S" * 20, "device": "D" * 30, "place": "P" * 30, "at | time": "12:30 PM",
    "shop": "S" * 20, "order": "AB1234", "opens": "23", "closes": "24",
    "brand": "B" * 20, "code": "123456",
}  # fmt: skip


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


def filled(text: str) -> str:
    return re.sub(r"\{\{ (.*?) \}\}", lambda found: LONGEST[found[1]], text)


def test_they_are_there() -> None:
    names = {file.stem for file in FILES}
    assert {
        "appointment-reminder",
        "two-factor",
        "support",
        "rappel-rendez-vous",
        "recordatorio-cita",
    } <= names


def test_convo_check_finds_nothing_in_them() -> None:
    found = check(Project({str(file): file.read_bytes() for file in FILES}))
    assert [str(problem) for problem in found] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_is_one_sms(file: Path) -> None:
    said = [filled(text) for text in texts(read(file.read_bytes(), str(file)).data)]
    assert said
    assert [text for text in said if segments.count(text).count > 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_there_are_tests_beside_it(file: Path) -> None:
    assert file.with_suffix(".test.yaml").is_file()
