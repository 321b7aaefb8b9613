"""What `Start a flow` asks for: one field for each variable, with an example; and forms as they come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request

from convo.flow.compile import Bundle
from convo.flow.slots import DateTime, Text, parse_type

PREFIX = "var."  # of the fields that hold a flow's variables
_MOST_FIELDS = 200
_TEXTS = {"name": "Ana", "first_name": "Ana", "clinic": "Elm St"}


@dataclass(frozen=True, slots=True)
class Field:
    """One input: a variable, its type as the flow writes it, and what it holds at first."""

    name: str
    type: str
    value: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A flow that can be started."""

    flow: str
    about: str
    fields: tuple[Field, ...]


def choices(current: Mapping[str, Bundle], now: datetime) -> list[Choice]:
    """The current flows by name; `now` is in the time zone in which their dates are read."""
    return [_choice(current[name], now) for name in sorted(current)]


def _choice(bundle: Bundle, now: datetime) -> Choice:
    flow = bundle.root.flow
    needs = [Field(name, kind, _example(name, kind, now), True) for name, kind in flow.needs.items()]
    given = [Field(name, kind.type, kind.default, False) for name, kind in flow.vars.items()]
    return Choice(flow.flow, flow.about or "", (*needs, *given))


def _example(name: str, kind: str, now: datetime) -> str:
    match parse_type(kind):
        case Text(_, _, most):
            return _TEXTS.get(name, f"Some {name.replace('_', ' ')}")[:most]
        case DateTime():
            return f"{now + timedelta(days=1):%Y-%m-%d} 09:30"
        case other:
            return other.sample


async def read_form(request: Request, most: int) -> dict[str, str] | None:
    """The fields of a form, the last value of each; None where it is longer than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    try:
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    return {name: value.replace("\r\n", "\n") for name, value in pairs}
