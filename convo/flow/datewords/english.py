"""The words that dates are texted with in English."""

from convo.flow.datewords.row import DAY, HOUR, MINUTE, WEEK, Order, Words, any_of, count, each

# fmt: off
ENGLISH = Words(
    days=count(
        0, "today, later today",
        "tomorrow, tomorow, tommorow, tommorrow, tomorro, tomoro, tmrw, tmr, tomoz, 2 moro, 2 morrow",
        "day after tomorrow, the day after tomorrow",
    ),
    weekdays=count(
        0, "monday, mon", "tuesday, tue, tues", "wednesday, wed, weds",
        "thursday, thu, thur, thurs", "friday, fri", "saturday, sat", "sunday, sun",
    ),
    months=count(
        1, "january, jan", "february, feb", "march, mar", "april, apr", "may", "june, jun",
        "july, jul", "august, aug", "september, sep, sept", "october, oct", "november, nov",
        "december, dec",
    ),
    next_before=any_of("next"),
    next_week=any_of("next week, of next week"),
    day_words=count(
        1, "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
        "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty first", "twenty second",
        "twenty third", "twenty fourth", "twenty fifth", "twenty sixth", "twenty seventh",
        "twenty eighth", "twenty ninth", "thirtieth", "thirty first",
    ),
    ordinals=any_of("st, nd, rd, th"),
    before_day=any_of("on, on the, the, this, on this, this coming, coming"),
    day_articles=any_of("the, on the"),
    of=any_of("of"),
    before_time=any_of("at, @"),
    bare_times=True,
    noon=any_of("noon, 12 noon, midday, mid day"),
    midnight=any_of("midnight, 12 midnight, mid night, 12 at night, twelve at night"),
    hours=count(
        1, "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ),
    halves=each({"am, a m, a": 0, "pm, p m, p": 12}),
    units=each({"o clock, oclock": False}),
    tails=any_of("h, hrs, hours, sharp, on the dot, exactly"),
    minutes_before=each({
        "half past, half": 30, "quarter past, a quarter past, quarter after, a quarter after": 15,
        "quarter to, a quarter to, quarter till, a quarter till": -15,
        "five past, 5 past, five after": 5, "ten past, 10 past, ten after": 10,
        "twenty past, 20 past, twenty after": 20, "twenty five past, 25 past": 25,
        # In words alone: `10 to 3` may be from ten to three.
        "five to, five till": -5, "ten to, ten till": -10, "twenty to, twenty till": -20,
        "twenty five to": -25,
    }),
    minutes_after={"fifteen": 15, "thirty": 30, "forty five": 45},
    parts=each({
        "morning, in the morning": (1, 12), "afternoon, in the afternoon": (12, 19),
        "evening, in the evening": (17, 24), "night, at night": (18, 24),
    }),
    hour_parts=any_of("in the morning, in the afternoon, in the evening, at night"),
    parts_of_today=each({
        "this morning": (1, 12), "this afternoon": (12, 19), "this evening, tonight": (17, 24),
    }),
    ahead=any_of("in"),
    ahead_after=any_of("from now, from today"),
    lasting=any_of("for"),
    counts=count(
        1, "a, an, one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ),
    spans=each({
        "half an hour, half hour, a half hour": 30, "a quarter of an hour, quarter of an hour": 15,
        "three quarters of an hour": 45, "a fortnight": 14 * 24 * 60,
    }),
    span_units=each({
        "second, seconds, sec, secs": 1, "minute, minutes, min, mins, m": MINUTE,
        "hour, hours, hr, hrs, h": HOUR, "day, days, d": DAY, "week, weeks, wk, wks": WEEK,
    }),
    span_halves=any_of("and a half"),
    span_and=any_of("and"),
    openers=any_of(
        "please, pls, plz, hi, hello, hey, hiya, hi there, hello there, good morning, good afternoon, "
        "good evening, ok, okay, yes, yeah, yep, sure, great, perfect, how about, what about, for, "
        "can we do, could we do, can i do, could i do, can you do, could you do, can i come, "
        "could i come, can i have, could i have, i can do, i could do, i can make, i could make, "
        "i can come, i could come, i d like, i would like, i d prefer, i would prefer, i prefer, prefer, "
        "let s do, lets do, let s say, lets say, is, does, would, make it, move to, move it to, "
        "move me to, change to, change it to, reschedule to, reschedule for, rebook for"
    ),
    closers=any_of(
        "please, pls, plz, thanks, thank you, thx, ty, ta, cheers, thanks so much, thanks a lot, "
        "thanks very much, many thanks, thank you so much, thank you very much, x, xx, xxx, ok, okay, "
        "good, fine, great, perfect, works, works for me, works better, works better for me, works best, "
        "work for you, good for me, better for me, is good, is fine, is ok, is great, is perfect, "
        "is better, is best, suits, suits me, suits me better, suits me best, would be good, "
        "would be great, would be fine, would be ok, would be perfect, would be better, would be best, "
        "would be ideal, would work, would work for me, would suit, would suit me, be ok, be possible, "
        "possible, available, free, instead, if possible, if that s possible, if that s ok, "
        "if that works, if you can"
    ),
    # CLDR: the USA, what belongs to them and the Philippines put the month first, and so does
    # English of no named region. Canadians write both.
    order=Order.DAY_FIRST,
    orders=each({", US, AS, GU, MP, PR, UM, VI, PH": Order.MONTH_FIRST, "CA": Order.EITHER}),
)
# fmt: on
