"""What is told of one-time codes over the API: never a code, and no whole number."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from convo.kinds.kind import ANA, EventKind

_CODE: Mapping[str, str] = MappingProxyType(
    {
        "id": "of the verification",
        "purpose": "what the code is good for",
        "status": "of the verification",
        "country": "of the contact's number (ISO 3166); null where it has none",
        "sends": "how often the code was sent",
        "tries": "how often a code was tried",
        "message": "the last text that says it, as `message.failed` names it; null where nothing was sent",
    }
)
_MASKED: Mapping[str, Any] = MappingProxyType(
    {
        **ANA,
        "contact": "+155…11",
        "conversation": None,
        "id": "9f2b6c1e8d0a4f7391c5e2ab7d60f318",
        "purpose": "sign-in",
        "country": "US",
        "sends": 1,
        "message": 812,
    }
)

VERIFICATIONS = (
    EventKind(
        "verification.sent",
        "A one-time code is on its way, for the first time or once more. Of every verification the contact's "
        "number is masked, and no event holds a code.",
        _CODE,
        {**_MASKED, "status": "pending", "tries": 0},
    ),
    EventKind(
        "verification.approved",
        "Somebody gave the right code.",
        _CODE,
        {**_MASKED, "status": "approved", "tries": 1},
    ),
    EventKind(
        "verification.max_attempts",
        "A code was tried too often: it is worth nothing any more.",
        _CODE,
        {**_MASKED, "status": "max_attempts", "tries": 5},
    ),
    EventKind(
        "verification.canceled",
        "Your application has canceled a code, or another one took its place: it is worth nothing any more.",
        {
            **_CODE,
            "reason": "`superseded` where another one took its place; why nothing was sent, where nothing "
            "was; else null",
        },
        {**_MASKED, "status": "canceled", "tries": 0, "reason": "superseded"},
    ),
    EventKind(
        "verification.prefix_rests",
        "Of the codes that went to a range of numbers few came back, as where somebody is paid for texts: "
        "none goes there for a while. The contact is the last who got one.",
        {
            **_CODE,
            "prefix": "the range: numbers that begin so",
            "until": "when codes go there again",
            "sent": "how many verifications were counted",
            "approved": "and how many of them were approved",
        },
        {
            **_MASKED,
            "status": "pending",
            "tries": 0,
            "prefix": "+1555000",
            "until": "2026-11-30T15:00:00+00:00",
            "sent": 20,
            "approved": 1,
        },
    ),
)
