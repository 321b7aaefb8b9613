"""What people text when they are asked for a day and a time, and what convo makes of it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from hypothesis import example, given, settings
from hypothesis import strategies as st

from convo.flow.dates import Reading, read_date, read_datetime, read_time
from convo.flow.datewords import LANGUAGES, Words

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=LONDON)


def reading(language: str, now: datetime = MONDAY, zone: ZoneInfo = LONDON) -> Reading:
    return Reading(now=now, timezone=zone, language=language)


def reads(text: str, language: str = "en") -> str | None:
    """What `text` means on Monday 30 November 2026 at nine in London, to be read by a person."""
    moment = read_datetime(text, reading(language))
    return moment.strftime("%Y-%m-%d %H:%M") if moment else None


# Days and times of each language; every day goes with every time, either way round.


def _listed(lines: str) -> list[str]:
    return [phrase for line in lines.strip().splitlines() for phrase in line.strip().split(" | ")]


def _in_languages(texts: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, text) for language, lines in texts.items() for text in _listed(lines)]


def tables(**languages: str) -> dict[str, dict[str, str]]:
    """What each phrase means, from lines of `meaning = phrase | phrase`."""
    tables: dict[str, dict[str, str]] = {}
    for language, lines in languages.items():
        rows = [line.strip().split(" = ") for line in lines.strip().splitlines()]
        tables[language] = {one: meaning for meaning, many in rows for one in many.split(" | ")}
    return tables


DAYS = tables(
    en="""
        2026-12-01 = tomorrow | tmrw | 2moro | TUE | tues. | on Tuesday | next tuesday | Tue 1 Dec
        2026-12-01 = 12/1 | 12/1/26 | 12-1-2026 | 2026-12-01
        2026-12-02 = day after tomorrow | Wednesday, 2 December | Wednesday the 2nd | the 2nd
        2026-12-02 = 2nd of december | dec 2nd | December 2, 2026
        2026-12-07 = next Monday
        2026-12-08 = tuesday next week
        2026-12-04 = this Friday
        2026-12-06 = Sunday
        2027-11-29 = 29 November
        2028-02-29 = 29 February
        2026-12-31 = the 31st
    """,
    fr="""
        2026-12-01 = demain | MARDI | mar. | mardi prochain | mardi 1er | mardi 1 | 1er décembre
        2026-12-01 = le premier décembre | 01.12.2026 | 1/12/26 | 2026-12-01
        2026-12-02 = après-demain | apres demain | mercredi 2 décembre
        2026-12-02 = le mercredi 2 décembre 2026 | le 2 décembre | 2 déc. | le 2
        2026-12-07 = lundi prochain
        2026-12-08 = mardi de la semaine prochaine
        2026-12-04 = ce vendredi
        2026-12-06 = dimanche
        2027-01-12 = 12/1
        2027-09-02 = 2 sept.
        2027-11-29 = 29 novembre
    """,
    es="""
        2026-12-01 = mañana | MANANA | martes | el martes | el próximo martes | martes 1
        2026-12-01 = martes 1º | el primero de diciembre | 01-12-2026 | 2026-12-01
        2026-12-02 = pasado mañana | miércoles 2 de diciembre | el 2 de diciembre
        2026-12-02 = el 2 de diciembre de 2026 | 2 dic | el día 2 | el 2
        2026-12-07 = el lunes que viene
        2026-12-08 = martes de la próxima semana
        2026-12-04 = este viernes
        2026-12-05 = sáb.
        2026-12-06 = domingo
        2027-01-12 = 12/1
        2027-11-29 = 29 de noviembre
    """,
)

TIMES = tables(
    en="""
        15:00 = 3pm | 3 PM | 3 p.m. | at 3 | at 15:00 | three o'clock
        09:00 = at 9
        12:00 = at 12 | noon | at midday
        07:00 = @ 7
        00:00 = 12am
        09:30 = 9:30 | 9.30am | 930am | at 9.30 | half past nine | at nine thirty
        15:30 = 3:30
        03:30 = 03:30
        12:45 = at quarter to 1
        21:00 = at 9 in the evening
        02:00 = 2 in the morning
    """,
    fr="""
        15:00 = 15h | à 15 h | 3h de l'après-midi | à 3 heures
        15:30 = 15H30 | à 15 h 30 | à 15:30
        09:00 = 9h | matin à 9h
        03:00 = 3h
        21:00 = à 9h du soir
        12:00 = midi
        12:30 = à midi et demi
        09:30 = neuf heures et demie
        08:45 = à neuf heures moins le quart
        03:30 = 03:30
    """,
    es="""
        15:00 = a las 3 | a las 15 horas | 15h | 3 de la tarde | a las 3:00 p. m. | 3pm
        09:00 = a las 9 | por la mañana a las 9
        15:30 = a las 15:30 | 15:30 h | 03:30 de la tarde | a las tres y media
        21:00 = a las 9 de la noche
        12:00 = a mediodía | al mediodía | a las 12 del mediodía
        13:00 = a la una
        09:45 = a las diez menos cuarto
    """,
)


@pytest.mark.parametrize(
    ("language", "day"), [(language, day) for language in DAYS for day in DAYS[language]]
)
def test_a_day_is_read_with_every_time_either_way_round(language: str, day: str) -> None:
    for clock, hour in TIMES[language].items():
        wanted = f"{DAYS[language][day]} {hour}"
        assert reads(f"{day} {clock}", language) == wanted
        assert reads(f"{day}, {clock}", language) == wanted
        if not (clock[-1].isdigit() and day[0].isdigit()):  # `at 9 2 dec` is hard on anybody
            assert reads(f"{clock} {day}", language) == wanted


WHOLE_TEXTS = tables(
    en="""
        2026-11-30 12:00 = today at noon
        2026-11-30 15:00 = today 3pm | at 3 this afternoon | 3pm | 15:00
        2026-11-30 20:00 = tonight at 8 | this evening at 8
        2026-12-01 09:00 = tomorrow morning at 9 | 9 in the morning
        2026-12-01 09:30 = Tuesday 1 December at half past nine | 2026-12-01T09:30
        2026-11-30 09:01 = monday 9:01
        2026-12-01 08:00 = 8am
        2026-12-07 08:00 = monday 8am
        2026-12-07 09:00 = monday 9am
        2026-12-07 15:00 = next monday 3pm
        2027-11-30 08:00 = 30 november 8am
        2026-11-30 10:00 = 30 november 10am
        2026-12-30 08:00 = the 30th 8am
    """,
    fr="""
        2026-11-30 15:00 = aujourd’hui à 15h | 15h
        2026-11-30 20:00 = ce soir à 20h
        2026-12-01 15:00 = demain après-midi à 3h
        2026-12-30 15:00 = mercredi 15h 30 décembre
        2026-12-01 07:00 = mardi à sept heures | demain 7h du matin
        2026-12-01 09:30 = 2026-12-01T09:30 | 01.12.2026 9h30
        2026-12-07 08:00 = lundi 8h
    """,
    es="""
        2026-11-30 12:00 = hoy a mediodía
        2026-11-30 17:00 = esta tarde a las 5
        2026-12-01 09:00 = mañana en la mañana a las 9 | 9 de la mañana
        2026-12-01 09:30 = 2026-12-01 09:30
        2026-12-01 15:00 = a las 3 de la tarde del martes
        2026-12-07 08:00 = lunes a las 8
    """,
    de="2026-12-01 09:30 = 2026-12-01 09:30",
)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, *row) for language, texts in WHOLE_TEXTS.items() for row in texts.items()],
)
def test_a_text_is_the_next_such_moment(language: str, text: str, expected: str) -> None:
    assert reads(text, language) == expected


POLITE = {
    "en": "Tue 3pm please | Hi, how about tue 3pm? Thanks! | ok, on Tuesday at 3pm, pls. | "
    "ｔｕｅ　３ｐｍ | “tue. 3 p.m.” | tue\u00a03pm... | \ttuesday  3PM",
    "fr": "Bonjour, mardi 15h svp, merci ! | le mardi à 15h, s’il vous plaît | D'accord, mardi 15h.",
    "es": "¿El martes a las 3? | Hola, el martes a las 3 por favor. ¡Gracias! | "
    "el pro\u0301ximo martes 15:00",
}


@pytest.mark.parametrize(("language", "text"), _in_languages(POLITE))
def test_politeness_case_accents_and_punctuation_do_not_matter(language: str, text: str) -> None:
    assert reads(text, language) == "2026-12-01 15:00"


@pytest.mark.parametrize("language", ["en", "en-US", "en_PH"])
def test_americans_put_the_month_first(language: str) -> None:
    assert reads("12/1 at 9", language) == "2026-12-01 09:00"


@pytest.mark.parametrize("language", ["en-GB", "en-AU", "EN-ie", "fr", "fr-CA", "es-MX", "es-419"])
def test_others_put_the_day_first(language: str) -> None:
    assert reads("12/1 9:00", language) == "2027-01-12 09:00"


@pytest.mark.parametrize("text", ["12/25 9:00", "25/12 9:00"])
@pytest.mark.parametrize("language", ["en-CA", "es-US", "de"])
def test_where_both_orders_are_usual_only_what_is_unmistakable_is_read(language: str, text: str) -> None:
    assert reads(text, language) == "2026-12-25 09:00"
    assert reads("5/5 9:00", language) == "2027-05-05 09:00"
    assert reads("12/1 9:00", language) is None


def test_the_day_is_the_one_of_the_contacts_own_time_zone() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    sunday_in_london = datetime(2026, 11, 29, 20, 0, tzinfo=LONDON)
    there = reading("en-NZ", sunday_in_london, auckland)

    assert read_datetime("today 3pm", there) == datetime(2026, 11, 30, 15, 0, tzinfo=auckland)
    assert read_date("tuesday", there) == date(2026, 12, 1)


def test_a_time_that_the_clocks_skip_in_spring_is_none() -> None:
    saturday = reading("en", datetime(2027, 3, 27, 9, 0, tzinfo=LONDON))

    assert read_datetime("tomorrow 01:30", saturday) is None
    assert read_datetime("tomorrow 00:59", saturday) is not None
    assert read_datetime("tomorrow 02:00", saturday) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_of_a_time_that_comes_twice_in_autumn_it_is_the_first() -> None:
    saturday = reading("en", datetime(2026, 10, 24, 9, 0, tzinfo=LONDON))
    moment = read_datetime("tomorrow 01:30", saturday)

    assert moment is not None
    assert moment.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    second_time_round = reading("en", datetime(2026, 10, 25, 1, 20, tzinfo=UTC))
    assert read_datetime("today 01:30", second_time_round) is None


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        *((language, *row) for language, days in DAYS.items() for row in days.items()),
        *(("en", text, "2026-11-30") for text in ("today", "monday", "30 november", "2026-11-30")),
        ("en", "how about tomorrow?", "2026-12-01"),
    ],
)
def test_a_date_is_a_day_from_today_on(language: str, text: str, expected: str) -> None:
    assert read_date(text, reading(language)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["tomorrow 3pm", "tomorrow morning", "3pm", "yesterday", "29 november 2026", "2", "tue 1", ""],
)
def test_a_date_is_only_a_day(text: str) -> None:
    assert read_date(text, reading("en")) is None


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, *row) for language, times in TIMES.items() for row in times.items()],
)
def test_a_time_of_day_is_read_alone(language: str, text: str, expected: str) -> None:
    assert read_time(text, reading(language)) == time.fromisoformat(expected)


@pytest.mark.parametrize(
    "text",
    ["9", "nine", "tuesday 3pm", "tonight at 8", "3pm next week", "25:00", "3pm 4pm", "after 3pm"],
)
def test_a_time_is_only_a_time(text: str) -> None:
    assert read_time(text, reading("en")) is None


@pytest.mark.parametrize("language", LANGUAGES)
@given(minutes=st.integers(1, 300 * 24 * 60))
@settings(max_examples=150, deadline=None)
def test_what_babel_writes_is_read_back(language: str, minutes: int) -> None:
    wanted = (MONDAY.replace(tzinfo=None) + timedelta(minutes=minutes)).replace(tzinfo=LONDON)
    if wanted.astimezone(UTC).astimezone(LONDON).time() != wanted.time():
        return  # the clocks skip it
    clock = wanted.strftime("%H:%M")
    for form in ("full", "long", "d MMMM", "yyyy-MM-dd"):
        day = format_date(wanted, form, locale=language)
        assert read_datetime(f"{day} {clock}", reading(language)) == wanted


SCRAPS = (
    "3 9 30 h pm at de la le el of , . / - : ' 2026 12/1 0 99 or next t º in dans en hours min days and "
    "a half et y media midnight minuit from now 2026-12-01T09:30Z"
)
PHRASES = [phrase for row in (DAYS, TIMES) for phrases in row.values() for phrase in phrases]
NEAR_DATES = st.lists(st.sampled_from(PHRASES + SCRAPS.split()), max_size=7)


@pytest.mark.parametrize("language", ["en", "en-CA", "fr", "es", "de", ""])
@given(text=st.one_of(st.text(max_size=90), NEAR_DATES.map(" ".join), NEAR_DATES.map("".join)))
@example(text="1" * 80)
@example(text="tue " * 20)
@example(text="p." * 40)
@example(text="\ufdfa" * 80)
@example(text="²/① at ９")
@settings(max_examples=300, deadline=None)
def test_any_text_is_none_or_in_the_future(language: str, text: str) -> None:
    how = reading(language)
    moment, day = read_datetime(text, how), read_date(text, how)
    read_time(text, how)

    assert moment is None or (moment > MONDAY and moment.tzinfo is LONDON)
    assert day is None or day >= MONDAY.date()


def test_a_long_text_is_not_read_at_all() -> None:
    assert reads("tue 3pm" + " " * 73) == "2026-12-01 15:00"
    assert reads("tue 3pm" + " " * 74) is None


@pytest.mark.parametrize("row", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_every_word_is_written_as_texts_are_compared(row: Words) -> None:
    for name in Words.__dataclass_fields__:
        value = getattr(row, name)
        phrases = (
            value if isinstance(value, frozenset | dict) and name not in ("orders", "loose_days") else ()
        )
        for phrase in phrases:
            plain = phrase.replace(" ", "").strip("0123456789")
            assert plain == "@" or (plain.isascii() and plain.isalpha() and plain.islower()), phrase
            assert len(phrase.split()) <= 5
