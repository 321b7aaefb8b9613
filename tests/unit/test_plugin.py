"""The pytest plugin: `*.test.yaml` files are collected, and a failure reads as a conversation."""

import os
from pathlib import Path

import pytest

from tests import processes

FLOW = """\
flow: hello
start: greet
states:
  greet: {say: Hello!, end: greeted}
"""
TESTS = """\
flow: hello
tests:
  it greets:
    - bot: Hello!
    - ends: greeted
  it says goodbye:
    - bot: Hello!
    - bot: Bye!
"""


def ran(folder: Path, *options: str) -> tuple[int, str]:
    """pytest as a process of its own, with no plugin but ours: others take seconds to begin."""
    found = processes.run(
        *("-p", "no:cacheprovider", "-p", "convo.testing.plugin", "--rootdir", ".", *options),
        module="pytest", cwd=folder, env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    return found.returncode, found.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hello.yaml").write_text(FLOW)
    (tmp_path / "hello.test.yaml").write_text(TESTS)
    return tmp_path


def test_each_test_is_one_of_its_own_and_a_failure_is_a_conversation(folder: Path) -> None:
    code, out = ran(folder)
    assert code == 1
    assert "1 failed, 1 passed" in out
    assert "hello.test.yaml:8:12: it says goodbye" in out
    assert "  expected: bot: Bye!\n" in out
    assert "  came:     no text; hello is in state greet, ended as greeted\n" in out
    assert "Traceback" not in out
    assert "playing.py" not in out


def test_a_flow_that_cannot_run_and_a_file_that_cannot_be_read_say_why(folder: Path) -> None:
    (folder / "hello.yaml").write_text(FLOW.replace("end: greeted", "then: bye"))
    code, out = ran(folder)
    assert code == 1
    assert "'bye'" in out
    assert "C011" in out
    (folder / "hello.test.yaml").write_text(TESTS.replace("ends:", "end:"))
    code, out = ran(folder)
    assert code == 2
    assert "unknown step 'end'" in out
    assert "Did you mean 'ends'?" in out


def test_what_the_tests_took_is_told_and_can_be_too_little(folder: Path) -> None:
    (folder / "hello.yaml").write_text(
        FLOW.replace("end: greeted}", "choose: {x > 1: bye, else: fin}}")
        + ("  bye: {end: gone}\n  fin: {end: greeted}\nvars: {x: integer = 0}\n")
    )
    (folder / "hello.test.yaml").write_text(TESTS.partition("  it says goodbye")[0])
    code, out = ran(folder, "--convo-coverage")
    assert code == 0
    assert "hello.yaml: 50 % (2 of 4)" in out
    assert "hello.yaml:4:33: no test took the choice `x > 1` in 'greet'" in out
    assert "hello.yaml:5:9: no test took the outcome of 'bye'" in out
    code, out = ran(folder, "--convo-least", "60")
    assert code == 1
    assert "hello.yaml: less than 60 % (--convo-least)" in out
    assert ran(folder, "--convo-least", "50")[0] == 0
    # What tests took in another process counts as well.
    code, out = ran(folder, "--convo-least", "60", "-p", "xdist", "-n", "1")
    assert code == 1
    assert "hello.yaml: 50 % (2 of 4)" in out
    assert "what the tests of flows took" not in ran(folder)[1]
