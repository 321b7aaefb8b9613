"""`convo queue`: what an operator sees of texts that are not done with, and does with them."""

import getpass

import pytest

from tests.cli.folder import ANA, BEN, Folder


@pytest.fixture
def waiting(folder: Folder) -> Folder:
    """Two texts that wait for somebody to serve."""
    folder.run("start", "remind", "--to", ANA, "--set", "name=Ana\x1b[31m")
    folder.run("start", "remind", "--to", BEN, "--set", "name=Ben")
    return folder


def ids(folder: Folder, *options: str) -> list[int]:
    return [each["id"] for each in folder.run("queue", "list", "--format", "json", *options).json]


def test_what_waits_is_listed(waiting: Folder) -> None:
    ran = waiting.run("queue", "list")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].endswith(f"+15550009999 → {ANA}  queued  0 min old, 0 tries")
    assert lines[1] == "    Hi Ana [31m, are you coming?"
    assert waiting.run("queue", "list", "--most", "1").out.splitlines()[-1].startswith("There are more")
    (first, second) = waiting.run("queue", "list", "--format", "json").json
    assert (first["contact"], first["status"], first["tries"], first["decisions"]) == (ANA, "queued", 0, [])
    assert ids(waiting, "--contact", BEN) == [second["id"]]
    assert ids(waiting, "--number", "+15550008888") == []
    assert ids(waiting, "--older-than", "1 hour") == []
    assert waiting.run("queue", "list", "--status", "failed").out == "There is nothing of it in the queue.\n"


def test_a_text_is_withdrawn_and_who_did_it_is_on_record(waiting: Folder) -> None:
    first, second = ids(waiting)
    ran = waiting.run("queue", "withdraw", str(first), "--note", "wrong name")

    assert ran.code == 0
    assert ran.out.splitlines()[-1] == f"{first} is withdrawn."
    assert ids(waiting) == [second]
    again = waiting.run("queue", "withdraw", str(first))
    assert (again.code, again.err) == (
        1, f"convo: message {first} is withdrawn; only what is queued can be withdrawn\n",
    )  # fmt: skip
    assert recorded(waiting) == [(first, "withdrawn", f"operator:{getpass.getuser()}", "wrong name")]


def recorded(folder: Folder) -> list[tuple[object, ...]]:
    from contextlib import closing
    from sqlite3 import connect

    with closing(connect(folder.path / "convo.db")) as database:
        return database.execute("SELECT message_id, action, actor, note FROM message_decision").fetchall()


def test_all_texts_of_a_number_are_withdrawn(waiting: Folder) -> None:
    ran = waiting.run("queue", "withdraw", "--number", "+15550009999", "--by", "eve")

    assert ran.out.splitlines()[-1] == "2 are withdrawn."
    assert ids(waiting) == []
    assert [each[2] for each in recorded(waiting)] == ["operator:eve"] * 2


def test_an_uncertain_text_is_settled_or_sent_anew(waiting: Folder) -> None:
    first, second = ids(waiting)
    change(waiting, "UPDATE message SET status = 'uncertain', reason = 'unknown'")
    refused = waiting.run("queue", "retry", str(first))
    assert (refused.code, refused.err) == (
        1, f"convo: message {first} may have arrived; --maybe-twice sends it anew\n",
    )  # fmt: skip
    assert waiting.run("queue", "retry", str(first), "--maybe-twice").code == 0
    assert waiting.run("queue", "settle", str(second), "--accepted", "--provider-id", "SM2").code == 0

    (new,) = ids(waiting)
    shown = waiting.run("queue", "list", "--status", "failed").out
    assert f"    sent_anew as {new} by operator:" in shown
    assert "failed, sent_anew" in shown


def change(folder: Folder, statement: str) -> None:
    from contextlib import closing
    from sqlite3 import connect

    with closing(connect(folder.path / "convo.db")) as database:
        database.execute(statement)
        database.commit()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["list", "--status", "sent"], "--status: 'sent' is none; it is one of queued, sending,"),
        (["list", "--contact", "Ana"], "--contact: 'Ana' is not a phone number"),
        (["list", "--older-than", "soon"], "--older-than: 'soon' is not a duration"),
        (["withdraw"], "say which: their ids, or --contact, --number or --older-than"),
        (["withdraw", "1", "--contact", ANA], "say which"),
        (["settle", "1"], "say what became of them: --accepted or --failed"),
        (["settle", "1", "--failed", "--provider-id", "x"], "--provider-id: it is the name of one text"),
        (["retry", "1", "--note", "x" * 501], "--note: a note has at most 500 characters, not 501"),
    ],
)  # fmt: skip
def test_what_is_used_wrongly_says_how_to_do_it(waiting: Folder, arguments: list[str], told: str) -> None:
    ran = waiting.run("queue", *arguments)
    assert ran.code == 2
    assert told in ran.err
