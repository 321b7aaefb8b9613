"""Delivery reports: they only ever move a message's status forward, in whatever order they come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from convo.messages import Reason, Report, Status
from convo.runtime import consent, fates
from convo.runtime.tally import Count, Time
from convo.runtime.turns import Line
from convo.runtime.visits import Left, settled
from convo.store import outbox
from convo.store import reports as early
from convo.store.contacts import Known
from convo.store.outbox import Change, Waiting
from convo.store.reports import Why

log = structlog.get_logger(__name__)


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
        line.tally.add(Count.REPORTS, report.status.value)
        message = by_provider.get((report.account, report.provider_id)) or by_id.get(report.message_id or 0)
        why = Why.UNKNOWN if message is None else _not_its(message, report)
        if message is None or why is not None:
            kept = early.Early(
                report.account, report.provider_id, report.status, report.reason, at, why or Why.UNKNOWN
            )
            unknown.append(kept)
            continue
        last = changes.get(message.id)
        status = last.status if last else message.status
        if status.before(Status.SENT):
            left.append(Left(message, at))
        if status.before(report.status):
            change = moved(message, report.status, report.reason, at, report.provider_id)
            changes[message.id] = replace(change, sent_at=last.sent_at) if last and last.sent_at else change
            came_of(line, message, report.status, report.reason, at)
            if report.status is Status.FAILED:
                failed.append(message)
    for message in failed:
        if told_off(changes[message.id]):
            consent.refused(connection, line.settings, message, known[message.contact], line.now)
    fates.change(line, {**by_id, **{each.id: each for each in by_provider.values()}}, changes.values())
    _keep(line, unknown)
    settled(line, left, failed)


def moved(message: Waiting, status: Status, reason: Reason | None, at: datetime, provider_id: str) -> Change:
    """What a report makes of a message."""
    return Change(
        message.id,
        status,
        message.tries,
        reason=(reason or Reason.UNKNOWN) if status is Status.FAILED else None,
        provider_id=provider_id,
        sent_at=at if message.status.before(Status.SENT) else None,
        delivered_at=at if status is Status.DELIVERED else None,
    )


def came_of(line: Line, message: Waiting, status: Status, reason: Reason | None, at: datetime) -> None:
    """Count what a report tells that moves a message."""
    if status is Status.FAILED:
        line.tally.add(Count.FAILED, (reason or Reason.UNKNOWN).value)
    if status.final and message.first_tried_at:
        line.tally.took(Time.DELIVERY, (at - message.first_tried_at).total_seconds())
    if status is Status.DELIVERED and message.code_id is not None:
        line.tally.took(Time.CODE, (at - message.created_at).total_seconds())


def told_off(change: Change) -> bool:
    """Whether the provider says that the contact has opted out: news for the ledger."""
    return change.status is Status.FAILED and change.reason is Reason.OPTED_OUT


def _not_its(message: Waiting, report: Report) -> Why | None:
    """Why a report that has the provider's id of a message, or our own, is not about it after all."""
    if message.account != report.account:
        return Why.OTHER_ACCOUNT
    if message.provider_id not in (None, report.provider_id):
        return Why.UNKNOWN  # two installations may share an account
    # Not this contact's: whose lock we hold, and who alone may be spoken of.
    return None if message.contact == report.contact else Why.OTHER_CONTACT


def _keep(line: Line, unknown: Sequence[early.Early]) -> None:
    """Keep reports that nobody can join yet, in place of some that have waited for too long."""
    if not unknown:
        return
    early.keep(line.connection, unknown, line.now)
    early.drop(line.connection, line.now - timedelta(days=line.settings.keep_unknown_reports))
    for report in unknown:
        line.tally.add(Count.UNKNOWN_REPORTS, report.why.value)
        if report.why is not Why.UNKNOWN:  # which often only overtakes the settling of its send
            name = report.provider_id
            log.warning("report.not_joined", account=report.account, provider_id=name, why=report.why.value)
