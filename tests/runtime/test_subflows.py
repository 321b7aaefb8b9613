"""A conversation in a sub-flow, as it is stored: woken, suspended, stopped, moved, and after a restart."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from convo.messages import Reason, Status, Trouble
from convo.runtime import inbox, library, migrating, replaying, versions
from convo.runtime.library import Library
from convo.runtime.migrating import Migration, MigrationError
from convo.runtime.replaying import Result
from convo.runtime.sessions import decode, inside, where
from convo.runtime.starting import Start
from convo.store import census
from convo.store import versions as stored_versions
from convo.store.engine import Store
from convo.testing.playing import run
from convo.testing.scenario import load
from tests.runtime.conftest import Build
from tests.runtime.flows import CODE, FLASH, JOIN, PROOF
from tests.runtime.house import ANA, BEN, NOW, OURS, House
from tests.runtime.test_replaying import exactly

CODE_PLEASE = "Ana, send the code."


@pytest.fixture
def house(build: Build) -> House:
    return build(flows={"join": JOIN, "proof": PROOF, "code": CODE, "flash": FLASH})


def take(house: House, *words: str, contact: str = ANA) -> None:
    for word in words:
        house.take(house.text(word, contact))
        while house.leaves():
            pass
        house.later(minutes=1)


def rewrite(house: House, name: str, old: str, new: str) -> None:
    """Somebody saves a changed file, and it is read."""
    file = house.settings.flows / f"{name}.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    read(house)


def read(house: House) -> None:
    house.problems = house.library.read()
    house.do(lambda c: house.library.save(c, house.clock()))
    house.library.publish()


def restarted(house: House, store: Store, folder: Path | None = None) -> House:
    """Another process on the same database; it knows nothing that is not stored."""
    again = House(store, folder or house.settings.flows)
    again.clock.move_to(house.clock())
    again._texts = 100
    return again


# How it is stored.


def test_where_it_stands_is_written_everywhere_in_one_way(house: House) -> None:
    take(house, "join", "Ana")
    stored = house.conversation()

    assert (stored.flow, stored.state, stored.status) == ("join", "proof.ask", "live")
    assert (inside(stored), where(stored)) == (["prove"], "proof.ask inside prove")
    assert [message.state for message in house.outgoing()] == ["ask", "prove", "proof.ask"]
    assert stored.vars == {"name": "Ana"}
    take(house, "1234")
    stored = house.conversation()
    assert (stored.state, inside(stored), stored.vars) == ("member", [], {"name": "Ana", "code": 1234})
    assert "stack" not in stored.progress
    assert house.said()[-1] == "Welcome, Ana (approved)."


def test_conversations_are_counted_in_the_state_that_runs_and_in_the_one_that_asks(house: House) -> None:
    take(house, "join", "Ana")
    take(house, "join", contact=BEN)
    house.begin(Start("proof", "+15550004444", OURS, {"name": "Cat"}))

    def counted(flow: str) -> dict[str, int]:
        return dict(house.do(lambda c: census.by_state(c, flow)))

    assert counted("join") == {"ask": 1, "prove": 1}
    assert counted("proof") == {"ask": 2}


# Clocks and texts on their way.


def test_the_sub_flow_s_clocks_count_from_when_its_own_text_was_accepted(house: House) -> None:
    take(house, "join")
    house.take(house.text("Ana"))
    house.later(minutes=5)
    assert house.leaves() == ["One moment."]
    assert house.conversation().clock_from is None
    house.later(minutes=5)
    assert house.leaves() == [CODE_PLEASE]

    assert house.conversation().clock_from == house.clock()
    house.later(hours=1)
    assert house.wake() == 1
    assert house.leaves() == ["The code, please."]


def test_its_clock_leads_back_and_on(house: House) -> None:
    take(house, "join", "Ana")
    house.later(hours=4)
    house.wake()
    while house.leaves():
        pass
    stored = house.conversation()

    assert house.said()[-2:] == ["Too late.", "Bye."]
    assert (stored.state, stored.outcome) == ("bye", "left")


def test_the_flow_that_waits_neither_expires_nor_hears_its_clocks(house: House) -> None:
    """`join` expires after a day, `proof` after two."""
    rewrite(house, "proof", '    after: {1 hour: {say: "The code, please."}, 4 hours: late}\n', "")
    take(house, "join", "Ana")
    wakes = house.conversation().wake_at
    assert wakes is not None
    assert wakes > NOW + timedelta(days=2)
    house.later(days=1, hours=12)
    house.wake()

    assert where(house.conversation()) == "proof.ask inside prove"
    house.later(hours=12)
    house.wake()
    assert house.conversation().outcome == "left"  # `expired: bye`


def test_a_text_of_the_flow_that_waits_may_fail_without_anybody_noticing(house: House) -> None:
    take(house, "join", "Ana")
    before = house.conversation()
    house.report(house.message("One moment."), Status.FAILED, Reason.UNREACHABLE)

    assert house.conversation() == before


def test_a_text_of_the_sub_flow_that_fails_leads_on_there(house: House) -> None:
    take(house, "join")
    house.take(house.text("Ana"))
    assert house.leaves() == ["One moment."]
    house.fails(Trouble.PERMANENT, Reason.UNREACHABLE)

    assert house.conversation().state == "proof.second"
    assert house.leaves() == ["Once more."]


def test_a_report_for_a_sub_flow_that_has_returned_changes_nothing(house: House) -> None:
    take(house, "join", "Ana", "1234")
    before = house.conversation()
    house.report(house.message(CODE_PLEASE), Status.FAILED, Reason.UNREACHABLE)

    assert house.conversation() == before


def test_a_nudge_of_the_sub_flow_that_has_not_left_is_withdrawn_when_it_returns(house: House) -> None:
    take(house, "join", "Ana")
    house.later(hours=1)
    house.wake()
    house.take(house.text("1234"))

    assert house.message("The code, please.").status is Status.WITHDRAWN
    assert house.leaves() == ["Welcome, Ana (approved)."]


# People, STOP, and what comes in between.


def test_a_person_takes_over_and_hands_back_within_the_sub_flow(house: House) -> None:
    take(house, "join", "Ana", "person", "hello?")
    stored = house.conversation()
    assert (stored.status, stored.queue, stored.state) == ("handed_off", "proofs", "proof.desk")
    house.do(lambda c: inbox.reply(house.line(c), inbox.Reply(stored.id, "Here.")))
    house.leaves()
    after = house.do(lambda c: inbox.hand_back(house.line(c), inbox.HandBack(stored.id)))

    assert (after.state, after.status) == ("member", "live")


def test_a_person_may_name_the_state_as_it_is_shown(house: House) -> None:
    take(house, "join", "Ana", "person")
    number = house.conversation().id
    wanted = inbox.HandBack(number, "proof.ask", {"name": "Eve"})
    house.do(lambda c: inbox.hand_back(house.line(c), wanted))

    assert house.leaves() == ["Eve, send the code."]


@pytest.mark.parametrize("words", [[], ["person"]])
def test_a_stop_ends_all_of_it(house: House, words: list[str]) -> None:
    take(house, "join", "Ana", *words)
    said = len(house.said())
    take(house, "stop")
    stored = house.conversation()

    assert (stored.status, stored.outcome, stored.wake_at) == ("ended", "stopped", None)
    assert stored.state.startswith("proof.")
    take(house, "1234")
    house.later(days=3)
    assert house.wake() == 0
    assert len(house.said()) == said + 1  # the confirmation


def test_what_comes_after_a_person_closed_it_within_the_sub_flow(house: House) -> None:
    take(house, "join", "Ana", "person")
    number = house.conversation().id
    house.do(lambda c: inbox.close(house.line(c), number, "by_hand"))
    take(house, "and now?")

    assert house.said()[-1] == "Anything else, Ana?"
    assert house.conversation().state == "more"


def test_another_conversation_comes_in_between_and_the_sub_flow_goes_on(house: House) -> None:
    take(house, "join", "Ana", "code")
    assert [one.status for one in house.conversations(ANA)] == ["suspended", "live"]
    house.later(hours=5)
    take(house, "ok")
    stored = house.conversations(ANA)[0]

    assert (stored.status, where(stored)) == ("live", "proof.ask inside prove")
    assert stored.wake_at is not None
    assert stored.wake_at > house.clock() + timedelta(minutes=50)  # its nudge did not run out meanwhile
    take(house, "1234")
    assert house.conversations(ANA)[0].state == "member"


def test_a_text_that_fails_while_it_is_suspended_is_told_when_it_goes_on(house: House) -> None:
    take(house, "join", "Ana", "code")
    house.report(house.message(CODE_PLEASE), Status.FAILED, Reason.UNREACHABLE)
    take(house, "ok")

    assert house.said()[-1] == "Once more."


def test_a_sub_flow_s_own_trigger_does_not_start_it_beside_itself(house: House) -> None:
    rewrite(
        house, "proof", "needs: {name: text}", "vars: {name: text = you}\ntriggers: {exactly: [prove it]}"
    )
    take(house, "join", "Ana", "prove it")

    assert [one.flow for one in house.conversations(ANA)] == ["join"]
    take(house, "prove it", contact=BEN)
    assert [one.flow for one in house.conversations(BEN)] == ["proof"]


def test_what_fails_in_it_is_on_record_and_calls_a_person(house: House) -> None:
    take(house, "join", "Ana", "fail")
    stored = house.conversation()

    assert (stored.state, stored.queue, inside(stored)) == ("prove", "errors", [])
    assert str(stored.trouble).startswith("in proof: the text '{{ 1 // 0 }}' failed: ")


# Versions.


def test_a_conversation_keeps_the_sub_flow_that_it_began_with(house: House) -> None:
    take(house, "join")
    rewrite(house, "proof", "send the code", "SEND it")
    take(house, "join", contact=BEN)
    take(house, "Ana")
    take(house, "Ben", contact=BEN)

    assert house.said()[-1] == CODE_PLEASE
    assert house.said(BEN)[-1] == "Ben, SEND it."
    assert house.conversation(ANA).version != house.conversation(BEN).version


def test_a_version_is_that_of_the_flow_and_of_all_that_it_runs(house: House) -> None:
    first = house.library.current["join"].version
    rewrite(house, "proof", "send the code", "SEND it")
    second = house.library.current["join"].version
    rewrite(house, "proof", "SEND it", "send the code")

    assert house.library.current["join"].version == first != second
    rewrite(house, "code", "Is it you?", "You?")
    assert house.library.current["join"].version == first


def test_it_goes_on_after_a_restart_without_any_of_its_files(
    house: House, store: Store, tmp_path: Path
) -> None:
    take(house, "join", "Ana")
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    again = restarted(house, store, nothing)
    again.later(hours=1)

    assert again.wake() == 1
    assert again.leaves() == ["The code, please."]
    take(again, "1234")
    assert again.said()[-1] == "Welcome, Ana (approved)."


def test_it_goes_on_after_a_restart_with_another_sub_flow_in_the_file(house: House, store: Store) -> None:
    take(house, "join", "Ana")
    before = decode(house.conversation())
    file = house.settings.flows / "proof.yaml"
    file.write_text(file.read_text().replace("{ok: good", "{fine: good").replace("1000-9999", "1-3"))
    again = restarted(house, store)

    assert decode(again.conversation()) == before
    take(again, "ok")
    assert again.conversation().state == "member"


def test_a_sub_flow_that_breaks_leaves_the_last_good_versions_of_both(house: House) -> None:
    before = house.library.current["join"].version
    rewrite(house, "proof", "start: ask", "start: aks")
    told = [(Path(problem.file).name, problem.code) for problem in house.problems]

    assert ("proof.yaml", "C010") in told
    assert ("join.yaml", "C007") in told
    assert house.library.current["join"].version == before
    take(house, "join", "Ana")
    assert house.said()[-1] == CODE_PLEASE
    rewrite(house, "proof", "start: aks", "start: ask")
    assert house.problems == []


def test_a_sub_flow_that_vanishes_leaves_the_last_good_version(house: House) -> None:
    (house.settings.flows / "proof.yaml").unlink()
    read(house)

    assert [(problem.code, problem.message) for problem in house.problems] == [
        ("C090", "there is no flow 'proof'")
    ]
    take(house, "join", "Ana")
    assert house.said()[-1] == CODE_PLEASE


def test_every_version_is_listed_and_runs(house: House, store: Store) -> None:
    take(house, "join", "Ana")
    rewrite(house, "proof", "send the code", "SEND it")
    again = restarted(house, store)
    found = again.do(lambda c: versions.standings(c, Library(again.settings.flows)))

    assert sum(one.flow == "join" for one in found) == 2
    assert [one.trouble for one in found if one.trouble] == []
    assert again.do(lambda c: versions.broken(c, Library(again.settings.flows))) == []


# Played once more.


def test_it_is_replayed_to_the_letter(house: House) -> None:
    take(house, "join", "Ana")
    house.later(hours=1)
    house.wake()
    house.leaves()
    exactly(house)
    take(house, "code", "ok", "hm", "1234", "hm")
    exactly(house)
    take(house, "bye", "more")
    exactly(house)


def test_a_changed_sub_flow_is_the_first_difference(house: House) -> None:
    take(house, "join", "Ana", "1234", "bye")
    rewrite(house, "proof", "send the code", "SEND it")
    stored = house.conversation()
    flows = house.library.current["join"]
    again = house.do(lambda c: replaying.replay(c, house.library, stored, flows))

    assert again.result is Result.DIFFERENT
    assert again.rows[-1].would == ("One moment.", "Ana, SEND it.")


# Moved to another version.


def target(house: House, **changed: tuple[str, str]) -> Migration:
    """The version of `join` with these files changed, stored as `convo flows migrate` stores it."""
    for name, (old, new) in changed.items():
        rewrite(house, name, old, new)
    assert house.problems == []
    found = house.library.current["join"]
    house.do(lambda c: library.keep(c, found, NOW))
    return Migration(found)


def moved(house: House, wanted: Migration) -> list[migrating.Move]:
    return house.do(lambda c: migrating.migrate(c, house.library, wanted, house.clock()))


def refused(house: House, wanted: Migration) -> str:
    before = house.conversation()
    with pytest.raises(MigrationError) as error:
        moved(house, wanted)
    assert house.conversation() == before
    ((why,),) = [one.obstacles for one in error.value.moves]
    return why


def test_a_conversation_in_a_sub_flow_goes_on_there_in_the_other_version(house: House) -> None:
    take(house, "join", "Ana")
    visit = house.conversation().visit
    moved(house, target(house, proof=("The code?", "Which code?"), join=("Welcome", "Hello")))
    stored = house.conversation()

    assert (where(stored), stored.visit) == ("proof.ask inside prove", visit)
    take(house, "x")
    assert house.said()[-1] == "Which code?"
    take(house, "1234")
    assert house.said()[-1] == "Hello, Ana (approved)."
    exactly(house)


def test_states_of_a_sub_flow_are_mapped_as_they_are_shown(house: House) -> None:
    take(house, "join", "Ana")
    file = house.settings.flows / "proof.yaml"
    text = file.read_text().replace("start: ask", "start: question").replace("  ask:", "  question:")
    file.write_text(text)
    join = house.settings.flows / "join.yaml"
    join.write_text(
        join.read_text().replace("  prove:", "  proving:").replace("then: prove", "then: proving")
    )
    read(house)
    wanted = target(house)
    assert refused(house, wanted).startswith(
        "it is in proof, which 'prove' does not run in the other version"
    )
    names = {"prove": "proving"}
    assert refused(house, Migration(wanted.target, states=names)).startswith(
        "the other version has no state 'proof.ask'; say where it goes, with --map proof.ask=STATE."
    )
    moved(house, Migration(wanted.target, states={**names, "proof.ask": "proof.question"}))
    stored = house.conversation()

    assert where(stored) == "proof.question inside proving"
    assert decode(stored).visits == {"ask": 1, "proving": 1, "proof.question": 1}
    exactly(house)


def test_a_conversation_leaves_a_sub_flow_that_is_gone_where_that_is_said(house: House) -> None:
    take(house, "join", "Ana")
    join = house.settings.flows / "join.yaml"
    text = join.read_text()
    begin, end = text.index("    run:"), text.index("  member:")
    join.write_text(text[:begin] + "    then: member\n" + text[end:].replace(" ({{ outcome }})", ""))
    read(house)
    wanted = target(house)

    assert "which 'prove' does not run in the other version" in refused(house, wanted)
    assert refused(house, Migration(wanted.target, states={"proof.ask": "prove"})) == (
        "'prove' waits for nothing, so nothing would lead on; map 'proof.ask' elsewhere"
    )
    moved(house, Migration(wanted.target, states={"proof.ask": "member"}))
    stored = house.conversation()
    assert (where(stored), stored.vars) == ("member", {"name": "Ana"})
    take(house, "hm")
    assert house.said()[-1] == "BYE?"


def test_nobody_is_moved_into_a_sub_flow(house: House) -> None:
    take(house, "join")
    wanted = target(house, join=("Bye.", "Good bye."))

    into = Migration(wanted.target, states={"ask": "proof.ask"})
    assert refused(house, into) == "it is not in the flow of 'proof.ask', and a migration begins none"
    onto = Migration(wanted.target, states={"ask": "prove"})
    assert refused(house, onto) == "'prove' runs proof, and a migration begins no flow; map 'ask' elsewhere"


def test_variables_of_every_flow_that_it_is_in_are_fitted(house: House) -> None:
    take(house, "join", "Ana")
    for name, old, new in (
        ("proof", "needs: {name: text}", "needs: {name: text, digits: integer}"),
        ("join", "with: {name: name}", "with: {name: name, digits: '4'}"),
    ):
        rewrite(house, name, old, new)
    wanted = target(house, join=("expires: 1 day", "expires: 1 day\nvars: {club: text = Elm}"))
    assert "it has no 'digits', of the type integer" in refused(house, wanted)
    moved(house, Migration(wanted.target, given={"digits": "6"}))
    session = decode(house.conversation())

    assert session.vars == {"name": "Ana", "digits": 6}
    assert session.stack[0].vars == {"name": "Ana", "club": "Elm"}
    exactly(house)


def test_a_version_whose_sub_flow_does_not_run_any_more_is_told(house: House) -> None:
    take(house, "join", "Ana")
    stored = house.conversation()
    kept = house.do(lambda c: stored_versions.one(c, stored.version))
    assert kept is not None
    file, text = kept.runs["proof"]
    spoilt = replace(kept, runs={"proof": (file, text.replace("start: ask", "start: aks"))})
    house.rows("DELETE FROM flow_version RETURNING version")
    house.do(lambda c: stored_versions.save(c, spoilt))
    (told,) = house.do(lambda c: versions.broken(c, Library(house.settings.flows)))

    assert (told.flow, told.open) == ("join", 1)
    assert "the flow 'proof', which this runs, has errors of its own" in str(told.trouble)


# A ready-made flow, as a test of another one plays it.

SIGN_IN = """\
flow: sign-in
start: prove
states:
  prove:
    run:
      flow: verify-phone
      with: {brand: "'Elm'"}
      outcomes:
        approved: {say: "You are in.", then: inside}
        failed: again
        else: {say: "Not today ({{ outcome }}).", then: outside}
  inside: {end: signed_in}
  outside: {end: signed_out}
"""
SIGN_IN_TESTS = """\
flow: sign-in
tests:
  a code that is asked for in a sub-flow:
    - bot: "Elm: your code is ..."
    - state: verify-phone.ask
    - them: <wrong code>
    - bot: That is not the code. ...
    - them: <code>
    - bot: "Elm: thank you, this number is yours."
    - bot: You are in.
    - ends: signed_in
  after too many tries it is run anew, with a new code:
    - bot: ...
    - them: <wrong codes>
    - bot: "Elm: these were too many tries. ..."
    - bot: "Elm: your code is ..."
    - them: <code>
    - bot: ...
    - bot: You are in.
    - ends: signed_in
  it is not sent for ever, however often the sub-flow is run:
    - bot: ...
    - them: again
    - bot: ...
    - them: again
    - bot: ...
    - them: again
    - bot: ...
    - them: again
    - bot: "Elm: your code is ..."
    - them: again
    - hands_off: errors
"""


def test_a_ready_made_flow_is_run_as_it_is(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parents[2] / "flows" / "verify-phone.yaml", tmp_path)
    (tmp_path / "sign-in.yaml").write_text(SIGN_IN)
    file = tmp_path / "sign-in.test.yaml"
    file.write_text(SIGN_IN_TESTS)
    for scenario in load(file):
        run(scenario)
