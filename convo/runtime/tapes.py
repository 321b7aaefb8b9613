"""Conversations as they are on record, to be played once more: how each began, and what happened then."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.flow.advance import open_session, reopened_session
from convo.flow.compile import Bundle
from convo.flow.dates import Reading
from convo.flow.session import Reopened, Resumed, Session, Started
from convo.flow.slots import parse_type
from convo.flow.values import Money, Value, from_plain, shown
from convo.runtime.library import Library
from convo.runtime.migrating import MIGRATED
from convo.runtime.records import UnplayableError
from convo.runtime.sessions import decode
from convo.store import conversations, events
from convo.store.conversations import Stored
from convo.store.events import Happened, Text


@dataclass(frozen=True, slots=True)
class Moment:
    """One event, and what was said then: by the flow, and by people."""

    happened: Happened
    said: tuple[Text, ...]
    people: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Tape:
    """A conversation as it is on record."""

    stored: Stored
    moments: tuple[Moment, ...]
    version: str  # on which it began
    own: Bundle | None  # that version, where it still runs
    before: Session | None  # of the conversation that it followed

    def begin(self, flows: Bundle) -> Session:
        """The session with which it began, or would have begun on `flows`; raises UnplayableError.

        Raises StartError where `flows` needs what it was not given.
        """
        stored, base = self.stored, decode(self.stored)
        if self.before is not None:
            reopened = reopened_session(self.before, stored.started_at)
            return replace(reopened, contact=base.contact)
        given, tags = self._given(base)
        if flows.version != self.version:
            given = _converted(flows, self.own, base, stored, given)
        elif missing := sorted({*flows.root.flow.needs, *flows.root.flow.vars} - set(given)):
            raise UnplayableError(f"what it began with is not on record: {', '.join(missing)}")
        return Session(
            contact=replace(base.contact, tags=tags),
            number=base.number,
            timezone=base.timezone,
            home=base.home,
            vars=given,
            started_at=stored.started_at,
            last_text_at=stored.started_at,
        )

    def accepted(self, text: Text) -> datetime | None:
        """When the clocks that waited for this text began to count; None: they never did."""
        stored = self.stored
        went_away = any(moment.happened.kind == Resumed.__name__ for moment in self.moments)
        if text.visit == stored.visit and not went_away:  # its clocks were not moved since
            return stored.clock_from  # also of a text that failed for good
        return text.sent_at

    def _given(self, base: Session) -> tuple[dict[str, Value], tuple[str, ...]]:
        """The variables that it began with, and the contact's tags."""
        began = [one.happened for one in self.moments if one.happened.kind == Started.__name__]
        if began:
            given = json.loads(began[0].data or "{}")
            values = {name: from_plain(value) for name, value in given.get("vars", {}).items()}
            return values, tuple(given.get("tags", ()))
        if self.stored.state:
            raise UnplayableError("how it began is not on record")
        return dict(base.vars), base.contact.tags  # it never did


def taped(connection: Connection, library: Library, stored: Stored) -> Tape:
    """What is on record of a conversation; raises UnplayableError where that is not enough."""
    groups: list[tuple[Happened, list[Text]]] = []
    for each in events.with_texts(connection, stored.id):
        if isinstance(each, Happened):
            groups.append((each, []))
        elif groups:  # what happened is forgotten before what was said
            groups[-1][1].append(each)
    moments = tuple(
        Moment(
            happened,
            tuple(text for text in texts if text.state is not None),
            tuple(text for text in texts if text.state is None),
        )
        for happened, texts in groups
    )
    kinds = {moment.happened.kind: moment.happened for moment in reversed(moments)}  # the first of each
    moved = kinds.get(MIGRATED)
    version: str = json.loads(moved.data or "{}")["from"] if moved else stored.version
    try:
        own = library.version(connection, version)
    except ConvoError:
        own = None
    earlier = conversations.before(connection, stored) if Reopened.__name__ in kinds else None
    if Reopened.__name__ in kinds and earlier is None:
        raise UnplayableError("the conversation that it followed is not on record any more")
    return Tape(stored, moments, version, own, decode(earlier) if earlier else None)


def _converted(
    flows: Bundle, own: Bundle | None, base: Session, stored: Stored, given: Mapping[str, Value]
) -> dict[str, Value]:
    """What another version would have begun with, given the same; its defaults are its own."""
    flow = flows.root.flow
    usual = _defaults(own, base, stored) if own is not None else {}
    said = {
        name: value
        for name, value in given.items()
        if name in flow.needs or (name in flow.vars and usual.get(name) != value)
    }
    plain = {name: str(value) if isinstance(value, Money) else shown(value) for name, value in said.items()}
    opened = open_session(flows, base.contact, base.number, base.home, plain, stored.started_at).vars
    # A moment keeps its time zone, which no text of it has.
    same = {name: said[name] for name in said if opened[name] == said[name]}
    return {**opened, **same}


def _defaults(flows: Bundle, base: Session, stored: Stored) -> dict[str, Value]:
    flow = flows.root.flow
    near = (base.contact.number, base.number)
    reading = Reading(stored.started_at, ZoneInfo(base.timezone), flow.language, near)
    return {name: parse_type(kind.type).take(kind.default, reading) for name, kind in flow.vars.items()}
