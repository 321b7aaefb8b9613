"""Stepping the conversations of one transaction, and collecting what follows: it is written in one go.

A contact has one running conversation with a number: live, or with a person. Others wait behind it,
or were suspended when it came in between; when it ends, the next of them goes on in the same turn.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo import segments
from convo.errors import ConvoError
from convo.flow.advance import ERROR_QUEUE, NEVER_STARTED, advance, next_wake
from convo.flow.compile import Bundle
from convo.flow.plan import UNDELIVERED
from convo.flow.session import (
    Begin,
    Closed,
    Emit,
    Event,
    HandedBack,
    Phase,
    Reopened,
    Replied,
    Resumed,
    Say,
    Session,
    Started,
    Tag,
    TimedOut,
    Turn,
    Undelivered,
    Untag,
)
from convo.flow.values import shown, to_plain
from convo.messages import Direction, Status
from convo.runtime.beginning import Asked, begin_asked
from convo.runtime.library import Library
from convo.runtime.sessions import decode, encode
from convo.settings import Settings
from convo.store import contacts, conversations, errands, events, ids, messages, outgoing
from convo.store.conversations import Stored
from convo.store.errands import Errand
from convo.store.tables import conversations as conversation_table

RUNNING = (Phase.LIVE, Phase.HANDED_OFF)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """What one transaction of the runtime works with."""

    connection: Connection
    settings: Settings
    library: Library
    now: datetime


class Turns:
    """The conversations that a transaction steps. Their contacts are locked; `flush` writes."""

    def __init__(self, line: Line, *, numbers: int = 1, depth: int = 0) -> None:
        """`numbers` are drawn at a time for new conversations; `depth` is said in `start`."""
        self._line = line
        self._draws, self._numbers, self._last_number = numbers, list[int](), 0
        self._depth = depth
        self._loaded: set[int] = set()  # contacts whose open conversations are known
        self._open: dict[int, dict[int, Stored]] = {}  # by contact and row number
        self._new: dict[int, Stored] = {}
        self._changed: dict[int, tuple[Stored, Stored]] = {}  # as it was, as it is
        self._left: dict[int, tuple[int, int, int]] = {}  # contact, conversation, visit
        self._tags: dict[int, tuple[str, ...]] = {}  # of contacts who were tagged here
        self._tagged: set[int] = set()  # those whose tags are to be written
        self._asked: list[Asked] = []  # flows to begin, in this order
        self._errands: list[Errand] = []
        self._events: list[outgoing.Draft] = []
        self.history: list[messages.Draft | events.Happened] = []  # in this order

    # What there is.

    def know(self, contact_ids: Iterable[int]) -> None:
        """Read the open conversations of these contacts, all at once."""
        wanted = set(contact_ids) - self._loaded
        self._loaded |= wanted
        for stored in conversations.alive(self._line.connection, wanted):
            if stored.id not in self._changed:
                self._open.setdefault(stored.contact_id, {})[stored.id] = stored

    def open(self, contact_id: int, number: str) -> list[Stored]:
        """The conversations of a contact with one of our numbers that have not ended, oldest first."""
        self.know([contact_id])
        found = self._open.get(contact_id, {}).values()
        return sorted((one for one in found if one.number == number), key=lambda one: one.id)

    def running(self, contact_id: int, number: str) -> Stored | None:
        """The one that is live, or with a person."""
        self.know([contact_id])
        for stored in self._open.get(contact_id, {}).values():
            if stored.number == number and stored.status in RUNNING:
                return stored
        return None

    def ended(self, contact_id: int, number: str) -> Stored | None:
        """The last one that began, and ended in this transaction."""
        found = [after for _, after in self._changed.values()] + list(self._new.values())
        here = [one for one in found if (one.contact_id, one.number) == (contact_id, number)]
        over = [one for one in here if one.status == Phase.ENDED and one.state]
        return max(over, key=lambda one: one.id, default=None)

    def latest(self, stored: Stored) -> Stored:
        """A conversation that was read before, as it is now."""
        if stored.id in self._new:
            return self._new[stored.id]
        return self._changed.get(stored.id, (stored, stored))[1]

    def forget(self, contact_id: int) -> None:
        """Everything collected is written, and a STOP changed what there is."""
        self._loaded.discard(contact_id)
        self._open.pop(contact_id, None)

    def number(self) -> int:
        """A number for a new conversation."""
        if not self._numbers:
            drawn = ids.allocate(self._line.connection, conversation_table, self._draws)
            # SQLite draws those again that are not written yet.
            behind = max(0, self._last_number + 1 - drawn[0])
            self._numbers = [number + behind for number in drawn]
        self._last_number = self._numbers.pop(0)
        return self._last_number

    # What happens.

    def step(self, stored: Stored, event: Event) -> Stored:
        """Feed `event` to a conversation; the conversation as it is then.

        Where that ends it, the next of the same contact and number goes on.
        """
        after = self._close(stored, event) if isinstance(event, Closed) else self._advance(stored, event)
        self._follow(after)
        self.begin_asked()
        return after

    def begin(self, blank: Stored, session: Session, flows: Bundle, event: Event) -> Stored:
        """The first step of a conversation that is not stored yet; see `begin_asked`."""
        # Its row is known as new only once the step did not fail.
        after = self._take(blank, session, flows, event, new=True)
        self._follow(after)
        return after

    def begin_asked(self) -> None:
        """Begin the flows that conversations asked for; what cannot begin is on record, and hurts nobody."""
        before = self._depth
        while self._asked:
            one = self._asked.pop(0)
            self._depth = one.depth
            try:
                errand = begin_asked(self, self._line, one)
                self._errands += [errand] if errand else []
            except SQLAlchemyError:
                raise  # the transaction is broken, not the flow
            except Exception as error:
                if not isinstance(error, ConvoError):
                    log.exception("begin.failed", flow=one.begin.flow, conversation=one.by.id)
                self.refused(one.by, one.begin.flow, str(error))
            finally:
                self._depth = before

    def refused(self, by: Stored, flow: str, reason: str) -> None:
        """What a conversation asked to begin could not; it goes on all the same."""
        log.warning("begin.refused", flow=flow, conversation=by.id, reason=reason)
        latest = self.latest(by)
        self.put(latest, latest._replace(trouble=f"{flow} did not begin: {reason}"))

    def queue(self, blank: Stored, session: Session, within: timedelta) -> Stored:
        """A new conversation that waits until the running one has ended, at most so long."""
        now = self._line.now
        waiting = encode(blank, replace(session, phase=Phase.WAITING), now + within, now)
        self._remember(waiting, new=True)
        return waiting

    def suspend(self, stored: Stored) -> None:
        """Another conversation came in between: this one's clocks stand still until that has ended."""
        session = replace(decode(stored), phase=Phase.SUSPENDED)
        self.put(stored, encode(stored, session, None, self._line.now))

    def call_person(self, stored: Stored, reason: str) -> Stored:
        """A conversation that cannot go on by itself is not tried again and again."""
        session = replace(
            decode(stored),
            phase=Phase.HANDED_OFF,
            visit=stored.visit + 1,  # a text of the visit that is accepted later starts no clock
            clock_from=None,
            queue=ERROR_QUEUE,
        )
        after = encode(stored, session, None, self._line.now)._replace(trouble=reason)
        self.put(stored, after)
        return after

    def put(self, before: Stored, after: Stored) -> None:
        """A conversation was changed, from the outside."""
        first, _ = self._changed.get(after.id, (before, None))
        if after.id in self._new:
            self._remember(after, new=True)
        else:
            self._changed[after.id] = first, after
            self._remember(after)

    def flush(self) -> None:
        """Write everything collected so far."""
        self.begin_asked()
        connection = self._line.connection
        # What ended makes room for what begins: a contact has one running conversation with a number.
        running = [pair for pair in self._changed.values() if pair[1].status in RUNNING]
        if len(running) < len(self._changed):
            conversations.save(
                connection, [pair for pair in self._changed.values() if pair[1].status not in RUNNING]
            )
        conversations.save(connection, running)
        conversations.insert(connection, list(self._new.values()))
        events.write(connection, self.history)
        # After the messages: a conversation that slept long may say and leave in one go.
        messages.lapse(connection, self._left.values())
        for contact_id in self._tagged:
            contacts.tag(connection, contact_id, self._tags[contact_id])
        outgoing.write(connection, self._events)
        errands.add(connection, self._errands)
        written = (
            self._new, self._changed, self._left, self._tagged, self._events, self._errands, self.history
        )  # fmt: skip
        for collected in written:
            collected.clear()

    # How.

    def _advance(self, stored: Stored, event: Event) -> Stored:
        flows = self._line.library.version(self._line.connection, stored.version)
        return self._take(stored, decode(stored), flows, event)

    def _close(self, stored: Stored, closed: Closed) -> Stored:
        """End a conversation from outside. Its flow is not asked: it may not even load any more."""
        session = replace(decode(stored), phase=Phase.ENDED, outcome=closed.outcome, queue=None)
        after = encode(stored, session, None, self._line.now)
        self.put(stored, after)
        self.history.append(_happened(stored, closed, self._line.now))
        self._left[stored.id] = (stored.contact_id, stored.id, stored.visit + 1)
        return after

    def _take(
        self, stored: Stored, session: Session, flows: Bundle, event: Event, *, new: bool = False
    ) -> Stored:
        now = self._line.now
        tags = self._tags.get(stored.contact_id, session.contact.tags)
        if tags != session.contact.tags:  # another conversation of the contact has changed them
            session = replace(session, contact=replace(session.contact, tags=tags))
        turn = advance(flows, session, event, now)
        after = encode(stored, turn.session, next_wake(flows, turn.session), now)
        if turn.trouble is not None:
            after = after._replace(trouble=turn.trouble)
        account = self._line.settings.number(stored.number).account
        drafts = [_draft(stored, said, account, now) for said in turn.effects if isinstance(said, Say)]
        # Nothing is collected before all of it is known: a text that fails leaves no trace behind.
        if new:
            self._remember(after, new=True)
        else:
            self.put(stored, after)
        if not isinstance(event, Replied):  # which is on record as the text that came in
            given = _given(session) if isinstance(event, Started) else None
            self.history.append(_happened(stored, event, now, given))
        self.history += drafts
        if len(drafts) < len(turn.effects):
            self._collect(after, turn, depth=self._depth if isinstance(event, Started) else 0)
        ended = turn.session.phase is Phase.ENDED
        # Only clocks and misses say texts that lapse.
        may_lapse = bool(session.tries or session.fired or isinstance(event, TimedOut))
        if may_lapse and (ended or turn.session.visit > session.visit):
            self._left[stored.id] = (stored.contact_id, stored.id, turn.session.visit + ended)
        return after

    def _collect(self, after: Stored, turn: Turn, *, depth: int) -> None:
        """What follows from a turn beside its texts."""
        for effect in turn.effects:
            match effect:
                case Tag() | Untag():
                    self._tags[after.contact_id] = turn.session.contact.tags
                    self._tagged.add(after.contact_id)
                case Emit(kind, given):
                    data = {name: shown(value) for name, value in given.items()}
                    self._events.append(
                        outgoing.Draft(kind, after.contact_id, after.number, after.id, data, self._line.now)
                    )
                case Begin():
                    self._asked.append(Asked(after, effect, depth + 1))

    def _follow(self, after: Stored) -> None:
        """Where a conversation has ended, the one that was suspended last goes on, or the next begins."""
        now = self._line.now
        while after.status == Phase.ENDED:
            others = self.open(after.contact_id, after.number)
            if not others or any(one.status in RUNNING for one in others):
                return
            chosen = _next(others)
            if chosen.status == Phase.WAITING and chosen.wake_at and chosen.wake_at <= now:
                after = self._close(chosen, Closed(NEVER_STARTED))  # no clock was at work in time
                continue
            try:
                after = self._go_on(chosen)
            except SQLAlchemyError:
                raise  # the transaction is broken, not the conversation
            except Exception as error:
                log.exception("conversation.not_continued", conversation=chosen.id)
                self.call_person(chosen, str(error))
                return

    def _go_on(self, stored: Stored) -> Stored:
        if stored.status == Phase.WAITING:
            return self._advance(stored, Started())
        after = self._advance(stored, Resumed(self._line.now - stored.status_at))
        flows = self._line.library.version(self._line.connection, after.version)
        if flows.root.can(after.state, UNDELIVERED) and messages.failed(
            self._line.connection, after.contact_id, after.id, after.visit
        ):
            return self._advance(after, Undelivered(after.visit))  # it could not be told while it was away
        return after

    def _remember(self, stored: Stored, *, new: bool = False) -> None:
        if new:
            self._new[stored.id] = stored
        here = self._open.setdefault(stored.contact_id, {})
        if stored.status == Phase.ENDED:
            here.pop(stored.id, None)
        else:
            here[stored.id] = stored


def _next(others: list[Stored]) -> Stored:
    """The one that was suspended last, or else that waits longest."""
    suspended = [one for one in others if one.status == Phase.SUSPENDED]
    # Of two that were suspended in one transaction the younger had come in between.
    return max(suspended, key=lambda one: (one.status_at, one.id)) if suspended else others[0]


def _happened(stored: Stored, event: Event, now: datetime, given: str | None = None) -> events.Happened:
    return events.Happened(stored.id, now, type(event).__name__, given or _data(event))


def _given(session: Session) -> str | None:
    """What a conversation starts with: nothing else keeps it once the flow sets and tags others."""
    given: dict[str, object] = {}
    if session.vars:
        given["vars"] = {name: to_plain(value) for name, value in session.vars.items()}
    if session.contact.tags:
        given["tags"] = session.contact.tags
    return json.dumps(given) if given else None


def _draft(stored: Stored, said: Say, account: str, now: datetime) -> messages.Draft:
    return messages.Draft(
        direction=Direction.OUT,
        account=account,
        number=stored.number,
        brand=stored.brand,
        contact_id=stored.contact_id,
        text=said.text,
        segments=segments.count(said.text).count,
        status=Status.QUEUED,
        created_at=now,
        conversation_id=stored.id,
        state=said.state,
        visit=said.visit,
        starts_clock=said.starts_clock,
        lapses=said.lapses,
        due_at=now,
    )


def _data(event: Event) -> str | None:
    """The words that come with an event, so that it can be replayed."""
    match event:
        case TimedOut(word) | Closed(word) | Reopened(word):
            return word
        case Undelivered(visit):
            return str(visit)
        case Resumed(away):
            return str(away.total_seconds())
        case HandedBack(state, given):
            return json.dumps({"state": state, "vars": dict(given)}, default=str)
    return None
