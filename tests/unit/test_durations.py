"""How long something takes, as people write it; months and bare numbers are not read."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.flow.dates import Reading, read_duration

LONDON = ZoneInfo("Europe/London")


def minutes(text: str, language: str) -> float | None:
    found = read_duration(text, Reading(datetime(2026, 11, 30, 9, 0, tzinfo=LONDON), LONDON, language))
    return None if found is None else found / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("language", "wanted", "texts"),
    [
        ("en", 120, "2 hours | two hours please | 2h | 2 hrs. | for 2 hours | 120 min | 2 HOURS!"),
        (
            "en",
            90,
            "90 min | 90 minutes | 1h30 | 1h 30m | 1 h 30 min | 1 hour and 30 minutes | an hour and a half",
        ),
        ("en", 90, "one and a half hours | 1.5 hours | 1,5 hours | 1 hour 30"),
        ("en", 30, "half an hour | half hour | 30 min"),
        ("en", 15, "a quarter of an hour | 15 mins"),
        ("en", 0.5, "30 seconds | 30 sec"),
        ("en", 2 * 1440, "2 days | two days | 48 hours"),
        ("en", 7 * 1440, "a week | 1 week | 7 days"),
        ("en", 1440 + 120, "1 day 2 hours | a day and 2 hours"),
        ("fr", 90, "1h30 | 1 h 30 | une heure et demie | 1 heure et 30 minutes | 90 minutes | 1,5 heure"),
        ("fr", 30, "une demi-heure | demi-heure | 30 mn | trente minutes | pendant 30 minutes"),
        ("fr", 45, "trois quarts d’heure | 45 min"),
        ("fr", 15 * 1440, "15 jours | quinze jours"),
        ("es", 90, "hora y media | una hora y media | 1h30 | 1 hora y 30 minutos | 90 minutos"),
        ("es", 150, "2 horas y media | dos horas y media por favor"),
        ("es", 30, "media hora | 30 min | durante media hora"),
        ("es", 3 * 1440, "3 días | tres dias"),
        ("de", 90, "1 h 30 min | 90 min | 1h30"),
    ],
)
def test_how_long(language: str, wanted: float, texts: str) -> None:
    for text in texts.split(" | "):
        assert minutes(text, language) == wanted, text


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            "45 | 1:30 | 2 months | a year | about 2 hours | a couple of hours | 0 minutes | 2 hours or 3",
        ),
        (
            "en",
            "30 minutes 1 hour | 2 hours 2 hours | hour | 2 | in 2 hours | 2 heures | -2 hours | 1.555 hours",
        ),
        ("en", "hours 2 | half | and a half | 2 hours and | 10000 days |  | tomorrow"),
        ("fr", "2 hours | 2 mois | un an | environ 2 heures | 45 | dans 2 heures | deux"),
        ("es", "2 hours | 2 meses | un año | unas 2 horas | 45 | en 2 horas | media"),
        ("de", "2 Stunden | 2 hours"),
    ],
)
def test_what_is_not_wholly_understood_is_not_read(language: str, texts: str) -> None:
    for text in texts.split(" | "):
        assert minutes(text, language) is None, text


@given(st.integers(0, 99), st.integers(1, 59), st.sampled_from(["en", "fr", "es", "de"]))
def test_hours_and_minutes_add_up(hours: int, more: int, language: str) -> None:
    assert minutes(f"{hours}h{more:02}", language) == hours * 60 + more
    assert minutes(f"{hours} h {more} min", language) == hours * 60 + more


@given(st.text(max_size=90), st.sampled_from(["en", "fr", "es", ""]))
def test_any_text_is_none_or_longer_than_nothing(text: str, language: str) -> None:
    found = minutes(text, language)
    assert found is None or found > 0
