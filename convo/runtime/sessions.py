"""A session as the store keeps it: plain columns, and JSON for what only `advance` reads."""

from datetime import datetime
from typing import Any

from convo.flow import values
from convo.flow.session import Frame, Phase, Replied, Session, placed
from convo.flow.values import from_plain, to_plain
from convo.messages import Contact
from convo.store.conversations import Stored

_PHASES = {phase.value: phase for phase in Phase}


def decode(stored: Stored) -> Session:
    """The session of a stored conversation."""
    progress = stored.progress
    flow, _, state = stored.state.rpartition(".")
    return Session(
        contact=Contact(stored.contact, stored.language, stored.timezone, tuple(stored.tags or ())),
        number=stored.number,
        timezone=progress["timezone"],
        home=progress.get("home", progress["timezone"]),
        vars={name: from_plain(value) for name, value in stored.vars.items()},
        started_at=stored.started_at,
        last_text_at=datetime.fromisoformat(progress["last_text_at"]),
        state=state,
        visit=stored.visit,
        clock_from=stored.clock_from,
        tries=progress["tries"],
        fired=tuple(progress["fired"]),
        skipped=tuple(progress.get("skipped", ())),
        trail=tuple(progress.get("trail", ())),
        visits=progress["visits"],
        phase=_PHASES[stored.status],
        outcome=stored.outcome,
        queue=stored.queue,
        flow=flow,
        stack=tuple(_frame(each) for each in progress["stack"]) if flow else (),
        returned=progress.get("returned"),
        kept=tuple(Replied(text, tuple(media)) for text, *media in progress.get("kept", ())),
        calls=progress.get("calls", 0),
    )


def encode(stored: Stored, session: Session, wake_at: datetime | None, now: datetime) -> Stored:
    """`stored` with the session's values; a session that ended gets its moment."""
    # By place, and not `_replace`d: this is the hot line.
    return Stored(
        stored.id,
        stored.contact_id,
        stored.number,
        stored.brand,
        stored.flow,
        stored.version,
        stored.key,
        session.phase.value,
        stored.status_at if stored.status == session.phase else now,
        session.place if session.flow else session.state,
        session.visit,
        session.clock_from,
        session.outcome,
        session.queue,
        stored.trouble,
        {name: to_plain(value) for name, value in session.vars.items()},
        _progress(session),
        _moved(stored.wake_at, wake_at, now),
        stored.started_at,
        now if session.phase is Phase.ENDED else None,
        stored.campaign_id,
        stored.contact,
        stored.language,
        stored.timezone,
        stored.tags,
    )


def _progress(session: Session) -> dict[str, Any]:
    progress: dict[str, Any] = {
        "timezone": session.timezone,
        "home": session.home,
        "last_text_at": session.last_text_at.isoformat(),
        "tries": session.tries,
        "fired": list(session.fired),
        "visits": session.visits,
    }
    if session.skipped:
        progress["skipped"] = list(session.skipped)
    if session.trail:
        progress["trail"] = list(session.trail)
    if session.stack:
        progress["stack"] = [_plain(frame) for frame in session.stack]
    if session.returned is not None:
        progress["returned"] = session.returned
    if session.kept:
        progress["kept"] = [[reply.text, *reply.media] for reply in session.kept]
    if session.calls:
        progress["calls"] = session.calls
    return progress


def _plain(frame: Frame) -> dict[str, Any]:
    return {
        "state": placed(frame.flow, frame.state),
        "vars": {name: to_plain(value) for name, value in frame.vars.items()},
        "trail": list(frame.trail),
    }


def _frame(plain: dict[str, Any]) -> Frame:
    flow, _, state = plain["state"].rpartition(".")
    variables = {name: from_plain(value) for name, value in plain["vars"].items()}
    return Frame(flow, state, variables, tuple(plain["trail"]))


def _moved(planned: datetime | None, wanted: datetime | None, now: datetime) -> datetime | None:
    """When to wake: `wanted`, or what is planned where that comes before it, in its second half.

    Waking finds that nothing is due and plans anew. A talk moves its expiry with every text, and
    the index need not be written each time.
    """
    if planned is None or wanted is None or not now < planned <= wanted:
        return wanted
    return planned if wanted - now <= 2 * (planned - now) else wanted


def inside(stored: Stored) -> list[str]:
    """The states that wait for the sub-flow in which a conversation stands, its own flow's first."""
    return [each["state"] for each in stored.progress.get("stack", ())]


def where(stored: Stored) -> str:
    """The same in words: `verify-phone.ask inside prove`, and a state of the flow itself alone."""
    return " inside ".join([stored.state, *reversed(inside(stored))])


def flows_of(stored: Stored) -> set[str]:
    """The flows that a conversation is in: its own, and the sub-flows that have not returned."""
    return {place.rpartition(".")[0] or stored.flow for place in (stored.state, *inside(stored))}


def shown(variables: dict[str, Any]) -> dict[str, Any]:
    """Stored variables as programs read them: moments in ISO 8601, numbers as numbers."""
    return {name: values.shown(from_plain(value)) for name, value in variables.items()}
