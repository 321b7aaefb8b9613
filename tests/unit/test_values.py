"""Values: what the store keeps of them comes back as it was, and a program can read them."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.flow.values import Money, Plain, Value, from_plain, parse_duration, shown, to_plain

ZONES = [
    ZoneInfo("Europe/London"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC"),
    UTC, timezone(timedelta(hours=-3, minutes=-30)),
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=3)
values: st.SearchStrategy[Value] = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(10**15), 10**15),
    amounts,
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.sampled_from(ZONES), allow_imaginary=True),
    st.timedeltas(timedelta(-9999), timedelta(9999)),
    st.builds(Money, amounts, st.sampled_from(["EUR", "USD", "JPY"])),
    st.lists(texts, max_size=5).map(tuple),
)


@given(values)
def test_a_value_comes_back_from_the_store_as_it_was(value: Value) -> None:
    kept = json.loads(json.dumps(to_plain(value)))
    back = from_plain(kept)

    assert type(back) is type(value)
    if isinstance(back, datetime) and isinstance(value, datetime):
        # In an hour that the clocks go through twice, two equal moments may compare as unequal.
        assert back == value or back.isoformat() == value.isoformat()
    else:
        assert back == value
    if isinstance(value, datetime):
        assert isinstance(back, datetime)
        assert (back.tzinfo, back.utcoffset()) == (value.tzinfo, value.utcoffset())


def test_a_moment_keeps_its_zone_so_that_a_day_later_is_the_same_hour() -> None:
    before_the_change = datetime(2027, 3, 27, 9, 0, tzinfo=ZoneInfo("Europe/London"))
    back = from_plain(to_plain(before_the_change))

    assert isinstance(back, datetime)
    assert (back + timedelta(days=1)).isoformat() == "2027-03-28T09:00:00+01:00"


@pytest.mark.parametrize(
    ("kept", "value"),
    [
        ("Ana", "Ana"),
        ({"$datetime": "2026-12-01T09:30:00+00:00"}, datetime(2026, 12, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_what_is_stored_already_can_still_be_read(kept: Plain, value: Value) -> None:
    assert from_plain(kept) == value


@pytest.mark.parametrize("kept", [None, {}, {"$what": "1"}, {"a": 1}, {"$date": 5}, {"$date": "soon"}, 1.5])
def test_what_was_never_stored_is_refused(kept: Plain) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_plain(kept)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("Ana", "Ana"), (True, True), (7, 7), (Decimal("7"), 7), (Decimal("1.50"), 1.5),
        (date(2026, 12, 1), "2026-12-01"), (time(9, 30), "09:30:00"),
        (datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("America/New_York")), "2026-12-01T09:30:00-05:00"),
        (timedelta(hours=1, minutes=30), "PT1H30M"), (timedelta(days=2), "P2D"), (timedelta(), "PT0S"),
        (timedelta(seconds=-90), "-PT1M30S"), (timedelta(milliseconds=1500), "PT1.5S"),
        (Money(Decimal("12.50"), "EUR"), {"amount": "12.50", "currency": "EUR"}), (("a", "b"), ["a", "b"]),
    ],
)  # fmt: skip
def test_how_a_program_reads_a_value(value: Value, plain: Plain) -> None:
    assert shown(value) == plain
    assert type(shown(value)) is type(plain)


@given(values)
def test_every_value_can_be_shown_as_json(value: Value) -> None:
    assert json.dumps(shown(value))


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1H", "PT1", "PT1X", "P1Y", "PT1.5H", "P1H", "PT1M1H", "+P1D"]
)
def test_what_is_no_duration_of_iso_8601_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_weeks_are_a_duration_too() -> None:
    assert parse_duration("P2W") == timedelta(days=14)
