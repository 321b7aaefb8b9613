"""Stepping the conversations of one transaction, and collecting what follows in a unit of work.

A contact has one running conversation with a number: live, calling, or with a person. Others wait
behind it, or were suspended when it came in between; when it ends, the next of them goes on in the
same turn.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo.errors import ConvoError
from convo.flow.advance import ERROR_QUEUE, NEVER_STARTED, RUNNING, advance, next_wake
from convo.flow.compile import Bundle
from convo.flow.plan import UNDELIVERED
from convo.flow.session import (
    Agree,
    Begin,
    Call,
    Called,
    Checked,
    Closed,
    Emit,
    Event,
    Phase,
    Reopened,
    Replied,
    Resumed,
    Session,
    Started,
    Tag,
    TimedOut,
    Turn,
    Undelivered,
    Untag,
)
from convo.messages import Direction
from convo.runtime import marketing, milestones
from convo.runtime.beginning import Asked, begin_asked
from convo.runtime.drafts import drafts
from convo.runtime.events import emitted
from convo.runtime.library import Library
from convo.runtime.marketing import Agreement
from convo.runtime.records import called, happened, started_with, told
from convo.runtime.sessions import decode, encode
from convo.runtime.tally import Tally
from convo.runtime.unit_of_work import UnitOfWork
from convo.settings import Settings
from convo.store import calls, messages
from convo.store.conversations import Stored
from convo.store.talks import Side

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """What one transaction of the runtime works with."""

    connection: Connection
    settings: Settings
    library: Library
    now: datetime
    texts_are_heard: bool = False  # by a subscriber in this process
    tally: Tally = field(default_factory=Tally)


class Turns(UnitOfWork):
    """The conversations that a transaction steps. Their contacts are locked; `flush` writes."""

    def __init__(self, line: Line, *, numbers: int = 1, depth: int = 0) -> None:
        """`numbers` are drawn at a time for new conversations; `depth` is said in `start`."""
        super().__init__(line.connection, numbers=numbers)
        self._line = line
        self._depth = depth
        self._asked: list[Asked] = []  # flows to begin, in this order

    # What happens.

    def step(self, stored: Stored, event: Event, *, depth: int = 0, answers: bool = False) -> Stored:
        """Feed `event` to a conversation; the conversation as it is then.

        Where that ends it, the next of the same contact and number goes on. `depth` is said in `start`.
        `answers`: what is said answers a text of the contact, though `event` is none.
        """
        before, self._depth = self._depth, depth
        try:
            if isinstance(event, Closed):
                after = self._close(stored, event)
            else:
                after = self._advance(stored, event, answers=answers)
            self._follow(after)
            self.begin_asked()
        finally:
            self._depth = before
        return after

    def begin(
        self, blank: Stored, session: Session, flows: Bundle, event: Event, *, answers: bool = False
    ) -> Stored:
        """The first step of a conversation that is not stored yet; see `begin_asked`.

        `answers`: a text that its contact has just sent began it.
        """
        self._place(blank, flows)
        # Its row is known as new only once the step did not fail.
        after = self._take(blank, session, flows, event, new=True, answers=answers)
        self._follow(after)
        return after

    def begin_asked(self) -> None:
        """Begin the flows that conversations asked for; what cannot begin is on record, and hurts nobody."""
        before = self._depth
        while self._asked:
            one = self._asked.pop(0)
            self._depth = one.depth
            try:
                if errand := begin_asked(self, self._line, one):
                    self.send(errand)
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

    def queue(self, blank: Stored, session: Session, flows: Bundle) -> Stored:
        """A new conversation that waits until the running one has ended, as long as its flow says."""
        now = self._line.now
        self._place(blank, flows)
        until = now + flows.root.start_within
        waiting = encode(blank, replace(session, phase=Phase.WAITING), until, now)
        self.add(waiting)
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
            kept=(),
            calls=0,
        )
        after = encode(stored, session, None, self._line.now)._replace(trouble=reason)
        self.put(stored, after)
        self._gives_up_if_calling(stored)
        return after

    def flush(self) -> None:
        """Begin what was asked for, and write everything collected so far."""
        self.begin_asked()
        steps = [*self._changed.values(), *((None, new) for new in self._new.values())]
        self.told += milestones.told(self._line.settings.events, steps, self._line.now)
        super().flush()

    # How.

    def _place(self, new: Stored, flows: Bundle) -> None:
        """Where a conversation is counted; this is known before it has begun."""
        self.side(new, Side(flows.variant(new.contact), new.language or flows.root.flow.language))

    def _advance(self, stored: Stored, event: Event, *, answers: bool = False) -> Stored:
        flows = self._line.library.version(self._line.connection, stored.version)
        return self._take(stored, decode(stored), flows, event, answers=answers)

    def _close(self, stored: Stored, closed: Closed) -> Stored:
        """End a conversation from outside. Its flow is not asked: it may not even load any more."""
        session = replace(decode(stored), phase=Phase.ENDED, outcome=closed.outcome, queue=None)
        after = encode(stored, session, None, self._line.now)
        self.put(stored, after)
        self.history.append(happened(stored.id, closed, self._line.now))
        self.leave(stored, stored.visit + 1)
        self._gives_up_if_calling(stored)
        return after

    def _gives_up_if_calling(self, stored: Stored) -> None:
        if stored.status in (Phase.CALLING, Phase.SUSPENDED):
            self.gives_up(stored)

    def _take(
        self,
        stored: Stored,
        session: Session,
        flows: Bundle,
        event: Event,
        *,
        new: bool = False,
        answers: bool = False,
    ) -> Stored:
        now = self._line.now
        answers = answers or isinstance(event, Replied | Reopened | Checked)
        tags = self.tags(stored.contact_id)
        if tags is not None and tags != session.contact.tags:  # by another conversation of the contact
            session = replace(session, contact=replace(session.contact, tags=tags))
        turn = advance(flows, session, event, now)
        after = encode(stored, turn.session, next_wake(flows, turn.session), now)
        if turn.trouble is not None:
            after = after._replace(trouble=turn.trouble)
        said = drafts(
            self._line.connection,
            self._line.settings,
            stored,
            turn.effects,
            flows.root.flow.purpose,
            now,
            answers=answers,
        )
        # Nothing is collected before all of it is known: a text that fails leaves no trace behind.
        if new:
            self.add(after)
        else:
            self.put(stored, after)
        if not isinstance(event, Replied):  # which is on record as the text that came in
            given = started_with(session) if isinstance(event, Started) else None
            self.history.append(happened(stored.id, event, now, given))
        if len(said) < len(turn.effects):
            depth = self._depth if isinstance(event, Started | Called) else 0
            self._collect(after, turn, depth=depth, answers=answers)
        self.history += said
        ended = turn.session.phase is Phase.ENDED
        if session.phase is Phase.CALLING and (ended or turn.session.visit > session.visit):
            self.gives_up(stored)
        # Only clocks and misses say texts that lapse: of texts that waited for a result too.
        may_lapse = bool(session.tries or session.fired or isinstance(event, TimedOut | Called))
        if may_lapse and (ended or turn.session.visit > session.visit):
            self.leave(stored, turn.session.visit + ended)
        return after

    def _collect(self, after: Stored, turn: Turn, *, depth: int, answers: bool) -> None:
        """What follows from a turn beside its texts."""
        for effect in turn.effects:
            match effect:
                case Tag() | Untag():
                    self.tag(after.contact_id, turn.session.contact.tags)
                case Agree():
                    agreement, line = self._agreement(after, effect), self._line
                    self.told.append(
                        marketing.record(line.connection, line.settings.events, agreement, line.now)
                    )
                case Emit():
                    self.told.append(emitted(self._line.settings.events, after, effect, self._line.now))
                case Begin():
                    self._asked.append(Asked(after, effect, depth + 1, answers))
                case Call():
                    now, what = self._line.now, told(effect)
                    self.call(
                        calls.Draft(after.id, after.contact_id, effect.visit, depth, answers, what, now)
                    )

    def _agreement(self, after: Stored, agree: Agree) -> Agreement:
        return Agreement(
            brand=after.brand,
            number=after.number,
            contact_id=after.contact_id,
            contact=after.contact,
            words=agree.words,
            rule=f"flow:{after.flow}:{agree.state}",
            actor="contact",
            asked=self._last_said(after),
            conversation=after.id,
        )

    def _last_said(self, stored: Stored) -> str | None:
        """The last text of a conversation before this turn's."""
        for one in reversed(self.history):
            if isinstance(one, messages.Draft) and (one.conversation_id, one.direction) == (
                stored.id,
                Direction.OUT,
            ):
                return one.text
        return messages.last_said(self._line.connection, stored.contact_id, stored.id)

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
        if after.status == Phase.CALLING:
            words = calls.outcome(self._line.connection, after.id)  # it came while it was away
            return self._advance(after, called(words)) if words else after
        flows = self._line.library.version(self._line.connection, after.version)
        if flows.can(after.state, UNDELIVERED) and messages.failed(
            self._line.connection, after.contact_id, after.id, after.visit
        ):
            return self._advance(after, Undelivered(after.visit))  # it could not be told while it was away
        return after


def _next(others: list[Stored]) -> Stored:
    """The one that was suspended last, or else that waits longest."""
    suspended = [one for one in others if one.status == Phase.SUSPENDED]
    # Of two that were suspended in one transaction the younger had come in between.
    return max(suspended, key=lambda one: (one.status_at, one.id)) if suspended else others[0]
