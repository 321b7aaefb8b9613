"""Three thousand replies put together from templates; what each means is reckoned here, by other means.

A template gets a day or a time that was drawn first and writes it down; so the right reading is
known before there is a text, and nothing of the code under test takes part in it.
"""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from convo.flow.dates import Reading, read_date, read_datetime, read_time

SEED = 20261130
REPLIES = 1000  # in each language


def names(**languages: str) -> dict[str, list[str]]:
    return {language: words.split() for language, words in languages.items()}


WEEKDAYS = names(
    en="monday tuesday wednesday thursday friday saturday sunday",
    fr="lundi mardi mercredi jeudi vendredi samedi dimanche",
    es="lunes martes miércoles jueves viernes sábado domingo",
)
SHORT_DAYS = names(en="mon tue wed thu fri sat sun", fr="lun. mar. mer. jeu. ven. sam. dim.")
MONTHS = names(
    en="January February March April May June July August September October November December",
    fr="janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    es="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
HOURS = names(
    en="twelve one two three four five six seven eight nine ten eleven",
    fr="douze une deux trois quatre cinq six sept huit neuf dix onze",
    es="doce una dos tres cuatro cinco seis siete ocho nueve diez once",
)
REGIONS = {"en": ("en-GB", "en-US", "en"), "fr": ("fr", "fr-CA"), "es": ("es", "es-MX", "es-419")}
ZONES = {
    "en": ("Europe/London", "America/New_York", "Pacific/Auckland"),
    "fr": ("Europe/Paris", "America/Montreal"),
    "es": ("Europe/Madrid", "America/Mexico_City", "America/Santiago"),
}


@dataclass(frozen=True)
class Case:
    """A reply, who reads it when, and what it means."""

    text: str
    reading: Reading
    means: datetime | date | time


@dataclass(frozen=True)
class Drawn:
    """What is to be written down, by somebody who has this language and these habits."""

    language: str
    month_first: bool
    ahead: int  # days from today
    day: date
    at: time
    rng: random.Random

    def one(self, **forms: tuple[str, ...]) -> str | None:
        """One of the forms of the language; None where it has none."""
        return self.rng.choice(forms[self.language]) if forms.get(self.language) else None

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.language][self.day.weekday()]


Template = Callable[[Drawn], str | None]


# Days. None where the template is not for a day so far ahead.


def ordinal(number: int) -> str:
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def relative(drawn: Drawn) -> str | None:
    words = {
        "en": ("today", "tomorrow", "day after tomorrow"),
        "fr": ("aujourd'hui", "demain", "après-demain"),
        "es": ("hoy", "mañana", "pasado mañana"),
    }[drawn.language]
    return words[drawn.ahead] if drawn.ahead < len(words) else None


def weekday(drawn: Drawn) -> str | None:
    if not 1 <= drawn.ahead <= 6:
        return None
    long = drawn.weekday
    short = SHORT_DAYS.get(drawn.language, WEEKDAYS["es"])[drawn.day.weekday()]
    number = drawn.day.day
    return drawn.one(
        en=(long, short, f"on {long}", f"this {long}"),
        fr=(long, short, f"ce {long}", f"{long} {number}"),
        es=(long, long, f"el {long}", f"este {long}", f"{long} {number}"),
    )


def next_weekday(drawn: Drawn) -> str | None:
    name = drawn.weekday
    return (
        None
        if not 1 <= drawn.ahead <= 7
        else drawn.one(
            en=(f"next {name}",),
            fr=(f"{name} prochain",),
            es=(f"el próximo {name}", f"{name} próximo", f"el {name} que viene"),
        )
    )


def day_and_month(drawn: Drawn) -> str | None:
    day, name, month = drawn.day, drawn.weekday, MONTHS[drawn.language][drawn.day.month - 1]
    return None if drawn.ahead > 360 else drawn.one(
        en=(
            f"{day.day} {month}", f"{month} {day.day}", f"{month} {ordinal(day.day)}",
            f"the {ordinal(day.day)} of {month}", f"{name} {day.day} {month}",
            f"{name}, {month} {day.day}, {day.year}", f"{ordinal(day.day)} {month[:3]}",
        ),
        fr=(
            f"le {day.day} {month}", f"{day.day} {month}", f"{name} {day.day} {month}",
            f"{day.day} {month} {day.year}", f"le {name} {day.day} {month}",
            f"le {'1er' if day.day == 1 else day.day} {month}",
        ),
        es=(
            f"el {day.day} de {month}", f"{day.day} {month}", f"{name} {day.day} de {month}",
            f"{day.day} de {month} de {day.year}", f"el {name} {day.day} de {month}",
        ),
    )  # fmt: skip


def number_of_day(drawn: Drawn) -> str | None:
    name, number = drawn.weekday, drawn.day.day
    return (
        None
        if not 1 <= drawn.ahead <= 27
        else drawn.one(
            en=(f"the {ordinal(number)}", f"{name} the {ordinal(number)}", f"on the {ordinal(number)}"),
            fr=(f"le {number}", f"le {name} {number}"),
            es=(f"el {number}", f"el día {number}", f"el {name} {number}"),
        )
    )


def in_days(drawn: Drawn) -> str | None:
    if drawn.ahead < 2 or drawn.ahead in (8, 15):
        return None
    before = drawn.one(en=("in",), fr=("dans",), es=("en", "dentro de"))
    if drawn.ahead % 7 == 0 and drawn.ahead > 7:
        return f"{before} {drawn.ahead // 7} {drawn.one(en=('weeks',), fr=('semaines',), es=('semanas',))}"
    return f"{before} {drawn.ahead} {drawn.one(en=('days',), fr=('jours',), es=('días',))}"


def numeric(drawn: Drawn) -> str | None:
    day = drawn.day
    first, second = (day.month, day.day) if drawn.month_first else (day.day, day.month)
    forms = [day.isoformat(), f"{first}/{second}/{day.year}", f"{first:02}/{second:02}/{day:%y}"]
    return drawn.rng.choice([*forms, f"{first}/{second}"] if drawn.ahead <= 360 else forms)


DAYS: tuple[Template, ...] = (
    relative, weekday, next_weekday, day_and_month, number_of_day, in_days, numeric,
)  # fmt: skip
BEHIND_A_TIME = (relative, weekday, next_weekday)  # `at 9 2 dec` is hard on anybody


# Times. None where the template is not for that time.


def by_day(hour: int) -> int:
    """What an hour from 1 to 12 means as one speaks by day: 1 to 6 are after noon, 7 to 11 before."""
    return hour if hour >= 7 else hour + 12


def clock(drawn: Drawn) -> str | None:
    """On the 24-hour clock, in digits that cannot be of the other one."""
    if 10 <= drawn.at.hour <= 12:
        return None
    return f"{drawn.one(en=('', 'at '), fr=('', 'à '), es=('a las ', 'las '))}{drawn.at:%H:%M}"


def with_its_half(drawn: Drawn) -> str | None:
    """With the half of the day, or on the 24-hour clock with an `h`."""
    at = drawn.at
    minutes = f"{at.minute:02}" if at.minute else ""
    if drawn.language == "fr":
        return drawn.one(
            fr=(f"{at.hour}h{minutes}", f"à {at.hour}h{minutes}", f"à {at.hour} h {minutes}".strip())
        )
    half = drawn.rng.choice((("am", " AM", " a.m."), ("pm", " PM", " p.m."))[at.hour >= 12])
    before = drawn.one(en=("", "at "), es=("a las ", "las "))
    return f"{before}{at.hour % 12 or 12}{':' if minutes else ''}{minutes}{half}"


def spoken(drawn: Drawn) -> str | None:
    """`half past three`: by the hour before it, or by the one that comes."""
    hour = drawn.at.hour % 12 or 12
    if by_day(hour) != drawn.at.hour:
        return None
    word = HOURS[drawn.language][hour % 12]
    one = hour == 1
    match drawn.at.minute:
        case 0:
            return drawn.one(
                en=(f"{hour} o'clock", f"{word} o'clock"), fr=(f"à {word} heure{'s' * (not one)}",)
            )
        case 15:
            return drawn.one(en=(f"quarter past {word}",), es=(f"a la{'s' * (not one)} {hour} y cuarto",))
        case 30:
            return drawn.one(
                en=(f"half past {hour}", f"half past {word}"),
                fr=(f"à {word} heure{'s' * (not one)} et demie", f"{hour} et demie"),
                es=(f"a la{'s' * (not one)} {word} y media", f"la{'s' * (not one)} {hour} y media"),
            )
        case _:
            return None


def to_the_next(drawn: Drawn) -> str | None:
    """`quarter to four`"""
    coming = drawn.at.hour % 12 + 1
    if drawn.at.minute != 45 or by_day(coming) != drawn.at.hour + 1:
        return None
    word = HOURS[drawn.language][coming % 12]
    return drawn.one(
        en=(f"quarter to {word}", f"a quarter to {coming}"),
        fr=(f"à {coming} heures moins le quart",) if coming > 1 else (),
        es=(f"a las {word} menos cuarto",) if coming > 1 else (),
    )


def part_of_day(drawn: Drawn) -> str | None:
    at, hour = drawn.at, drawn.at.hour % 12
    if at.minute or hour == 0 or not 5 <= at.hour <= 21:
        return None
    part = 0 if at.hour < 12 else 1 if at.hour < 18 else 2
    forms = {
        "en": ("{} in the morning", "{} in the afternoon", "{} in the evening"),
        "fr": ("{}h du matin", "{}h de l'après-midi", "{}h du soir"),
        "es": ("las {} de la mañana", "las {} de la tarde", "las {} de la noche"),
    }
    return forms[drawn.language][part].format(hour)


def noon(drawn: Drawn) -> str | None:
    return (
        None
        if drawn.at != time(12)
        else drawn.one(
            en=("noon", "at noon", "midday"), fr=("midi", "à midi"), es=("a mediodía", "al mediodía")
        )
    )


def hour_alone(drawn: Drawn) -> str | None:
    """Too little without a day."""
    hour = drawn.at.hour % 12 or 12
    if drawn.at.minute or by_day(hour) != drawn.at.hour:
        return None
    word = HOURS[drawn.language][hour % 12]
    article = "a la" if hour == 1 else "a las"
    return drawn.one(en=(f"at {hour}", f"at {word}"), es=(f"{article} {hour}", f"{article} {word}"))


TIMES: tuple[Template, ...] = (clock, with_its_half, spoken, to_the_next, part_of_day, noon)

POLITE = {
    "en": (("", "", "", "how about ", "Hi, "), ("", "", "", " please", ", thanks!", ".", "?")),
    "fr": (("", "", "", "Bonjour, ", "plutôt "), ("", "", "", " svp", ", merci !", ".")),
    "es": (("", "", "", "Hola, ", "mejor "), ("", "", "", " por favor", ", gracias.", ".")),
}


def dressed(text: str, language: str, rng: random.Random) -> str:
    """`text` as it comes from a phone: with some politeness, in any case, sometimes without accents."""
    before, after = POLITE[language]
    text = rng.choice((str, str, str.upper, str.lower))(rng.choice(before) + text + rng.choice(after))
    if rng.random() < 0.2:
        text = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return text.replace(" ", "  ") if rng.random() < 0.05 else text


def exists(moment: datetime) -> bool:
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def draw(language: str, rng: random.Random) -> Case | None:
    """One case; None where the templates drawn do not go with what they were to write."""
    region, zone = rng.choice(REGIONS[language]), ZoneInfo(rng.choice(ZONES[language]))
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(2 * 365 * 24 * 60))
    local = now.astimezone(zone)
    ahead = rng.choice((0, 1, 1, 2, rng.randrange(3, 8), rng.randrange(8, 28), rng.randrange(28, 400)))
    at = time(rng.randrange(24), rng.choice((0, 0, 0, 15, 30, 45, rng.randrange(60))))
    day = local.date() + timedelta(ahead)
    drawn = Drawn(language, region in ("en", "en-US"), ahead, day, at, rng)
    told = _told(rng.choice(KINDS), drawn, now, local)
    if told is None or (isinstance(told[1], datetime) and (told[1] <= now or not exists(told[1]))):
        return None
    return Case(dressed(told[0], language, rng), Reading(now, zone, region), told[1])


KINDS = ("moment",) * 5 + ("day", "time", "next time", "in hours")


def _told(
    kind: str, drawn: Drawn, now: datetime, local: datetime
) -> tuple[str, datetime | date | time] | None:
    """A text and what it means."""
    rng, zone = drawn.rng, local.tzinfo
    how_day, how_time = rng.choice(DAYS), rng.choice((*TIMES, hour_alone) if kind == "moment" else TIMES)
    named, said = how_day(drawn), how_time(drawn)
    if kind == "in hours":
        hours = rng.randrange(1, 48)
        unit = drawn.one(en=("in {} hour",), fr=("dans {} heure",), es=("en {} hora", "dentro de {} hora"))
        text = f"{unit}{'s' * (hours > 1)}".format(hours)
        return text, now + timedelta(hours=hours)
    if kind == "day" or said is None:
        return (named, drawn.day) if named and kind == "day" else None
    if kind == "time":
        return said, drawn.at
    if kind == "next time":
        day = local.date() + timedelta(0 if drawn.at > local.time() else 1)
        return said, datetime.combine(day, drawn.at, zone)
    if named is None:
        return None
    joined = [f"{named} {said}", f"{named}, {said}"] + [f"{said} {named}"] * (how_day in BEHIND_A_TIME)
    return rng.choice(joined), datetime.combine(drawn.day, drawn.at, zone)


def cases(language: str) -> list[Case]:
    rng = random.Random(f"{SEED} {language}")
    found: dict[tuple[str, type], Case] = {}
    while len(found) < REPLIES:
        case = draw(language, rng)
        if case is not None:
            found.setdefault((case.text, type(case.means)), case)
    return list(found.values())


def understood(case: Case) -> datetime | date | time | None:
    match case.means:
        case datetime():
            return read_datetime(case.text, case.reading)
        case date():
            return read_date(case.text, case.reading)
        case _:
            return read_time(case.text, case.reading)


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_a_thousand_replies_mean_what_they_say(language: str) -> None:
    drawn = cases(language)
    wrong = [
        f"{case.text!r} in {case.reading.language} at {case.reading.now}: {found}, not {case.means}"
        for case in drawn
        if (found := understood(case)) != case.means
    ]

    assert len({case.text for case in drawn}) > 0.95 * REPLIES
    assert wrong == []
