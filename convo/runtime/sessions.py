"""A session as the store keeps it: plain columns, and JSON for what only `advance` reads."""

from datetime import datetime
from typing import Any

from convo.flow import values
from convo.flow.session import Phase, Session
from convo.flow.values import from_plain, to_plain
from convo.messages import Contact
from convo.store.conversations import Stored


def decode(stored: Stored) -> Session:
    """The session of a stored conversation."""
    progress = stored.progress
    return Session(
        contact=Contact(stored.contact, stored.language, stored.timezone, tuple(stored.tags or ())),
        number=stored.number,
        timezone=progress["timezone"],
        home=progress.get("home", progress["timezone"]),
        vars={name: from_plain(value) for name, value in stored.vars.items()},
        started_at=stored.started_at,
        last_text_at=datetime.fromisoformat(progress["last_text_at"]),
        state=stored.state,
        visit=stored.visit,
        clock_from=stored.clock_from,
        tries=progress["tries"],
        fired=tuple(progress["fired"]),
        skipped=tuple(progress.get("skipped", ())),
        trail=tuple(progress.get("trail", ())),
        visits=progress["visits"],
        phase=Phase(stored.status),
        outcome=stored.outcome,
        queue=stored.queue,
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
        session.state,
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
    return progress


def _moved(planned: datetime | None, wanted: datetime | None, now: datetime) -> datetime | None:
    """When to wake: `wanted`, or what is planned where that comes before it, in its second half.

    Waking finds that nothing is due and plans anew. A talk moves its expiry with every text, and
    the index need not be written each time.
    """
    if planned is None or wanted is None or not now < planned <= wanted:
        return wanted
    return planned if wanted - now <= 2 * (planned - now) else wanted


def shown(variables: dict[str, Any]) -> dict[str, Any]:
    """Stored variables as programs read them: moments in ISO 8601, numbers as numbers."""
    return {name: values.shown(from_plain(value)) for name, value in variables.items()}
