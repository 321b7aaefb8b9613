"""`at`: moments of a state, late ones, moved ones, and what they do to the other clocks."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from convo.flow.advance import ERROR_QUEUE, next_clock
from convo.flow.project import Project, check
from convo.flow.session import Phase, Replied, Resumed, Say, TimedOut
from convo.messages import Contact
from tests.unit.talk import ANA, HOUR, NOW, Talk, source

DAY = timedelta(days=1)
HEAD = "language: en-GB\nneeds: {visit: datetime}\nexpires: 2 days\n"
REMINDER = source(
    """\
  ask:
    say: See you then! Or text MOVE.
    replies:
      later: {set: {visit: "visit + span"}}
      sooner: {set: {visit: "visit - span"}}
      broken: {set: {visit: "'soon'"}}
      move: bye
    otherwise: {say: "MOVE?"}
    at:
      visit - 1 day, 09:00: {LATE, say: "Tomorrow at {{ visit | time }}!"}
      visit + 1 hour: thanks
  thanks: {say: Thank you for coming., end: came}
  bye: {end: moved}
  sorry: {say: Sorry., then: bye}
""".replace("LATE, ", ""),
    f"{HEAD}vars: {{span: duration = 1 day}}\n",
)
SKIPPED = REMINDER.replace('{say: "Tomorrow', '{late: skip, say: "Tomorrow')


def talk(flow: str = REMINDER, visit: str = "2026-12-05 14:00", contact: Contact = ANA) -> Talk:
    begun = Talk(flow, {"visit": visit}, contact)
    begun.starts()
    return begun


def said(begun: Talk) -> list[str]:
    return [effect.text for effect in begun.effects if isinstance(effect, Say)]


def test_each_moment_goes_off_once_and_then_the_next() -> None:
    begun = talk()

    assert begun.wakes() == datetime(2026, 12, 4, 9, 0, tzinfo=NOW.tzinfo) - NOW
    assert begun.goes_off() == ["Tomorrow at 14:00!"]
    assert begun.session.state == "ask"
    assert begun.wakes() == datetime(2026, 12, 5, 15, 0, tzinfo=NOW.tzinfo) - NOW
    assert begun.goes_off() == ["Thank you for coming."]
    assert begun.session.outcome == "came"


def test_the_time_of_day_is_the_contacts() -> None:
    begun = talk(visit="2026-12-05 14:00", contact=Contact("+15550001111", timezone="America/New_York"))

    assert begun.wakes() == datetime(2026, 12, 4, 14, 0, tzinfo=NOW.tzinfo) - NOW


def test_moments_do_not_wait_for_the_text_to_be_accepted_and_start_no_clock() -> None:
    begun = talk()

    assert [effect.starts_clock for effect in begun.effects if isinstance(effect, Say)] == [False]
    assert begun.session.clock_from == NOW


def test_it_does_not_expire_while_a_moment_is_to_come() -> None:
    begun = talk(visit="2027-03-01 14:00")

    assert begun.wakes() == datetime(2027, 2, 28, 9, 0, tzinfo=NOW.tzinfo) - NOW


def test_it_expires_again_once_all_have_gone_off() -> None:
    begun = talk(REMINDER.replace("      visit + 1 hour: thanks\n", ""))
    begun.goes_off()

    clock = next_clock(begun.flows, begun.session)
    assert clock == (datetime(2026, 12, 6, 9, 0, tzinfo=NOW.tzinfo), TimedOut("expires"))


def test_a_moment_that_is_past_on_entry_goes_off_at_once() -> None:
    begun = Talk(REMINDER, {"visit": "2026-12-01 08:00"})

    assert begun.starts() == ["See you then! Or text MOVE.", "Tomorrow at 08:00!"]
    assert begun.session.fired == ("at visit - 1 day, 09:00",)


def test_several_that_are_past_go_off_in_their_order() -> None:
    begun = Talk(REMINDER, {"visit": "2026-11-29 08:00"})

    assert begun.starts() == ["See you then! Or text MOVE.", "Tomorrow at 08:00!", "Thank you for coming."]
    assert begun.session.phase is Phase.ENDED


def test_a_late_one_is_skipped_where_the_author_says_so() -> None:
    begun = Talk(SKIPPED, {"visit": "2026-12-01 08:00"})

    assert begun.starts() == ["See you then! Or text MOVE."]
    assert begun.session.skipped == ("at visit - 1 day, 09:00",)
    assert begun.wakes() == DAY


def test_a_moment_to_come_is_not_late_however_late_the_clock_is_at_work() -> None:
    begun = talk(SKIPPED)

    assert begun.feed(Replied("hm"), 5 * DAY) == ["MOVE?", "Tomorrow at 14:00!"]


def test_moments_follow_their_variable() -> None:
    begun = talk(visit="2026-12-05 14:00")

    begun.feed(Replied("later"))
    assert begun.wakes() == datetime(2026, 12, 5, 9, 0, tzinfo=NOW.tzinfo) - NOW
    begun.goes_off()
    begun.feed(Replied("later"), 5 * DAY)
    assert begun.wakes() == datetime(2026, 12, 7, 15, 0, tzinfo=NOW.tzinfo) - NOW  # once a visit


def test_a_moment_that_moves_into_the_past_goes_off_at_once() -> None:
    begun = talk(visit="2026-12-02 08:00")

    assert begun.feed(Replied("sooner"), HOUR) == ["Tomorrow at 08:00!"]


def test_one_that_moves_into_the_past_is_late_and_one_that_moves_out_again_is_not() -> None:
    begun = talk(SKIPPED, visit="2026-12-02 08:00")

    assert begun.feed(Replied("sooner"), HOUR) == []
    assert begun.session.skipped == ("at visit - 1 day, 09:00",)
    assert begun.feed(Replied("hm"), HOUR) == ["MOVE?"]
    assert begun.session.skipped == ("at visit - 1 day, 09:00",)
    assert begun.feed(Replied("later"), HOUR) == []
    assert begun.goes_off() == ["Tomorrow at 08:00!"]


def test_what_is_no_moment_calls_a_person_and_is_not_kept() -> None:
    begun = talk()

    assert begun.feed(Replied("broken")) == []
    assert begun.session.queue == ERROR_QUEUE
    assert "which is no moment" in str(begun.trouble)
    assert begun.session.vars["visit"] == datetime(2026, 12, 5, 14, 0, tzinfo=NOW.tzinfo)


def test_or_leads_to_on_error() -> None:
    begun = talk(REMINDER.replace("expires:", "on_error: sorry\nexpires:"))

    assert begun.feed(Replied("broken")) == ["Sorry."]
    assert begun.session.outcome == "moved"


def test_under_a_person_who_was_called_in_no_moment_goes_off() -> None:
    begun = talk()
    begun.feed(Replied("broken"))

    assert begun.wakes() == 2 * DAY  # its expiry


def test_moments_go_on_while_a_person_has_the_conversation() -> None:
    begun = Talk(
        source("  ask: {say: A person comes., hand_off: desk, at: {visit: bye}}\n  bye: {end: over}\n", HEAD),
        {"visit": "2026-12-05 14:00"},
    )
    begun.starts()

    assert begun.session.phase is Phase.HANDED_OFF
    assert begun.goes_off() == []
    assert begun.session.outcome == "over"


@pytest.mark.parametrize("flow", [REMINDER, SKIPPED])
def test_what_came_while_it_was_suspended_goes_off_late_or_is_skipped(flow: str) -> None:
    begun = talk(flow)
    begun.session = replace(begun.session, phase=Phase.SUSPENDED)
    assert begun.wakes() is None
    begun.feed(Resumed(5 * DAY), 5 * DAY)

    expected = (
        timedelta(days=4) if flow == REMINDER else datetime(2026, 12, 5, 15, 0, tzinfo=NOW.tzinfo) - NOW
    )
    assert begun.wakes() == expected


def test_a_variable_that_is_set_later_in_the_visit_sets_its_moment() -> None:
    begun = Talk(
        source(
            """\
  ask:
    say: When?
    replies: {soon: {set: {due: "now + span"}}}
    otherwise: {say: Sorry?}
    at: {due: bye}
  bye: {say: Now., end: done}
""",
            "vars: {span: duration = 3 days}\nexpires: 2 days\n",
        )
    )
    begun.starts()

    assert begun.wakes() == 2 * DAY
    begun.feed(Replied("soon"))
    assert begun.wakes() == 3 * DAY
    assert begun.goes_off() == ["Now."]


def test_moments_that_lead_round_in_the_past_end_at_a_person() -> None:
    flow = source(
        "  ask: {at: {visit: next}}\n  next: {at: {visit: ask}, after: {1 day: x}}\n  x: {end: x}\n", HEAD
    )
    begun = Talk(flow, {"visit": "2026-11-01 09:00"})
    begun.starts()

    assert begun.session.queue == ERROR_QUEUE
    assert "without waiting" in str(begun.trouble)


@pytest.mark.parametrize(
    ("at", "head", "code", "said"),
    [
        ("{visit - soon: bye}", HEAD, "C003", "'soon' is not a duration"),
        ("{}", HEAD, "C003", "there is no moment here"),
        ("{visit: {late: never, then: bye}}", HEAD, "C003", "this must be one of 'skip'"),
        ("{visit: {late: skip}}", HEAD, "C003", "this leads nowhere"),
        ("{visit: {lat: skip, then: bye}}", HEAD, "C001", "unknown key 'lat'"),
        ("\n      visit, 09:00: bye\n      visit,  9:00: bye", HEAD, "C003", "two moments of a state are"),
        ("{viist: bye}", HEAD, "C030", "there is no variable 'viist'"),
        ("{contact: bye}", HEAD, "C052", "'contact' is no moment"),
        ("{visit: bye}", "needs: {visit: date}\n", "C052", "'visit' is a day without a time"),
        ("{visit: bye}", "needs: {visit: integer}\n", "C052", "'visit' is of the type integer"),
        ("{visit: by}", HEAD, "C011", "there is no state 'by'"),
        ("{visit: ask}", HEAD, "C013", "from 'ask' no way leads to an end"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_moment_is_told(at: str, head: str, code: str, said: str) -> None:
    flow = source(f"  ask:\n    at: {at}\n  bye: {{end: done}}\n", head)
    found = check(Project({"sample.yaml": flow.encode()}))

    assert [(one.code, one.line) for one in found if one.code == code and said in one.message], found


def test_a_wait_with_a_moment_is_no_silence_and_its_clocks_may_come_after_the_expiry() -> None:
    flow = source(
        """\
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {say: "YES?", then: bye}
    at: {visit: bye}
    after: {9 days: bye}
  bye: {end: done}
""",
        HEAD,
    )
    assert [problem.code for problem in check(Project({"sample.yaml": flow.encode()}))] == []
