"""What the numbers say."""

from datetime import datetime

from convo.client.transport import Call, path
from convo.resources.insights import By, Insights


def insights(
    *,
    by: By | None = None,
    flow: str | None = None,
    version: str | None = None,
    number: str | None = None,
    campaign: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    timezone: str | None = None,
) -> Call[Insights]:
    """What came of texts and conversations, in numbers: of everything, or a row for each day, flow, state…"""
    chosen = {
        "by": by,
        "flow": flow,
        "version": version,
        "number": number,
        "campaign": campaign,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "timezone": timezone,
    }
    return Call("GET", path("insights"), Insights, chosen)
