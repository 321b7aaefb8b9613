"""What happened to a conversation, through a version of its flow once more: where the answers differ.

Nothing is written and nobody is texted. The events come at the moments on record; a clock that the
other version has and the first had not goes off in between.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.flow.advance import advance, next_clock
from convo.flow.compile import Bundle
from convo.flow.plan import EXPIRED
from convo.flow.session import (
    Called,
    Checked,
    Closed,
    Event,
    HandedBack,
    Phase,
    Replied,
    Resumed,
    Say,
    Session,
    TakenOver,
    TimedOut,
    Undelivered,
    Vars,
)
from convo.flow.values import from_plain
from convo.runtime.library import Library
from convo.runtime.migrating import MIGRATED
from convo.runtime.records import UnplayableError, read
from convo.runtime.renaming import renamed
from convo.runtime.tapes import Moment, Tape, taped
from convo.store.conversations import Stored
from convo.store.events import Happened

MOST_CLOCKS = 100  # of the other version, between two events


class Result(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    UNPLAYABLE = "unplayable"


@dataclass(frozen=True, slots=True)
class Row:
    """What happened, what was said then, and what would be said."""

    at: datetime
    what: str  # `them: yes`, `after 4 hours`
    was: tuple[str, ...] = ()
    would: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return self.was != self.would


@dataclass(frozen=True, slots=True)
class Replay:
    """A conversation up to the first difference; `session` is how it stands after its last row."""

    stored: Stored
    result: Result
    rows: tuple[Row, ...] = ()
    why: str = ""  # it could not be replayed
    session: Session | None = None


def replay(connection: Connection, library: Library, stored: Stored, flows: Bundle | None = None) -> Replay:
    """A conversation through `flows`, or through the versions that it ran on."""
    try:
        tape = taped(connection, library, stored)
        through = flows or tape.own
        if through is None:
            raise UnplayableError(f"the version that it ran on, {tape.version[:12]}, does not run any more")
        mine = _Player(through, tape.begin(through), fixed=flows is not None)
        theirs = None
        if flows is not None and tape.own is not None:
            theirs = _Player(tape.own, tape.begin(tape.own))
        rows = tuple(_Play(connection, library, tape, mine, theirs).rows())
    except ConvoError as error:
        return Replay(stored, Result.UNPLAYABLE, why=str(error))
    different = any(row.differs for row in rows)
    return Replay(stored, Result.DIFFERENT if different else Result.SAME, rows, session=mine.session)


class _Player:
    """A session of one version, as it goes along."""

    def __init__(self, flows: Bundle, session: Session, *, fixed: bool = False) -> None:
        self.flows = flows
        self.session = session
        self.fixed = fixed  # the whole conversation on this one version, whatever it was moved to
        self._waits: tuple[int, datetime] | None = None  # a visit, and when its clocks begin to count

    def take(self, event: Event, at: datetime) -> tuple[list[Say], list[str]]:
        """The texts of an event, and what else a person would notice of it."""
        self.settle(at)
        before = self.session
        if isinstance(event, Resumed):
            self.session = replace(self.session, phase=Phase.SUSPENDED)
        if isinstance(event, Called):  # another version may have come here by more or fewer states
            event = replace(event, visit=self.session.visit)
        if isinstance(event, TimedOut) and event.clock in self.session.fired and event.clock != EXPIRED:
            return [], []  # it went off already, at a moment of its own
        turn = advance(self.flows, self.session, event, at)
        self.session = turn.session
        said = [effect for effect in turn.effects if isinstance(effect, Say)]
        return said, list(_ends(before, turn.session))

    def waits(self, said: list[Say], moments: list[datetime | None]) -> None:
        """When the texts of a turn were accepted: the clocks of its visit count from then."""
        for text, moment in zip(said, moments, strict=False):
            if text.starts_clock and moment is not None:
                self._waits = text.visit, moment

    def settle(self, by: datetime | None = None) -> None:
        """What was accepted until then starts the clocks that waited for it."""
        if self._waits is None:
            return
        visit, moment = self._waits
        if by is not None and moment > by:
            return
        self._waits = None
        session = self.session
        if session.visit == visit and session.clock_from is None and session.phase is not Phase.ENDED:
            self.session = replace(session, clock_from=moment, last_text_at=moment)

    def touch(self, at: datetime) -> None:
        """A text between the contact and a person."""
        self.settle(at)
        self.session = replace(self.session, last_text_at=at)

    def clock(self, by: datetime) -> tuple[datetime, TimedOut] | None:
        """The clock that goes off next, where that is until then."""
        self.settle(by)
        clock = next_clock(self.flows, self.session)
        return clock if clock is not None and clock[0] <= by else None

    def move(self, data: Mapping[str, Any], flows: Bundle, at: datetime) -> None:
        """Somebody migrated the conversation here; one that is tried on one version stays on that."""
        if self.fixed:
            return
        self.settle(at)
        self.flows = flows
        moved = renamed(self.session, data["map"], flows)
        given = [*data.get("stack", ()), *[{}] * len(moved.stack)]
        stack = tuple(
            replace(frame, vars=_with(frame.vars, more))
            for frame, more in zip(moved.stack, given, strict=False)
        )
        self.session = replace(moved, vars=_with(moved.vars, data["vars"]), stack=stack)


def _with(variables: Vars, given: Mapping[str, Any]) -> Vars:
    """The variables with those that a migration gave."""
    return {**variables, **{name: from_plain(value) for name, value in given.items()}}


def _ends(before: Session, after: Session) -> Iterator[str]:
    if after.phase is Phase.HANDED_OFF and (
        before.phase is not Phase.HANDED_OFF or after.queue != before.queue
    ):
        yield f"(handed to {after.queue})"
    if after.phase is Phase.ENDED and before.phase is not Phase.ENDED:
        yield f"(ends: {after.outcome})"


@dataclass
class _Play:
    """Both sides, event by event, to the first difference."""

    connection: Connection
    library: Library
    tape: Tape
    mine: _Player
    theirs: _Player | None  # how it went, where another version is tried

    def rows(self) -> Iterator[Row]:
        for row in self._all():
            yield row
            if row.differs:
                return

    def _all(self) -> Iterator[Row]:
        for moment in self.tape.moments:
            yield from self._own_clocks(moment.happened.at)
            if moment.happened.kind == MIGRATED:
                yield self._migrated(moment.happened)
            else:
                yield from self._turn(moment)
            for text in moment.people:
                for player in self._players():
                    player.touch(text.at)
                yield Row(text.at, f"person: {text.text}")
        yield from self._standing()

    def _own_clocks(self, by: datetime) -> Iterator[Row]:
        """What goes off in the other version before the next event, and did not then."""
        if self.theirs is None:
            return
        for _ in range(MOST_CLOCKS):
            clock = self.mine.clock(by)
            if clock is None or clock == self.theirs.clock(by):
                return
            at, event = clock
            said, ends = self.mine.take(event, at)
            self.mine.waits(said, [at] * len(said))
            yield Row(at, event.clock, (), (*(text.text for text in said), *ends))

    def _turn(self, moment: Moment) -> Iterator[Row]:
        event, at = read(moment.happened), moment.happened.at
        accepted = [self.tape.accepted(text) for text in moment.said]
        said, ends = self.mine.take(event, at)
        self.mine.waits(said, accepted)
        ended = ends  # what came of it besides texts is not on record
        if self.theirs is not None:
            theirs, ended = self.theirs.take(event, at)
            self.theirs.waits(theirs, accepted)
        was = (*(text.text for text in moment.said), *ended)
        would = (*(text.text for text in said), *ends)
        what = _told(event)
        if what or was or would:
            yield Row(at, what, was, would)

    def _migrated(self, happened: Happened) -> Row:
        data = json.loads(happened.data or "{}")
        flows = self.library.version(self.connection, data["to"])
        for player in self._players():
            player.move(data, flows, happened.at)
        return Row(happened.at, "migrated")

    def _standing(self) -> Iterator[Row]:
        """How it stands at the end, where that is another phase, queue or outcome than is stored."""
        stored = self.tape.stored
        self.mine.settle()
        if stored.status in (Phase.WAITING, Phase.SUSPENDED):
            self.mine.session = replace(self.mine.session, phase=Phase(stored.status))
        session = self.mine.session
        was = _stands(stored.status, stored.queue, stored.outcome)
        would = _stands(session.phase, session.queue, session.outcome)
        if was != would:
            why = f" {stored.trouble}" if stored.trouble else ""
            yield Row(stored.ended_at or stored.status_at, "", (was + why,), (would,))

    def _players(self) -> list[_Player]:
        return [self.mine] if self.theirs is None else [self.mine, self.theirs]


def _stands(phase: str, queue: str | None, outcome: str | None) -> str:
    return f"({': '.join(word for word in (phase, queue or outcome) if word)})"


def _told(event: Event) -> str:
    said = ""
    match event:
        case Replied(text, media):
            said = f"them: {text}{''.join(f' ({kind})' for kind in media)}"
        case Checked(verdict):
            said = f"them: a code ({verdict})"
        case TimedOut(clock):
            said = clock
        case HandedBack(state):
            said = f"handed back{f' to {state}' if state else ''}"
        case Closed(outcome):
            said = f"closed: {outcome}"
        case TakenOver(queue):
            said = f"taken over by {queue}"
        case Undelivered():
            said = "undelivered"
        case Called(failure=why):
            said = "called: done" if why is None else f"called: failed, {why}"
        case Resumed():
            said = "goes on"
    return said
