"""The longest that a text can get: with the longest value of every variable in it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from convo.flow.plan import Plan
from convo.flow.render import CODE, SPEECH, RenderError, Speech, Text
from convo.flow.slots import SlotType
from convo.flow.slots import Text as TextType
from convo.flow.slots.choices import OneOf
from convo.flow.slots.money import Amount
from convo.flow.slots.numbers import Number
from convo.flow.slots.text import LONGEST
from convo.flow.speech import locale
from convo.flow.values import Money, Value
from convo.messages import Contact

UNBOUNDED = 30  # the characters that a text without bounds is taken for: nobody's name has a thousand
_NUMBER = "+15550001111"


def longest(text: Text, plan: Plan, language: str) -> str | None:
    """`text` with the longest value of each variable; None where it cannot be put together by itself.

    Values that come from a `set` or a pattern's group, and texts without bounds, count as 30 characters.
    """
    names: dict[str, object] = {name: value_of(name, plan, language) for name in text.names}
    moment = _moment(language)
    given = {"contact": Contact(_NUMBER), "number": _NUMBER, "now": moment, "here": moment}
    names |= {name: value for name, value in given.items() if name not in plan.types}
    names[SPEECH] = Speech(language, ZoneInfo("UTC"))
    try:
        return text.render(names)
    except RenderError:
        return None


def value_of(name: str, plan: Plan, language: str) -> Value:
    """The longest value that a variable can have."""
    slot = plan.types.get(name)
    digits = [state.verifies.digits for state in plan.states.values() if state.verifies]
    if name == CODE and digits:
        return "0" * max(digits)
    if slot is None or name in plan.assigned:
        return "x" * UNBOUNDED
    return _of_type(slot, language)


def widest(names: Iterable[str], plan: Plan) -> tuple[str, int] | None:
    """Of these variables the text that can be longest, and its characters."""
    texts = {
        name: slot.most
        for name in names
        if isinstance(slot := plan.types.get(name), TextType) and slot.most < LONGEST
    }
    if not texts:
        return None
    name = max(texts, key=lambda each: texts[each])
    return name, texts[name]


def _of_type(slot: SlotType, language: str) -> Value:
    match slot:
        case TextType(most=most):
            return "x" * (most if most < LONGEST else UNBOUNDED)
        case OneOf(options=options):
            return max(options.values(), key=len)
        case Number(bounded=True, most=most):
            return most
        case Amount(currency=currency):
            return Money(Decimal("9999.99"), currency)
    moment = _moment(language)
    values: dict[str, Value] = {
        "number": Decimal("9999.99"),
        "integer": 99999,
        "yes_no": False,
        "date": moment.date(),
        "time": time(22, 55),
        "datetime": moment,
        "duration": timedelta(hours=23, minutes=55),
        "phone": _NUMBER,
        "list of text": ("x" * 10, "x" * 10),
    }
    return values.get(slot.name, "x" * UNBOUNDED)


@lru_cache(maxsize=64)
def _moment(language: str) -> datetime:
    """A moment whose day and month take the most letters in a language."""
    spoken = locale(language)
    days, months = spoken.days["format"]["abbreviated"], spoken.months["format"]["abbreviated"]
    month = max(range(1, 13), key=lambda each: len(months[each]))
    weekday = max(range(7), key=lambda each: len(days[each]))
    day = next(day for day in range(20, 27) if date(2026, month, day).weekday() == weekday)
    return datetime(2026, month, day, 22, 55, tzinfo=UTC)
