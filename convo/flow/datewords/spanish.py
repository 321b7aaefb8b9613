"""The words that dates are texted with in Spanish."""

from convo.flow.datewords.row import DAY, HOUR, MINUTE, WEEK, Order, Words, any_of, count, each

# fmt: off
SPANISH = Words(
    days=count(0, "hoy", "manana", "pasado manana"),
    weekdays=count(
        0, "lunes, lun", "martes", "miercoles, mie, mier", "jueves, jue", "viernes, vie",
        "sabado, sab", "domingo, dom",
    ),
    months=count(
        1, "enero, ene", "febrero, feb", "marzo", "abril, abr", "mayo, may", "junio, jun",
        "julio, jul", "agosto, ago", "septiembre, setiembre, sep, sept, set", "octubre, oct",
        "noviembre, nov", "diciembre, dic",
    ),
    next_before=any_of("proximo"),
    next_after=any_of("proximo, que viene"),
    next_week=any_of(
        "la semana que viene, de la semana que viene, proxima semana, la proxima semana, "
        "de la proxima semana"
    ),
    day_words=count(
        1, "primero, uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve",
        "diez", "once", "doce", "trece", "catorce", "quince", "dieciseis", "diecisiete",
        "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidos", "veintitres",
        "veinticuatro", "veinticinco", "veintiseis", "veintisiete", "veintiocho", "veintinueve",
        "treinta", "treinta y uno",
    ),
    ordinals=any_of("ro, ero"),
    before_day=any_of("el, este, del, dia, el dia"),
    day_articles=any_of("el, dia, el dia"),
    day_follows_weekday=True,
    of=any_of("de, del"),
    before_time=any_of("a, al, a las, a la, las"),
    bare_times=True,
    noon=any_of("mediodia, medio dia"),
    midnight=any_of("medianoche, media noche, 12 de la noche, doce de la noche"),
    hours=count(
        1, "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
        "once", "doce",
    ),
    halves=each({"am, a m": 0, "pm, p m": 12}),
    units=each({"h, hs": True}),
    tails=any_of("h, hs, hrs, horas, en punto"),
    minutes_before=each({"cuarto para las, un cuarto para las, cuarto para la, un cuarto para la": -15}),
    minutes_after=each({
        "y media, y treinta, treinta, y 30": 30, "y cuarto, y quince, quince, y 15": 15,
        "menos cuarto, menos 15": -15, "y cinco, y 5": 5, "y diez, y 10": 10,
        "y veinte, y 20": 20, "y veinticinco, y 25": 25, "y cuarenta y cinco, y 45": 45,
        "menos cinco, menos 5": -5, "menos diez, menos 10": -10, "menos veinte, menos 20": -20,
        "menos veinticinco, menos 25": -25,
    }),
    parts=each({
        "por la manana, de la manana, en la manana, a la manana": (1, 12),
        "del mediodia": (12, 16),
        "por la tarde, de la tarde, en la tarde, a la tarde": (12, 21),
        "por la noche, de la noche, en la noche, a la noche": (18, 24),
        "de la madrugada": (1, 7),
    }),
    hour_parts=any_of("de la manana, del mediodia, de la tarde, de la noche, de la madrugada"),
    parts_of_today={"esta manana": (1, 12), "esta tarde": (12, 21), "esta noche": (18, 24)},
    ahead=any_of("en, dentro de"),
    loose_days=frozenset((8, 15)),  # `quince dias` are two weeks
    lasting=any_of("durante, por"),
    counts={
        **count(
            1, "un, una, uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve",
            "diez", "once", "doce",
        ),
        "quince": 15, "veinte": 20, "treinta": 30, "cuarenta y cinco": 45,
    },
    spans=each({
        "media hora, una media hora": 30, "un cuarto de hora": 15, "tres cuartos de hora": 45,
        "hora y media": 90,
    }),
    span_units=each({
        "segundo, segundos, seg": 1, "minuto, minutos, min, mins": MINUTE,
        "hora, horas, h, hs, hrs": HOUR, "dia, dias, d": DAY, "semana, semanas, sem": WEEK,
    }),
    span_halves=any_of("y media, y medio"),
    span_and=any_of("y"),
    openers=any_of(
        "hola, buenas, hola buenas, buenos dias, buen dia, buenas tardes, buenas noches, ok, vale, "
        "perfecto, claro, por favor, porfa, para, que tal, mejor, puede ser, podria ser, es posible, "
        "seria posible, puedo, podria, prefiero, preferiria, quiero, quisiera, me gustaria, me va bien, "
        "me va mejor, me viene bien, me viene mejor, cambiar a, cambiar al, cambiarla a, cambiarla al, "
        "cambiarlo a, cambiarlo al, pasarla a, pasarla al"
    ),
    closers=any_of(
        "por favor, porfavor, porfa, xfa, pf, gracias, muchas gracias, mil gracias, "
        "gracias de antemano, un saludo, saludos, ok, vale, perfecto, mejor, si es posible, "
        "si puede ser, si se puede, es posible, puede ser, me va bien, me va mejor, me viene bien, "
        "me viene mejor, me parece bien, esta bien, estaria bien, seria posible, seria mejor, "
        "seria ideal, seria perfecto"
    ),
    # Spanish puts the day first everywhere, but who writes it in the USA or in Panama may not.
    order=Order.DAY_FIRST,
    orders=each({"US, PR, PA": Order.EITHER}),
)
# fmt: on
