"""`convo explore`: what it prints is a file of tests, and its exit code tells whether anything is wrong."""

from tests.cli.folder import Folder

FAULTY = """\
flow: faulty
start: ask
needs: {name: text, visit: datetime}
states:
  ask:
    say: Hi {{ name }}, how many?
    save: {n: integer 0-9}
    otherwise: {say: 0 to 9?}
    after: {1 day: fin}
    then: share
  share: {set: {each: 100 // n}, say: "{{ each }} each.", end: shared}
  fin: {end: fin}
"""


def test_what_is_found_is_a_test_that_passes(folder: Folder) -> None:
    folder.write("flows/faulty.yaml", FAULTY)
    ran = folder.run("explore", "faulty", "--set", "name=Ana")
    assert (ran.code, ran.err) == (1, "")
    assert "# flows/faulty.yaml:11:23: error: the expression '100 // n' failed: " in ran.out
    assert "    - bot: Hi Ana, how many?\n" in ran.out
    assert "given: {name: Ana, visit: " in ran.out
    folder.write("flows/faulty.test.yaml", ran.out)
    assert folder.run("test", "flows/faulty.test.yaml").out.startswith("1 passed, 0 failed")


def test_json_says_where_and_how(folder: Folder) -> None:
    folder.write("flows/faulty.yaml", FAULTY)
    ran = folder.run("explore", "flows/faulty.yaml", "--format", "json")
    assert ran.code == 1
    (found,) = ran.json["findings"]
    assert (found["file"], found["line"], found["column"]) == ("flows/faulty.yaml", 11, 23)
    assert (found["fault"], ran.json["cut"], ran.json["unseen"]) == ("error", [], 0)
    assert found["test"].startswith("flow: faulty\n")


def test_a_sound_flow_is_said_to_be_looked_at_whole(folder: Folder) -> None:
    ran = folder.run("explore", "remind")
    assert ran.code == 0
    assert "nothing wrong; there are no others" in ran.out
    assert len(ran.out.splitlines()) == 1


def test_a_bound_that_cut_it_short_is_named(folder: Folder) -> None:
    ran = folder.run("explore", "remind", "--depth", "1")
    assert "not all: what follows " in ran.out
    assert "(--depth)" in ran.out


def test_more_texts_than_the_limit(folder: Folder) -> None:
    ran = folder.run("explore", "remind", "--most-texts", "1")
    assert ran.code == 1
    assert "texts: 2 texts in one conversation; the limit is 1" in ran.out


def test_texts_in_quiet_hours(folder: Folder) -> None:
    ran = folder.run("explore", "remind", "--now", "2026-11-30 22:00", "--quiet", "21:00-08:00")
    assert ran.code == 1
    assert "quiet: 'ask' texts at 22:00, in the quiet hours; it would wait until Tue 08:00" in ran.out


def test_wrong_uses(folder: Folder) -> None:
    for arguments, why in (
        (("nowhere",), "nowhere.yaml does not exist"),
        (("remind", "--now", "soon"), "write it like"),
        (("remind", "--set", "age=3"), "has no variable 'age'"),
        (("remind", "--timezone", "Mars/North"), "is not a time zone"),
        (("remind", "--language", "klingon"), "klingon"),
        (("remind", "--quiet", "21-8"), "--quiet: '21-8' is not understood"),
    ):
        ran = folder.run("explore", *arguments)
        assert (ran.code, why in ran.err) == (2, True), arguments
