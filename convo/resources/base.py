"""What all resources have in common: bodies and queries that are checked, answers, pages, and problems."""

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from convo import phone

LONGEST_PAGE = 1000
LONGEST_KEY = 255  # characters of an idempotency key

Given = str | int | float | bool | list[str]  # a variable's value


class Body(BaseModel):
    """The body of a request: nothing else may stand in it, and a number is no text."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class Query(BaseModel):
    """What may stand behind the question mark: a name that there is not is refused, and not passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Shown(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Upload(Body):
    """A body that is no JSON, and may be far larger: it waits in a file."""

    path: Path


class NoQuery(Query):
    pass


class NoBody(Body):
    pass


def _isoformat(moment: datetime) -> str:
    return moment.isoformat()


def _spelled(contact: object) -> object:
    """A plus that came as a blank is understood, as it is where it was left out."""
    if not isinstance(contact, str):
        return contact
    digits = contact.strip().removeprefix("+")
    return f"+{digits}" if len(digits) > 6 else digits


def _number(given: object) -> object:
    """As it is stored, however people write it: what is none would be answered with an empty list."""
    spelled = _spelled(given)
    return phone.from_provider(spelled) or phone.parse(spelled) if isinstance(spelled, str) else given


def _cursor(given: object) -> object:
    if isinstance(given, str) and not re.fullmatch(r"\d{1,18}", given, re.ASCII):
        raise ValueError(f"it is the `next` of the page before, not '{given}'")
    return given


Moment = Annotated[
    datetime,
    PlainSerializer(_isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
ContactQuery = Annotated[str, BeforeValidator(_spelled)]
NumberFilter = Annotated[str, BeforeValidator(_number)]
Cursor = Annotated[
    str, BeforeValidator(_cursor), WithJsonSchema({"type": "string", "pattern": r"^\d{1,18}$"})
]


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(100, ge=1, le=LONGEST_PAGE, description="At most so many on a page.")
    cursor: Cursor = Field("0", description="The `next` of the page before.")

    @property
    def after(self) -> int:
        """The row after which the page begins."""
        return int(self.cursor)


class ContactsPageQuery(PageQuery):
    """Which page of a list, and of whom."""

    contact: NumberFilter | None = Field(None, description="Of this contact alone, like +15550001111.")


Entry = TypeVar("Entry")


class Page(Shown, Generic[Entry]):
    """A page of a list."""

    items: list[Entry]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"{params[0].__name__}Page"


class Problem(Shown):
    """What went wrong (RFC 9457)."""

    type: Literal["about:blank"] = "about:blank"
    title: str = Field(description="A stable word for programs.")
    status: int
    detail: str = Field(description="A sentence for people: what happened, and what to do.")


def spelled_out(model: BaseModel) -> dict[str, Any]:
    """A model as plain JSON values, as commands print it."""
    return model.model_dump(mode="json")
