"""A flow runs another in the place of a state, and goes on by the word with which that ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from convo.errors import FlowError, HandBackError
from convo.flow.advance import ERROR_QUEUE, MOST_STATES, reopened_session
from convo.flow.session import (
    Begin,
    Closed,
    Emit,
    End,
    HandedBack,
    Phase,
    Reopened,
    Replied,
    Resumed,
    Say,
    Started,
    Tag,
    TimedOut,
    Undelivered,
)
from convo.flow.stack import MOST_DEEP
from convo.messages import Contact
from tests.unit.talk import HOUR, NOW, Talk, source

DAY = 24 * HOUR
VERIFY = """\
flow: verify
start: ask
needs: {mobile: phone}
vars: {digits: integer = 4, until: text = soon}
expires: 3 days
states:
  ask:
    say: "{{ digits }} digits went to {{ mobile }}. Send them."
    replies:
      ok: good
      no: {say: "As you like.", then: bad}
      person: desk
      break: broken
      later: {say: "Take your time."}
      tag: {tag: seen}
    otherwise: {say: "The digits?", tries: 1, then: bad}
    after: {10 minutes: {say: "Still there?"}, 1 hour: late}
    undelivered: {say: "Once more.", then: bad}
  good: {say: "Thanks.", emit: phone.proved, begin: {flow: welcome}, end: approved}
  bad: {end: refused}
  late: {say: "Too late.", end: late}
  desk: {say: "A person will text.", hand_off: reception, then: good}
  broken: {say: "{{ 1 // 0 }}", end: approved}
"""
SIGN_UP = source(
    """\
  ask:
    say: Sign up?
    replies: {go: prove, other: {set: {mobile: "'x'"}, then: prove}}
    otherwise: {say: "GO?"}
    after: {4 hours: {say: "Still there?"}, 1 day: bye}
  prove:
    say: One moment.
    tag: tries
    run:
      flow: verify
      with: {mobile: mobile, digits: 6}
      outcomes:
        approved: {set: {proved: "true"}, tag: member, say: "You are in.", then: member}
        refused: out
        expired: {say: "That took too long.", then: out}
        late: again
  member:
    say: Welcome, {{ outcome }}.
    replies: {bye: out}
    otherwise: {say: "BYE?"}
    after: {2 days: out}
  out: {say: "Bye, {{ outcome }}.", end: out}
  bye: {end: bye}
""",
    "needs: {mobile: phone}\nvars: {proved: yes_no = no}\nexpires: 5 days\n",
)
GIVEN: dict[str, object] = {"mobile": "+15550002222"}
ASKED = "6 digits went to +15550002222. Send them."


def talks(text: str = SIGN_UP, **beside: str) -> Talk:
    given = GIVEN if "needs: {mobile" in text else {}
    return Talk(text, given, beside={"verify": VERIFY, **beside})


@pytest.fixture
def talk() -> Talk:
    """In the sub-flow, which has asked."""
    begun = talks()
    begun.starts()
    begun.accept()
    assert begun.feed(Replied("go")) == ["One moment.", ASKED]
    begun.accept()
    return begun


# Beginning and returning.


def test_a_sub_flow_starts_at_once_with_what_it_is_given(talk: Talk) -> None:
    assert talk.session.place == "verify.ask"
    assert talk.session.vars == {"mobile": "+15550002222", "digits": 6, "until": "soon"}
    assert [(frame.flow, frame.state) for frame in talk.session.stack] == [("", "prove")]
    assert [(said.state, said.starts_clock) for said in talk.effects if isinstance(said, Say)] == [
        ("prove", False), ("verify.ask", True),
    ]  # fmt: skip


def test_it_returns_to_the_line_of_its_outcome_in_the_same_turn(talk: Talk) -> None:
    assert talk.feed(Replied("ok")) == ["Thanks.", "You are in.", "Welcome, approved."]
    assert talk.session.place == "member"
    assert talk.session.stack == ()
    assert talk.session.vars == {"mobile": "+15550002222", "proved": True}
    assert talk.session.phase is Phase.LIVE


def test_its_end_is_not_the_end_of_the_conversation(talk: Talk) -> None:
    talk.feed(Replied("ok"))

    assert not [effect for effect in talk.effects if isinstance(effect, End)]
    assert [type(effect) for effect in talk.effects if not isinstance(effect, Say)] == [Emit, Begin, Tag]
    talk.feed(Replied("bye"))
    assert talk.effects[-1] == End("out")


def test_the_last_outcome_is_known_in_every_later_state(talk: Talk) -> None:
    talk.feed(Replied("ok"))

    assert talk.feed(Replied("bye")) == ["Bye, approved."]


def test_before_any_sub_flow_there_is_no_outcome() -> None:
    flow = SIGN_UP.replace(
        'after: {4 hours: {say: "Still there?"}', 'after: {4 hours: {say: "{{ outcome }}"}'
    )
    talk = talks(flow)
    talk.starts()
    talk.accept()
    talk.goes_off()

    assert "'outcome' is undefined" in str(talk.trouble)


def test_what_a_sub_flow_does_to_the_contact_stays(talk: Talk) -> None:
    talk.feed(Replied("tag"))
    talk.feed(Replied("ok"))

    assert talk.session.contact.tags == ("tries", "seen", "member")


def test_every_run_begins_anew(talk: Talk) -> None:
    talk.feed(Replied("later"))
    first = talk.session
    assert talk.feed(TimedOut("after 1 hour"), HOUR) == ["Too late.", "One moment.", ASKED]

    assert (talk.session.place, talk.session.tries) == ("verify.ask", 0)
    assert talk.session.vars["until"] == "soon"
    assert talk.session.visit > first.visit


def test_visits_are_counted_over_every_run_of_a_conversation(talk: Talk) -> None:
    """So that what a flow does so often and no more holds for those that run it as well."""
    talk.feed(TimedOut("after 1 hour"), HOUR)
    talk.feed(TimedOut("after 1 hour"), 2 * HOUR)

    assert talk.session.visits == {"ask": 1, "prove": 3, "verify.ask": 3, "verify.late": 2}


def test_visits_have_numbers_that_no_flow_of_the_conversation_shares(talk: Talk) -> None:
    assert [said.visit for said in talk.effects if isinstance(said, Say)] == [2, 3]
    talk.feed(Replied("ok"))

    assert [said.visit for said in talk.effects if isinstance(said, Say)] == [4, 4, 5]
    assert talk.session.visit == 5


def test_two_that_run_one_after_the_other_do_not_mix() -> None:
    flow = source(
        """\
  ask: {run: {flow: one, outcomes: {a: next}}}
  next: {say: "{{ outcome }}", run: {flow: two, with: {was: outcome}, outcomes: {b: end}}}
  end: {say: "{{ outcome }}", end: done}
"""
    )
    one = "flow: one\nstart: a\nstates:\n  a: {set: {n: visits('a') + 1}, say: '{{ n }}', end: a}\n"
    two = "flow: two\nstart: a\nneeds: {was: text}\nstates:\n  a: {say: 'was {{ was }}', end: b}\n"
    talk = talks(flow, one=one, two=two)

    assert talk.starts() == ["2", "a", "was a", "b"]
    assert (talk.session.outcome, talk.session.vars) == ("done", {})


@pytest.mark.parametrize(
    "kind", ["datetime", "date", "time", "duration", "money EUR", "number", "list of text"]
)
def test_a_value_of_every_type_is_handed_over_as_it_is(kind: str) -> None:
    values: dict[str, object] = {
        "datetime": "2026-12-01 09:30", "date": "2026-12-01", "time": "09:30", "duration": "90 min",
        "money EUR": "12.50", "number": "1.5", "list of text": "milk, bread",
    }  # fmt: skip
    flow = source(
        "  ask: {run: {flow: two, with: {x: x}, outcomes: {b: end}}}\n  end: {end: done}\n",
        f"needs: {{x: {kind}}}\n",
    )
    two = f"flow: two\nstart: a\nneeds: {{x: {kind}}}\nstates:\n  a: {{hand_off: desk, then: b}}\n"
    two += "  b: {end: b}\n"
    talk = Talk(flow, {"x": values[kind]}, Contact("+15550001111", timezone="Europe/Paris"), {"two": two})
    given = talk.session.vars["x"]
    talk.starts()

    assert talk.session.vars == {"x": given}
    assert repr(talk.session.vars["x"]) == repr(given)  # a moment with its time zone


# Expiring, failing, and outcomes that nobody takes.


def test_a_sub_flow_expires_after_its_own_time_and_returns(talk: Talk) -> None:
    flow = VERIFY.replace(
        'after: {10 minutes: {say: "Still there?"}, 1 hour: late}', "after: {10 days: late}"
    )
    talk = talks(verify=flow)
    talk.starts()
    talk.feed(Replied("go"))
    talk.accept()

    assert talk.wakes() == 3 * DAY
    assert talk.goes_off() == ["That took too long.", "Bye, expired."]
    assert talk.session.outcome == "out"


def test_what_fails_in_a_sub_flow_returns_as_failed_with_its_reason(talk: Talk) -> None:
    flow = SIGN_UP.replace("late: again", "late: again\n        failed: {say: Sorry., then: out}")
    talk = talks(flow)
    talk.starts()
    talk.feed(Replied("go"))

    assert talk.feed(Replied("break")) == ["Sorry.", "Bye, failed."]
    assert talk.trouble == "in verify: the text '{{ 1 // 0 }}' failed: integer division or modulo by zero"


def test_else_takes_a_failure_too() -> None:
    talk = talks(SIGN_UP.replace("late: again", "else: out"))
    talk.starts()
    talk.feed(Replied("go"))

    assert talk.feed(Replied("break")) == ["Bye, failed."]


def test_a_sub_flow_that_mends_its_own_errors_goes_on(talk: Talk) -> None:
    talk = talks(verify=VERIFY.replace("states:", "on_error: sorry\nstates:\n  sorry: {say: Hm., then: ask}"))
    talk.starts()
    talk.feed(Replied("go"))

    assert talk.feed(Replied("break")) == ["Hm.", ASKED]
    assert talk.session.place == "verify.ask"
    assert str(talk.trouble).startswith("in verify: ")


def test_a_failure_that_nobody_takes_is_one_of_the_flow_that_runs_it(talk: Talk) -> None:
    assert talk.feed(Replied("break")) == []
    assert (talk.session.place, talk.session.stack) == ("prove", ())
    assert (talk.session.phase, talk.session.queue) == (Phase.HANDED_OFF, ERROR_QUEUE)
    assert str(talk.trouble).endswith("; then `outcomes` of 'prove' says nothing of 'failed'")
    assert talk.feed(HandedBack("ask")) == ["Sign up?"]


def test_the_flow_that_runs_it_may_have_an_on_error_for_that() -> None:
    talk = talks(
        SIGN_UP.replace("states:\n", "on_error: sorry\nstates:\n  sorry: {say: Sorry., then: ask}\n")
    )
    talk.starts()
    talk.feed(Replied("go"))

    assert talk.feed(Replied("break")) == ["Sorry.", "Sign up?"]
    assert (talk.session.place, talk.session.stack) == ("ask", ())


def test_what_a_sub_flow_said_before_another_flow_failed_stays_said(talk: Talk) -> None:
    """Each flow's part of a turn is done or undone as a whole."""
    talk = talks(SIGN_UP.replace("Welcome, {{ outcome }}.", "'{{ 1 // 0 }}'"))
    talk.starts()
    talk.feed(Replied("go"))

    assert talk.feed(Replied("ok")) == ["Thanks."]
    assert (talk.session.place, talk.session.queue) == ("prove", ERROR_QUEUE)
    assert talk.session.vars["proved"] is False
    assert "member" not in talk.session.contact.tags


def test_a_sub_flow_that_fails_at_its_start_leaves_what_was_said_before_it() -> None:
    talk = talks(
        SIGN_UP.replace("late: again", "else: out"), verify=VERIFY.replace("{{ digits }}", "{{ 1 // 0 }}")
    )
    talk.starts()

    assert talk.feed(Replied("go")) == ["One moment.", "Bye, failed."]


def test_a_value_that_does_not_fit_is_an_error_of_the_flow_that_gives_it(talk: Talk) -> None:
    talk = talks()
    talk.starts()

    assert talk.feed(Replied("other")) == []
    assert (talk.session.place, talk.session.queue) == ("ask", ERROR_QUEUE)
    assert str(talk.trouble).startswith("'prove' cannot run verify: 'mobile': 'x' will not do; ")


# Clocks.


def test_the_clocks_of_the_flow_that_waits_stand_still(talk: Talk) -> None:
    """Its expiry of 5 days, and its state's clocks, have nothing to say while another flow runs."""
    talk = talks(
        verify=VERIFY.replace("expires: 3 days", "expires: 30 days").replace("1 hour: late", "20 days: late")
    )
    talk.starts()
    talk.accept()
    talk.feed(Replied("go"))
    talk.accept()
    talk.goes_off()  # the nudge

    assert talk.wakes() == 20 * DAY
    assert talk.feed(Replied("ok"), 19 * DAY)[-1] == "Welcome, approved."
    talk.accept(19 * DAY)
    assert talk.wakes() == 21 * DAY


def test_the_expiry_of_the_flow_that_waited_counts_from_the_return() -> None:
    """Also where nobody has texted for longer."""
    silent = (
        "flow: verify\nstart: a\nneeds: {mobile: phone}\nvars: {digits: integer = 1}\nexpires: 90 days\n"
        + ("states:\n  a: {after: {60 days: b}}\n  b: {end: approved}\n")
    )
    flow = SIGN_UP.replace('say: "You are in.", ', "").replace("    say: Welcome, {{ outcome }}.\n", "")
    flow = (
        flow.replace("        refused: out\n", "")
        .replace("        late: again\n", "")
        .replace("after: {2 days: out}", "after: {9 days: out}")
    )
    talk = talks(flow, verify=silent)
    talk.starts()
    talk.feed(Replied("go"))
    assert talk.wakes() == 60 * DAY
    talk.goes_off()

    assert talk.session.place == "member"
    assert talk.wakes() == 65 * DAY


def test_while_it_is_suspended_the_sub_flow_s_clocks_stand_still(talk: Talk) -> None:
    talk.session = replace(talk.session, phase=Phase.SUSPENDED)
    assert talk.wakes() is None
    talk.feed(Resumed(DAY), DAY)

    assert talk.wakes() == DAY + timedelta(minutes=10)
    assert talk.session.place == "verify.ask"


# Late reports, people, and STOP.


def test_a_text_that_fails_late_means_nothing_to_the_flow_that_waits(talk: Talk) -> None:
    prove = talk.session.visit - 1
    before = talk.session

    assert talk.feed(Undelivered(prove)) == []
    assert talk.session == before
    assert talk.feed(Undelivered(before.visit)) == ["Once more.", "Bye, refused."]


def test_a_text_of_the_sub_flow_that_fails_after_its_return_means_nothing(talk: Talk) -> None:
    asked = talk.session.visit
    talk.feed(Replied("ok"))
    before = talk.session

    assert talk.feed(Undelivered(asked)) == []
    assert talk.session == before


def test_a_person_called_by_a_sub_flow_hands_back_to_it(talk: Talk) -> None:
    assert talk.feed(Replied("person")) == ["A person will text."]
    assert (talk.session.phase, talk.session.queue) == (Phase.HANDED_OFF, "reception")

    assert talk.feed(HandedBack()) == ["Thanks.", "You are in.", "Welcome, approved."]
    assert talk.session.phase is Phase.LIVE


@pytest.mark.parametrize("state", ["ask", "verify.ask"])
def test_a_person_names_a_state_of_the_sub_flow_alone_or_as_it_is_shown(talk: Talk, state: str) -> None:
    talk.feed(Replied("person"))

    assert talk.feed(HandedBack(state, {"digits": "8"})) == ["8 digits went to +15550002222. Send them."]
    assert talk.session.place == "verify.ask"


def test_a_person_cannot_lead_out_of_a_sub_flow(talk: Talk) -> None:
    talk.feed(Replied("person"))
    with pytest.raises(HandBackError, match="verify has no state 'member'"):
        talk.feed(HandedBack("member"))


def test_a_sub_flow_with_a_person_expires_too(talk: Talk) -> None:
    talk.feed(Replied("person"))
    assert talk.wakes() == 3 * DAY

    assert talk.goes_off() == ["That took too long.", "Bye, expired."]


@pytest.mark.parametrize("phase", [Phase.LIVE, Phase.HANDED_OFF, Phase.SUSPENDED])
def test_a_stop_ends_all_flows_with_one_outcome(talk: Talk, phase: Phase) -> None:
    talk.session = replace(talk.session, phase=phase, queue="x" if phase is Phase.HANDED_OFF else None)

    assert talk.feed(Closed("stopped")) == []
    assert talk.effects == (End("stopped"),)
    assert (talk.session.phase, talk.session.outcome) == (Phase.ENDED, "stopped")
    assert talk.session.place == "verify.ask"  # where it was ended
    assert talk.wakes() is None


def test_what_comes_after_a_close_within_a_sub_flow_goes_on_in_the_flow_itself() -> None:
    head = "afterwards: anew\nstates:\n  anew: {say: 'Proved: {{ proved }}', end: anew}\n"
    talk = talks(SIGN_UP.replace("states:\n", head))
    talk.starts()
    talk.feed(Replied("go"))
    talk.feed(Closed("by_hand"))
    talk.session = reopened_session(talk.session, NOW + HOUR)

    assert talk.feed(Reopened("hello"), HOUR) == ["Proved: False"]


def test_a_wait_of_the_flow_that_runs_it_does_not_answer_for_the_sub_flow(talk: Talk) -> None:
    """What only the waiting flow understands is nothing to the one that runs."""
    assert talk.feed(Replied("go")) == ["The digits?"]


# Again and back.

WIZARD = source(
    """\
  ask: {say: Name?, replies: {on: where}, otherwise: {say: "ON?"}, after: {1 day: bye}}
  where: {run: {flow: place, outcomes: {found: sure, cancelled: back, else: bye}}}
  sure:
    say: All right?
    replies: {ok: bye, back: back}
    otherwise: {say: "OK?"}
    after: {1 day: bye}
  bye: {end: done}
"""
)
PLACE = """\
flow: place
start: street
states:
  street: {say: Street?, replies: {on: town, cancel: gone, back: back}, otherwise: {say: "ON?"}}
  town: {say: Town?, replies: {on: found, back: back, first: street}, otherwise: {say: "ON?"}}
  found: {end: found}
  gone: {end: cancelled}
"""


def test_back_returns_to_a_state_that_ran_a_flow_which_asked() -> None:
    talk = talks(WIZARD, place=PLACE)
    talk.starts()
    for words in ("on", "on"):
        talk.feed(Replied(words))
    assert talk.feed(Replied("on")) == ["All right?"]

    assert talk.feed(Replied("back")) == ["Street?"]
    assert talk.session.place == "place.street"


def test_back_in_a_sub_flow_stays_in_it() -> None:
    talk = talks(WIZARD, place=PLACE)
    talk.starts()
    talk.feed(Replied("on"))
    talk.feed(Replied("on"))

    assert talk.feed(Replied("back")) == ["Street?"]
    assert talk.feed(Replied("back")) == []
    assert talk.session.place == "place.street"


def test_an_outcome_may_lead_back_to_before_the_sub_flow() -> None:
    talk = talks(WIZARD, place=PLACE)
    talk.starts()
    talk.feed(Replied("on"))

    assert talk.feed(Replied("cancel")) == ["Name?"]
    assert talk.session.place == "ask"


def test_back_passes_over_a_sub_flow_that_never_asked() -> None:
    """To run it once more would only lead to the same place."""
    talk = talks(WIZARD, place="flow: place\nstart: a\nstates:\n  a: {say: Found., end: found}\n")
    talk.starts()
    assert talk.feed(Replied("on")) == ["Found.", "All right?"]

    assert talk.feed(Replied("back")) == ["Name?"]


def test_where_nothing_was_before_an_outcome_that_leads_back_calls_a_person() -> None:
    flow = source(
        "  ask: {run: {flow: place, outcomes: {cancelled: back, found: bye}}}\n  bye: {end: done}\n"
    )
    with pytest.raises(FlowError, match="C051"):
        talks(flow, place=PLACE)


# A stack of several.


LAST = """\
flow: last
start: a
states:
  a: {say: Well?, replies: {ok: b, no: c, break: d}, otherwise: {say: OK?}}
  b: {end: fine}
  c: {end: sad}
  d: {say: "{{ 1 // 0 }}", end: sad}
"""


def nest(depth: int) -> dict[str, str]:
    """Flows that run one another, and the last one asks."""
    flows = {
        f"f{n}": f"flow: f{n}\nstart: a\nvars: {{n: integer = {n}}}\nstates:\n"
        f"  a: {{say: 'in {{{{ n }}}}', run: {{flow: f{n + 1}, outcomes: {{else: b}}}}}}\n"
        f"  b: {{say: 'out {{{{ n }}}} {{{{ outcome }}}}', end: o{n}}}\n"
        for n in range(1, depth)
    }
    return {**flows, f"f{depth}": LAST.replace("last", f"f{depth}")}


def top() -> str:
    return source(
        "  ask: {run: {flow: f1, outcomes: {else: bye}}}\n  bye: {say: 'Bye {{ outcome }}', end: done}\n"
    )


def test_a_stack_of_three_unwinds_in_one_turn() -> None:
    talk = talks(top(), **nest(3))

    assert talk.starts() == ["in 1", "in 2", "Well?"]
    assert talk.session.place == "f3.a"
    assert [(frame.flow, frame.state) for frame in talk.session.stack] == [
        ("", "ask"),
        ("f1", "a"),
        ("f2", "a"),
    ]
    assert talk.feed(Replied("ok")) == ["out 2 fine", "out 1 o2", "Bye o1"]
    assert (talk.session.stack, talk.session.outcome) == ((), "done")


def test_a_failure_goes_up_to_the_first_that_takes_it() -> None:
    flows = nest(3)
    flows["f2"] = flows["f2"].replace("else: b", "fine: b, sad: b, expired: b")
    talk = talks(top(), **flows)
    talk.starts()

    assert talk.feed(Replied("break")) == ["out 1 failed", "Bye o1"]
    assert str(talk.trouble).count("; then ") == 1
    assert "in f2: `outcomes` of 'a' says nothing of 'failed'" in str(talk.trouble)


def test_a_stop_ends_a_stack_of_three() -> None:
    talk = talks(top(), **nest(3))
    talk.starts()
    talk.feed(Closed("stopped"))

    assert (talk.session.phase, talk.effects) == (Phase.ENDED, (End("stopped"),))


def test_ten_flows_wait_for_one_another_at_most() -> None:
    deep = talks(top(), **nest(MOST_DEEP))
    assert deep.starts()[-1] == "Well?"
    assert len(deep.session.stack) == MOST_DEEP

    deeper = talks(top(), **nest(MOST_DEEP + 1))
    said = deeper.starts()
    assert f"cannot run f{MOST_DEEP + 1}: {MOST_DEEP} flows wait for one another already" in str(
        deeper.trouble
    )
    assert said[-1] == "Bye o1"  # it failed as a sub-flow does
    assert deeper.session.outcome == "done"


@pytest.mark.parametrize(
    ("others", "way"), [([], ""), (["two"], ", through two"), (["two", "three"], ", through two, three")]
)
def test_a_flow_that_runs_itself_is_refused(others: list[str], way: str) -> None:
    names = ["sample", *others]
    files = {
        name: f"flow: {name}\nstart: a\nstates:\n"
        f"  a: {{run: {{flow: {other}, outcomes: {{else: b}}}}}}\n  b: {{end: b}}\n"
        for name, other in zip(names, [*others, "sample"], strict=True)
    }
    with pytest.raises(FlowError) as error:
        Talk(files.pop("sample"), beside=files)

    assert [(each.code, each.line, each.message) for each in error.value.problems] == [
        ("C091", 4, f"'sample' runs itself here{way}")
    ]


def test_a_hundred_states_are_counted_across_flows() -> None:
    """A flow that is run again and again without waiting is stopped like any that goes round."""
    flow = source(
        "  ask: {run: {flow: place, outcomes: {found: {set: {n: n + 1}, then: on}}}}\n"
        "  on: {say: Once more., choose: {n > 1000: bye, else: ask}}\n  bye: {end: done}\n",
        "vars: {n: integer = 0}\n",
    )
    talk = talks(
        flow, place="flow: place\nstart: a\nstates:\n  a: {say: Here., then: b}\n  b: {end: found}\n"
    )

    assert talk.starts() == []  # and nobody is texted a hundred times
    assert f"went through {MOST_STATES} states without waiting" in str(talk.trouble)
    assert talk.session.queue == ERROR_QUEUE


def test_errors_that_lead_to_errors_in_every_flow_come_to_an_end() -> None:
    """Each of the ten has an `on_error` that runs the next one again: without a bound 1,024 times."""
    flows = nest(MOST_DEEP)
    for n, (name, text) in enumerate(flows.items(), 1):
        taken = "fine: b, sad: b, expired: b" if n == MOST_DEEP - 1 else f"o{n + 1}: b, expired: b"
        failing = text.replace("Well?", "'{{ 1 // 0 }}'").replace("else: b", taken)
        flows[name] = failing.replace("states:", "on_error: a\nstates:")
    talk = talks(
        top().replace("states:", "on_error: ask\nstates:").replace("else:", "o1: bye, expired:"), **flows
    )
    talk.starts()

    assert talk.session.queue == ERROR_QUEUE
    assert str(talk.trouble).count("; then ") < 3 * MOST_STATES


def test_starting_twice_changes_nothing(talk: Talk) -> None:
    before = talk.session

    assert (talk.feed(Started()), talk.session) == ([], before)
