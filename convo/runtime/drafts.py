"""What a turn says, as messages that wait to leave: each with its purpose, and when it may."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from convo import segments
from convo.flow.codes import filled_in
from convo.flow.session import Effect, Say
from convo.messages import Direction, Kind, Priority, Purpose, Status
from convo.runtime import codes, gate
from convo.settings import Settings
from convo.store.codes import Code
from convo.store.conversations import Stored
from convo.store.messages import Draft


def drafts(
    connection: Connection,
    settings: Settings,
    stored: Stored,
    effects: Iterable[Effect],
    purpose: Purpose,
    now: datetime,
    *,
    answers: bool,
) -> list[Draft]:
    """The texts among the effects of a turn of a conversation of this purpose.

    `answers`: they answer a text that the contact has just sent.
    """
    said = [effect for effect in effects if isinstance(effect, Say)]
    if not said:
        return []
    number, near = settings.number(stored.number), (stored.contact, stored.timezone)
    asked = codes.said(connection, settings, stored.id, effects, now)
    found = []
    for each in said:
        code = asked.get(each.state) if each.code else None
        its_purpose = _purpose(purpose, each, code)
        due_at, reason = gate.due(number, near, its_purpose, now, answers=answers)
        found.append(
            Draft(
                direction=Direction.OUT,
                account=number.account,
                number=stored.number,
                brand=stored.brand,
                contact_id=stored.contact_id,
                text=each.text,
                segments=segments.parts(filled_in(each.text, code.digits) if code else each.text),
                status=Status.QUEUED,
                created_at=now,
                conversation_id=stored.id,
                state=each.state,
                visit=each.visit,
                starts_clock=each.starts_clock,
                lapses=each.lapses,
                due_at=due_at,
                valid_until=code.valid_until if code else None,
                code_id=code.id if code else None,
                purpose=its_purpose,
                answers=answers,
                reason=reason,
                priority=_in_bulk(its_purpose, answers=answers) if stored.campaign_id is not None else None,
            )
        )
    return found


def _in_bulk(purpose: Purpose, *, answers: bool) -> Priority:
    """The priority of a text in a conversation that a campaign began."""
    return Priority.of(Kind.TEXT, purpose, answers=answers, in_bulk=True)


def _purpose(own: Purpose, said: Say, code: Code | None) -> Purpose:
    """That of a text, from its conversation's and that of the flow which says it, where it runs another.

    A code is one wherever it is asked for; what marketing runs is marketing.
    """
    if code:
        return Purpose.VERIFICATION
    both = {own, said.purpose}
    return next(each for each in (Purpose.MARKETING, Purpose.VERIFICATION, own) if each in both)
