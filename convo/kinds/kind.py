"""What a kind of event is, and what all of them about a contact have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event: when it is told, what comes with it, and an example."""

    name: str
    about: str
    fields: Mapping[str, str]  # what comes with it, each with what it is; about a contact, ENVELOPE does too
    example: Mapping[str, Any]  # the whole of its data
    # Kept even where nobody listens yet: an endpoint that is added later may be sent it. What every text
    # would write is kept only where somebody wants it.
    always: bool = True


# What comes with every event about a contact.
ENVELOPE: Mapping[str, str] = MappingProxyType(
    {
        "contact": "the person's number",
        "number": "our number that they wrote to, or that they are talking to",
        "brand": "whose number that is: the scope of an opt-out",
        "conversation": "the id of the conversation that it belongs to; null where there is none",
    }
)
ANA: Mapping[str, Any] = MappingProxyType(
    {
        "contact": "+15550001111",
        "number": "+18005550100",
        "brand": "Elm Street Clinic",
        "conversation": 812,
    }
)
