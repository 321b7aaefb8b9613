"""Quiet hours as people write them, on every clock there is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from convo.quiet import PRESETS, opening, parse, reached

PARIS, NEW_YORK, UTC_ZONE = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York"), ZoneInfo("UTC")
RULES = ("21:00-08:00", "23:30-02:30", "02:15-02:45", "00:00-00:30", "21:00-09:00, Sun 00:00-12:00")
CHANGES_FROM, CHANGES_TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=15)


def at(text: str, zone: ZoneInfo = UTC_ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def opens(rule: str, moment: str, zone: ZoneInfo = UTC_ZONE) -> str:
    """When a text that is wanted at this local time may leave, in local time."""
    found = opening(parse(rule), [zone], at(moment, zone))
    assert found is not None
    return found.astimezone(zone).strftime("%a %d %H:%M")


@pytest.mark.parametrize(
    ("rule", "moment", "expected"),
    [
        ("21:00-08:00", "2026-11-30 20:59", "Mon 30 20:59"),
        ("21:00-08:00", "2026-11-30 21:00", "Tue 01 08:00"),
        ("21:00-08:00", "2026-12-01 07:59", "Tue 01 08:00"),
        ("21:00-08:00", "2026-12-01 08:00", "Tue 01 08:00"),
        ("12:00-13:00, 13:00-14:00", "2026-12-01 12:30", "Tue 01 14:00"),
        ("Sun", "2026-11-29 10:00", "Mon 30 00:00"),
        ("sat - sun, 21:00-08:00", "2026-11-27 22:00", "Mon 30 08:00"),
        ("Fri-Mon 20:00-09:00", "2026-11-30 23:00", "Tue 01 09:00"),
        ("Fri-Mon 20:00-09:00", "2026-12-01 23:00", "Tue 01 23:00"),
        ("Wednesday 00:00-24:00", "2026-12-02 00:00", "Thu 03 00:00"),
    ],
)
def test_hours_are_written_as_people_write_them(rule: str, moment: str, expected: str) -> None:
    assert opens(rule, moment) == expected


@pytest.mark.parametrize(
    ("preset", "zone", "moment", "expected"),
    [
        ("us-federal", NEW_YORK, "2026-11-30 20:59", "Mon 30 20:59"),
        ("us-federal", NEW_YORK, "2026-11-30 21:00", "Tue 01 08:00"),
        ("florida", NEW_YORK, "2026-11-30 20:00", "Tue 01 08:00"),
        ("texas", ZoneInfo("America/Chicago"), "2026-11-28 21:00", "Sun 29 12:00"),
        ("texas", ZoneInfo("America/Chicago"), "2026-11-30 08:59", "Mon 30 09:00"),
        ("france-marketing", PARIS, "2026-11-28 20:00", "Mon 30 08:00"),
        ("france-marketing", PARIS, "2026-12-24 20:00", "Sat 26 08:00"),
        ("france-marketing", PARIS, "2027-05-05 21:00", "Fri 07 08:00"),  # Ascension Day
        ("france-marketing", PARIS, "2027-05-07 21:00", "Mon 10 08:00"),  # 8 May, then a Sunday
        ("florida, texas", NEW_YORK, "2026-11-30 20:30", "Tue 01 09:00"),
    ],
)
def test_presets_are_the_hours_of_laws(preset: str, zone: ZoneInfo, moment: str, expected: str) -> None:
    assert opens(preset, moment, zone) == expected


def test_holidays_of_a_part_of_a_country_are_its_own() -> None:
    assert opens("holidays US-TX", "2026-03-02 10:00") == "Tue 03 00:00"  # Texas Independence Day
    assert opens("holidays US", "2026-03-02 10:00") == "Mon 02 10:00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is not understood; write quiet hours like 21:00-08:00"),
        ("21-8", "'21-8' is not understood"),
        ("21:00-08:00,", "'' is not understood"),
        ("21:00", "'21:00' is not understood"),
        ("Sun 10:00", "is not understood"),
        ("Funday", "'funday' is no day of the week and no preset"),
        ("25:00-08:00", "'25:00' is not a time of day"),
        ("21:60-08:00", "'21:60' is not a time of day"),
        ("08:00-08:00", "has no length"),
        ("24:00-08:00", "has no length"),
        ("holidays Atlantis", "is not understood"),
        ("holidays XX", "the public holidays of 'XX' are not known"),
        ("Mon-Sun", "leaves no hour of the week"),
        ("08:00-20:00, 20:00-08:00", "leaves no hour of the week"),
    ],
)
def test_what_is_not_understood_is_told_with_its_mend(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        parse(text)
    assert told in str(error.value)


def test_several_zones_have_the_hours_that_all_of_them_allow() -> None:
    zones = [ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")]
    found = opening(parse("21:00-08:00"), zones, at("2026-11-30 08:30", NEW_YORK))
    assert found == at("2026-11-30 08:00", ZoneInfo("America/Los_Angeles"))


def test_zones_that_have_no_hour_in_common_have_no_opening() -> None:
    zones = [ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")]
    assert opening(parse("12:00-10:00"), zones, at("2026-11-30 08:30")) is None


# Every zone, every change of its clocks.


def changes() -> Iterator[tuple[str, datetime]]:
    """Each change of the clocks in two years: its zone, and the moment, to the minute."""
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        hour = CHANGES_FROM
        while hour < CHANGES_TO:
            later = min(hour + timedelta(days=7), CHANGES_TO)
            if hour.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
                yield name, _change(zone, hour, later)
            hour = later


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        middle = middle.replace(second=0, microsecond=0)
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after


def test_no_text_leaves_in_quiet_hours_and_none_is_lost_when_clocks_change() -> None:
    """Around every change a text is wanted every quarter of an hour, by rules that begin and end in it."""
    looked_at = 0
    seen: set[tuple[datetime, timedelta | None, timedelta | None]] = set()
    for name, change in changes():
        zone = ZoneInfo(name)
        before, after = change - STEP, change + STEP
        like = (change, before.astimezone(zone).utcoffset(), after.astimezone(zone).utcoffset())
        if like in seen:
            continue  # another name of the same clocks
        seen.add(like)
        for rule in RULES:
            _look_around(rule, zone, change)
            looked_at += 1
    assert looked_at > 100


def _look_around(rule: str, zone: ZoneInfo, change: datetime) -> None:
    quiet = parse(rule)
    # From behind: the first quarter of an hour from each one on that is not quiet.
    moments = [change + STEP * place for place in range(-52, 200)]
    open_at: dict[datetime, datetime] = {}
    next_open = moments[-1] + timedelta(days=7)
    for moment in reversed(moments):
        if quiet.until(moment.astimezone(zone).replace(tzinfo=None)) is None:
            next_open = moment
        open_at[moment] = next_open
    last = moments[0]
    for wanted in moments[:104]:
        found = opening(quiet, [zone], wanted)
        where = f"{zone.key}, {rule}, wanted {wanted}"
        assert found is not None, where
        assert quiet.until(found.astimezone(zone).replace(tzinfo=None)) is None, f"{where}: {found} is quiet"
        assert wanted <= found <= open_at[wanted], f"{where}: {found}, and not {open_at[wanted]}"
        assert found >= last, f"{where}: it overtakes an earlier one"
        last = found


def test_a_time_that_the_clocks_skip_is_reached_when_they_jump() -> None:
    wall = datetime(2026, 3, 8, 2, 30)  # noqa: DTZ001 - on the wall
    jump = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert reached(NEW_YORK, wall, jump - timedelta(hours=8)) == jump


def test_of_a_time_that_comes_twice_it_is_the_first_that_is_still_to_come() -> None:
    wall = datetime(2026, 11, 1, 1, 30)  # noqa: DTZ001 - on the wall
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert reached(NEW_YORK, wall, first - timedelta(hours=8)) == first
    assert reached(NEW_YORK, wall, first) == second


def test_every_preset_is_read() -> None:
    for text in PRESETS:
        assert parse(text).until(datetime.combine(date(2026, 11, 30), datetime.min.time())) is not None
