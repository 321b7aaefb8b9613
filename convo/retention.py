"""How long what is stored is kept: the table `[retention]` of the settings. What it does not name is kept."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
    field_validator,
)

from convo.clock import parse_duration

LEAST = timedelta(days=7)  # a provider repeats a delivery for days; by its receipt it is known again
_LONG = re.compile(r"(\d{1,3})\s*(month|year)s?")
_DAYS = {"month": timedelta(days=31), "year": timedelta(days=366)}


class Stock(StrEnum):
    """A kind of what is stored, that may have a time of its own."""

    CONVERSATIONS = "conversations"  # that ended, with their texts and all that goes with these
    TEXTS = "texts"  # that no conversation took
    HISTORIES = "histories"  # what happened in conversations that ended: what a replay needs
    DELIVERIES = "deliveries"  # the words that providers delivered; the texts made of them stay
    VERIFICATIONS = "verifications"
    REMINDERS = "reminders"  # that are over
    CAMPAIGNS = "campaigns"  # that are over or never began, with their contacts


def _duration(value: object) -> timedelta:
    """Like all durations, and in months and years as long as the longest of them."""
    if isinstance(value, timedelta):
        return value
    long = _LONG.fullmatch(str(value).strip().lower())
    if long is not None:
        return int(long[1]) * _DAYS[long[2]]
    try:
        return parse_duration(str(value))
    except ValueError:
        raise ValueError(f"'{value}' is no time to keep it; write one like '90 days' or '2 years'") from None


def _long_enough(value: timedelta) -> timedelta:
    if value < LEAST:
        raise ValueError(f"keep it for {LEAST.days} days at least; a provider may repeat what came since")
    return value


Kept = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_long_enough)]


class Retention(BaseModel):
    """For how long each kind is kept, from when it was over; None: until somebody removes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conversations: Kept | None = None
    texts: Kept | None = None
    histories: Kept | None = None
    deliveries: Kept | None = None
    verifications: Kept | None = None
    reminders: Kept | None = None
    campaigns: Kept | None = None
    archive: Path | None = None  # the folder of the files into which rows go first; None: they are deleted

    @field_validator("histories")
    @classmethod
    def _not_longer_than_conversations(cls, kept: timedelta | None, info: ValidationInfo) -> timedelta | None:
        talks = info.data.get("conversations")
        if kept is not None and talks is not None and kept > talks:
            raise ValueError(
                "longer than retention.conversations, with which histories go; make one of them fit"
            )
        return kept

    def of(self, stock: Stock) -> timedelta | None:
        """How long a kind is kept; None where no time is set."""
        found: timedelta | None = getattr(self, stock)
        return found

    def before(self, now: datetime) -> Mapping[Stock, datetime]:
        """What is older than this has outlived its time, for each kind that has one."""
        return {stock: now - kept for stock in Stock if (kept := self.of(stock)) is not None}
