"""Days and times word for word as people text them: politely, in passing, with signs and slips."""

import pytest

from tests.unit.test_dates import reads, tables

TEXTED: dict[str, str] = {
    "en-GB": """
        2026-12-01 15:00 = Tuesday 3pm | tues 3 pm | Tomorrow at 3 | tomorrow @ 3pm | tmrw 3pm
        2026-12-01 15:00 = 2moro at 3 pls | tomoro 3pm | tomorro 3pm | 3pm tomorrow | 3 tomorrow afternoon
        2026-12-01 15:00 = tomorrow afternoon at 3 | Tue @3 | tue@3pm | Tuesday 1st at 3pm
        2026-12-01 15:00 = Tues 1st Dec 3pm | 1 dec 3pm | 1st December at 15:00 | 1/12 at 3pm
        2026-12-01 15:00 = 1/12/26 3pm | 1.12.26 3pm | 1-12-2026 15:00 | tuesday 15.00 | tuesday at 1500
        2026-12-01 15:00 = tuesday 1500hrs | Can I do Tuesday at 3pm? | could I come tomorrow at 3pm?
        2026-12-01 15:00 = can i come tue 3pm | Is Tuesday 3pm ok? | tuesday at 3pm if possible
        2026-12-01 15:00 = I'd like Tuesday 3pm | tue 3pm would work | Tuesday 3pm would be better
        2026-12-01 15:00 = tuesday 3pm suits me | tues 3pm works better | Tuesday 3pm would suit
        2026-12-01 15:00 = I can do tuesday 3pm | I can make tues at 3pm | Tuesday 3pm pls x | tue 3pm xx
        2026-12-01 15:00 = Tuesday 3pm 👍 | Tuesday 3pm 🙏 | Tuesday 3pm :) | tue at 3:00pm | tue 3:00 PM
        2026-12-01 15:00 = tue 3 o clock | tue 3 oclock | tue at three | tomorrow at three pm
        2026-12-01 15:00 = the 1st at 3pm | 1st at 3pm | the first at 3 | three pm tuesday
        2026-12-01 15:00 = Tuesday December 1st at 3 PM | december 1 at 3 in the afternoon | tue 03:00pm
        2026-12-01 15:00 = move to tue 3pm | change it to tuesday 3pm | change to tue 3pm please
        2026-12-01 15:00 = reschedule to tuesday at 3pm | Tuesday please, 3pm | tuesday please at 3pm
        2026-12-01 15:00 = tomorrow please 3pm | Tomorrow. 3pm. | tomorrow - 3pm | Tuesday - 3pm
        2026-12-01 15:00 = tuesday; 3pm | tuesday, at 3pm | Tuesday (3pm) | tuesday 1/12 3pm
        2026-12-01 15:00 = tue 1/12/2026 at 3pm | how about Tuesday, 3pm? | What about tomorrow at 3?
        2026-12-01 15:00 = let's say tue 3pm | lets say tue 3pm | lets do tuesday 3pm | prefer tuesday 3pm
        2026-12-01 15:00 = I prefer tuesday at 3pm | Hello, tuesday 3pm please | hey tue 3pm
        2026-12-01 15:00 = Good morning, Tuesday at 3pm please. | Hi there, tomorrow 3pm? | sure, tue 3pm
        2026-12-01 15:00 = yes tuesday 3pm | great, tuesday at 3pm | tue 3pm thanks so much
        2026-12-01 15:00 = tue 3pm thank you very much | tue 3pm cheers | 3 p.m. on Tuesday
        2026-12-01 15:00 = at 3pm on tuesday | 3pm this tuesday | this coming tuesday 3pm
        2026-12-01 15:00 = in 1 day at 3pm | a day from now at 3pm | tuesday the first of december at 3pm
        2026-12-01 15:00 = tuesday the 1st of Dec 3pm
        2026-12-01 09:00 = tomorrow at 9 | tomorrow 9am | tomorrow morning 9 | tomorrow morning, 9am
        2026-12-01 09:00 = 9am tomorrow | 9 in the morning tomorrow | tomorrow at 9 in the morning
        2026-12-01 09:30 = tue 9.30am | tue 9:30 | tue at half 9 | half nine tomorrow | half past 9 tue
        2026-12-01 09:30 = tuesday 0930 | 930am tue | tuesday at nine thirty | tomorrow 9.30
        2026-12-01 12:00 = tomorrow noon | tomorrow at midday | tue 12pm | tue at 12 | 12 noon tomorrow
        2026-12-01 12:00 = tuesday 12 o'clock
        2026-12-01 16:45 = tue quarter to 5 | tue at 4.45 | quarter to five tomorrow | tue 4:45pm
        2026-12-01 16:15 = tue quarter past 4 | tue 4.15pm | quarter past four on tues
        2026-12-07 15:00 = next monday 3pm | monday next week 3pm | next week monday 3pm
        2026-12-07 15:00 = next week on monday at 3pm | in a week at 3pm | in one week at 3pm | 7 dec 3pm
        2026-12-07 15:00 = monday the 7th 3pm | mon 7th 3pm | a week from today at 3pm
        2026-12-14 15:00 = in 2 weeks at 3pm | in two weeks, 3pm | 14th december 3pm | the 14th at 3pm
        2026-12-14 15:00 = 2 weeks from today 3pm
        2026-12-25 10:00 = 25 Dec 10am | 25/12 10am | dec 25 at 10 | December 25th, 2026 at 10:00 am
        2027-01-04 10:00 = 4 jan 10am | 4th of January 10am | january 4th at 10 | 4/1 10am
        2027-01-04 10:00 = 4 January 2027 10am | Jan 4 2027 10am
        2026-11-30 15:00 = today 3pm | this afternoon 3pm | this afternoon at 3 | 3pm today
        2026-11-30 15:00 = 3 this afternoon | 3pm | later today 3pm | today at 3
        2026-11-30 20:00 = tonight 8pm | tonight at 8 | 8 tonight | this evening 8pm | 8pm tonight
        2026-11-30 11:00 = in 2 hours | in two hours | 2 hours from now | in 2 hrs
        2026-11-30 09:30 = in half an hour | in 30 min | in 30 mins | in 30 minutes
        2026-12-05 11:00 = sat 11am | saturday at 11 | this sat 11am | Sat 5th 11am | on saturday 11 a.m.
        2026-12-05 11:00 = 11am sat | sat morning 11
        2026-12-06 14:00 = sunday 2pm | sun 2pm | Sun at 2
        2026-12-03 08:15 = thurs 8.15am | thurs 8:15am | thursday quarter past eight | Thur at 8:15
    """,
    "en-US": """
        2026-12-01 15:00 = 12/1 3pm | 12/1/26 at 3 | 12-1-26 3pm | dec 1 3pm | Dec. 1st @ 3pm | tues 3p
        2026-12-01 15:00 = tues 3P.M. | December first at 3pm | 12/01/2026 03:00 PM
    """,
    "fr": """
        2026-12-01 15:00 = mardi 15h | Mardi 15H00 | mardi 15 h | mardi à 15h | mardi a 15h
        2026-12-01 15:00 = mardi à 15 heures | mardi 15:00 | demain 15h | demain à 15h
        2026-12-01 15:00 = demain à 3h de l'après-midi | demain aprem à 15h | demain après-midi 15h
        2026-12-01 15:00 = Demain apres midi a 3h | mardi 1er 15h | mardi 1er décembre 15h
        2026-12-01 15:00 = mardi 1 décembre à 15h | le mardi 1er decembre à 15h | le 1er décembre à 15h
        2026-12-01 15:00 = le 1er à 15h | le 1/12 à 15h | 1/12 15h | 01/12 à 15h | 1/12/26 à 15h00
        2026-12-01 15:00 = 15h mardi | 15h demain | à 15h mardi | Bonjour, mardi à 15h svp
        2026-12-01 15:00 = Bonjour mardi 15h merci | Mardi 15h si possible | mardi 15h c'est possible ?
        2026-12-01 15:00 = mardi 15h ça marche | mardi 15h ça me va | mardi 15h me convient
        2026-12-01 15:00 = mardi 15h me conviendrait | je préfère mardi 15h | plutôt mardi à 15h
        2026-12-01 15:00 = plutot mardi 15h | Est-ce que mardi à 15h est possible ? | mardi 15h possible ?
        2026-12-01 15:00 = je peux mardi 15h | je peux mardi à 15h | je voudrais mardi à 15h
        2026-12-01 15:00 = Mardi 15h svp. Merci bcp | mardi 15h merci bcp | mardi prochain 15h
        2026-12-01 15:00 = ce mardi 15h | mar 15h | mar. 15 h | mardi 15h pile | mardi à quinze heures
        2026-12-01 15:00 = demain quinze heures | Bonsoir, demain 15h ? | coucou demain 15h
        2026-12-01 15:00 = dans 1 jour à 15h | mardi, 15h | mardi - 15h | mardi 15h 👍 | mardi 15h 🙏
        2026-12-01 15:00 = mardi 15h :) | d'accord mardi 15h | oui mardi 15h | on peut dire mardi 15h ?
        2026-12-01 15:00 = disons mardi 15h | demain à trois heures de l'après-midi | mardi 1/12 à 15h
        2026-12-01 15:00 = mardi 1/12 15h | mardi le 1er à 15h | mardi le 1 décembre 15h | pour mardi 15h
        2026-12-01 09:00 = demain 9h | demain matin 9h | demain matin à 9h | mardi matin 9h
        2026-12-01 09:00 = mardi matin, 9h | 9h demain matin | demain à neuf heures | mardi 9h du matin
        2026-12-01 09:00 = mardi 09h00 | mardi 9h00
        2026-12-01 09:30 = demain 9h30 | mardi 9 h 30 | mardi 9:30 | mardi à 9h et demie
        2026-12-01 09:30 = mardi neuf heures et demie | mardi 09:30 | mardi neuf heures trente
        2026-12-01 09:30 = mardi matin 9h30
        2026-12-01 12:00 = demain midi | mardi midi | mardi à midi | mardi 12h
        2026-12-01 12:30 = mardi midi et demi | mardi 12h30 | demain à midi et demie | demain midi trente
        2026-12-01 18:15 = mardi 18h15 | demain 18h15 | mardi soir 18h15 | demain soir à 18h15
        2026-12-01 18:15 = mardi 6h15 du soir
        2026-12-07 15:00 = lundi prochain 15h | lundi de la semaine prochaine 15h
        2026-12-07 15:00 = la semaine prochaine lundi 15h | lundi 7 à 15h | lundi 7 décembre 15h
        2026-12-07 15:00 = le 7 à 15h | le lundi 7 à 15h | dans une semaine à 15h
        2026-12-07 15:00 = lundi 15h de la semaine prochaine
        2026-12-14 10:00 = dans deux semaines à 10h | le 14 décembre à 10h | le 14 à 10h | lundi 14 10h
        2026-12-14 10:00 = lundi 14 à 10h
        2026-12-03 10:00 = jeudi 10h | jeu. 10h | jeudi matin à 10h | jeudi 3 10h
        2026-12-03 10:00 = jeudi 3 décembre à dix heures
        2026-12-02 10:00 = après-demain 10h | apres demain à 10h | mercredi 10h | mer 10h
        2026-12-02 10:00 = mercredi 2 à 10h
        2026-11-30 15:00 = aujourd'hui 15h | aujourd hui à 15h | cet après-midi 15h | cet aprem à 15h
        2026-11-30 15:00 = auj 15h | cet après-midi à 3h | 15h
        2026-11-30 20:00 = ce soir 20h | ce soir à 8h | à 20h ce soir | 20h ce soir
        2026-11-30 11:00 = dans 2h | dans 2 heures | dans deux heures
        2026-12-05 11:00 = samedi 11h | sam. 11h | samedi matin 11h | samedi 5 à 11h
    """,
    "es": """
        2026-12-01 15:00 = martes 15h | martes a las 3 | el martes a las 3 | El martes a las 3pm
        2026-12-01 15:00 = martes 3pm | martes 3 pm | martes 3 p.m. | mañana a las 3 | mañana 3pm
        2026-12-01 15:00 = manana a las 3 | mañana a las 3 de la tarde | mañana por la tarde a las 3
        2026-12-01 15:00 = mañana en la tarde a las 3 | mañana a las tres | martes a las tres de la tarde
        2026-12-01 15:00 = martes 15:00 | martes 15:00h | martes 15:00 hs | martes a las 15
        2026-12-01 15:00 = martes a las 15h | martes a las 15 hs | martes 1 a las 3
        2026-12-01 15:00 = martes 1 de diciembre a las 3 | el 1 de diciembre a las 3 | el 1 a las 3
        2026-12-01 15:00 = 1/12 a las 3 | 1/12 15:00 | 1 dic 15:00 | el 1/12 a las 15:00
        2026-12-01 15:00 = el martes 1/12 a las 3 | a las 3 del martes | a las 3 el martes | 3pm martes
        2026-12-01 15:00 = 3 de la tarde del martes | Hola, el martes a las 3 por favor
        2026-12-01 15:00 = hola martes 3pm gracias | Buenas, mañana a las 3?
        2026-12-01 15:00 = buenos días, el martes a las 3 | Buenas tardes, mañana a las 3
        2026-12-01 15:00 = ¿Puede ser el martes a las 3? | puede ser mañana a las 3?
        2026-12-01 15:00 = me gustaría el martes a las 3 | prefiero el martes a las 3
        2026-12-01 15:00 = prefiero martes 15h | mejor el martes a las 3 | mejor martes 15h
        2026-12-01 15:00 = el martes a las 3 me va bien | el martes a las 3 me viene bien
        2026-12-01 15:00 = el martes a las 3 está bien | martes a las 3 si es posible
        2026-12-01 15:00 = puedo el martes a las 3 | podría ser el martes a las 3 | vale, martes a las 3
        2026-12-01 15:00 = el martes a las 3 porfa | el martes a las 3 pf | martes a las 3 👍
        2026-12-01 15:00 = martes a las 3, gracias! | el martes a las 3 en punto | martes, a las 3
        2026-12-01 15:00 = martes - 15:00 | el próximo martes a las 3 | este martes a las 3
        2026-12-01 15:00 = el martes que viene a las 3 | martes próximo a las 3 | para el martes a las 3
        2026-12-01 15:00 = dentro de 1 día a las 3 | en un día a las 3 | el martes a las 15 horas
        2026-12-01 15:00 = el día 1 a las 3 | el martes día 1 a las 3 | mañana martes a las 3
        2026-12-01 15:00 = mañana, martes, a las 3 | el primero a las 3
        2026-12-01 09:00 = mañana a las 9 | mañana a las 9 de la mañana | mañana por la mañana a las 9
        2026-12-01 09:00 = mañana 9am | martes 9 am | martes a las nueve | martes por la mañana a las 9
        2026-12-01 09:00 = el martes en la mañana a las 9 | a las 9 de la mañana el martes
        2026-12-01 09:30 = mañana a las 9 y media | martes 9:30 | martes a las 9:30 | martes 9.30h
        2026-12-01 09:30 = martes a las 9.30 | mañana a las nueve y media | martes a las 9 y 30
        2026-12-01 09:30 = martes nueve y media
        2026-12-01 12:00 = mañana a mediodía | mañana al mediodía | martes a las 12 | martes 12pm
        2026-12-01 12:00 = martes 12 del mediodía
        2026-12-01 16:45 = martes a las cinco menos cuarto | martes a las 4:45 | martes a las 16:45
        2026-12-01 16:45 = martes cuarto para las cinco | martes a las 4 y 45
        2026-12-07 15:00 = el lunes que viene a las 3 | próximo lunes 15:00
        2026-12-07 15:00 = lunes de la semana que viene a las 3 | el lunes 7 a las 3
        2026-12-07 15:00 = lunes 7 de diciembre a las 3 | la próxima semana el lunes a las 3
        2026-12-07 15:00 = dentro de una semana a las 3 | el 7 a las 3
        2026-12-02 10:00 = pasado mañana a las 10 | el miércoles a las 10 | miercoles 10am
        2026-12-02 10:00 = miércoles 2 a las 10 | mié 10:00
        2026-12-05 11:00 = sábado 11am | el sabado a las 11 | sábado por la mañana a las 11 | sáb 11:00
        2026-11-30 15:00 = hoy a las 3 | hoy 3pm | esta tarde a las 3 | hoy a las 3 de la tarde
        2026-11-30 15:00 = hoy por la tarde a las 3 | 3pm | 15:00
        2026-11-30 20:00 = esta noche a las 8 | hoy a las 8 de la noche | a las 8 esta noche
        2026-11-30 11:00 = en 2 horas | dentro de dos horas | en dos horas
    """,
}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, *row) for language, texts in tables(**TEXTED).items() for row in texts.items()],
)
def test_a_text_is_read_as_the_person_meant_it(language: str, text: str, expected: str) -> None:
    assert reads(text, language) == expected


def test_a_point_makes_a_time_only_where_no_date_can_be_meant() -> None:
    assert reads("tue 9.30", "en-GB") == "2026-12-01 09:30"
    assert reads("tue 9.30", "en-US") is None  # where 9.30 may be in September
    assert reads("mardi 9.30", "fr") is None
    assert reads("tue 9.10", "en-GB") is None
