"""Campaigns: flows that begin with everybody on a list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from convo.client.transport import Call, given, path
from convo.resources.base import Given, Page
from convo.resources.campaigns import (
    Campaign,
    CampaignContact,
    CampaignPreview,
    CampaignRequest,
    CampaignStartRequest,
    CampaignTurn,
    CancelledCampaign,
    LoadedList,
)


def create_campaign(
    flow: str,
    name: str,
    *,
    numbers: Sequence[str] = (),
    vars: Mapping[str, Given] | None = None,
    region: str | None = None,
) -> Call[Campaign]:
    """Make a campaign, in which nobody is yet; the same `name` is the same one."""
    more = given(numbers=list(numbers), vars=dict(vars or {}), region=region)
    return Call("POST", path("campaigns"), Campaign, body=CampaignRequest(flow=flow, name=name, **more))


def campaign(id: int) -> Call[Campaign]:
    """How it stands with a campaign."""
    return Call("GET", path("campaigns", id), Campaign)


def campaigns() -> Call[Page[Campaign]]:
    """Campaigns, in the order in which they were made."""
    return Call("GET", path("campaigns"), Page[Campaign])


def campaign_contacts(
    id: int, *, contact: str | None = None, status: CampaignTurn | None = None
) -> Call[Page[CampaignContact]]:
    """The contacts of a campaign, in the order of its lists."""
    asked = {"contact": contact, "status": status}
    return Call("GET", path("campaigns", id, "contacts"), Page[CampaignContact], asked)


def load_campaign(id: int, contacts: str | Path | bytes) -> Call[LoadedList]:
    """Add who is on a list: the path of a file, or its bytes, CSV or JSON Lines. The same again adds nobody.

    The answer comes when all of it is in: give the client a `timeout` for that.
    """
    upload = contacts if isinstance(contacts, bytes) else Path(contacts)
    return Call("POST", path("campaigns", id, "contacts"), LoadedList, upload=upload)


def preview_campaign(id: int) -> Call[CampaignPreview]:
    """What it would say, cost and take if it started now."""
    return Call("GET", path("campaigns", id, "preview"), CampaignPreview)


def start_campaign(id: int, *, at: datetime | None = None) -> Call[Campaign]:
    """Let everybody who is loaded by now begin, at once or from `at` on; a start still to come is moved."""
    return Call("POST", path("campaigns", id, "start"), Campaign, body=CampaignStartRequest(**given(at=at)))


def pause_campaign(id: int) -> Call[Campaign]:
    """Begin with nobody until it is resumed."""
    return Call("POST", path("campaigns", id, "pause"), Campaign)


def resume_campaign(id: int) -> Call[Campaign]:
    """Go on where it was paused."""
    return Call("POST", path("campaigns", id, "resume"), Campaign)


def cancel_campaign(id: int) -> Call[CancelledCampaign]:
    """Begin with nobody any more, and withdraw what is queued."""
    return Call("POST", path("campaigns", id, "cancel"), CancelledCampaign)
