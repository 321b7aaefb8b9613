"""`convo replay`: where past conversations would go otherwise now."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from convo.settings import DEFAULT_NUMBER
from convo.testing.world import Handset, World
from tests.cli.folder import ANA, BEN, DESK, Folder


@pytest.fixture
def talks(folder: Folder) -> Folder:
    """A folder with a database in which two have talked to `desk`."""
    with World(folder.path / "flows", datetime(2026, 11, 30, 9, 0, tzinfo=UTC)) as world:
        for contact, words in ((ANA, ("desk", "hm", "again", "no")), (BEN, ("desk", "again", "no"))):
            phone = Handset(world, contact, DEFAULT_NUMBER)
            for word in words:
                phone.text(word)
        snapshot = world._store.snapshot()
    with (
        closing(sqlite3.connect(":memory:")) as memory,
        closing(sqlite3.connect(folder.path / "convo.db")) as file,
    ):
        memory.deserialize(snapshot)
        memory.backup(file)
    return folder


def change(folder: Folder) -> None:
    folder.write("flows/desk.yaml", DESK.replace("Say PERSON.", "Say PERSON or AGAIN."))


def test_nothing_differs_where_nothing_changed(talks: Folder) -> None:
    ran = talks.run("replay", "--flow", "desk", "--last", "10")

    assert (ran.code, ran.out) == (0, "2 same, 0 different, 0 could not be replayed\n")


def test_a_flow_that_nobody_knows_is_told(talks: Folder) -> None:
    ran = talks.run("replay", "--flow", "dsek")
    assert (ran.code, ran.err) == (2, "convo: there is no flow 'dsek'. Did you mean 'desk'?\n")
    assert talks.run("replay", "--flow", "remind").out == "0 same, 0 different, 0 could not be replayed\n"


def test_the_first_difference_is_shown_side_by_side(talks: Folder) -> None:
    change(talks)
    ran = talks.run("replay", "--flow", "desk")

    assert ran.code == 1
    assert [line.rstrip() for line in ran.out.splitlines()] == [
        "desk, conversation 1, 2026-11-30 09:00 UTC",
        f"  {'as it was':<46} | as it would be",
        f"  {'them: desk':<46} | them: desk",
        f"  {'bot: How can we help?':<46} | bot: How can we help?",
        f"  {'them: hm':<46} | them: hm",
        f"! {'bot: Say PERSON.':<46} | bot: Say PERSON or AGAIN.",
        "",
        "1 same, 1 different, 0 could not be replayed",
    ]


def test_one_conversation_through_a_file_and_a_stored_version(talks: Folder, tmp_path: Path) -> None:
    talks.write("tried/desk.yaml", DESK.replace("Anything else", "Something else"))
    assert talks.run("replay", "2").code == 0
    assert talks.run("replay", "2", "--file", "tried/desk.yaml").code == 1
    change(talks)
    stored = talks.run("flows", "list", "--format", "json").json[0]["version"]

    assert talks.run("replay", "1").code == 1
    assert talks.run("replay", "1", "--version", stored[:10]).code == 0


def test_programs_read_every_turn(talks: Folder) -> None:
    change(talks)
    first, second = talks.run("replay", "1", "2", "--format", "json").json

    assert (first["conversation"], first["result"], second["result"]) == (1, "different", "same")
    assert first["turns"][-1] | {"at": ""} == {
        "at": "", "what": "them: hm", "was": ["Say PERSON."], "would_be": ["Say PERSON or AGAIN."],
    }  # fmt: skip


def test_what_cannot_be_replayed_is_told_and_is_no_difference(talks: Folder) -> None:
    talks.write(
        "flows/desk.yaml",
        DESK.replace("vars: {order", "needs: {name: text}\nvars: {order")
        .replace("How can", "{{ name }}! How can")
        .replace("say: {{ name }}! How can we help?", "say: 'Hi {{ name }}! How can we help?'")
        .replace("triggers: {keyword: [desk]}\n", ""),
    )
    ran = talks.run("replay", "1")

    assert ran.code == 0
    assert "could not be replayed: desk needs 'name', a text" in ran.out
    assert ran.out.endswith("0 same, 0 different, 1 could not be replayed\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name conversations, or a flow with --flow"),
        (("1", "--flow", "desk"), "name conversations, or a flow with --flow"),
        (("9",), "there is no conversation 9"),
        (("1", "--version", "abcd", "--file", "desk.yaml"), "give one of them"),
        (("1", "--version", "beef"), "'beef' names 0 versions of desk"),
    ],
)
def test_what_is_asked_wrongly_is_told(talks: Folder, arguments: tuple[str, ...], said: str) -> None:
    ran = talks.run("replay", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
