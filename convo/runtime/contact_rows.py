"""Rows of a list as contacts of a campaign: their number, and what the flow is given, by its `needs`."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from convo import phone
from convo.errors import CampaignError, StartError
from convo.flow.compile import Bundle
from convo.flow.dates import Reading
from convo.flow.opening import opened
from convo.flow.slots import parse_type
from convo.flow.speech import locale
from convo.messages import storable
from convo.runtime.bad_rows import ours
from convo.runtime.spreadsheets import Row, named

# What lists call the contact's number, unless the flow has a variable of that name.
CONTACT = ("contact", "phone", "phone_number", "mobile", "telephone", "tel", "msisdn")
_SHORTENED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_FRACTION = re.compile(r"\+?\d{6,}[.,]0+")


@dataclass(frozen=True, slots=True)
class Meant:
    """A row that can be used."""

    contact: str  # E.164
    vars: Mapping[str, object]
    language: str | None
    timezone: str | None


class Columns:
    """Which column is what: found out once for a file, before any of its rows is used."""

    def __init__(
        self,
        flows: Bundle,
        names: Sequence[str],
        *,
        given: Mapping[str, object],
        region: str | None,
        timezone: str,
        near: str,
        now: datetime,
        keyed: bool = False,
    ) -> None:
        """`given` is the same for every contact, `timezone` that of who has none, `near` a number of ours.

        `keyed`: each row names its columns, and may have others than the first.

        Raises CampaignError where the flow needs what there is no column for.
        """
        flow = flows.root.flow
        declared = {**flow.needs, **{name: kind.type for name, kind in flow.vars.items()}}
        self._flow = flow
        self._region, self._timezone, self._near, self._now = region, timezone, near, now
        # What convo put in front of bad rows, unless the flow could not be without a column of such a name.
        passed = {*ours(names)}
        if any(named(name) in passed for name in flow.needs if name not in given):
            passed.clear()
        names = ["" if name in passed else name for name in names]
        # A variable that is given for all stands in its column's way on purpose.
        kinds = {
            name: parse_type(kind)
            for name, kind in declared.items()
            if name not in given and named(name) not in passed and (keyed or named(name) in names)
        }
        free = [name for name in CONTACT if name in names and name not in declared]
        missing = [name for name in flow.needs if name not in given and named(name) not in names]
        if not free:
            missing.insert(0, "contact")
        if missing:
            raise CampaignError("missing_columns", _missing(flow.flow, missing, names))
        self._contacts = free if keyed else free[:1]
        own = {*map(named, kinds)}
        self._told = [
            name for name in ("language", "timezone") if (keyed or name in names) and name not in own
        ]
        self.unused = [name for name in names if name and name not in {*self._contacts, *self._told, *own}]
        places = {name: place for place, name in enumerate(names)}
        self._contact_place = places[free[0]]
        self._kinds = [
            (name, named(name), places.get(named(name), -1), kind, name in flow.needs)
            for name, kind in kinds.items()
        ]
        self._places = places

    def read(self, row: Row) -> Meant:
        """A row as it is meant; raises ValueError that says what is wrong with it."""
        cells, values = row.cells, row.values
        if values is None:
            cell: object = cells[self._contact_place]
        else:
            cell = next((values[name] for name in self._contacts if name in values), None)
        contact = _contact(cell, self._region)
        language, timezone = self._who(row) if self._told else (None, None)
        zone = _zone(timezone or self._timezone)
        reading = Reading(self._now, zone, self._flow.language, (contact, self._near))
        given: dict[str, object] = {}
        for name, column, place, kind, needed in self._kinds:
            value = cells[place] if values is None else values.get(column)
            if isinstance(value, str):
                value = storable(value.strip())
            if value in ("", None):
                if needed:
                    raise ValueError(f"{name}: there is nothing, and {self._flow.flow} needs it")
                continue
            try:
                kind.take(value, reading)
            except ValueError as error:
                raise ValueError(f"{name}: '{value}' will not do; {error}") from None
            given[name] = value
        return Meant(contact, given, language, timezone)

    def _who(self, row: Row) -> tuple[str | None, str | None]:
        """The language and the time zone of a contact, as far as they are told."""
        told: dict[str, str | None] = {}
        for name in self._told:
            value = row.cells[self._places[name]] if row.values is None else row.values.get(name)
            told[name] = (str(value).strip() or None) if value is not None else None
        if (language := told.get("language")) is not None:
            locale(language)
        return language, told.get("timezone")


def for_all(flows: Bundle, given: Mapping[str, object], timezone: str, near: str, now: datetime) -> None:
    """Raises CampaignError where what every contact is given does not fit the flow."""
    flow = flows.root.flow
    for name in given:
        if name not in flow.needs and name not in flow.vars:
            known = ", ".join([*flow.needs, *flow.vars]) or "none"
            raise CampaignError("unknown_variable", f"{flow.flow} has no variable '{name}'; it takes {known}")
    alone = flow.model_copy(
        update={"needs": {name: flow.needs[name] for name in flow.needs if name in given}}
    )
    try:
        opened(alone, given, Reading(now, _zone(timezone), flow.language, (near,)))
    except StartError as error:
        raise CampaignError(error.code, str(error)) from None


def _contact(cell: object, region: str | None) -> str:
    if isinstance(cell, str) and phone.is_plain(cell):
        return cell
    text = str(cell).strip() if isinstance(cell, str | int) and not isinstance(cell, bool) else ""
    if isinstance(cell, float) or _SHORTENED.fullmatch(text):
        raise ValueError(
            f"contact: {cell} is a number that a spreadsheet has shortened, and its last digits are gone; "
            "format the column as text there, and export it anew"
        )
    if not text:
        raise ValueError("contact: there is no number")
    if _FRACTION.fullmatch(text):
        raise ValueError(
            f"contact: {text} was kept as an amount; format the column as text, and export it anew"
        )
    try:
        return phone.parse(text, region)
    except ValueError as error:
        raise ValueError(f"contact: {error}") from None


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"timezone: '{name}' is no time zone; write one like 'Europe/London'") from None


def _missing(flow: str, missing: Sequence[str], names: Sequence[str]) -> str:
    told = []
    for name in missing:
        near = difflib.get_close_matches(named(name), names, n=1, cutoff=0.5)
        told.append(f"{name} (is it '{near[0]}'?)" if near else name)
    there = ", ".join(filter(None, names)) or "nothing"
    return (
        f"there is no column {' and '.join(told)}, only {there}; the columns are contact, and what {flow} "
        "needs. What is the same for everybody is given once, not in a column"
    )
