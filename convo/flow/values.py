"""The values that variables hold: how the store keeps them, and how a program is shown them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

Plain = str | bool | int | float | list["Plain"] | dict[str, "Plain"] | None  # what JSON holds


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency, by its ISO 4217 code."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


Value = str | bool | int | Decimal | date | time | datetime | timedelta | Money | tuple[str, ...]

# Nearly all values; a truth is a kind of int. `str | int` would be put together anew for each of them.
_AS_THEY_ARE = (str, int)


def to_plain(value: Value) -> Plain:
    """`value` as the store keeps it; `from_plain` gives back an equal value of the same type.

    Texts, numbers without a fraction and truths are themselves, a list of texts is a list, and
    anything else is an object of one key that begins with `$`. A moment keeps its time zone, since
    a day later is not always 24 hours later.
    """
    if isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, datetime):
        zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        return {"$datetime": value.isoformat(), "zone": zone} if zone else {"$datetime": value.isoformat()}
    if isinstance(value, Money | Decimal):
        return {"$money" if isinstance(value, Money) else "$number": str(value)}
    if isinstance(value, timedelta):
        return {"$duration": duration(value)}
    return {"$date" if isinstance(value, date) else "$time": value.isoformat()}


def from_plain(plain: Plain) -> Value:
    """The value that `to_plain` wrote; raises ValueError for what it never writes."""
    if isinstance(plain, _AS_THEY_ARE):
        return plain
    if isinstance(plain, list):
        return tuple(str(each) for each in plain)
    if isinstance(plain, dict) and plain:
        kind, text = min(plain.items())  # `$…` comes before `zone`, in whatever order the database keeps them
        read = _READERS.get(kind)
        if read is not None and isinstance(text, str):
            zone = plain.get("zone")
            return read(text) if zone is None else _in_zone(datetime.fromisoformat(text), str(zone))
    raise ValueError(f"{plain!r} is no stored value")


def shown(value: Value) -> Plain:
    """`value` as a program reads it: ISO 8601, numbers as numbers, money as amount and currency."""
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    if isinstance(value, timedelta):
        return duration(value)
    return value.isoformat()


def duration(value: timedelta) -> str:
    """ISO 8601-1, 5.5.2: `PT1H30M`, `P2DT1H`; a fraction is written in its seconds."""
    sign = "-" if value < timedelta() else ""
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    days = f"{value.days}D" if value.days else ""
    clock = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M")) if count)
    if seconds or fraction:
        clock += f"{seconds}{fraction}S"
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"


def parse_duration(text: str) -> timedelta:
    """What `duration` wrote, weeks too; raises ValueError for anything else (ISO 8601-1, 5.5.2)."""
    sign, _, rest = text.strip().upper().rpartition("P")
    days, _, clock = rest.partition("T")
    parts = [*_counts(days, "WD"), *_counts(clock, "HMS")]
    if sign not in ("", "-") or not parts:
        raise ValueError(f"'{text}' is not a duration of ISO 8601, like PT1H30M")
    total = sum((_UNITS[unit] * count for count, unit in parts), timedelta())
    return -total if sign else total


def _counts(text: str, units: str) -> list[tuple[int, str]]:
    """The numbers of `text`, each with the unit after it; a fraction of a second is `µ`."""
    counts = []
    for unit in units:
        number, found, rest = text.partition(unit)
        if not found:
            continue
        whole, _, fraction = number.partition(".")
        if not (whole.isascii() and whole.isdigit()) or (fraction and unit != "S"):
            raise ValueError(f"'{text}' is not a part of a duration")
        counts += [(int(whole), unit), (int(f"{fraction:0<6}"[:6]), "µ")]
        text = rest
    if text:
        raise ValueError(f"'{text}' is not a part of a duration")
    return counts


def _in_zone(moment: datetime, key: str) -> datetime:
    """The same wall time in the zone, on the side of a change of the clocks that the offset tells."""
    local = moment.replace(tzinfo=ZoneInfo(key))
    return local if local.utcoffset() == moment.utcoffset() else local.replace(fold=1)


def _money(text: str) -> Money:
    amount, _, currency = text.partition(" ")
    return Money(Decimal(amount), currency)


_UNITS = {
    "W": timedelta(weeks=1),
    "D": timedelta(days=1),
    "H": timedelta(hours=1),
    "M": timedelta(minutes=1),
    "S": timedelta(seconds=1),
    "µ": timedelta(microseconds=1),
}
_READERS: Mapping[str, Callable[[str], Value]] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$number": Decimal,
    "$duration": parse_duration,
    "$money": _money,
}
