"""Reminders: at the right minute in every zone, moved and cancelled by their key, each exactly once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from convo.errors import ReminderError, StartError
from convo.runtime import reminding
from convo.runtime.reminding import Wanted
from convo.store import reminders
from convo.store.reminders import Reminder, State
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, VISIT, House

APPOINTMENT = """\
flow: appointment
start: ask
needs: {name: text, visit: datetime}
start_within: 2 hours
states:
  ask:
    say: "{{ name }}: {{ visit | time }}?"
    replies: {yes: done}
    otherwise: {say: "YES?"}
    after: {1 day: done}
  done: {end: done}
"""
# The clocks of these change, or do not, in all the ways there are: half hours, both hemispheres, none.
ZONES = [
    "Pacific/Kiritimati", "Pacific/Auckland", "Pacific/Chatham", "Australia/Sydney", "Australia/Lord_Howe",
    "Australia/Adelaide", "Asia/Tokyo", "Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Karachi",
    "Asia/Tehran", "Asia/Dubai", "Asia/Jerusalem", "Asia/Beirut", "Africa/Cairo", "Africa/Nairobi",
    "Africa/Johannesburg", "Africa/Lagos", "Africa/Casablanca", "Europe/Helsinki", "Europe/Berlin",
    "Europe/Paris", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Atlantic/Azores",
    "Atlantic/Reykjavik", "America/Sao_Paulo", "America/St_Johns", "America/Halifax", "America/New_York",
    "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage",
    "America/Santiago", "Pacific/Honolulu", "Pacific/Marquesas",
]  # fmt: skip


@pytest.fixture
def house(build: Build) -> House:
    return build(flows={"appointment": APPOINTMENT, "visit": VISIT})


def wanted(visit: str = "2026-12-03 14:30", contact: str = ANA, **given: object) -> Wanted:
    asked = Wanted(
        "visit-17", "appointment", contact, "visit - 1 day, 09:00", vars={"name": "Ana", "visit": visit}
    )
    return replace(asked, **given)  # type: ignore[arg-type]  # names of its fields


def put(house: House, asked: Wanted) -> Reminder:
    return reminding.unless_cancelled(house.do(lambda c: reminding.put(house.line(c), asked))[0])


def kept(house: House, key: str = "visit-17") -> Reminder:
    found = house.do(lambda c: reminders.by_key(c, key))
    assert found is not None
    return found


def named(zone: str) -> str:
    """The key of the reminder in a zone."""
    return zone.replace("/", "-")


def remind(house: House) -> int:
    """Start what is due; how many were."""
    due = house.do(lambda c: reminders.due(c, house.clock(), 100))
    return house.do(lambda c: reminding.remind(house.line(c), due))


def passes(house: House, until: datetime) -> list[str]:
    """What is said until then, each with its moment in UTC."""
    said = []
    while house.clock() < until:
        due = house.do(reminders.next_due) or until
        house.clock.move_to(min(due, until))
        if remind(house):
            said += [f"{house.clock():%Y-%m-%d %H:%M} {text}" for text in house.leaves()]
    return said


def dues(house: House, until: datetime, zone: str) -> list[str]:
    """When the reminder is due until then, on the clocks of its zone."""
    found = []
    while (due := kept(house).due_at) is not None and due < until:
        found.append(f"{due.astimezone(ZoneInfo(zone)):%d %H:%M}")
        house.clock.move_to(due)
        remind(house)
    return found


def test_moved_twice_and_over_a_change_of_the_clocks_only_the_right_one_leaves(house: House) -> None:
    expected = []
    for place, zone in enumerate(ZONES):
        for visit in ("2026-12-03 14:30", "2027-03-30 08:00", "2027-04-05 09:15"):  # after every change
            name, contact = f"Ana in {zone}", f"+1555000{place:04}"
            given = {"name": name, "visit": visit}
            made = put(house, wanted(key=named(zone), contact=contact, vars=given, timezone=zone))
        local = datetime(2027, 4, 4, 9, 0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert made.due_at == local
        expected.append(f"{local:%Y-%m-%d %H:%M} {name}")

    said = passes(house, NOW + timedelta(days=200))
    assert sorted(each.rsplit(":", 2)[0] for each in said) == sorted(expected)
    assert {kept(house, named(zone)).status for zone in ZONES} == {State.STARTED}


def test_a_cancelled_one_starts_nothing(house: House) -> None:
    put(house, wanted())
    gone = house.do(lambda c: reminding.cancel(house.line(c), "visit-17"))

    assert gone is not None
    assert gone.status is State.CANCELLED
    assert passes(house, NOW + timedelta(days=10)) == []


def test_what_was_cancelled_can_be_asked_for_again(house: House) -> None:
    put(house, wanted())
    house.do(lambda c: reminding.cancel(house.line(c), "visit-17"))

    assert put(house, wanted()).status is State.SCHEDULED
    assert len(passes(house, NOW + timedelta(days=10))) == 1


def test_asked_for_twice_it_is_one_and_after_it_has_started_too(house: House) -> None:
    first = put(house, wanted())
    assert put(house, wanted()) == first
    assert len(passes(house, NOW + timedelta(days=10))) == 1
    assert put(house, wanted()).status is State.STARTED  # and nothing begins anew
    assert passes(house, NOW + timedelta(days=20)) == []


def test_an_appointment_that_moves_after_its_reminder_is_reminded_of_again(house: House) -> None:
    put(house, wanted("2026-12-03 14:30"))
    assert len(passes(house, NOW + timedelta(days=5))) == 1
    house.take(house.text("yes"))
    put(house, wanted("2026-12-10 10:00"))

    (said,) = passes(house, NOW + timedelta(days=20))
    assert said.startswith("2026-12-09 09:00")


def test_the_time_zone_is_the_contacts_own_where_none_is_said(house: House) -> None:
    put(house, wanted(timezone="Asia/Tokyo"))
    passes(house, NOW + timedelta(days=5))  # the contact is known from here on
    made = put(house, wanted("2026-12-20 14:30", key="other"))

    assert made.due_at == datetime(2026, 12, 19, 0, 0, tzinfo=UTC)


def test_a_moment_with_its_offset_is_that_moment(house: House) -> None:
    made = put(house, wanted(at="2026-12-01T09:00+05:30"))
    assert made.due_at == datetime(2026, 12, 1, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"at": "visit - 30 days, 09:00"}, "past"),
        ({"at": "visit"}, None),
        ({"at": "2026-11-30 09:00"}, "past"),
        ({"at": "soon"}, "bad_moment"),
        ({"at": "name - 1 day"}, "bad_moment"),
        ({"at": "2027-02-30 09:00"}, "bad_moment"),
        ({"at": "2027-02-30T09:00Z"}, "bad_moment"),
        ({"at": "2027-01-01T25:00Z"}, "bad_moment"),
        ({"every": "FREQ=HOURLY"}, "bad_rule"),
        ({"every": "FREQ=DAILY;INTERVAL=0"}, "bad_rule"),
        ({"every": "now and then"}, "bad_rule"),
        ({"at": "9999-12-31T23:59Z", "every": "day"}, "bad_moment"),
        ({"at": "0001-01-01T00:30Z"}, "bad_moment"),
        ({"at": "9998-12-31 23:00 + 5 days"}, "bad_moment"),
        ({"at": "9995-01-01T09:00Z", "every": "day"}, "bad_rule"),
        ({"at": "visit", "every": "FREQ=DAILY;UNTIL=20400101"}, "bad_rule"),
        ({"at": "visit", "every": "FREQ=DAILY;UNTIL=12MAR9999"}, "bad_rule"),
        ({"contact": "12"}, "bad_contact"),
        ({"flow": "nothing"}, "unknown_flow"),
        ({"vars": {"name": "Ana"}}, "missing_variable"),
        ({"timezone": "Mars"}, "bad_timezone"),
    ],
)
def test_what_will_not_do_is_refused_and_nothing_is_kept(
    house: House, changed: dict[str, Any], code: str | None
) -> None:
    if code is None:
        assert put(house, wanted(**changed)).due_at == datetime(2026, 12, 3, 14, 30, tzinfo=UTC)
        return
    try:
        put(house, wanted(**changed))
        told = None
    except (ReminderError, StartError) as error:
        told = error.code
    assert told == code
    assert house.do(lambda c: reminders.by_key(c, "visit-17")) is None


@pytest.mark.parametrize("changed", [{"at": "soon"}, {"vars": {"name": "Ana"}}, {"every": "FREQ=HOURLY"}])
def test_one_that_does_not_fit_leaves_the_earlier_as_it_was(house: House, changed: dict[str, Any]) -> None:
    first = put(house, wanted())
    with pytest.raises((ReminderError, StartError)):
        put(house, wanted(**changed))
    assert kept(house) == first


@pytest.mark.parametrize("every", [None, "day"])
def test_one_that_moves_into_the_past_does_not_leave_at_its_old_moment(
    house: House, every: str | None
) -> None:
    put(house, wanted("2026-12-10 14:30", every=every))
    with pytest.raises(ReminderError, match=r"is past; .* is cancelled"):
        put(house, wanted("2026-11-30 18:00"))  # this evening: nobody was to be reminded the day before

    assert (kept(house).status, kept(house).due_at) == (State.CANCELLED, None)
    assert "2026-11-29 09:00 in UTC is past" in (kept(house).reason or "")
    assert passes(house, NOW + timedelta(days=20)) == []
    again = put(house, wanted("2027-01-10 14:30"))
    assert (again.status, again.reason) == (State.SCHEDULED, None)


@pytest.mark.parametrize("over", [True, False])
def test_one_that_is_over_stays_as_it_was_when_it_moves_into_the_past(house: House, over: bool) -> None:
    put(house, wanted())
    if over:
        assert len(passes(house, NOW + timedelta(days=5))) == 1
    else:
        house.do(lambda c: reminding.cancel(house.line(c), "visit-17"))
    before = kept(house)
    with pytest.raises(ReminderError, match=r"nothing to wait for$"):
        put(house, wanted("2026-11-30 18:00"))
    assert kept(house) == before


def test_one_whose_moment_came_just_now_is_as_it_was_where_the_same_is_put(house: House) -> None:
    first = put(house, wanted())
    house.clock.move_to((first.due_at or NOW) + timedelta(seconds=1))
    assert put(house, wanted()) == first
    assert put(house, wanted(language="fr")).due_at == first.due_at  # what else has changed moves nothing
    assert (kept(house).language, remind(house)) == ("fr", 1)


def test_a_recurring_one_keeps_its_time_of_day_through_the_changes_of_the_clocks(house: House) -> None:
    house.clock.move_to(datetime(2027, 3, 25, tzinfo=UTC))
    put(house, wanted("2027-03-26 09:00", at="visit", every="day", timezone="Europe/Berlin"))
    said = []
    while house.clock() < datetime(2027, 3, 31, tzinfo=UTC):
        said += passes(house, min(house.clock() + timedelta(hours=20), datetime(2027, 3, 31, tzinfo=UTC)))
        house.take(house.text("yes"))  # or the next would wait behind this one

    assert [each[:16] for each in said] == [
        "2027-03-26 08:00", "2027-03-27 08:00", "2027-03-28 07:00", "2027-03-29 07:00", "2027-03-30 07:00"
    ]  # fmt: skip
    assert kept(house).status is State.SCHEDULED


def test_a_rule_that_ends_is_over(house: House) -> None:
    put(house, wanted(at="2026-12-01 09:00", every="FREQ=DAILY;COUNT=2"))
    assert len(passes(house, NOW + timedelta(days=1, hours=1))) == 1
    house.take(house.text("yes"))
    assert len(passes(house, NOW + timedelta(days=9))) == 1
    assert (kept(house).status, kept(house).due_at) == (State.STARTED, None)


def test_late_it_is_missed_and_not_sent_at_night(house: House) -> None:
    made = put(house, wanted())
    assert made.due_at
    house.clock.move_to(made.due_at + timedelta(hours=3))

    assert remind(house) == 1
    assert house.leaves() == []
    assert (kept(house).status, kept(house).due_at) == (State.MISSED, None)
    assert "nothing was at work" in (kept(house).reason or "")


def test_what_cannot_start_says_why_and_hurts_nobody(house: House) -> None:
    put(house, wanted())
    put(house, wanted(contact=BEN, key="other"))
    (house.settings.flows / "appointment.yaml").unlink()
    house.library.read()
    house.library.publish()

    house.clock.move_to(NOW + timedelta(days=2))
    assert remind(house) == 2
    assert kept(house).status is State.REFUSED
    assert "there is no flow 'appointment'" in (kept(house).reason or "")


@pytest.mark.parametrize("unread", [{"every": "FREQ=DAILY;UNTIL=12MAR2027"}, {"zone": "Mars/Olympus"}])
def test_one_that_cannot_be_read_any_more_is_given_up_for_good(house: House, unread: dict[str, Any]) -> None:
    old = put(house, wanted(every="day"))._replace(**unread)
    house.do(lambda c: reminders.save(c, old))
    house.clock.move_to(NOW + timedelta(days=2))

    with pytest.raises((ValueError, KeyError)):
        remind(house)
    house.do(lambda c: reminding.give_up(house.line(c), old, "it cannot be read"))
    assert kept(house) == old._replace(
        status=State.REFUSED, reason="it cannot be read", due_at=None, updated_at=house.clock()
    )


def test_two_processes_start_it_once(house: House) -> None:
    put(house, wanted())
    house.clock.move_to(NOW + timedelta(days=2))
    due = house.do(lambda c: reminders.due(c, house.clock(), 100))

    assert house.do(lambda c: reminding.remind(house.line(c), due)) == 1
    assert house.do(lambda c: reminding.remind(house.line(c), due)) == 0  # the other had found the same
    assert len(house.leaves()) == 1


def test_one_that_was_moved_since_it_was_found_waits_for_its_new_moment(house: House) -> None:
    put(house, wanted())
    house.clock.move_to(NOW + timedelta(days=2))
    due = house.do(lambda c: reminders.due(c, house.clock(), 100))
    put(house, wanted("2026-12-24 10:00"))

    assert house.do(lambda c: reminding.remind(house.line(c), due)) == 0
    assert house.leaves() == []


def test_who_has_stopped_is_not_texted(house: House) -> None:
    put(house, wanted())
    house.take(house.text("stop"))
    house.leaves()

    assert passes(house, NOW + timedelta(days=10)) == []
    assert house.leaves() == []


@pytest.mark.parametrize(
    ("at", "visit"), [("2027-03-28 01:30", "2027-04-09 09:00"), ("visit - 1 day, 01:30", "2027-03-29 09:00")]
)
def test_one_that_begins_in_the_hour_that_spring_skips_is_later_on_that_day_alone(
    house: House, at: str, visit: str
) -> None:
    house.clock.move_to(datetime(2027, 3, 27, tzinfo=UTC))
    asked = wanted(visit, at=at, every="day", timezone="Europe/London")
    put(house, asked)

    assert dues(house, datetime(2027, 3, 31, tzinfo=UTC), "Europe/London") == [
        "28 02:30", "29 01:30", "30 01:30"
    ]  # fmt: skip
    before = kept(house)
    assert put(house, asked) == before  # asked for twice it is one


def test_one_whose_first_day_skipped_its_hour_is_right_also_when_it_is_put_later(house: House) -> None:
    house.clock.move_to(datetime(2027, 3, 28, 12, tzinfo=UTC))
    made = put(house, wanted(at="2027-03-28 01:30", every="day", timezone="Europe/London"))
    assert made.due_at == datetime(2027, 3, 29, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "first"),
    [
        ("2027-10-31 01:30", "31 01:30"),
        ("2027-10-31T00:30Z", "31 01:30"),
        ("2027-10-31T01:30Z", "31 01:30"),  # an hour later: it says so itself
        ("visit - 2 hours", "31 01:30"),
    ],
)
def test_one_that_begins_in_the_hour_that_autumn_has_twice_comes_once_a_day(
    house: House, at: str, first: str
) -> None:
    house.clock.move_to(datetime(2027, 10, 30, 12, tzinfo=UTC))
    put(house, wanted("2027-10-31 03:30", at=at, every="day", timezone="Europe/London"))

    assert dues(house, datetime(2027, 11, 3, tzinfo=UTC), "Europe/London") == [
        first, "01 01:30", "02 01:30"
    ]  # fmt: skip


def test_one_that_is_put_again_after_its_contact_moved_has_that_time_of_day_there(house: House) -> None:
    house.clock.move_to(datetime(2027, 3, 26, tzinfo=UTC))
    asked = wanted("2027-04-09 09:00", at="2027-03-28 01:30", every="day")
    put(house, replace(asked, timezone="Europe/London"))
    put(house, replace(asked, timezone="Europe/Berlin"))

    assert dues(house, datetime(2027, 3, 29, 12, tzinfo=UTC), "Europe/Berlin") == ["28 01:30", "29 01:30"]


def test_one_that_counts_starts_so_many_conversations(house: House) -> None:
    put(house, wanted(at="2026-12-02 09:00", every="FREQ=WEEKLY;BYDAY=MO;COUNT=2"))
    assert dues(house, NOW + timedelta(days=60), "UTC") == ["02 09:00", "07 09:00"]


def test_a_word_is_kept_as_the_rule_that_it_is_and_goes_on_by_that(house: House) -> None:
    asked = wanted(at="2027-01-31 09:00", every="month")
    made = put(house, asked)
    assert made.every == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"
    assert dues(house, datetime(2027, 5, 1, tzinfo=UTC), "UTC") == [
        "31 09:00", "28 09:00", "31 09:00", "30 09:00"
    ]  # fmt: skip
    assert put(house, asked) == kept(house)
