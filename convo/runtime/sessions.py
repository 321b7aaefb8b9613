"""A session as the store keeps it: plain columns, and JSON for what only `advance` reads."""

from datetime import datetime
from typing import Any

from convo.flow.session import Phase, Session, Value
from convo.messages import Contact
from convo.store.conversations import Stored

_MOMENT = "$datetime"


def decode(stored: Stored) -> Session:
    """The session of a stored conversation."""
    progress = stored.progress
    return Session(
        contact=Contact(stored.contact, stored.language, stored.timezone),
        number=stored.number,
        timezone=progress["timezone"],
        vars={name: _value(value) for name, value in stored.vars.items()},
        started_at=stored.started_at,
        last_text_at=datetime.fromisoformat(progress["last_text_at"]),
        state=stored.state,
        visit=stored.visit,
        clock_from=stored.clock_from,
        tries=progress["tries"],
        fired=tuple(progress["fired"]),
        visits=progress["visits"],
        phase=Phase(stored.status),
        outcome=stored.outcome,
        queue=stored.queue,
    )


def encode(stored: Stored, session: Session, wake_at: datetime | None, now: datetime) -> Stored:
    """`stored` with the session's values; a session that ended gets its moment."""
    # Spelled out, not `replace`d: this is the hot line.
    return Stored(
        id=stored.id,
        contact_id=stored.contact_id,
        number=stored.number,
        brand=stored.brand,
        flow=stored.flow,
        version=stored.version,
        key=stored.key,
        status=session.phase.value,
        state=session.state,
        visit=session.visit,
        clock_from=session.clock_from,
        outcome=session.outcome,
        queue=session.queue,
        trouble=stored.trouble,
        vars={name: _plain(value) for name, value in session.vars.items()},
        progress={
            "timezone": session.timezone,
            "last_text_at": session.last_text_at.isoformat(),
            "tries": session.tries,
            "fired": session.fired,
            "visits": session.visits,
        },
        wake_at=wake_at,
        started_at=stored.started_at,
        ended_at=now if session.phase is Phase.ENDED else None,
        contact=stored.contact,
        language=stored.language,
        timezone=stored.timezone,
    )


def shown(variables: dict[str, Any]) -> dict[str, Any]:
    """Stored variables as programs read them: moments in ISO 8601."""
    return {name: value[_MOMENT] if isinstance(value, dict) else value for name, value in variables.items()}


def _plain(value: Value) -> Any:
    return {_MOMENT: value.isoformat()} if isinstance(value, datetime) else value


def _value(value: Any) -> Value:
    if isinstance(value, dict):
        return datetime.fromisoformat(value[_MOMENT])
    return str(value)
