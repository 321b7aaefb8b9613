"""The arithmetic of a pace: how many texts may leave, and when there is a place again."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from convo import rates
from convo.providers import all_providers
from convo.runtime.pacing import Rates, free_at, room, taking
from convo.settings import Account, Number, Settings
from convo.store.pace import Pace

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
TOLL_FREE, SHORT_CODE, LONG_CODE = "+18005550100", "12345", "+15550009999"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is not a rate"),
        ("3", "write one like 3/second, or several: 10/second, 200/minute"),
        ("0/second", "'0/second' is not a rate"),
        ("3/fortnight", "is not a rate"),
        ("3/second, 4/second", "says twice how many texts a second may have"),
    ],
)
def test_a_rate_that_is_none_is_told_with_its_mend(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"rate|twice") as error:
        rates.parse(text)
    assert told in str(error.value)


def test_rates_are_read_as_people_write_them() -> None:
    assert [str(limit) for limit in rates.parse("3/second")] == ["3/second"]
    assert [str(limit) for limit in rates.parse("10 per second, 200/minute")] == ["10/second", "200/minute"]


def test_a_number_sends_as_its_settings_say_and_else_as_its_provider_allows() -> None:
    known = Rates(
        Settings.model_construct(
            accounts={"acs": Account(provider="azure"), "sim": Account(provider="simulator")},
            numbers={
                TOLL_FREE: Number(account="acs"),
                SHORT_CODE: Number(account="acs"),
                "+18005550199": Number(account="acs", rate="5/second"),
                LONG_CODE: Number(account="sim"),
                "+15550009998": Number(account="gone"),
            },
        ),
        {"acs": all_providers()["azure"].traits, "sim": all_providers()["simulator"].traits},
    )

    assert list(map(str, known.of(TOLL_FREE))) == ["200/minute"]
    assert list(map(str, known.of(SHORT_CODE))) == ["6000/minute"]
    assert list(map(str, known.of("+18005550199"))) == ["5/second"]
    assert known.of(LONG_CODE) == known.of("+15550009998") == ()


def test_what_has_left_takes_its_place_for_a_whole_period() -> None:
    limits = rates.parse("3/second")
    pace = taking(Pace(LONG_CODE), limits, 2, NOW)
    assert room(pace, limits, NOW) == 1
    pace = taking(pace, limits, 1, NOW + timedelta(milliseconds=400))
    assert room(pace, limits, NOW + timedelta(milliseconds=400)) == 0
    assert free_at(pace, limits, NOW + timedelta(milliseconds=400)) == NOW + timedelta(seconds=1)
    assert room(pace, limits, NOW + timedelta(seconds=1)) == 2
    assert room(pace, limits, NOW + timedelta(milliseconds=1400)) == 3


def test_every_limit_holds() -> None:
    limits = rates.parse("10/second, 15/minute")
    pace = taking(Pace(LONG_CODE), limits, 10, NOW)
    assert room(pace, limits, NOW) == 0
    assert free_at(pace, limits, NOW) == NOW + timedelta(seconds=1)
    later = NOW + timedelta(seconds=1)
    assert room(pace, limits, later) == 5
    pace = taking(pace, limits, 5, later)
    assert free_at(pace, limits, later) == NOW + timedelta(minutes=1)


def test_a_number_that_is_held_has_no_place_whatever_its_limits() -> None:
    pace = Pace(LONG_CODE, held_until=NOW + timedelta(seconds=30))
    assert (room(pace, (), NOW), free_at(pace, (), NOW)) == (0, NOW + timedelta(seconds=30))
    assert room(pace, (), NOW + timedelta(seconds=30)) > 0


def test_a_clock_that_was_set_back_does_not_stop_a_number() -> None:
    limits = rates.parse("3/second")
    pace = taking(Pace(LONG_CODE), limits, 3, NOW + timedelta(hours=1))
    assert room(pace, limits, NOW) == 3


@pytest.mark.parametrize("text", ["3/second", "200/minute", "6000/minute", "40/second, 300/minute", "7/hour"])
def test_no_stretch_of_time_has_more_than_its_limit_and_hardly_any_place_is_lost(text: str) -> None:
    """A sender that always has more to send looks at odd moments, and takes whatever there is."""
    limits, rng = rates.parse(text), random.Random(text)
    slowest = min(limits, key=lambda limit: limit.count / limit.period.total_seconds())
    pace, now, left = Pace(LONG_CODE), NOW, list[datetime]()
    while now < NOW + 20 * slowest.period:
        count = min(room(pace, limits, now), rng.choice([1, 5, 64]))
        if count:
            pace = taking(pace, limits, count, now)
            left += [now] * count
        now = max(free_at(pace, limits, now), now + slowest.period / 1000 * rng.random())

    for limit in limits:  # the text after a full limit leaves a whole period later
        for place in range(len(left) - limit.count):
            assert left[place + limit.count] - left[place] >= limit.period, (limit, place)
    whole = 20 * slowest.count
    assert 0.95 * whole <= len(left) <= whole
    for taken in pace.taken.values():  # the row stays small
        assert len(taken) <= 66
