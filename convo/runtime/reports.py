"""Delivery reports: they only ever move a message's status forward, in whatever order they come."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from convo.messages import Reason, Report, Status
from convo.runtime import consent
from convo.runtime.turns import Line
from convo.runtime.visits import Left, settled
from convo.store import outbox
from convo.store import reports as early
from convo.store.contacts import Known
from convo.store.outbox import Change, Waiting


def apply(line: Line, known: Mapping[str, Known], delivered: Sequence[Report]) -> None:
    """Move the messages that these speak of. Their contacts are locked; `known` are those there are.

    A report for a message that we do not know yet is kept until its send is settled; one that
    outlives the sender settles it.
    """
    if not delivered:
        return
    connection = line.connection
    by_provider = outbox.by_provider_ids(connection, (report.provider_id for report in delivered))
    by_id = outbox.by_ids(
        connection, (report.message_id for report in delivered if report.message_id is not None)
    )
    changes: dict[int, Change] = {}
    left: list[Left] = []
    failed: list[Waiting] = []
    unknown: list[early.Early] = []
    for report in delivered:
        at = report.at or line.now
        message = by_provider.get((report.account, report.provider_id)) or _ours(by_id, report)
        if message is not None and message.contact != report.contact:
            message = None  # not this contact's: whose lock we hold, and who alone may be spoken of
        if message is None:
            unknown.append(early.Early(report.account, report.provider_id, report.status, report.reason, at))
            continue
        last = changes.get(message.id)
        status = last.status if last else message.status
        if message.status.before(Status.SENT):
            left.append(Left(message, at))
        if status.before(report.status):
            changes[message.id] = moved(message, report.status, report.reason, at, report.provider_id)
            if report.status is Status.FAILED:
                failed.append(message)
    for message in failed:
        if told_off(changes[message.id]):
            consent.refused(connection, line.settings, message, known[message.contact], line.now)
    outbox.change(connection, changes.values())
    early.keep(connection, unknown)
    settled(line, left, failed)


def moved(message: Waiting, status: Status, reason: Reason | None, at: datetime, provider_id: str) -> Change:
    """What a report makes of a message."""
    return Change(
        message.id,
        status,
        message.tries,
        reason=reason if status is Status.FAILED else None,
        provider_id=provider_id,
        sent_at=at if message.status.before(Status.SENT) else None,
        delivered_at=at if status is Status.DELIVERED else None,
    )


def told_off(change: Change) -> bool:
    """Whether the provider says that the contact has opted out: news for the ledger."""
    return change.status is Status.FAILED and change.reason is Reason.OPTED_OUT


def _ours(by_id: dict[int, Waiting], report: Report) -> Waiting | None:
    """The message that a report calls by our own number.

    One that the provider calls by another name is not it: two installations may share an account.
    """
    message = by_id.get(report.message_id) if report.message_id is not None else None
    if message is None or message.account != report.account:
        return None
    return message if message.provider_id in (None, report.provider_id) else None
