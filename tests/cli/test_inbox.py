"""`convo inbox`: what a person does in the terminal with conversations that wait for one."""

from collections.abc import Iterator

import pytest

from tests.cli.folder import ANA, BEN, Folder, Serving


@pytest.fixture
def serving(folder: Folder) -> Iterator[Serving]:
    """A process that serves, to whom Ana said that she wants a person: conversation 1."""
    with folder.serving() as serving:
        hand_over(serving, ANA)
        yield serving


def hand_over(serving: Serving, contact: str) -> None:
    serving.text("desk", contact)
    assert serving.arrives() == (contact, "How can we help?")
    serving.text("person", contact)
    assert serving.arrives() == (contact, "A person will text you.")


def test_what_waits_is_listed_with_what_was_said_last(folder: Folder, serving: Serving) -> None:
    serving.text("My order\nis \x1b[31mlate")
    ran = folder.run_apart("inbox", "list")

    assert ran.code == 0
    first, second = ran.out.splitlines()
    assert first.startswith(f"1  {ANA}  reception  waiting since ")
    assert first.endswith("UTC, 0 min  (desk, front)")
    assert second == "    them: My order is  [31mlate"


def test_programs_read_it_as_json(folder: Folder, serving: Serving) -> None:
    (waits,) = folder.run("inbox", "list", "--format", "json").json
    since = waits.pop("waiting_since")

    assert since.endswith("+00:00")
    assert waits == {
        "id": 1, "contact": ANA, "number": "+15550009999", "flow": "desk", "state": "front",
        "inside": [], "queue": "reception", "trouble": None,
        "last_text": "A person will text you.", "last_direction": "out",
    }  # fmt: skip


def test_who_waits_longest_comes_first_and_who_was_answered_last(folder: Folder, serving: Serving) -> None:
    hand_over(serving, BEN)
    order = [each["contact"] for each in folder.run("inbox", "list", "--format", "json").json]
    assert order == [ANA, BEN]

    folder.run("inbox", "reply", "1", "Hello Ana")
    answered = folder.run("inbox", "list", "--format", "json").json
    assert [(each["contact"], each["waiting_since"] is None) for each in answered] == [
        (BEN, False),
        (ANA, True),
    ]
    assert serving.arrives() == (ANA, "Hello Ana")

    serving.text("Are you still there?")
    again = folder.run("inbox", "list", "--format", "json").json
    assert [each["contact"] for each in again] == [BEN, ANA]
    assert again[1]["last_text"] == "Are you still there?"
    assert folder.run("inbox", "list", "--queue", "callers").out == "Nobody waits for a person.\n"


def test_a_reply_leaves_through_the_serving_process(folder: Folder, serving: Serving) -> None:
    first = folder.run("inbox", "reply", "1", "Hello, it’s Eve", "--key", "k")
    again = folder.run("inbox", "reply", "1", "Hello, it’s Eve", "--key", "k")

    assert (first.code, again.code) == (0, 0)
    assert first.out == again.out
    assert serving.arrives() == (ANA, "Hello, it’s Eve")
    folder.run("inbox", "reply", "1", "Bye")
    assert serving.arrives() == (ANA, "Bye")


def test_a_conversation_is_handed_back_to_its_flow(folder: Folder, serving: Serving) -> None:
    ran = folder.run("inbox", "hand-back", "1", "--state", "repeat", "--set", "order=A-17")

    assert (ran.code, ran.out) == (0, "1: with its flow, in repeat\n")
    assert serving.arrives() == (ANA, "Anything else about A-17?")
    assert folder.run("inbox", "list").out == "Nobody waits for a person.\n"


def test_a_conversation_is_closed(folder: Folder, serving: Serving) -> None:
    ran = folder.run("inbox", "close", "1", "no_need")

    assert (ran.code, ran.out) == (0, "1: ended as no_need\n")
    again = folder.run("inbox", "close", "1", "no_need")
    assert (again.code, again.out) == (1, "")
    assert "conversation 1 has ended already, as no_need" in again.err


def test_what_cannot_be_done_is_told_and_changes_nothing(folder: Folder, serving: Serving) -> None:
    for arguments, code, said in (
        (("reply", "9", "Hi"), 1, "there is no conversation 9"),
        (("reply", "1", "  "), 2, "a text has 1 to 1600 characters"),
        (("reply", "one", "Hi"), 2, "for 'ID'"),
        (("reply", "1"), 2, "Missing argument"),
        (("hand-back", "1", "--state", "elsewhere"), 2, "elsewhere"),
        (("hand-back", "1", "--set", "odrer=1"), 2, "odrer"),
        (("close", "1", "two words"), 2, "'two words' is not an outcome"),
    ):
        ran = folder.run("inbox", *arguments)

        assert (ran.code, ran.out) == (code, ""), arguments
        assert said in ran.err, arguments
    assert [each["state"] for each in folder.run("inbox", "list", "--format", "json").json] == ["front"]


def test_without_a_database_there_is_no_inbox_and_none_is_made(folder: Folder) -> None:
    ran = folder.run("inbox", "list")

    assert (ran.code, ran.out) == (2, "")
    assert "there is no database yet" in ran.err
    assert [file.name for file in folder.path.iterdir()] == ["flows"]
