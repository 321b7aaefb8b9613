"""Events, and the calls that flows make, as they are on record: each with what brings it back."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from convo.errors import ConvoError
from convo.flow import results
from convo.flow.codes import Verdict
from convo.flow.session import (
    Call,
    Called,
    Checked,
    Closed,
    Event,
    HandedBack,
    Reopened,
    Replied,
    Request,
    Resumed,
    Session,
    Started,
    TakenOver,
    TimedOut,
    Undelivered,
)
from convo.flow.values import from_plain, to_plain
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


def told(call: Call) -> dict[str, object]:
    """A call as it is kept until it is made; `asked` brings it back."""
    given = {name: to_plain(value) for name, value in call.given.items()}
    what: dict[str, object] = {
        "name": call.name, "within": call.within.total_seconds(), "tries": call.tries, "given": given
    }  # fmt: skip
    return what if call.request is None else {**what, "request": asdict(call.request)}


def asked(visit: int, what: Mapping[str, Any]) -> Call:
    """The call that `told` wrote down."""
    request = what.get("request")
    return Call(
        what["name"],
        visit,
        timedelta(seconds=what["within"]),
        what["tries"],
        {name: from_plain(value) for name, value in what["given"].items()},
        Request(**request) if request else None,
    )


def words(called: Called) -> str:
    """What came of a call; `called` brings it back."""
    if called.failure is not None:
        return json.dumps({"visit": called.visit, "failure": called.failure})
    return json.dumps({"visit": called.visit, "result": results.kept(called.result)})


def called(words: str) -> Called:
    found = json.loads(words)
    return Called(found["visit"], results.from_kept(found.get("result")), found.get("failure"))


def _words(event: Event) -> str | None:
    match event:
        case TimedOut(word) | Closed(word) | Reopened(word) | Checked(word) | TakenOver(word):
            return word
        case Undelivered(visit):
            return str(visit)
        case Resumed(away):
            return str(away.total_seconds())
        case HandedBack(state, given):
            return json.dumps({"state": state, "vars": dict(given)}, default=str)
        case Called():
            return words(event)
    return None


_READ: Mapping[str, Callable[[str, tuple[str, ...]], Event]] = {
    "Started": lambda _, __: Started(),
    "Replied": Replied,
    "Checked": lambda verdict, _: Checked(Verdict(verdict)),
    "TimedOut": lambda clock, _: TimedOut(clock),
    "Called": lambda words, _: called(words),
    "Undelivered": lambda visit, _: Undelivered(int(visit)),
    "Reopened": Reopened,
    "Resumed": lambda seconds, _: Resumed(timedelta(seconds=float(seconds))),
    "Closed": lambda outcome, _: Closed(outcome),
    "TakenOver": lambda queue, _: TakenOver(queue),
    "HandedBack": lambda given, _: HandedBack(**json.loads(given)),
}
