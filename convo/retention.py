"""How long what is stored is kept: the table `[retention]` of the settings. What it does not name is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from convo.setting import Duration

LEAST = timedelta(days=7)  # a provider repeats a delivery for days; by its receipt it is known again


class Stock(StrEnum):
    """A kind of what is stored, that may have a time of its own."""

    CONVERSATIONS = "conversations"  # that ended, with their texts and all that goes with these
    TEXTS = "texts"  # that no conversation took
    HISTORIES = "histories"  # what happened in conversations that ended: what a replay needs
    DELIVERIES = "deliveries"  # the words that providers delivered; the texts made of them stay
    VERIFICATIONS = "verifications"
    REMINDERS = "reminders"  # that are over
    CAMPAIGNS = "campaigns"  # that are over or never began, with their contacts


def _long_enough(value: timedelta) -> timedelta:
    if value < LEAST:
        raise ValueError(f"keep it for {LEAST.days} days at least; a provider may repeat what came since")
    return value


Kept = Annotated[Duration, AfterValidator(_long_enough)]


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

    def of(self, stock: Stock) -> timedelta | None:
        """How long a kind is kept; None where no time is set."""
        found: timedelta | None = getattr(self, stock)
        return found

    def before(self, now: datetime) -> Mapping[Stock, datetime]:
        """What is older than this has outlived its time, for each kind that has one."""
        return {stock: now - kept for stock in Stock if (kept := self.of(stock)) is not None}
