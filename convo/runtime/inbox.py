"""What people do with conversations: answer one that was handed to them, hand it back, close any."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from convo import segments
from convo.errors import CodedError, ConvoError, InboxError
from convo.flow.run import LONGEST_SAID
from convo.flow.session import Closed, Event, HandedBack, Phase, TakenOver
from convo.flow.steps.base import Name, Outcome
from convo.messages import Direction, Purpose, Status, storable
from convo.runtime import gate
from convo.runtime.sessions import decode, encode
from convo.runtime.turns import Line, Turns
from convo.store import consent, contacts, conversations, inbox, messages
from convo.store.conversations import Stored
from convo.store.messages import Draft
from convo.store.messages import Stored as Message

_KEYS = uuid.UUID("7a0c5b1e-5f0b-4a55-9c1d-6f0e3f2b9d11")  # the namespace of callers' keys; never changes


@dataclass(frozen=True, slots=True)
class Reply:
    """A person's text in a conversation. A second one with the same `key` sends nothing."""

    conversation: int
    text: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class HandBack:
    """A person gives a conversation back; without a state it goes on where its flow says."""

    conversation: int
    state: str | None = None
    vars: Mapping[str, object] = field(default_factory=dict)


def reply(line: Line, wanted: Reply) -> tuple[Message, bool]:
    """The queued text, and whether it is new; it passes the same gate as every other.

    Raises InboxError where the conversation is not with a person, or its contact has opted out.
    """
    connection = line.connection
    stored = _locked(connection, wanted.conversation)
    text = _checked(wanted.text)
    # Its provider is told the same key, which has to be a UUID and to stay the same for a repeat.
    key = uuid.uuid5(_KEYS, f"{stored.id}:{wanted.key}").hex if wanted.key else None
    earlier = inbox.by_key(connection, stored.contact_id, key) if key else None
    if earlier is not None:
        if earlier.text != text:
            raise InboxError("key_reused", f"the key '{wanted.key}' belongs to another text; use a new one")
        return earlier, False
    if (stored.brand, stored.contact_id) in consent.opted_out(connection, [stored.contact_id]):
        raise InboxError("opted_out", f"{stored.contact} has opted out of texts from {stored.brand}")
    _with_a_person(stored)
    # It counts as a text either way: a conversation does not expire under a talk.
    session = replace(decode(stored), last_text_at=line.now)
    turns = Turns(line)
    turns.put(stored, encode(stored, session, stored.wake_at, line.now))
    turns.history.append(_draft(line, stored, text))
    turns.flush()
    return inbox.queued(connection, stored.contact_id, key), True


def hand_back(line: Line, wanted: HandBack) -> Stored:
    """The conversation, back with its flow; raises InboxError, or HandBackError where it cannot go on."""
    stored = _locked(line.connection, wanted.conversation)
    _with_a_person(stored)
    return _step(line, stored, HandedBack(wanted.state, wanted.vars))


def hand_off(line: Line, number: int, queue: str) -> Stored:
    """The conversation, with people now whatever its flow says; raises InboxError where it does not run."""
    stored = _locked(line.connection, number)
    _check(Name, queue, "bad_queue", "is no name of people")
    if stored.status == Phase.ENDED:
        raise _ended(stored)
    if stored.status == Phase.HANDED_OFF:
        raise InboxError("handed_off", f"conversation {stored.id} is with {stored.queue} already")
    if stored.status not in (Phase.LIVE, Phase.CALLING):
        raise InboxError("not_running", f"conversation {stored.id} is {stored.status}: another one runs")
    return _step(line, stored, TakenOver(queue))


def close(line: Line, number: int, outcome: str) -> Stored:
    """The conversation, ended with `outcome`; raises InboxError for one that has ended already."""
    stored = _locked(line.connection, number)
    _check(Outcome, outcome, "bad_outcome", "is not an outcome that can be given")
    if stored.status == Phase.ENDED:
        raise _ended(stored)
    return _step(line, stored, Closed(outcome))


def _check(kind: Any, given: str, code: str, told: str) -> None:
    try:
        TypeAdapter(kind).validate_python(given)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InboxError(code, f"'{given}' {told}: {why}") from None


def _locked(connection: Connection, number: int) -> Stored:
    """The conversation as it is once its contact is locked."""
    found = conversations.by_ids(connection, [number])
    if not found:
        raise InboxError("not_found", f"there is no conversation {number}")
    contacts.lock_ids(connection, [found[0].contact_id])
    (stored,) = conversations.by_ids(connection, [number])
    return stored


def _with_a_person(stored: Stored) -> None:
    if stored.status == Phase.ENDED:
        raise _ended(stored)
    if stored.status != Phase.HANDED_OFF:
        raise InboxError(
            "not_handed_off",
            f"conversation {stored.id} is with its flow {stored.flow}, not with a person",
        )


def _ended(stored: Stored) -> InboxError:
    return InboxError("ended", f"conversation {stored.id} has ended already, as {stored.outcome}")


def _checked(text: str) -> str:
    kept = storable(text).strip()
    if not 0 < len(kept) <= LONGEST_SAID:
        raise InboxError("bad_text", f"a text has 1 to {LONGEST_SAID} characters, not {len(kept)}")
    return kept


def _step(line: Line, stored: Stored, event: Event) -> Stored:
    turns = Turns(line)
    try:
        after = turns.step(stored, event)
    except CodedError:
        raise
    except ConvoError as error:  # its flow does not run any more
        raise InboxError("cannot_go_on", str(error)) from None
    turns.flush()
    return after


def _draft(line: Line, stored: Stored, text: str) -> Draft:
    """A person's text is an answer where the contact has texted within the hour."""
    number = line.settings.number(stored.number)
    heard = messages.last_heard(line.connection, stored.contact_id, stored.number)
    answers = heard is not None and line.now - heard <= gate.PERSON_ANSWERS_WITHIN
    near = (stored.contact, stored.timezone)
    due_at, reason = gate.due(number, near, Purpose.TRANSACTIONAL, line.now, answers=answers)
    return Draft(
        direction=Direction.OUT,
        account=number.account,
        number=stored.number,
        brand=stored.brand,
        contact_id=stored.contact_id,
        text=text,
        segments=segments.parts(text),
        status=Status.QUEUED,
        created_at=line.now,
        conversation_id=stored.id,
        due_at=due_at,
        answers=answers,
        reason=reason,
    )
