"""Telling the application of conversations that began, ended, or were handed to people."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from convo.endpoints import Events
from convo.flow.session import Phase
from convo.runtime.sessions import shown
from convo.store.conversations import Stored
from convo.store.outgoing import Draft

STARTED, ENDED, HANDED_OFF = "conversation.started", "conversation.ended", "conversation.handed_off"


def told(events: Events, steps: Iterable[tuple[Stored | None, Stored]], now: datetime) -> Iterator[Draft]:
    """What is told of conversations that went from the first to the second of each; None: it is new."""
    hearers = {kind: events.hearers(kind) for kind in (STARTED, ENDED, HANDED_OFF)}
    if not any(hearers.values()):
        return
    for before, after in steps:
        for kind in _happened(before, after):
            if hearers[kind]:
                yield Draft(
                    kind=kind,
                    contact_id=after.contact_id,
                    number=after.number,
                    brand=after.brand,
                    conversation_id=after.id,
                    data=_data(kind, after),
                    created_at=now,
                    to=hearers[kind],
                )


def _happened(before: Stored | None, after: Stored) -> Iterator[str]:
    """One that never began is not told of, nor that it ends."""
    if not after.progress.get("visits"):
        return
    if before is None or not before.progress.get("visits"):
        yield STARTED
    if before is None or before.status != after.status:
        if after.status == Phase.HANDED_OFF:
            yield HANDED_OFF
        elif after.status == Phase.ENDED:
            yield ENDED


def _data(kind: str, stored: Stored) -> dict[str, object]:
    data: dict[str, object] = {"flow": stored.flow, "version": stored.version, "state": stored.state}
    if kind == HANDED_OFF:
        data |= {"queue": stored.queue, "trouble": stored.trouble}
    if kind == ENDED:
        data |= {"outcome": stored.outcome}
    return {**data, "vars": shown(stored.vars)}
