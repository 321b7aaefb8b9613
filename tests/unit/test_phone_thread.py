"""What the page of a phone says about a text."""

from datetime import UTC, date, datetime

import pytest

from convo.console.phone.thread import bubbles
from convo.messages import Direction, Kind, Reason, Status
from convo.store.messages import Stored

MORNING = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def said(status: Status, reason: Reason | None, due_at: datetime | None) -> str:
    """In the words of the page."""
    message = Stored(
        id=1,
        direction=Direction.OUT,
        kind=Kind.TEXT,
        contact="+15550001111",
        number="+15550009999",
        text="Hi",
        status=status,
        reason=reason,
        detail=None,
        segments=1,
        conversation=1,
        state="ask",
        provider_id=None,
        created_at=datetime(2026, 11, 30, 22, 0, tzinfo=UTC),
        due_at=due_at,
        sent_at=None,
        delivered_at=None,
        code_id=None,
    )
    (bubble,) = bubbles([message], date(2026, 11, 30))
    return bubble.status


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (Status.QUEUED, None, "queued"),
        (
            Status.QUEUED,
            Reason.QUIET_HOURS,
            f"queued: it is quiet there until {MORNING.astimezone():%a %H:%M}",
        ),
        (Status.QUEUED, Reason.OVER_CAP, "queued: the phone has had today's texts until "),
        (Status.QUEUED, Reason.TOO_MANY, "queued: our number sent too many"),
        (Status.WITHDRAWN, Reason.NO_CONSENT, "withdrawn: the phone has not agreed to marketing"),
    ],
)
def test_a_text_that_waits_says_why_and_until_when(
    status: Status, reason: Reason | None, expected: str
) -> None:
    assert said(status, reason, MORNING).startswith(expected)
