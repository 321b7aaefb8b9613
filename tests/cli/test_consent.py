"""`convo consent review`: what an operator does with STOPs that were no plain words."""

from collections.abc import Iterator

import pytest

from tests.cli.folder import ANA, BEN, Folder, Serving

OUT = "You have successfully been unsubscribed to messages from this number. Reply START to resubscribe."


@pytest.fixture
def serving(folder: Folder) -> Iterator[Serving]:
    """A process that serves; Ana said in her own words that she wants no more texts: entry 1."""
    with folder.serving() as serving:
        stop(serving, ANA, "please stop texting me\n\x1b[31mthanks")
        yield serving


def stop(serving: Serving, contact: str, words: str) -> None:
    serving.text(words, contact)
    assert serving.arrives() == (contact, OUT)


def test_what_waits_is_listed_with_what_was_said(folder: Folder, serving: Serving) -> None:
    stop(serving, BEN, "STOP")
    ran = folder.run_apart("consent", "review")

    assert ran.code == 0
    first, second = ran.out.splitlines()
    assert first.startswith(f"1  {ANA}  +15550009999  ")
    assert first.endswith(" UTC  (phrase:en:texting)")
    assert second == "    them: please stop texting me  [31mthanks"


def test_programs_read_it_as_json(folder: Folder, serving: Serving) -> None:
    (waits,) = folder.run("consent", "review", "--format", "json").json
    at = waits.pop("at")

    assert at.endswith("+00:00")
    assert waits == {
        "id": 1, "brand": "+15550009999", "contact": ANA, "number": "+15550009999",
        "text": "please stop texting me\n\x1b[31mthanks", "rule": "phrase:en:texting", "status": "open",
        "reason": None, "actor": None, "decided_at": None,
    }  # fmt: skip


def test_an_undone_stop_brings_the_contact_back(folder: Folder, serving: Serving) -> None:
    ran = folder.run("consent", "review", "--undo", "1", "--reason", "she meant her sister")

    assert (ran.code, ran.out) == (0, f"1 undone: {ANA} and +15550009999 may text each other again.\n")
    serving.text("desk", ANA)
    assert serving.arrives() == (ANA, "How can we help?")
    assert folder.run("consent", "review").out == "Nothing waits for a review.\n"
    listed = folder.run("consent", "review", "--all").out
    assert "undone by operator: she meant her sister" in listed


def test_a_kept_stop_stays(folder: Folder, serving: Serving) -> None:
    ran = folder.run("consent", "review", "--keep", "1", "--format", "json")

    assert (ran.code, ran.json["status"], ran.json["opted_out"], ran.json["standing"]) == (
        0,
        "kept",
        True,
        [1],
    )


def test_a_stop_that_something_else_stands_for_stays_and_the_command_says_so(
    folder: Folder, serving: Serving
) -> None:
    serving.text("stop", ANA)
    ran = folder.run("consent", "review", "--undo", "1", "--reason", "r")

    assert ran.code == 1
    assert ran.out == f"1 undone: {ANA} stays opted out of +15550009999.\n    2 stands: stop\n"


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (["--undo", "1"], 2, "--reason: say why it was no STOP"),
        (["--undo", "9", "--reason", "r"], 1, "there is no review 9"),
        (["--keep", "1", "--undo", "1"], 2, "give one of the two"),
        (["--reason", "r"], 2, "say for which entry"),
        (["--keep", "0"], 2, "Invalid value for '--keep'"),
    ],
)
def test_what_is_used_wrongly_is_told(
    folder: Folder, serving: Serving, given: list[str], code: int, said: str
) -> None:
    ran = folder.run("consent", "review", *given)

    assert (ran.code, said in ran.err) == (code, True), ran.err


def test_without_a_database_there_is_nothing_to_review(folder: Folder) -> None:
    ran = folder.run("consent", "review")

    assert (ran.code, "there is no database yet" in ran.err) == (2, True)
