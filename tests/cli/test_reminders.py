"""`convo reminders`: set beside a process that serves, which starts them at their moment."""

from datetime import timedelta

import pytest

from convo import clock
from tests.cli.folder import ANA, REMIND, Folder


@pytest.fixture
def folder(folder: Folder) -> Folder:
    folder.write("flows/remind.yaml", REMIND)
    return folder


def put(folder: Folder, *options: str, key: str = "k") -> tuple[int, str, str]:
    ran = folder.run("reminders", "set", key, "remind", "--to", ANA, "--set", "name=Ana", *options)
    return ran.code, ran.out, ran.err


def test_its_text_arrives_at_its_moment(folder: Folder) -> None:
    with folder.serving() as served:
        # By the machine's clock, as the serving process has it; on a slow machine the command takes a second.
        leads = (clock.system() + timedelta(seconds=lead) for lead in (1, 2, 4, 8))
        assert any(put(folder, "--at", soon.isoformat())[0] == 0 for soon in leads)
        assert served.arrives() == (ANA, "Hi Ana, are you coming?")
        (told,) = folder.run("reminders", "show", "k", "--format", "json").json

    assert (told["status"], told["conversation"]) == ("started", 1)
    over = folder.run("reminders", "cancel", "k")
    assert (over.code, "is over" in over.err) == (1, True)


def test_it_is_set_moved_listed_and_cancelled(folder: Folder) -> None:
    first = put(folder, "--at", "2099-12-01 09:00", "--timezone", "Europe/Berlin")
    moved = put(folder, "--at", "2099-12-02 09:00", "--timezone", "Europe/Berlin", "--every", "week")

    assert first == (0, f"k  remind  {ANA}  scheduled  2099-12-01 09:00 Europe/Berlin\n", "")
    assert moved[1] == f"k  remind  {ANA}  scheduled  2099-12-02 09:00 Europe/Berlin  FREQ=WEEKLY\n"
    assert folder.run("reminders", "list").out == moved[1]
    assert "cancelled" in folder.run("reminders", "cancel", "k").out
    assert folder.run("reminders", "list", "--status", "scheduled").out == "There is no reminder.\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--at", "2001-01-01 09:00"), "is past"),
        (("--at", "soon"), "is no variable; there is name"),
        (("--at", "2099-01-01 09:00", "--every", "often"), "is no rule"),
    ],
)
def test_what_will_not_do_is_told(folder: Folder, options: tuple[str, ...], told: str) -> None:
    code, _, err = put(folder, *options)
    assert (code, told in err) == (2, True), err


def test_one_that_moves_into_the_past_is_cancelled(folder: Folder) -> None:
    assert put(folder, "--at", "2099-12-01 09:00")[0] == 0
    code, _, err = put(folder, "--at", "2001-01-01 09:00")
    assert (code, "what was scheduled as 'k' is cancelled" in err) == (2, True), err
    assert "  cancelled  (" in folder.run("reminders", "show", "k").out


def test_a_key_that_no_path_can_name_is_refused(folder: Folder) -> None:
    code, _, err = put(folder, "--at", "2099-01-01 09:00", key="order/17")
    assert (code, "none of them a `/`" in err) == (2, True), err
