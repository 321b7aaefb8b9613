"""What is told of campaigns. They have no contact."""

from collections.abc import Mapping
from types import MappingProxyType

from convo.kinds.kind import EventKind

_CAMPAIGN: Mapping[str, str] = MappingProxyType(
    {
        "campaign": "its id",
        "name": "its name",
        "flow": "the flow that begins with each contact",
        "version": "of the flow",
        "numbers": "ours that it sends from",
        "brand": "whose numbers these are",
        "contacts": "how many are in it",
        "begun": "with how many of them a conversation has begun",
        "skipped": "with how many none could begin, by reason: `opted_out`, `no_consent`, `busy` and others",
    }
)


def _of_campaign(name: str, about: str, begun: int) -> EventKind:
    example = {
        "campaign": 3,
        "name": "appointment-reminder/contacts.csv",
        "flow": "appointment-reminder",
        "version": "9c1e0f6c2d1b4a7f8e3d5c6b7a8f9e0d1c2b3a4f5e6d7c8b9a0f1e2d3c4b5a69",
        "numbers": ["+18005550100"],
        "brand": "Elm Street Clinic",
        "contacts": 1200,
        "begun": begun,
        "skipped": {"opted_out": 3} if begun else {},
    }
    return EventKind(name, about, _CAMPAIGN, example)


CAMPAIGNS = (
    _of_campaign("campaign.started", "A campaign begins with its first contact: its start has come.", 0),
    _of_campaign("campaign.paused", "Somebody has paused a campaign, or it cannot go on by itself.", 400),
    _of_campaign("campaign.resumed", "A campaign goes on.", 400),
    _of_campaign(
        "campaign.finished",
        "Every contact of a campaign has had their turn; their conversations go on. Where contacts are added "
        "later, it is told once more.",
        1197,
    ),
    _of_campaign(
        "campaign.cancelled", "Somebody has cancelled a campaign: it begins with nobody any more.", 400
    ),
)
