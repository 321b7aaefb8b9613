"""Moments as authors write them, on the calendar and by the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from convo.flow.moment import MomentError, parse_moment
from convo.flow.values import Value

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
VISIT = datetime(2026, 12, 1, 14, 30, tzinfo=UTC)


def at(written: str, visit: Value = VISIT, zone: ZoneInfo = LONDON) -> str:
    found = parse_moment(written).at({"visit": visit}, zone)
    assert found is not None
    assert found.tzinfo is UTC
    return f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("visit", "2026-12-01 14:30"),
        ("visit - 2 hours", "2026-12-01 12:30"),
        ("visit-2h", "2026-12-01 12:30"),
        ("visit + 1 day 2 hours", "2026-12-02 16:30"),
        ("visit, 09:00", "2026-12-01 09:00"),
        ("visit - 1 day, 9:00", "2026-11-30 09:00"),
        ("visit - 1 week", "2026-11-24 14:30"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("2026-12-24T18:00", "2026-12-24 18:00"),
        ("2026-12-24, 18:00", "2026-12-24 18:00"),
        ("2026-12-24 18:00 + 1 day, 09:00", "2026-12-25 09:00"),
    ],
)
def test_a_moment_is(written: str, moment: str) -> None:
    assert at(written) == moment


def test_the_time_of_day_is_the_contacts() -> None:
    assert at("visit - 1 day, 09:00", zone=NEW_YORK) == "2026-11-30 14:00"
    assert at("2026-12-24 18:00", zone=NEW_YORK) == "2026-12-24 23:00"
    late = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)  # still the evening of 1 December in New York
    assert at("visit, 09:00", late, NEW_YORK) == "2026-12-01 14:00"


def test_a_day_takes_the_time_behind_the_comma() -> None:
    assert at("visit - 2 days, 18:00", date(2026, 12, 3)) == "2026-12-01 18:00"


# London's clocks go back on 25 October 2026 at 02:00, and forward on 28 March 2027 at 01:00.


def test_days_are_counted_on_the_calendar_and_hours_by_the_clock() -> None:
    after = datetime(2026, 10, 25, 12, 0, tzinfo=LONDON)

    assert at("visit - 1 day", after) == "2026-10-24 11:00"  # noon in London
    assert at("visit - 23 hours", after) == "2026-10-24 13:00"


def test_a_time_that_is_skipped_is_as_much_later() -> None:
    assert at("2027-03-28 01:30") == "2027-03-28 01:30"  # which is 02:30 in London
    assert at("visit, 01:30", datetime(2027, 3, 28, 12, 0, tzinfo=LONDON)) == "2027-03-28 01:30"
    assert at("visit + 1 day", datetime(2027, 3, 27, 1, 30, tzinfo=LONDON)) == "2027-03-28 01:30"


def test_of_a_time_that_comes_twice_it_is_the_first() -> None:
    assert at("2026-10-25 01:30") == "2026-10-25 00:30"
    second = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1)
    assert at("visit, 01:30", second) == "2026-10-25 00:30"
    assert at("visit", second) == "2026-10-25 01:30"
    assert at("visit + 1 day", second) == "2026-10-26 01:30"


def test_a_variable_without_a_value_is_no_moment_yet() -> None:
    assert parse_moment("visit").at({}, LONDON) is None


@pytest.mark.parametrize("value", ["soon", 5, True, time(9, 0), timedelta(days=1), ("a",)])
def test_what_is_no_moment_says_so(value: Value) -> None:
    with pytest.raises(MomentError, match="which is no moment"):
        at("visit, 09:00", value)


def test_a_day_alone_has_no_time() -> None:
    with pytest.raises(MomentError, match="a day without a time of day"):
        at("visit", date(2026, 12, 1))


@pytest.mark.parametrize("value", [datetime(9998, 12, 31, tzinfo=UTC), datetime(2, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize("sign", "+-")
def test_no_calendar_goes_on_for_ever(value: datetime, sign: str) -> None:
    beyond = (value.year > 9000) == (sign == "+")
    if not beyond:
        assert at(f"visit {sign} 3660 days", value)
        return
    with pytest.raises(MomentError, match="too far away"):
        at(f"visit {sign} 3660 days", value)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "is not a moment"),
        ("visit 09:00", "write a comma, like visit, 09:00"),
        ("visit, 9am", "is not a moment"),
        ("visit - soon", "'soon' is not a duration"),
        ("visit - 1 month", "'1 month' is not a duration"),
        ("visit -", "is not a moment"),
        ("visit - 1 day - 2 hours", "is not a moment"),
        ("visit, 25:00", "'25:00' is not a time of day"),
        ("visit, 09:60", "'09:60' is not a time of day"),
        ("2026-02-30 09:00", "there is no day 2026-02-30"),
        ("2026-12-24", "has no time of day"),
        ("0001-01-01 09:00", "write another year"),
        ("now + 2 hours", "count with `after`"),
        ("1 day", "is not a moment"),
        ("{{ visit }}", "is not a moment"),
    ],
)
def test_what_is_written_wrongly_is_told(written: str, why: str) -> None:
    with pytest.raises(ValueError, match="; ") as error:
        parse_moment(written)
    assert why in str(error.value)
