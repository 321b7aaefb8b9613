"""`convo contacts`: what is stored about a person, shown, exported and erased."""

import json

import pytest

from tests.cli.folder import ANA, Folder


@pytest.fixture
def known(folder: Folder) -> Folder:
    """Ana was asked something."""
    folder.run("start", "remind", "--to", ANA, "--set", "name=Ana")
    return folder


def test_a_contact_is_shown(known: Folder) -> None:
    shown, plain = known.run("contacts", "show", ANA), known.run("contacts", "show", ANA, "--format", "json")

    assert shown.out.startswith(f"{ANA}  no language  no time zone  since 20")
    assert "1 conversation, 1 message\n" in shown.out
    assert plain.json["number"] == ANA


def test_all_that_is_stored_goes_into_one_file(known: Folder) -> None:
    printed = known.run("contacts", "export", ANA)
    known.run("contacts", "export", ANA, "ana.json")
    kept = json.loads((known.path / "ana.json").read_text())

    assert kept == printed.json
    assert kept["messages"][0]["text"] == "Hi Ana, are you coming?"
    assert [each["kind"] for each in kept["conversations"][0]["history"]] == ["started", "text"]


def test_an_erased_contact_is_gone_from_the_whole_file(known: Folder) -> None:
    known.run("consent", "stop", ANA, "--reason", "by phone")
    erased = known.run("contacts", "erase", ANA)

    assert "1 of message" in erased.out
    assert "The number is taken out of 1 line of the ledger.\n" in erased.out
    assert known.run("contacts", "show", ANA).code == 1
    assert "has opted out" in known.run("start", "remind", "--to", ANA, "--set", "name=Ana").err


@pytest.mark.parametrize("command", ["show", "export", "erase"])
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("+15550007777", 1, "there is no contact +15550007777"),
        ("abc", 2, "'abc' is not a phone number"),
    ],
)
def test_who_is_not_there_is_told(known: Folder, command: str, number: str, code: int, said: str) -> None:
    ran = known.run("contacts", command, number)

    assert (ran.code, ran.err.startswith(f"convo: {said}")) == (code, True), ran.err
