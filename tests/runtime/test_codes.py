"""One-time codes on both databases: what is stored, what is sent, and how a try is counted."""

import re
import threading
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from convo.errors import SettingsError
from convo.messages import Reason, SendError, Status, Trouble, Unread
from convo.runtime import codes as coding
from convo.runtime import intake
from convo.settings import SIMULATOR, Settings, load
from convo.store import codes
from convo.store.codes import Standing
from convo.store.tables import metadata
from tests.runtime.conftest import Build
from tests.runtime.flows import LASTING
from tests.runtime.house import ANA, House
from tests.runtime.verifying import Desk

SIGN_IN = """\
flow: sign-in
start: ask
purpose: verification
triggers: {keyword: [login]}
states:
  ask:
    say: Your code is {{ code }}.
    verify: {digits: 6, valid: 10 minutes, tries: 5, outcomes: {approved: in, failed: out, expired: late}}
    replies: {again: again}
    otherwise: {say: "Not that one.", tries: 2, then: out}
  in: {say: You are in., end: approved}
  out: {say: Too many tries., end: failed}
  late: {say: Too late., end: expired}
"""


@pytest.fixture
def asked(build: Build) -> House:
    """Ana was sent a code."""
    house = build(flows={"sign-in": SIGN_IN})
    house.take(house.text("login"))
    return house


def test_what_a_flow_that_ended_is_asked_instead_holds_no_digits(build: Build) -> None:
    """A state that has no answer to a half typed code leaves it to others, who may keep it."""
    lasting = LASTING.replace("states:", "when_busy: interrupt\nstates:")
    silent = "\n".join(line for line in SIGN_IN.splitlines() if "otherwise" not in line)
    house = build(flows={"lasting": lasting, "sign-in": silent})
    house.take(house.text("lasting"), house.text("Ana"))
    house.take(house.text("login"), house.text("it is 48151"))

    assert house.said()[-1] == "Anything else, Ana?"
    assert "Reopened" in everything(house)
    assert "48151" not in everything(house)


def sent(house: House) -> str:
    (said,) = house.leaves()
    found = re.fullmatch(r"Your code is (\d{6})\.", said)
    assert found, said
    return found[1]


def everything(house: House) -> str:
    """All that is stored, in one text."""

    def job(connection: Connection) -> str:
        tables = [connection.execute(table.select()).all() for table in metadata.sorted_tables]
        return repr(tables)

    return house.do(job)


def wrong(code: str) -> str:
    return str((int(code) + 1) % 10**6).zfill(6)


def test_the_code_that_was_sent_is_the_one_that_is_taken(asked: House) -> None:
    code = sent(asked)
    asked.take(asked.text(f"it is {code}"))
    assert asked.leaves() == ["You are in."]
    assert asked.conversation().outcome == "approved"


def test_no_row_holds_the_code(asked: House) -> None:
    code = sent(asked)
    asked.take(asked.text(wrong(code)))
    asked.take(asked.text(f"{code[:3]} {code[3:]}"))

    stored = everything(asked)
    assert code not in stored
    assert code[:3] + " " + code[3:] not in stored
    assert wrong(code) not in stored
    assert "Your code is ••••••." in stored


def test_a_code_that_is_texted_once_the_flow_has_gone_on_is_kept_nowhere(asked: House) -> None:
    code = sent(asked)
    asked.take(asked.text(code))
    assert asked.conversation().outcome == "approved"
    asked.take(asked.text(f"so {code} was right?"))
    assert code not in everything(asked)
    assert "so •••••• was right?" in everything(asked)


def test_a_code_in_what_cannot_be_used_is_kept_nowhere(asked: House) -> None:
    code = sent(asked)
    raw = f'{{"id":"q7","text":"the {code}","from":"{ANA}"}}'.encode()
    without_number = Unread(SIMULATOR, "an event that is neither a text nor a report", raw)
    asked.take(without_number)
    asked.take(without_number)  # the same, by its bytes as they came

    poison = replace(asked.text(code), provider_id="q8", raw=raw)
    Desk(asked).run(lambda line: intake.take_poisoned(line, poison, ValueError("no column takes this")))
    assert len(asked.rows("SELECT raw FROM receipt WHERE error IS NOT NULL")) == 2
    assert code not in everything(asked)


def test_five_tries_are_the_most_also_for_the_right_code(asked: House) -> None:
    code = sent(asked)
    for _ in range(5):
        asked.take(asked.text(wrong(code)))
    asked.take(asked.text(code))
    assert asked.conversation().outcome == "failed"
    assert asked.leaves() == ["Not that one."]


def test_one_text_delivered_twice_is_one_try(asked: House) -> None:
    code = sent(asked)
    guess = asked.text(wrong(code))
    for _ in range(6):
        asked.take(guess)
    asked.take(asked.text(code))
    assert asked.conversation().outcome == "approved"


def test_a_resend_says_the_same_code_and_tries_go_on_counting(asked: House) -> None:
    code = sent(asked)
    for _ in range(4):
        asked.take(asked.text(wrong(code)))
    asked.take(asked.text("again"))
    assert [said for _ in range(5) for said in asked.leaves()][-1] == f"Your code is {code}."

    asked.take(asked.text(wrong(code)))
    assert asked.conversation().outcome == "failed"


def test_a_code_that_would_come_too_late_is_withdrawn(asked: House) -> None:
    asked.later(minutes=10, seconds=1)
    assert asked.leaves() == []
    (message,) = asked.outgoing()
    assert (message.status, message.reason) == (Status.WITHDRAWN, Reason.OUT_OF_DATE)


def test_a_second_try_to_send_says_the_same(asked: House) -> None:
    first = asked.fails(Trouble.RETRY)
    asked.later(seconds=5)
    (second,) = asked.claim()
    assert second.outbound.text == first.outbound.text
    assert second.outbound.key == first.outbound.key


def test_a_code_whose_next_try_would_come_too_late_is_withdrawn_at_once(asked: House) -> None:
    asked.later(minutes=9)
    asked.fails(Trouble.LATER, after=61)
    withdrawn = asked.outgoing()[0]
    assert (withdrawn.status, withdrawn.reason) == (Status.WITHDRAWN, Reason.OUT_OF_DATE)


def test_a_late_code_that_may_have_gone_is_uncertain(asked: House) -> None:
    asked.later(minutes=9)
    asked.fails(Trouble.RETRY, after=61)
    uncertain = asked.outgoing()[0]
    assert (uncertain.status, uncertain.reason) == (Status.UNCERTAIN, Reason.OUT_OF_DATE)


def test_a_code_after_its_time_is_no_good(asked: House) -> None:
    code = sent(asked)
    asked.later(minutes=10)
    asked.take(asked.text(code))
    assert asked.leaves() == ["Too late."]


def test_a_segment_is_counted_with_the_code(asked: House) -> None:
    assert [message.segments for message in asked.outgoing()] == [1]
    assert asked.rows("SELECT segments, text FROM message WHERE code_id IS NOT NULL") == [
        (1, "Your code is ••••••.")
    ]


def test_a_code_of_somebody_else_is_wrong(asked: House) -> None:
    code = sent(asked)
    other = "+15550002222"
    asked.take(asked.text("login", other))
    asked.leaves()
    asked.take(asked.text(code, other))
    assert asked.conversation(other).state == "ask"


def test_a_text_that_failed_leaves_the_code_as_it_was(asked: House) -> None:
    (claimed,) = asked.claim()
    asked.settle(asked.result(claimed, SendError(Trouble.PERMANENT, Reason.UNREACHABLE)))
    code = claimed.outbound.text[-7:-1]
    asked.take(asked.text(code))
    assert asked.conversation().outcome == "approved"


def test_of_many_right_checks_at_once_one_is_taken(asked: House) -> None:
    """The statement itself sees to it, without the contact's lock."""
    sent(asked)
    ((number,),) = asked.rows("SELECT id FROM code")
    found: list[Standing | None] = []
    begin = threading.Barrier(8)

    def check() -> None:
        begin.wait()
        now = asked.clock()
        found.append(asked.do(lambda c: codes.try_once(c, str(number), now, right=True)))

    threads = [threading.Thread(target=check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, found)) == ["None"] * 7 + ["approved"]


# Keys.


def test_a_key_that_is_rotated_out_checks_what_it_made(build: Build) -> None:
    old, new = "the old key of 16 signs", "the new key of 16 signs"
    house = build(flows={"sign-in": SIGN_IN})
    house.settings = house.settings.model_copy(update={"code_key": [old]})
    house.take(house.text("login"))
    code = sent(house)

    house.settings = house.settings.model_copy(update={"code_key": [new, old]})
    house.take(house.text(code))
    assert house.conversation().outcome == "approved"


def test_a_key_that_was_taken_out_holds_up_nobody_else(build: Build) -> None:
    house = build(flows={"sign-in": SIGN_IN})
    house.settings = house.settings.model_copy(update={"code_key": ["the old key of 16 signs"]})
    house.take(house.text("login"))
    house.settings = house.settings.model_copy(update={"code_key": ["the new key of 16 signs"]})
    other = "+15550002222"
    house.take(house.text("login", other))

    (said,) = house.leaves()
    assert house.outgoing()[0].status is Status.WITHDRAWN
    house.take(house.text(said[-7:-1], other))
    assert house.conversation(other).outcome == "approved"


def test_a_database_in_a_file_has_a_key_of_its_own_beside_it(tmp_path: Path) -> None:
    here = load(database=f"sqlite:///{tmp_path / 'convo.db'}")
    first = coding.keys(here)
    coding._beside.cache_clear()
    assert coding.keys(here).newest == first.newest
    file = tmp_path / "convo.db.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["convo.db.key"]


def test_several_processes_need_a_key_that_is_set() -> None:
    with pytest.raises(SettingsError, match="set code_key"):
        coding.keys(load(database="postgresql://localhost/convo"))


def test_a_key_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(SettingsError, match="at least 16 characters"):
        load(code_key="secret")


def test_each_working_folder_has_a_key_of_its_own(tmp_path: Path) -> None:
    """Their databases have one name, like `convo.db`, and are two files."""
    found = []
    for name in ("elm", "oak"):
        (tmp_path / name).mkdir()
        with chdir(tmp_path / name):
            found.append(coding.keys(Settings(database="sqlite:///convo.db")).newest)
            assert coding.keys(Settings(database="sqlite:///convo.db")).newest == found[-1]

    assert len(set(found)) == 2
