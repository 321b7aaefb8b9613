"""The words that dates are texted with in French."""

from convo.flow.datewords.row import DAY, HOUR, MINUTE, WEEK, Order, Words, any_of, count, each

# fmt: off
FRENCH = Words(
    days=count(0, "aujourd hui, aujourdhui, auj, ajd", "demain", "apres demain"),
    weekdays=count(
        0, "lundi, lun", "mardi, mar", "mercredi, mer", "jeudi, jeu", "vendredi, ven",
        "samedi, sam", "dimanche, dim",
    ),
    months=count(
        1, "janvier, janv, jan", "fevrier, fevr, fev", "mars", "avril, avr", "mai", "juin",
        "juillet, juil", "aout", "septembre, sept", "octobre, oct", "novembre, nov",
        "decembre, dec",
    ),
    next_before=any_of("prochain"),
    next_after=any_of("prochain, qui vient"),
    next_week=any_of(
        "semaine prochaine, la semaine prochaine, de la semaine prochaine, "
        "la semaine qui vient, de la semaine qui vient"
    ),
    day_words=count(
        1, "premier, un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
        "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix sept", "dix huit",
        "dix neuf", "vingt", "vingt et un", "vingt deux", "vingt trois", "vingt quatre",
        "vingt cinq", "vingt six", "vingt sept", "vingt huit", "vingt neuf", "trente",
        "trente et un",
    ),
    ordinals=any_of("er"),
    before_day=any_of("le, ce, du"),
    day_articles=any_of("le"),
    day_follows_weekday=True,
    before_time=any_of("a"),
    noon=any_of("midi"),
    midnight=any_of("minuit"),
    hours=count(
        1, "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
        "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix sept", "dix huit",
        "dix neuf", "vingt", "vingt et une", "vingt deux", "vingt trois",
    ),
    # `3h` is of the 24-hour clock; who spells out `3 heures` speaks as one does by day.
    units=each({"h": True, "heure, heures": False}),
    minutes_after=each({
        "et demie, et demi, trente": 30, "et quart, quinze": 15, "quarante cinq": 45,
        "moins le quart, moins quart": -15, "cinq": 5, "dix": 10, "vingt": 20, "vingt cinq": 25,
        "quarante": 40, "cinquante": 50, "moins cinq, moins 5": -5, "moins dix, moins 10": -10,
        "moins vingt, moins 20": -20, "moins vingt cinq, moins 25": -25,
    }),
    tails=any_of("pile, precise, precises, tapantes"),
    parts=each({
        "matin, du matin, au matin, le matin": (1, 12),
        "apres midi, l apres midi, de l apres midi, dans l apres midi, aprem": (12, 19),
        "soir, du soir, au soir, le soir": (17, 24),
    }),
    hour_parts=any_of("du matin, de l apres midi, du soir"),
    parts_of_today=each({
        "ce matin": (1, 12), "cet apres midi, cette apres midi, cet aprem": (12, 19), "ce soir": (17, 24),
    }),
    ahead=any_of("dans"),
    loose_days=frozenset((8, 15)),  # `quinze jours` are two weeks
    lasting=any_of("pendant, durant"),
    counts={
        **count(
            1, "un, une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
            "onze", "douze",
        ),
        "quinze": 15, "vingt": 20, "trente": 30, "quarante cinq": 45,
    },
    spans=each({
        "une demi heure, demi heure, une demie heure": 30, "un quart d heure": 15,
        "trois quarts d heure": 45,
    }),
    span_units=each({
        "seconde, secondes, sec": 1, "minute, minutes, min, mn": MINUTE, "heure, heures, h": HOUR,
        "jour, jours, j": DAY, "semaine, semaines, sem": WEEK,
    }),
    span_halves=any_of("et demie, et demi"),
    span_and=any_of("et"),
    openers=any_of(
        "bonjour, bonsoir, salut, coucou, ok, oui, d accord, parfait, tres bien, entendu, alors, pour, "
        "disons, on peut dire, plutot, je prefere, je prefererais, je peux, je pourrais, je voudrais, "
        "j aimerais, est ce que, ce serait, va pour, pourquoi pas, decaler a, decaler au, reporter a, "
        "reporter au, deplacer a, deplacer au, svp, stp, s il vous plait, s il te plait"
    ),
    closers=any_of(
        "svp, stp, s il vous plait, s il te plait, merci, merci beaucoup, merci bcp, merci bien, "
        "merci d avance, bonne journee, bonne soiree, ok, parfait, possible, si possible, "
        "si c est possible, c est possible, est possible, serait possible, ca marche, ca me va, "
        "ca m irait, ca m arrange, me va, me va mieux, me convient, me convient mieux, me conviendrait, "
        "m arrange, m arrange mieux, m arrangerait, c est bon, c est bien, c est parfait, c est mieux, "
        "serait parfait, serait mieux, ce serait bien, ce serait parfait, ce serait mieux"
    ),
    order=Order.DAY_FIRST,
)
# fmt: on
