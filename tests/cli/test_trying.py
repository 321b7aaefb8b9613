"""`convo chat` and `convo test`: trying a flow in the terminal."""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import structlog

from tests.cli.folder import Folder, Ran

TESTS = """\
flow: desk
tests:
  a person helps:
    - them: desk
    - bot: How can we help?
    - them: person
    - bot: A person will text you.
    - hands_off: reception
  nobody answers this:
    - them: hello?
    - silence
"""
BILINGUAL = """\
flow: bilingual
start: ask
vars: {day: date = 2026-12-01}
states:
  ask:
    say: {en: Are you coming?, fr: Vous venez ?}
    replies: {yes, oui: done}
    otherwise: {say: {en: YES?, fr: OUI ?}}
    after: {1 day: done}
    undelivered: lost
  done: {say: {en: Thanks., fr: Merci.}, end: done}
  lost: {end: lost}
"""


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """The commands quieten the log of their process, which is ours here."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def chat(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> "Chat":
    return Chat(folder, monkeypatch)


class Chat:
    """`convo chat` with lines piped into it."""

    def __init__(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = monkeypatch

    def __call__(self, *lines: str, flow: str = "desk", options: tuple[str, ...] = ()) -> Ran:
        self._patch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return self.folder.run("chat", flow, *options)


def test_a_chat_with_a_person_and_back(chat: Chat) -> None:
    ran = chat("person", "Hi there", "/agent Hello, I am Eve.", "/handback repeat", "no")
    assert ran.out.splitlines() == [
        "bot: How can we help?",
        "bot: A person will text you.",
        "bot: Hello, I am Eve.",
        "bot: Anything else about unknown?",
        "bot: Glad to help.",
    ]
    assert (ran.code, ran.err) == (0, "")


def test_a_person_hands_back_to_where_the_flow_says_or_closes(chat: Chat) -> None:
    assert chat("person", "/handback").out.splitlines()[-1] == "bot: Glad to help."
    closed = chat("person", "/close called", "/state").out.splitlines()
    assert closed[-1] == "state: front (ended, outcome called) order=unknown"


def test_what_cannot_be_done_is_told_and_the_chat_goes_on(chat: Chat) -> None:
    ran = chat("/fail", "/fail", "/agent Hi", "/handback", "/close a b", "/wave", "/wait long", "person")
    assert ran.err.splitlines() == [
        "! there is no text on its way that could fail",
        "! conversation 1 is with its flow desk, not with a person",
        "! conversation 1 is with its flow desk, not with a person",
        "! 'a b' is not an outcome that can be given: 'a b' is not a name; "
        "write letters, digits, _ and -, like a_b",
        "! /wave is not a command; "
        "there is /wait, /fail, /answer, /language, /agent, /handback, /close, /state, /quit",
        "! 'long' is not a duration; write it like '30 minutes' or '4 hours'",
    ]
    assert ran.out.splitlines()[-1] == "bot: A person will text you."


def test_the_contacts_language(chat: Chat) -> None:
    chat.folder.write("flows/bilingual.yaml", BILINGUAL.replace("{yes, oui: done}", "\n      yes, oui: done"))
    french = chat("non", "oui", flow="bilingual", options=("--language", "fr-FR"))
    assert french.out.splitlines() == ["bot: Vous venez ?", "bot: OUI ?", "bot: Merci."]
    later = chat("no", "/language fr", "no", "/language xx-zz", flow="flows/bilingual.yaml")
    assert later.out.splitlines() == ["bot: Are you coming?", "bot: YES?", "bot: OUI ?"]
    assert later.err == "! 'xx-zz' is not a language; write one like 'en', 'en-GB' or 'fr'\n"
    lost = chat("/fail", "/state", flow="bilingual")
    assert lost.out.splitlines()[-1].startswith("state: lost (ended, outcome lost)")


def test_quiet_hours_are_waited_out(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convo.clock.system", lambda: datetime(2026, 11, 30, 22, tzinfo=UTC))
    ran = chat(
        "/state", "/wait 9 hours", "/wait 1 hour",
        flow="remind", options=("--set", "name=Ana", "--quiet", "21:00-08:00"),
    )  # fmt: skip
    assert ran.out.splitlines() == [
        "state: ask (live, wakes in 7 days, a text waits until Tue 08:00 UTC) name=Ana",
        "bot: Hi Ana, are you coming?",
    ]
    assert "--quiet: '21-8' is not understood" in chat(flow="remind", options=("--quiet", "21-8")).err


def test_the_phone_of_a_chat_has_agreed_to_marketing(chat: Chat) -> None:
    chat.folder.write(
        "flows/offer.yaml",
        "flow: offer\npurpose: marketing\nstart: tell\n"
        "states:\n  tell: {say: Half off! STOP ends this., end: told}\n",
    )
    assert chat(flow="offer").out == "bot: Half off! STOP ends this.\n"


def test_a_text_that_nothing_answers_leaves_no_line(chat: Chat) -> None:
    ran = chat("/close done", "hello?", "/quit", "person")
    assert (ran.out, ran.err) == ("bot: How can we help?\n", "")


def test_a_chat_needs_what_the_flow_needs(chat: Chat) -> None:
    ran = chat(flow="remind")
    assert ran.code == 2
    assert "remind needs 'name', a text; start it with --set name=…\n" in ran.err
    assert chat(flow="remind", options=("--set", "name=Ana")).out == "bot: Hi Ana, are you coming?\n"
    assert "flows/remnid.yaml does not exist" in chat(flow="remnid").err


@pytest.mark.parametrize(
    ("given", "option"), [(("--language", "english"), "--language"), (("--timezone", "Mars"), "--timezone")]
)
def test_the_option_is_named_that_will_not_do(chat: Chat, given: tuple[str, ...], option: str) -> None:
    ran = chat(options=given)
    assert (ran.code, ran.err.endswith(f" ({option})\n")) == (2, True), ran.err


def test_tests_that_pass_are_counted(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS)
    ran = folder.run("test")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("2 passed, 0 failed in ")
    assert len(ran.out.splitlines()) == 1


def test_a_flow_is_tested_and_checked_by_its_name(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS)
    folder.write("flows/remind.test.yaml", "flow: remind\ntests:\n  one:\n    - bott: Hi\n")
    assert folder.run("test", "desk").out.startswith("2 passed, 0 failed in ")
    assert folder.run("check", "desk").out == "1 flow: 0 errors, 0 warnings\n"
    for command in ("test", "check"):
        slip = folder.run(command, "dsek")
        assert (slip.code, slip.err) == (2, "convo: dsek does not exist. Did you mean 'desk'?\n")
        gone = folder.run(command, "flows/gone.test.yaml")
        assert (gone.code, "gone.test.yaml does not exist" in gone.err) == (2, True)


def test_a_test_that_fails_is_told(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS.replace("hands_off: reception", "hands_off: back_office"))
    ran = folder.run("test", "flows/desk.test.yaml")
    assert ran.code == 1
    assert "FAILED flows/desk.test.yaml:8:18: a person helps\n" in ran.out
    assert "  expected: handed off to back_office\n" in ran.out
    assert "  came:     desk is in state front, handed off to reception\n" in ran.out
    assert "1 passed, 1 failed" in ran.out


def test_a_flow_that_cannot_run_is_told_once(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS)
    folder.write("flows/desk.yaml", "flow: desk\nstart: ask\nstates:\n  ask: {sya: Hi}\n")
    ran = folder.run("test")
    assert ran.code == 1
    assert "the flow 'desk' cannot run" in ran.out
    assert ran.out.count("Did you mean 'say'?") == 1
    assert "0 passed, 2 failed" in ran.out


def test_a_file_that_cannot_be_read_does_not_hide_the_others(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS)
    folder.write("flows/remind.test.yaml", "flow: remind\ntests:\n  one:\n    - bott: Hi\n")
    ran = folder.run("test")
    assert ran.code == 1
    assert "unknown step 'bott'" in ran.out
    assert "2 passed, 1 failed" in ran.out


def test_no_tests_at_all_are_a_wrong_use(folder: Folder) -> None:
    assert folder.run("test").code == 2


def test_what_no_test_took_is_named_by_its_line(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS)
    ran = folder.run("test", "--coverage")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "flows/desk.yaml: 11 % (1 of 9)"
    assert "flows/desk.yaml:10:7: no test took the reply `again` in 'ask'" in lines
    assert "flows/desk.yaml:11:17: no test took a reply that nothing takes in 'ask'" in lines
    assert "flows/desk.yaml:12:13: no test took the clock `1 day` in 'ask'" in lines
    assert "flows/desk.yaml:13:62: no test took a person who hands back in 'front'" in lines
    assert [line for line in lines if line.startswith("flows/remind.yaml: 0 % (0 of ")]  # without any test


def test_too_little_coverage_fails_and_enough_does_not(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS)
    low = folder.run("test", "flows/desk.test.yaml", "--least", "100")
    assert low.code == 1
    assert "flows/desk.yaml: less than 100 % (--least)" in low.out
    assert "remind" not in low.out  # no test in that file is about it
    assert folder.run("test", "flows/desk.test.yaml", "--least", "10").code == 0


def test_results_are_written_for_ci_services(folder: Folder) -> None:
    folder.write("flows/desk.test.yaml", TESTS.replace("hands_off: reception", "hands_off: back_office"))
    folder.write("flows/remind.test.yaml", "flow: remind\ntests:\n  one:\n    - bott: Hi\n")
    assert folder.run("test", "--junit", "results.xml").code == 1
    root = ElementTree.parse(folder.path / "results.xml").getroot()
    assert {key: root.get(key) for key in ("tests", "failures")} == {"tests": "3", "failures": "2"}
    assert [suite.get("name") for suite in root] == ["flows/desk.test.yaml", "flows/remind.test.yaml"]
    first, second, third = root.iter("testcase")
    assert (first.get("classname"), first.get("name"), first.get("line")) == ("desk", "a person helps", "3")
    failure = first.find("failure")
    assert failure is not None
    assert "expected: handed off to back_office" in (failure.text or "")
    assert second.find("failure") is None
    assert "unknown step 'bott'" in (third[0].text or "")
    ran = folder.run("test", "--junit", "no/such/folder/results.xml")
    assert (ran.code, "cannot be written" in ran.err) == (2, True)
