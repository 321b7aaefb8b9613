"""`convo start`: a conversation from the terminal, sent by whoever serves the same database."""

import pytest

from tests.cli.folder import ANA, Folder

START = ("start", "remind", "--to", ANA, "--set", "name=Ana")


def test_it_prints_the_id_and_says_that_nothing_serves_yet(folder: Folder) -> None:
    ran = folder.run_apart(*START)

    assert (ran.code, ran.out) == (0, "1\n")
    assert "the text leaves when `convo serve` runs" in ran.err


def test_a_serving_process_sends_what_a_command_started_and_keeps_its_clocks(folder: Folder) -> None:
    with folder.serving() as serving:
        ran = folder.run(*START)

        assert (ran.code, ran.out, ran.err) == (0, "1\n", "")
        assert serving.arrives() == (ANA, "Hi Ana, are you coming?")
        assert serving.arrives() == (ANA, "Still there, Ana?")


def test_what_was_started_before_anybody_served_leaves_when_somebody_does(folder: Folder) -> None:
    folder.run(*START)
    with folder.serving() as serving:
        assert serving.arrives() == (ANA, "Hi Ana, are you coming?")


def test_a_key_starts_one_conversation_however_often_it_is_said(folder: Folder) -> None:
    first = folder.run(*START, "--key", "k")
    again = folder.run(*START, "--key", "k")
    other = folder.run("start", "desk", "--to", ANA, "--key", "k")

    assert (first.code, again.code) == (0, 0)
    assert first.out == again.out == "1\n"
    assert (other.code, other.out) == (1, "")
    assert "the key 'k' belongs to another conversation" in other.err


def test_the_contacts_language_and_time_zone_are_kept(folder: Folder) -> None:
    folder.write(
        "flows/zone.yaml",
        "flow: zone\nstart: hi\nstates:\n"
        "  hi: {say: '{{ contact.language }} {{ contact.timezone }}', end: said}\n",
    )
    with folder.serving() as serving:
        folder.run("start", "zone", "--to", ANA, "--language", "fr-CA", "--timezone", "America/Toronto")
        assert serving.arrives() == (ANA, "fr-CA America/Toronto")
        folder.run("start", "zone", "--to", ANA)
        assert serving.arrives() == (ANA, "fr-CA America/Toronto")


def test_a_contact_who_is_busy_or_opted_out_is_left_alone(folder: Folder) -> None:
    folder.run(*START)
    busy = folder.run(*START)
    with folder.serving() as serving:
        serving.text("STOP")
    stopped = folder.run(*START)

    assert (busy.code, busy.out) == (1, "")
    assert "another conversation" in busy.err
    assert (stopped.code, stopped.out) == (1, "")
    assert "opted out" in stopped.err


def test_one_that_waits_in_line_is_told_so(folder: Folder) -> None:
    folder.run(*START)
    ran = folder.run("start", "desk", "--to", ANA)

    assert (ran.code, ran.out) == (0, "2\n")
    assert f"It waits until {ANA}'s other conversation has ended." in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "--to", ANA), "there is no flow 'nowhere'"),
        (("remind", "--to", ANA), "remind needs 'name'"),
        (("remind", "--to", ANA, "--set", "name"), "--set name=value"),
        (("remind", "--to", ANA, "--set", "name=Ana", "--set", "nmae=x"), "no variable 'nmae'"),
        (("desk", "--to", "Ana"), "'Ana' is not a phone number"),
        (("desk", "--to", ANA, "--from", "elm"), "'elm' is none of ours"),
        (("desk", "--to", ANA, "--language", "klingon!"), "'klingon!' is not a language"),
        (("desk", "--to", ANA, "--timezone", "Mars/Base"), "'Mars/Base' is not a time zone"),
        (("desk", "--to", ANA, "--timezone", "../etc/passwd"), "is not a time zone"),
        (("desk",), "--to"),
    ],
)
def test_a_command_that_is_wrong_is_told_so(folder: Folder, arguments: tuple[str, ...], said: str) -> None:
    ran = folder.run("start", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_flow_that_is_broken_is_shown_where(folder: Folder) -> None:
    folder.write("flows/broken.yaml", "flow: broken\nstart: ask\nstates:\n  ask: {sya: Hi}\n")
    ran = folder.run("start", "broken", "--to", ANA)

    assert (ran.code, ran.out) == (1, "")
    assert "broken.yaml:4" in ran.err
