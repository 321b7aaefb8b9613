"""Campaigns: flows that begin with everybody on a list."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from convo.resources.base import Body, ContactsPageQuery, Given, Moment, Shown

CampaignStatus = Literal["loading", "running", "paused", "finished", "cancelled"]
CampaignTurn = Literal["waiting", "held", "begun", "skipped"]


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("there is no such moment in UTC") from None


class CampaignRows(Shown):
    """What became of the rows of all lists, beside the contacts that were added."""

    read: int
    duplicates: int = Field(description="Who was in it already.")
    opted_out: int
    no_consent: int = Field(description="To marketing, which the flow is.")
    bad: int = Field(description="That cannot be used.")


class Campaign(Shown):
    """A flow that begins with everybody on a list, and how far it is."""

    id: int
    name: str
    flow: str
    version: str = Field(description="Of the flow: what was looked at is what is sent.")
    numbers: list[str] = Field(description="Ours; each contact keeps to one of them.")
    vars: dict[str, Any] = Field(description="The same for every contact.")
    region: str | None = Field(description="Of contacts' numbers without their country.")
    status: CampaignStatus = Field(description="`loading` until it is started.")
    trouble: str | None = Field(description="Why it paused by itself.")
    contacts: int
    begun: int = Field(description="Contacts with whom a conversation began.")
    skipped: dict[str, int] = Field(description="Contacts with whom none could begin, by reason.")
    to_come: int = Field(description="Contacts whose turn is still to come.")
    loaded: bool = Field(description="Each of its lists to its end.")
    rows: CampaignRows
    created_at: Moment
    starts_at: Moment | None = Field(description="From then on; null: at once.")
    started_at: Moment | None
    ended_at: Moment | None


class CancelledCampaign(Campaign):
    """A campaign that was cancelled just now."""

    withdrawn: int = Field(description="Queued texts that were withdrawn by this request.")


class CampaignContact(Shown):
    """A contact of a campaign."""

    id: int
    contact: str
    number: str = Field(description="Ours.")
    vars: dict[str, Any]
    line: int = Field(description="Of its list.")
    status: CampaignTurn = Field(description="`held`: by quiet hours, until `due_at`.")
    reason: str | None = Field(description="Why no conversation could begin.")
    due_at: Moment | None
    conversation: int | None


class BadRow(Shown):
    """A row of a list that cannot be used."""

    line: int
    reason: str


class LoadedList(Shown):
    """What became of the rows of a list."""

    read: int
    added: int
    duplicates: int = Field(description="Who was in the campaign already.")
    opted_out: int
    no_consent: int = Field(description="To marketing, which the flow is.")
    bad: int
    bad_rows: list[BadRow] = Field(
        description="The first hundred of them; none of a list that was in already."
    )


class FirstTexts(Shown):
    """What one of the contacts that were looked at would get at first."""

    contact: str
    number: str = Field(description="Ours.")
    texts: list[str]
    segments: int
    state: str = Field(description="In which the flow waits then.")
    trouble: str | None = Field(description="Why it would fail.")
    may_leave_at: Moment = Field(description="When their quiet hours let it through.")


class CampaignPreview(Shown):
    """What is to be expected of those whose turn is still to come, if it started now."""

    contacts: dict[str, int] = Field(description="By our number.")
    segments: int = Field(description="Of all first texts, about: as many each as in the sample.")
    cost: Decimal | None = Field(
        description="Of them; who pays what is counted, their segments are about. Null where no price is set."
    )
    currency: str | None
    unpriced: int = Field(description="Contacts for whose numbers there is no price.")
    seconds: int | None = Field(description="At the pace of our numbers; null where nothing limits them.")
    in_quiet_hours: int = Field(
        description="How many of the hundred or so that were looked at, from all parts of the list."
    )
    quiet_until: Moment | None
    samples: list[FirstTexts]


class CampaignContactsQuery(ContactsPageQuery):
    """Which contacts of a campaign."""

    status: CampaignTurn | None = Field(None, description="Of this status alone.")


class CampaignRequest(Body):
    """A campaign to make. The same `name` is the same campaign."""

    flow: str
    name: str
    numbers: list[str] = Field(default_factory=list, description="Ours; needed where there are several.")
    vars: dict[str, Given] = Field(default_factory=dict, description="The same for every contact.")
    region: str | None = Field(None, description="Of contacts' numbers without their country, like GB.")


class CampaignStartRequest(Body):
    """From when on it is to begin."""

    at: Annotated[AwareDatetime, AfterValidator(_in_utc)] | None = Field(
        None, description="Like 2026-12-01T09:00:00Z; unless given, at once."
    )
