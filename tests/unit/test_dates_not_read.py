"""Texts that name no moment, or more than one: each must go to `otherwise`, never to a wrong day."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from convo.flow.dates import Reading, read_datetime

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=LONDON)

NOT_READ = {
    "en": """
        tuesday or wednesday | tuesday | tomorrow | 12/1 | 2 december | next week | 2026-12-01
        not tuesday 3pm | tue 3pm or 4pm | after 3pm tuesday | before 3pm tuesday | tue by 3pm
        tue 3-4pm | tue 3pm - 4pm | tue 3pm to 4pm | tue between 3 and 4 | tue 3pm 4pm
        tuesday wednesday 3pm | tue/wed 3pm | tue-wed 3pm | monday to friday 9:00 | tue, wed 3pm
        tuesdays 3pm | every tuesday 3pm | tue 3pm except today | no tue 3pm | 9 | 15 | at 9 | nine
        930 | tue 9 | tue 930 | tue 9.30 | tomorrow 3 | tue 25:00 | tue 24:00 | tue 13pm | tue 0am
        tue 15:00pm | tue 9:60 | 31 february 9am | 0 december 9am | 13/1 at 9 | 0/0 at 9
        29 february 2027 9am | the 32nd at 9 | 31/12/2026 9am | 2026-13-01 9am | 2025-12-01 09:30
        1 december 2025 9am | 11/29/2026 at 9 | today 8am | yesterday 3pm | 30 november 2026 8am
        0001-01-01 00:00 | 9999-12-31 23:59 | wednesday 1 december 9am | tomorrow friday 3pm
        today tomorrow 3pm | tue 8 dec 3pm 4 dec | next week 3pm | 9am this evening
        3pm in the morning | tomorrow morning | tue night | tonight | tue at 12 at night
        tue midnight | tue 3ish | 3pm-ish tue | ~3pm tue | >3pm tue | tue 3pm+ | tue 3pm?4pm
        tue -3pm | -tue 3pm | tue 3pm- | 1/2-26 9am | 1,2 december 9am | 2 3 december 9am
        at 3,30 tue | tue at | dec 3pm | december at 9 | 9am 9pm
        1.12. 9am | tue 3 pm am | tue half past 9:30 | mardi 15h
        martes a las 3 | demain midi | tomorrow à 15h | mañana 3pm | tue 15h30 | hello | yes
        please | thanks | ? | . | 🙂 | tue 3pm 🚫 | tuesday at ٣
        3 hours tomorrow | tomorrow 3 hours | maybe tue 3pm | tuesday 5 may 3pm | fri 1 dec 2026 9am
        tomorrow 2 december 3pm | today friday 3pm | next tuesday 2 december 3pm | the 4th tuesday 9am
        in 2 hours tomorrow | tomorrow in 2 hours | in 2 days friday 3pm | in 2 hours at 3pm | in 2 days
        in 0 hours | in 2 | in a while | in a few hours | in 2 months at 9 | in -2 hours | in 2 hours or 3
        tomorrow at midnight | wednesday midnight | midnight on the 5th | this morning at midnight
        10 to 3 tomorrow | 5 to 9 tuesday | 2 tuesdays from now 3pm | tue 3pm not wed | tue 3pm ???!a
        2026-12-01T09:30+25:00 | 2026-02-30T09:30Z | 2025-12-01T09:30Z | 1/2/3/4 9am | 12//1 9am
        can't do tuesday 3pm | cannot do tue 3pm | I can not do tuesday at 3pm | not tue 3pm
        anything but tue 3pm | tue 3pm is no good | tuesday 3pm doesn't work | tue 3pm won't work
        tuesday 3pm isn't good | never tue 3pm | don't come tue 3pm | can't make tue 3pm | tue 3pm is bad
        tue 3pm is not good | no, tue 3pm | unless tue 3pm | tue 3pm? no | if tue 3pm | was tue 3pm
        tue 3pm or so | around 3pm tue | about 3pm tue | tue about 3pm | tuesday 3pm onwards
        from 3pm tue | tue from 3pm | tue until 3pm | tue till 3pm | tue 3pm latest
        tue 3pm at the latest | earliest tue 3pm | tue 3pm maybe | tue afternoon | any time tue
        tue any time after 3pm | 3pm any day | tue 1-3 | tue 1 - 3pm | tue 1st - 3rd 3pm | mon - fri 3pm
        tue 3 - 4 pm | tue & wed 3pm | tue + wed 3pm | tue and wed at 3pm | tue then wed 3pm | tue 3pm 5pm
        3 or 4 tue | tue 3 / 4 pm | £15 tuesday | 15 quid tue 3pm | tue 3pm for 2 people | room 3pm tue
        3 | 0 | 11 | 13 | twelve | 12/13/14 15:00 | 32/12 3pm | 3pm yesterday | last tuesday 3pm
        tuesday last 3pm | tuesday 3 | tue 3 pm pm | tue 26:00 | tue 14pm | tue 0pm | tomorrow week 3pm
        weekday 3pm | weekend 3pm | the weekend at 3 | this week 3pm | next month 3pm | next year 3pm
        in a month 3pm | end of december 3pm | mid december 3pm | december 3pm | 3pm dec | 2027 3pm
        call me tue 3pm | ring me on tue at 3pm | see you tue 3pm? hmm | my mum is coming tue 3pm
        I was there tue 3pm | who is on tue 3pm | what is tue 3pm | why tue 3pm | tue 3pm?? what
        07700900123 | 12.30.15 | 3pm tue 1 jan | mon tue wed 3pm | 25 dec 25 jan 3pm | today yesterday 3pm
        tue 3pm GMT | tue 3pm est | tue 3pm UTC | 3pm tue uk time | tue 3pm 👎 | ❌ tue 3pm | 🚫 tue 3pm
        tue 3pm 🙅 | 🤷 | tue 3pm or 👍 | tue 9.10 | 10.12 | tue 2026 | at 2026 dec | tue at 260
        tue at 2660 | tue 1960hrs | tue 3pm xmas | half 3 or 4 tue | tue morning 9 or 10
        tue morning afternoon 9 | tue morning 15 | tue evening 9 10 | 9 tue 10 morning
        3 people tomorrow afternoon
    """,
    "fr": """
        mardi | demain | le 2 décembre | 1er décembre | la semaine prochaine | mardi matin
        mardi ou mercredi 15h | mardi 15h ou 16h | pas mardi 15h | sauf mardi 15h | mardi 15h-16h
        après 15h mardi | mardi après 15h | avant 15h mardi | mardi vers 15h | de 9h à 10h mardi
        entre 9h et 10h mardi | mardi 15h 16h | mardi 15h à 16h | du lundi au vendredi 9h
        mardi et jeudi 15h | mardi mercredi 15h | mardi, jeudi 15h | tous les mardis 15h
        chaque mardi 15h | mardi dernier 15h | 9 | 15 | à 9 | neuf | à neuf | mardi 9 | mardi neuf
        930 | mardi 9.30 | mardi 25h | mardi 24h | mardi 9h60 | mardi h | 31 février 9h | le 0 à 9h
        12/13 9h | 1/13/2026 9h | 01.12.2025 9h30 | 1er décembre 2025 9h | hier 15h
        aujourd'hui 8h | mercredi 1er décembre 9h | demain vendredi 15h | aujourd'hui demain 15h
        mardi 2 à 9h | 15h du matin | 9h de l'après-midi | ce soir | ce soir à 9h du matin
        mardi à | mardi à 15h à | le à 15h | décembre 15h | décembre à 9h | mardi minuit
        tuesday 3pm | tomorrow 15h | demain 3pm | demain at 15h | demain noon | martes 15h
        mañana 15h | 2 december 15h | demain a las 3 | mardi 3 p.m. | bonjour | merci | svp merci
        ? | mardi 15h environ | peut-être mardi 15h
        mardi en huit 15h | mardi 5 mai 15h | ven. 1er décembre 2026 9h | demain le 2 décembre 15h
        demain à minuit | mercredi minuit | dans 2 heures demain | dans quelques heures | dans 2 mois à 9h
        dans 15 jours à 9h | dans huit jours à 9h | dans 0 heure | dans 2 | d'ici 2 heures
        prochain mardi prochain mercredi 15h | mardi soir ou matin 9h | le 5 ou le 6 à 9h | 15h-midi mardi
        je ne peux pas mardi 15h | pas possible mardi 15h | mardi 15h impossible | mardi 15h non
        non mardi 15h | mardi 15h ne marche pas | mardi 15h ça ne va pas | mardi 15h ça marche pas
        jamais mardi 15h | sauf mardi à 15h | entre mardi et jeudi 15h | mardi dès 15h
        mardi à partir de 15h | mardi jusqu'à 15h | mardi avant 15h | mardi environ 15h
        mardi 15h maximum | au plus tard mardi 15h | si mardi 15h | quand mardi 15h | pourquoi mardi 15h
        mardi après-midi | demain soir | mardi 15h - 16h | mardi 15 - 16h | mardi 1 - 3 15h
        lun - ven 15h | lundi/mardi 15h | 15 euros | 3h le 15 mars le 16 mars | le mois prochain 15h
        fin décembre 15h | ce week-end 15h | le week-end à 15h | la semaine prochaine 15h
        cette semaine 15h | avant-hier 15h | la veille 15h | mardi dernier à 15h | mardi 15h 👎
        ❌ mardi 15h | 06 12 34 56 78 | mardi 15 h 75 | mardi 26h | mardi à 960 | le 31 novembre 15h
        le 30 février à 9h | appelez-moi mardi 15h | je viens pas mardi 15h | mardi 9.10
        mardi matin 9 ou 10 | mardi matin 15 | mardi matin soir 9h | demain à 9h 10h
        peut être demain 15h | mardi 15h pour deux
    """,
    "es": """
        martes | mañana | pasado mañana | 2 de diciembre | la semana que viene | por la mañana
        martes o miércoles a las 3 | martes a las 3 o 4 | no el martes a las 3
        martes 1 o 2 a las 9 | después de las 3 el martes | antes de las 3 el martes
        martes sobre las 3 | de 9 a 10 martes | martes a partir de las 3
        entre las 3 y las 4 martes | martes 15:00 a 16:00 | martes 15:00 16:00
        de lunes a viernes 9:00 | lunes a viernes 9:00 | martes y jueves a las 3
        martes jueves 15:00 | los martes a las 3 | todos los martes 15:00 | menos el martes 15:00
        9 | 15 | a las 9 | las 9 | a las nueve | nueve | martes 9 | mañana 3 | martes a las 25
        martes a las 24:00 | martes 9:60 | martes 13 pm | mar 15:00 | 31 de febrero a las 9
        el 0 a las 9 | 12/13 a las 9 | 1/12/2025 a las 9 | 1 de diciembre de 2025 a las 9
        ayer a las 3 | hoy a las 8 | miércoles 1 de diciembre a las 9 | mañana viernes a las 3
        hoy mañana 15:00 | martes 2 a las 9 | 15:00 de la mañana | 9:00 am de la noche | esta noche
        mañana por la mañana | martes medianoche | martes a las 12 de la noche | martes a las
        a las el martes | diciembre a las 9 | el a las 3 | tuesday 3pm | mañana at 3 | mañana noon
        mardi 15h | 2 december a las 9 | mañana à midi | hola | gracias | por favor | ¿?
        3 horas | mañana 3 horas | quizás martes 15:00
        martes a las 3 y pico | martes a las 3 más o menos | el 3 de la tarde | si martes 15:00
        martes -15:00 | martes 15:00+ | martes 5 de mayo a las 3 | viernes 1 de diciembre a las 9
        mañana 2 de diciembre a las 3 | mañana a medianoche | miércoles medianoche | en 2 horas mañana
        en unas horas | en 2 meses a las 9 | en 15 días a las 9 | dentro de ocho días a las 9 | en 2
        el 5 o el 6 a las 9 | a las 3 o las 4 del martes | martes tarde o noche a las 8 | en 0 horas
        no puedo el martes a las 3 | el martes a las 3 no | martes 15h no puedo
        el martes a las 3 no me va bien | el martes a las 3 imposible | nunca el martes a las 3
        excepto el martes a las 3 | salvo el martes a las 3 | martes desde las 3 | martes hasta las 3
        el martes hacia las 3 | martes a eso de las 3 | cerca de las 3 el martes | martes 1 - 3pm
        martes 8 - 10h | martes 15:00 - 16:00 | lunes - viernes 15:00 | lun/mar 15:00
        martes y miércoles 15:00 | martes o mañana... 15 | quince | 15 euros | el mes que viene a las 3
        fin de mes a las 3 | el fin de semana a las 3 | esta semana a las 3 | la semana que viene a las 3
        anteayer a las 3 | martes pasado a las 3 | el 31 de noviembre a las 3 | el 30 de febrero a las 9
        llámame el martes a las 3 | por qué el martes a las 3 | cuándo el martes a las 3 | a las 3
        martes por la tarde | mañana noche | martes 3 | martes 15 | martes 26:00
        martes a las 3 de la noche | martes a las 3 👎 | ❌ martes a las 3 | martes a las 3 para dos
        martes 9.10 | martes 9.75h | mañana por la mañana 9 o 10 | martes por la mañana 15
        tal vez martes a las 3 | ni el martes a las 3 | martes a las 3 o así
    """,
}
TEXTS = [
    (language, text)
    for language, lines in NOT_READ.items()
    for line in lines.strip().splitlines()
    for text in line.strip().split(" | ")
]


def test_there_are_hundreds_of_them_in_each_language() -> None:
    assert len(set(TEXTS)) >= 200
    assert all(sum(language == each for language, _ in TEXTS) >= 60 for each in NOT_READ)


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_what_is_not_wholly_understood_is_not_read(language: str, text: str) -> None:
    assert read_datetime(text, Reading(MONDAY, LONDON, language)) is None
