"""Stepping stored conversations, and collecting what follows so that it is written in one go."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from convo import segments
from convo.flow.advance import advance, next_wake
from convo.flow.compile import Bundle
from convo.flow.session import Closed, Event, HandOff, Phase, Replied, Say, Session, Started, TimedOut
from convo.messages import Direction, Status
from convo.runtime.sessions import decode, encode
from convo.store import conversations, events, messages
from convo.store.conversations import Stored


@dataclass(slots=True)
class Writes:
    """What a transaction will write, many rows a statement."""

    new: dict[int, Stored] = field(default_factory=dict)
    changed: dict[int, Stored] = field(default_factory=dict)
    left: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # contact, conversation, visit
    drafts: list[messages.Draft] = field(default_factory=list)
    happened: list[events.Happened] = field(default_factory=list)

    def put(self, stored: Stored) -> None:
        """A conversation that was changed, or made, in this transaction."""
        (self.new if stored.id in self.new else self.changed)[stored.id] = stored

    def flush(self, connection: Connection) -> None:
        """Write everything collected so far."""
        # What ended makes room for what begins: a contact has one live conversation with a number.
        conversations.save(connection, list(self.changed.values()))
        conversations.insert(connection, list(self.new.values()))
        messages.write(connection, self.drafts)
        # After the drafts: a conversation that slept long may say and leave in one go.
        messages.lapse(connection, self.left.values())
        events.append(connection, self.happened)
        for collected in (self.new, self.changed, self.left, self.drafts, self.happened):
            collected.clear()


def step(writes: Writes, stored: Stored, flows: Bundle, event: Event, account: str, now: datetime) -> Stored:
    """Feed `event` to a conversation and collect what follows; the conversation as it is then."""
    return _take(writes, stored, decode(stored), flows, event, account, now)


def begin(
    writes: Writes, stored: Stored, session: Session, flows: Bundle, account: str, now: datetime
) -> Stored:
    """The first step of a conversation that is not stored yet."""
    after = _take(writes, stored, session, flows, Started(), account, now)
    del writes.changed[stored.id]
    writes.new[stored.id] = after
    return after


def _take(
    writes: Writes,
    stored: Stored,
    session: Session,
    flows: Bundle,
    event: Event,
    account: str,
    now: datetime,
) -> Stored:
    turn = advance(flows, session, event, now)
    after = encode(stored, turn.session, next_wake(flows, turn.session), now)
    drafts = []
    for effect in turn.effects:
        match effect:
            case Say():
                drafts.append(_draft(stored, effect, account, now))
            case HandOff(_, reason):
                after = replace(after, trouble=reason)
    # Nothing is collected before all of it is known: a text that fails leaves no trace behind.
    writes.put(after)
    writes.drafts += drafts
    writes.happened.append(_happened(stored.id, event, now))
    ended = turn.session.phase is Phase.ENDED
    # Only clocks and misses say texts that lapse.
    may_lapse = bool(session.tries or session.fired or isinstance(event, TimedOut))
    if may_lapse and (ended or turn.session.visit > session.visit):
        writes.left[stored.id] = (stored.contact_id, stored.id, turn.session.visit + ended)
    return after


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


def _happened(conversation_id: int, event: Event, now: datetime) -> events.Happened:
    data = None
    match event:
        case Replied(text):
            data = text
        case TimedOut(clock):
            data = clock
        case Closed(outcome):
            data = outcome
    return events.Happened(conversation_id, now, type(event).__name__, data)
