"""The words that dates are texted with, one row per language; how they combine is in `dates`.

Words are written as `dates` compares them: small letters, no accents, a blank for an apostrophe or
a hyphen. A language is added by adding its row to `LANGUAGES`.

A word that means two things has no place here: Spanish `mar` is Tuesday as much as March, and of
which day `midnight` is, people do not agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

Window = tuple[int, int]  # hours of the day: from, up to
_T = TypeVar("_T")


class Order(Enum):
    """What the first number of `12/1` is."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    EITHER = "either"  # people there write both: only what can be read one way is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's row. Hours are of the 24-hour clock; weekdays count from Monday, 0."""

    days: Mapping[str, int] = field(default_factory=dict)  # days from today
    weekdays: Mapping[str, int] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    next_before: frozenset[str] = frozenset()  # `next` Tuesday: the first one after today
    next_after: frozenset[str] = frozenset()  # mardi `prochain`
    next_week: frozenset[str] = frozenset()
    day_words: Mapping[str, int] = field(default_factory=dict)  # `premier` décembre
    ordinals: frozenset[str] = frozenset()  # what may follow the number of a day: 2`nd`
    before_day: frozenset[str] = frozenset()
    day_articles: frozenset[str] = frozenset()  # those that make a day of a bare number: `le` 2
    day_follows_weekday: bool = False  # `martes 8` is the eighth; English `tue 8` may be an hour
    of: frozenset[str] = frozenset()
    before_time: frozenset[str] = frozenset()
    noon: frozenset[str] = frozenset()
    hours: Mapping[str, int] = field(default_factory=dict)  # 1 to 12 in words
    halves: Mapping[str, int] = field(default_factory=dict)  # am 0, pm 12
    units: Mapping[str, bool] = field(default_factory=dict)  # make a time of a number; exact?
    tails: frozenset[str] = frozenset()  # may follow a time and add nothing
    minutes_before: Mapping[str, int] = field(default_factory=dict)  # `half past` nine
    minutes_after: Mapping[str, int] = field(default_factory=dict)  # las tres `y media`
    parts: Mapping[str, Window] = field(default_factory=dict)  # `in the morning`
    hour_parts: frozenset[str] = frozenset()  # those that make a time of a number: 9 `du matin`
    parts_of_today: Mapping[str, Window] = field(default_factory=dict)  # `this morning`
    openers: frozenset[str] = frozenset()  # politeness that may come first
    closers: frozenset[str] = frozenset()  # politeness that may come last
    order: Order = Order.EITHER
    orders: Mapping[str, Order] = field(default_factory=dict)  # regions that differ; "" is none


def _any(phrases: str) -> frozenset[str]:
    return frozenset(phrases.split(", "))


def _each(rows: Mapping[str, _T]) -> Mapping[str, _T]:
    return {phrase: value for phrases, value in rows.items() for phrase in phrases.split(", ")}


def _count(first: int, *rows: str) -> Mapping[str, int]:
    return _each({phrases: number for number, phrases in enumerate(rows, first)})


# fmt: off
ENGLISH = Words(
    days=_count(
        0, "today", "tomorrow, tomorow, tommorow, tommorrow, tmrw, tmr, tomoz, 2 moro, 2 morrow",
        "day after tomorrow, the day after tomorrow",
    ),
    weekdays=_count(
        0, "monday, mon", "tuesday, tue, tues", "wednesday, wed, weds",
        "thursday, thu, thur, thurs", "friday, fri", "saturday, sat", "sunday, sun",
    ),
    months=_count(
        1, "january, jan", "february, feb", "march, mar", "april, apr", "may", "june, jun",
        "july, jul", "august, aug", "september, sep, sept", "october, oct", "november, nov",
        "december, dec",
    ),
    next_before=_any("next"),
    next_week=_any("next week, of next week"),
    day_words={"first": 1},
    ordinals=_any("st, nd, rd, th"),
    before_day=_any("on, on the, the, this, on this, this coming, coming"),
    of=_any("of"),
    before_time=_any("at, @"),
    noon=_any("noon, 12 noon, midday, mid day"),
    hours=_count(
        1, "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ),
    halves=_each({"am, a m": 0, "pm, p m": 12}),
    units=_each({"o clock, oclock": False}),
    tails=_any("h, hrs, hours"),
    minutes_before=_each({
        "half past, half": 30, "quarter past, a quarter past, quarter after, a quarter after": 15,
        "quarter to, a quarter to": -15,
    }),
    minutes_after={"fifteen": 15, "thirty": 30, "forty five": 45},
    parts=_each({
        "morning, in the morning": (1, 12), "afternoon, in the afternoon": (12, 19),
        "evening, in the evening": (17, 24), "night, at night": (18, 24),
    }),
    hour_parts=_any("in the morning, in the afternoon, in the evening, at night"),
    parts_of_today=_each({
        "this morning": (1, 12), "this afternoon": (12, 19), "this evening, tonight": (17, 24),
    }),
    openers=_any(
        "please, pls, plz, hi, hello, ok, okay, yes, how about, what about, for, can we do, "
        "could we do, let s do, let s say"
    ),
    closers=_any(
        "please, pls, plz, thanks, thank you, thx, ty, ok, okay, works, works for me, is good, "
        "is fine, would be good, would be great"
    ),
    # CLDR: the USA, what belongs to them and the Philippines put the month first, and so does
    # English of no named region. Canadians write both.
    order=Order.DAY_FIRST,
    orders=_each({", US, AS, GU, MP, PR, UM, VI, PH": Order.MONTH_FIRST, "CA": Order.EITHER}),
)

FRENCH = Words(
    days=_count(0, "aujourd hui, aujourdhui, auj", "demain", "apres demain"),
    weekdays=_count(
        0, "lundi, lun", "mardi, mar", "mercredi, mer", "jeudi, jeu", "vendredi, ven",
        "samedi, sam", "dimanche, dim",
    ),
    months=_count(
        1, "janvier, janv, jan", "fevrier, fevr, fev", "mars", "avril, avr", "mai", "juin",
        "juillet, juil", "aout", "septembre, sept", "octobre, oct", "novembre, nov",
        "decembre, dec",
    ),
    next_before=_any("prochain"),
    next_after=_any("prochain, qui vient"),
    next_week=_any(
        "semaine prochaine, la semaine prochaine, de la semaine prochaine, "
        "la semaine qui vient, de la semaine qui vient"
    ),
    day_words={"premier": 1},
    ordinals=_any("er"),
    before_day=_any("le, ce, du"),
    day_articles=_any("le"),
    day_follows_weekday=True,
    before_time=_any("a"),
    noon=_any("midi"),
    hours=_count(
        1, "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
        "onze", "douze",
    ),
    # `3h` is of the 24-hour clock; who spells out `3 heures` speaks as one does by day.
    units=_each({"h": True, "heure, heures": False}),
    minutes_after=_each({
        "et demie, et demi, trente": 30, "et quart, quinze": 15, "quarante cinq": 45,
        "moins le quart, moins quart": -15,
    }),
    parts=_each({
        "matin, du matin, au matin, le matin": (1, 12),
        "apres midi, l apres midi, de l apres midi, dans l apres midi": (12, 19),
        "soir, du soir, au soir, le soir": (17, 24),
    }),
    hour_parts=_any("du matin, de l apres midi, du soir"),
    parts_of_today=_each({
        "ce matin": (1, 12), "cet apres midi, cette apres midi": (12, 19), "ce soir": (17, 24),
    }),
    openers=_any(
        "bonjour, salut, ok, oui, d accord, pour, disons, plutot, svp, stp, s il vous plait, "
        "s il te plait"
    ),
    closers=_any(
        "svp, stp, s il vous plait, s il te plait, merci, merci beaucoup, merci bien, "
        "merci d avance, ok"
    ),
    order=Order.DAY_FIRST,
)

SPANISH = Words(
    days=_count(0, "hoy", "manana", "pasado manana"),
    weekdays=_count(
        0, "lunes, lun", "martes", "miercoles, mie, mier", "jueves, jue", "viernes, vie",
        "sabado, sab", "domingo, dom",
    ),
    months=_count(
        1, "enero, ene", "febrero, feb", "marzo", "abril, abr", "mayo, may", "junio, jun",
        "julio, jul", "agosto, ago", "septiembre, setiembre, sep, sept, set", "octubre, oct",
        "noviembre, nov", "diciembre, dic",
    ),
    next_before=_any("proximo"),
    next_after=_any("proximo, que viene"),
    next_week=_any(
        "la semana que viene, de la semana que viene, proxima semana, la proxima semana, "
        "de la proxima semana"
    ),
    day_words={"primero": 1},
    ordinals=_any("ro, ero"),
    before_day=_any("el, este, del, dia, el dia"),
    day_articles=_any("el, dia, el dia"),
    day_follows_weekday=True,
    of=_any("de, del"),
    before_time=_any("a, al, a las, a la, las"),
    noon=_any("mediodia, medio dia"),
    hours=_count(
        1, "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
        "once", "doce",
    ),
    halves=_each({"am, a m": 0, "pm, p m": 12}),
    units=_each({"h, hs": True}),
    tails=_any("h, hs, hrs, horas"),
    minutes_after=_each({
        "y media, y treinta, treinta": 30, "y cuarto, y quince, quince": 15, "menos cuarto": -15,
    }),
    parts=_each({
        "por la manana, de la manana, en la manana, a la manana": (1, 12),
        "del mediodia": (12, 16),
        "por la tarde, de la tarde, en la tarde, a la tarde": (12, 21),
        "por la noche, de la noche, en la noche, a la noche": (18, 24),
        "de la madrugada": (1, 7),
    }),
    hour_parts=_any("de la manana, del mediodia, de la tarde, de la noche, de la madrugada"),
    parts_of_today={"esta manana": (1, 12), "esta tarde": (12, 21), "esta noche": (18, 24)},
    openers=_any("hola, ok, vale, por favor, porfa, para, que tal, mejor"),
    closers=_any("por favor, porfa, gracias, muchas gracias, ok, vale"),
    # Spanish puts the day first everywhere, but who writes it in the USA or in Panama may not.
    order=Order.DAY_FIRST,
    orders=_each({"US, PR, PA": Order.EITHER}),
)
# fmt: on

LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH}
NUMBERS_ONLY = Words()  # any other language: what is written in numbers alone


def row_of(language: str) -> tuple[Words, Order]:
    """The words of a BCP 47 language, and the order of day and month in its region."""
    primary, *rest = language.replace("_", "-").split("-")
    words = LANGUAGES.get(primary.lower(), NUMBERS_ONLY)
    region = next((part.upper() for part in rest if len(part) == 2), "")
    return words, words.orders.get(region, words.order)
