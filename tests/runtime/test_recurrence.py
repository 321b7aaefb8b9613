"""Calendar rules: which days there are, to the end of the rule and of the calendar."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule

from convo.runtime.recurrence import LONGEST, Recurrence
from tests.runtime.house import NOW


def days(every: str, first: str, zone: str = "UTC", most: int = 20) -> list[str]:
    """The days on which a rule comes again after its first, until there are no more, or so many."""
    rule = Recurrence(every, datetime.fromisoformat(first), zone)
    found: list[str] = []
    moment: datetime | None = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    while moment and (moment := rule.after(moment)) and len(found) < most:
        found.append(f"{moment.astimezone(ZoneInfo(zone)):%y-%m-%d}")
    return found


def test_a_night_that_has_no_such_hour_has_it_later() -> None:
    rule = Recurrence("day", datetime.fromisoformat("2027-03-01T02:30"), "Europe/Berlin")
    moment, found = datetime(2027, 3, 27, tzinfo=UTC), []
    for _ in range(4):
        moment = rule.after(moment) or moment
        found.append(f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%d %H:%M}")
    assert found == ["27 02:30", "28 03:30", "29 02:30", "30 02:30"]


@pytest.mark.parametrize("ends", ["", ";COUNT=3", ";UNTIL=20280101", ";COUNT=3;UNTIL=99990101"])
def test_days_that_never_come_are_not_looked_for_until_there_are_no_more_years(
    ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, rebuild = set(), rrule._iterinfo.rebuild

    def counted(found: Any, year: int, month: int) -> None:
        looked.add(year)
        rebuild(found, year, month)

    monkeypatch.setattr(rrule._iterinfo, "rebuild", counted)
    never = f"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30{ends}"
    for year in (2026, 2091, 2399):
        assert Recurrence(never, datetime.fromisoformat(f"{year}-12-01T09:00"), "UTC").after(NOW) is None
    assert 0 < len(looked) < 1500


@pytest.mark.parametrize(
    "every", ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TH"]
)
@pytest.mark.parametrize("year", [2026, 2027, 2028, 2092, 2095, 2396, 2399, 9980])
def test_a_rule_has_the_days_of_its_own_years(every: str, year: int) -> None:
    first = datetime.fromisoformat(f"{year}-12-01T09:00")
    rule, moment, found = Recurrence(every, first, "UTC"), first.replace(tzinfo=UTC), []
    while (following := rule.after(moment)) is not None:
        found.append(following.replace(tzinfo=None))
        moment = following
    own = rrule.rrulestr(every, dtstart=first).between(first, first + LONGEST, inc=True)
    assert found == [each for each in own if each > first]


def test_a_rule_that_counts_ends_with_its_last_moment_or_where_it_is_to_end() -> None:
    first = datetime.fromisoformat("2026-12-01T09:00")
    assert Recurrence("FREQ=DAILY;COUNT=2", first, "UTC").after(NOW + timedelta(days=2)) is None
    both = Recurrence("FREQ=DAILY;UNTIL=20261203;COUNT=9", first, "UTC")
    assert both.after(NOW + timedelta(days=1)) == datetime(2026, 12, 2, 9, tzinfo=UTC)
    assert both.after(NOW + timedelta(days=3)) is None


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20270118T000000Z", "27-01-18"),  # 09:00 in Tokyo
        ("20270117T235959Z", "27-01-11"),
        ("20270118T090000", "27-01-18"),
        ("20270118T085959", "27-01-11"),
        ("20270118", "27-01-18"),  # that day to its end
        ("20270117", "27-01-11"),
        ("2027-01-18", "27-01-18"),
    ],
)
def test_a_rule_ends_at_its_until_in_utc_on_a_clock_or_with_a_day(until: str, last: str) -> None:
    found = days(f"FREQ=WEEKLY;BYDAY=MO;UNTIL={until}", "2027-01-06T09:00", "Asia/Tokyo")
    assert found[-1] == last


def test_an_until_that_is_no_moment_says_what_would_be() -> None:
    with pytest.raises(ValueError, match="UNTIL is like 20271231 or 20271231T235959Z, not 12MAR2027"):
        days("FREQ=DAILY;UNTIL=12MAR2027", "2027-01-06T09:00")


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("2027-01-06T09:00", ["27-01-11"]),  # a Wednesday, and it counts
        ("2027-01-04T09:00", ["27-01-11"]),
        ("2027-01-04T09:00:00.5", ["27-01-11"]),
    ],
)
def test_a_rule_that_counts_counts_its_first_moment_whatever_day_it_is(first: str, again: list[str]) -> None:
    assert days("FREQ=WEEKLY;BYDAY=MO;COUNT=2", first) == again
    assert days("FREQ=WEEKLY;BYDAY=MO;COUNT=1", first) == []


@pytest.mark.parametrize(
    ("every", "first", "again"),
    [
        ("month", "2030-01-31", ["30-02-28", "30-03-31", "30-04-30", "30-05-31"]),
        ("month", "2028-01-30", ["28-02-29", "28-03-30", "28-04-30", "28-05-30"]),
        ("month", "2030-01-29", ["30-02-28", "30-03-29", "30-04-29", "30-05-29"]),
        ("Month", "2030-01-28", ["30-02-28", "30-03-28", "30-04-28", "30-05-28"]),
        ("year", "2028-02-29", ["29-02-28", "30-02-28", "31-02-28", "32-02-29"]),
        ("year", "2027-08-31", ["28-08-31", "29-08-31", "30-08-31", "31-08-31"]),
        ("FREQ=MONTHLY", "2030-01-31", ["30-03-31", "30-05-31", "30-07-31", "30-08-31"]),
        ("FREQ=YEARLY", "2028-02-29", ["32-02-29", "36-02-29"]),
    ],
)
def test_a_word_has_its_last_day_in_months_without_the_day_and_a_rule_what_the_rfc_says(
    every: str, first: str, again: list[str]
) -> None:
    assert days(every, f"{first}T09:00", most=4) == again
