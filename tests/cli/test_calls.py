"""Flows with `call` on the command line: what `check`, `chat`, `explore` and `dev` make of them."""

import json
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import IO

import pytest

from tests import processes
from tests.cli.folder import Folder
from tests.cli.test_trying import Chat

__all__ = ["Chat"]
SLOTS = """\
flow: slots
start: look
triggers: {keyword: [slots]}
states:
  look: {call: {action: free_slots, with: {days: 3}, save: {slots: slots}, done: offer, failed: sorry}}
  offer:
    say: "{{ slots | join(', ') }}?"
    replies: {yes: book}
    otherwise: {say: "YES?", tries: 2, then: sorry}
    after: {1 day: sorry}
  book: {call: {url: "https://api.example.org/book", with: {slot: "slots[0]"}, done: booked, failed: sorry}}
  booked: {say: Booked., end: booked}
  sorry: {say: Please call us., end: failed}
"""
ACTIONS = """\
from convo import action


@action
def free_slots(days):
    return {"slots": ["Mon", "Tue"][:days]}
"""


@pytest.fixture
def slots(folder: Folder) -> Folder:
    folder.write("flows/slots.yaml", SLOTS)
    folder.write("flows/actions.py", ACTIONS)
    return folder


@pytest.fixture
def chat(slots: Folder, monkeypatch: pytest.MonkeyPatch) -> Chat:
    return Chat(slots, monkeypatch)


def test_a_chat_runs_the_actions_that_are_here_and_asks_for_other_answers(chat: Chat) -> None:
    ran = chat("yes", "hello?", '/answer {"ok": true}', flow="slots")

    assert ran.out.splitlines() == ["bot: Mon, Tue?", "bot: Booked."]
    assert ran.err.splitlines() == [
        '! it calls api.example.org/book with {"slot": "Mon"}: /answer JSON or /fail WHY'
    ]


def test_a_chat_lets_a_call_fail(chat: Chat) -> None:
    ran = chat("/answer 1", "yes", "/answer {", "/fail it is taken", "/state", flow="slots")

    assert ran.out.splitlines()[1] == "bot: Please call us."
    assert "outcome failed" in ran.out
    first, _, third = ran.err.splitlines()
    assert first == "! it calls nothing now that could be answered"
    assert third.startswith("! this is no JSON")


def test_a_chat_tells_how_an_action_failed(chat: Chat) -> None:
    chat.folder.write("flows/actions.py", ACTIONS.replace("return", "raise LookupError('away')\n    return"))
    ran = chat(flow="slots")

    assert ran.out.splitlines() == ["bot: Please call us."]
    assert "! free_slots failed: LookupError: away" in ran.err


def test_check_knows_the_actions_beside_the_flows(slots: Folder) -> None:
    assert slots.run("check", "flows/slots.yaml").code == 0
    slots.write("flows/actions.py", ACTIONS.replace("free_slots(days)", "free_slot(day)"))

    ran = slots.run("check", "flows/slots.yaml")
    assert ran.code == 1
    assert "flows/slots.yaml:5:25: error C100: there is no action 'free_slots'" in ran.out
    assert "Did you mean 'free_slot'?" in ran.out


def test_check_knows_the_actions_of_the_settings_and_the_hosts_that_are_allowed(slots: Folder) -> None:
    slots.write("clinic_calls.py", ACTIONS)
    slots.write("flows/actions.py", "")
    slots.write("flows/slots.yaml", SLOTS.replace("api.example.org", "127.0.0.1:9000"))
    assert "C100" in slots.run("check").out

    slots.write("convo.toml", 'actions = ["clinic_calls"]\n')
    ran = slots.run_apart("check", "flows/slots.yaml")
    assert (ran.code, "C103" in ran.out) == (0, True)
    slots.write("convo.toml", 'actions = ["clinic_calls"]\n[calls]\nallow = ["127.0.0.1:9000"]\n')
    assert "C103" not in slots.run_apart("check", "flows/slots.yaml").out


def test_a_broken_file_of_actions_is_shown_with_its_line(slots: Folder) -> None:
    slots.write("flows/actions.py", ACTIONS.replace("[:days]", "[:days"))

    ran = slots.run("check", "flows/slots.yaml")
    assert ran.code == 1
    assert "flows/actions.py:6:" in ran.out
    assert 'return {"slots": ["Mon", "Tue"][:days}' in ran.out
    found = json.loads(slots.run("check", "--format", "json", "flows/slots.yaml").out)
    assert [each["code"] for each in found] == ["A001", "C100"]
    assert slots.run("doctor").code == 1


def test_a_module_of_the_settings_that_is_not_there_is_a_wrong_setting(slots: Folder) -> None:
    slots.write("convo.toml", 'actions = ["nowhere_to_be_found"]\n')

    for command in ("check", "serve"):
        ran = slots.run_apart(command, *(["--port", "0"] if command == "serve" else []))
        assert ran.code == 2
        assert "actions: 'nowhere_to_be_found' cannot be imported" in ran.err


def test_explore_takes_answers(slots: Folder) -> None:
    free = ("--answer", 'free_slots={"slots": ["Mon"]}')
    assert slots.run("explore", "slots", *free).code == 0
    assert slots.run("explore", "slots", "--answer", "free_slots={").code == 2
    assert "Mon?" not in slots.run("explore", "slots", "--answer", 'free_slots={"slots": [7]}').out


def test_dev_reads_changed_actions_and_goes_on_with_the_last_good_ones(slots: Folder) -> None:
    process = processes.start(
        "dev", "--port", "0", cwd=slots.path, env=slots._variables(), stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    lines: Queue[str] = Queue()
    reader = threading.Thread(target=_read, args=(process.stderr, lines))
    reader.start()
    file = slots.path / "flows" / "actions.py"
    try:
        _change(file, ACTIONS, lines, "Flows read again.")
        told = _change(file, "def broken(:\n", lines, "The last good version goes on.")
        assert "flows/actions.py:1:12: error A001: the actions cannot be loaded: invalid syntax" in told
        _change(file, ACTIONS, lines, "Flows read again.")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        reader.join()
        process.stderr.close()


def _read(said: IO[str], lines: "Queue[str]") -> None:
    for line in said:
        lines.put(line)


def _change(file: Path, text: str, lines: "Queue[str]", words: str) -> str:
    """Save a file until it was seen: nobody says from when on somebody looks."""
    told = ""
    for _ in range(60):
        file.write_text(text)
        with suppress(Empty):
            while words not in told:
                told += lines.get(timeout=1)
            return told
    raise AssertionError(told)
