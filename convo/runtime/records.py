"""Events as they are on record: each with the words that bring it back, and brought back by them."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from convo.errors import ConvoError
from convo.flow.codes import Verdict
from convo.flow.session import (
    Checked,
    Closed,
    Event,
    HandedBack,
    Reopened,
    Replied,
    Resumed,
    Session,
    Started,
    TimedOut,
    Undelivered,
)
from convo.flow.values import to_plain
from convo.store.events import Happened


class UnplayableError(ConvoError):
    """A conversation cannot be replayed; says why."""


def happened(conversation: int, event: Event, now: datetime, given: str | None = None) -> Happened:
    """`event` as it is kept; `given` is what a conversation started with."""
    return Happened(conversation, now, type(event).__name__, given or _words(event))


def started_with(session: Session) -> str | None:
    """What a conversation starts with: nothing else keeps it once the flow sets and tags others."""
    given: dict[str, object] = {}
    if session.vars:
        given["vars"] = {name: to_plain(value) for name, value in session.vars.items()}
    if session.contact.tags:
        given["tags"] = session.contact.tags
    return json.dumps(given) if given else None


def read(happened: Happened) -> Event:
    """The event on record; raises UnplayableError for a kind that this version of convo does not know."""
    if happened.kind not in _READ:
        raise UnplayableError(f"this version of convo does not know what '{happened.kind}' is")
    return _READ[happened.kind](happened.data or "", happened.media)


def _words(event: Event) -> str | None:
    match event:
        case TimedOut(word) | Closed(word) | Reopened(word) | Checked(word):
            return word
        case Undelivered(visit):
            return str(visit)
        case Resumed(away):
            return str(away.total_seconds())
        case HandedBack(state, given):
            return json.dumps({"state": state, "vars": dict(given)}, default=str)
    return None


_READ: Mapping[str, Callable[[str, tuple[str, ...]], Event]] = {
    "Started": lambda _, __: Started(),
    "Replied": Replied,
    "Checked": lambda verdict, _: Checked(Verdict(verdict)),
    "TimedOut": lambda clock, _: TimedOut(clock),
    "Undelivered": lambda visit, _: Undelivered(int(visit)),
    "Reopened": Reopened,
    "Resumed": lambda seconds, _: Resumed(timedelta(seconds=float(seconds))),
    "Closed": lambda outcome, _: Closed(outcome),
    "HandedBack": lambda given, _: HandedBack(**json.loads(given)),
}
