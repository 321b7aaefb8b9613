"""Tests of flows as they are written: what can be read, and what is said about the rest."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from convo.errors import FlowError
from convo.testing.scenario import STEPS, Scenario, Step, load

DOCS = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()


def loaded(folder: Path, steps: str, head: str = "") -> list[Scenario]:
    file = folder / "sample.test.yaml"
    file.write_text(f"flow: sample\n{head}tests:\n  one:\n{steps}")
    return load(file)


def test_every_step_is_explained() -> None:
    for step in STEPS:
        assert f"| `{step}" in DOCS


def test_steps_with_keys_of_their_own(tmp_path: Path) -> None:
    (one,) = loaded(
        tmp_path,
        "    - starts: {flow: other, given: {name: Ana}}\n"
        "    - hands_back: {state: ask, vars: {seats: 3}}\n"
        "    - hands_back: {vars: {seats: 3}}\n"
        "    - hands_back: ask\n"
        "    - vars: {seats: 3, late: yes}\n",
    )
    assert [(step.kind, step.text, dict(step.values)) for step in one.steps] == [
        ("starts", "other", {"name": "Ana"}),
        ("hands_back", "ask", {"seats": "3"}),
        ("hands_back", "", {"seats": "3"}),
        ("hands_back", "ask", {}),
        ("vars", "", {"seats": "3", "late": "yes"}),
    ]


def test_steps_that_stand_alone(tmp_path: Path) -> None:
    (one,) = loaded(
        tmp_path, "    - silence\n    - fails\n    - twice\n    - media\n    - hands_back\n"
    )  # fmt: skip
    assert [(step.kind, step.text) for step in one.steps] == [
        ("silence", ""),
        ("fails", "unreachable"),
        ("twice", ""),
        ("media", "image/jpeg"),
        ("hands_back", ""),
    ]


def test_what_stands_at_the_top(tmp_path: Path) -> None:
    (one,) = loaded(
        tmp_path,
        "    - silence\n",
        "now: 2026-12-01 09:00 America/New_York\n"
        "number: {timezone: Europe/Paris, flow: other}\n"
        "contact: {language: fr-CA, timezone: America/Toronto}\n"
        "given: {seats: 3}\n",
    )
    assert one.now == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert (one.number.timezone, one.number.flow) == ("Europe/Paris", "other")
    assert (one.language, one.timezone) == ("fr-CA", "America/Toronto")
    assert one.given == {"seats": "3"}
    assert one.steps == (Step(("tests", "one", 0), "silence"),)


def test_a_moment_is_in_the_numbers_time_zone_unless_it_says_another(tmp_path: Path) -> None:
    head = "now: 2026-12-01 09:00\nnumber: {timezone: America/New_York}\n"
    (one,) = loaded(tmp_path, "    - silence\n", head)
    assert one.now == datetime(2026, 12, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("- bott: Hello", "4:7: error T001: unknown step 'bott'\n  Did you mean 'bot'?"),
        ("- Hello", "4:7: error T004: this is not a step"),
        ("- bot", "4:7: error T004: this is not a step"),
        ("- bot:Hi", "Write a blank behind the colon: `- bot: Hi`."),
        ("- {bot: Hello, them: Hi}", "error T004: this is not a step"),
        ("- bot: [Hello]", "error T003: this must be a text"),
        ("- wait: a while", "4:13: error T005: 'a while' is not a duration\n  Write it like"),
        (
            "- fails: tired",
            "error T005: 'tired' is not a reason\n  There is quiet_hours, over_cap, opted_out,",
        ),
        ("- language: klingon-1", "error T005: 'klingon-1' is not a language\n  Write one like"),
        ("- vars: Ana", "T003: this must be lines of `key: value`\n  Write it like `vars: {name: Ana}`."),
        ("- vars: {name: [Ana]}", "error T003: this must be a text"),
        ("- hands_back: {stat: ask}", "4:20: error T001: unknown key 'stat'\n  Did you mean 'state'?"),
        ("- starts: {given: {name: Ana}}", "error T002: the key 'flow' is missing"),
        ("- starts: {flow: other, vars: {name: Ana}}", "error T001: unknown key 'vars'"),
    ],
)
def test_a_step_that_is_none(tmp_path: Path, step: str, said: str) -> None:
    with pytest.raises(FlowError) as error:
        loaded(tmp_path, f"    {step}\n")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("nwo: 2026-12-01 09:00\n", "unknown key 'nwo'\n  Did you mean 'now'?"),
        ("now: soon\n", "'soon' is not a moment\n  Write it like 2026-11-30 09:00"),
        ("now: 2026-12-01 09:00 Europe/Lundon\n", "'Europe/Lundon' is not a time zone\n  Write one like"),
        ("number: {timezone: Paris}\n", "2:20: error T005: 'Paris' is not a time zone"),
        ("number: {zone: Europe/Paris}\n", "unknown key 'zone'"),
        ("contact: {language: 12}\n", "'12' is not a language"),
        ("contact: {timezone: Paris}\n", "'Paris' is not a time zone"),
        ("contact: Ana\n", "this must be lines of `key: value`\n  Write it like `contact: {language: fr}`."),
        ("given: Ana\n", "this must be lines of `key: value`\n  Write it like `given: {name: Ana}`."),
        ("given: {name: [Ana]}\n", "this must be a text\n  Write one text behind `name:`."),
    ],
)
def test_a_top_that_cannot_be_read(tmp_path: Path, head: str, said: str) -> None:
    with pytest.raises(FlowError) as error:
        loaded(tmp_path, "    - silence\n", head)
    assert said in str(error.value)


def test_the_flow_and_the_tests_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "sample.test.yaml"
    for text, missing in (("flow: sample\n", "tests"), ("tests: {one: [silence]}\n", "flow")):
        file.write_text(text)
        with pytest.raises(FlowError, match=f"the key '{missing}' is missing"):
            load(file)
