"""What becomes of messages, written, counted, and told to the application where anybody listens."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from convo.messages import Status
from convo.runtime.turns import Line
from convo.store import outbox, outgoing
from convo.store.outbox import Change, Waiting
from convo.store.outgoing import Draft

_KINDS: Mapping[Status, str] = {
    status: f"message.{status.value}"
    for status in (Status.SENT, Status.DELIVERED, Status.FAILED, Status.UNCERTAIN)
}


def change(line: Line, messages: Mapping[int, Waiting], changes: Iterable[Change]) -> None:
    """Write what becomes of these messages, which are given as they were before."""
    listed = list(changes)
    outbox.change(line.connection, listed)
    events = line.settings.events
    hearers = {status: events.hearers(kind) for status, kind in _KINDS.items()}
    if any(hearers.values()):
        told = [draft for one in listed for draft in _told(messages[one.id], one, hearers, line.now)]
        outgoing.write(line.connection, told)


def _told(
    message: Waiting, change: Change, hearers: Mapping[Status, tuple[str, ...]], now: datetime
) -> Iterator[Draft]:
    """A report may be the first that tells of a text's having left: both are told then."""
    happened = [] if change.status is message.status else [change.status]
    if change.status is not Status.SENT and change.sent_at and message.status.before(Status.SENT):
        happened.insert(0, Status.SENT)
    for status in happened:
        if to := hearers.get(status):
            reason = change.reason.value if change.reason and status is not Status.SENT else None
            yield Draft(
                kind=_KINDS[status],
                contact_id=message.contact_id,
                number=message.number,
                brand=message.brand,
                conversation_id=message.conversation_id,
                data={"id": message.id, "text": message.text, "reason": reason},
                created_at=now,
                to=to,
            )
