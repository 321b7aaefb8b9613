"""Single texts that an application sends, outside of any flow. They pass the gate like all others."""

from dataclasses import dataclass
from datetime import timedelta

from convo import segments
from convo.errors import StartError
from convo.flow.run import LONGEST_SAID
from convo.messages import Direction, Purpose, Status, storable
from convo.runtime import forgetting, gate
from convo.runtime.beginning import parsed
from convo.runtime.marketing import refuse
from convo.runtime.starting import number_of
from convo.runtime.turns import Line
from convo.store import ids, messages, tables
from convo.store.messages import Draft, Stored


@dataclass(frozen=True, slots=True)
class Single:
    """A text to send to `contact` from `number`, the only one of ours unless said."""

    contact: str
    text: str
    number: str | None = None
    purpose: Purpose = Purpose.TRANSACTIONAL
    valid_for: timedelta | None = None  # later it is withdrawn


def send(line: Line, wanted: Single) -> Stored:
    """The text, queued: consent, quiet hours, caps and pace decide when it leaves, and whether.

    Raises StartError where it may not: its contact has opted out, or has not agreed to marketing.
    """
    connection, settings, now = line.connection, line.settings, line.now
    number = number_of(settings, wanted.number)
    contact = parsed(wanted.contact)
    text = storable(wanted.text).strip()
    if not 0 < len(text) <= LONGEST_SAID:
        raise StartError("bad_text", f"a text has 1 to {LONGEST_SAID} characters, not {len(text)}")
    known = forgetting.lock(connection, settings, [contact], now)[contact]
    refuse(connection, wanted.purpose, settings.brand(number), known.id, contact)
    ours = settings.number(number)
    near = (contact, known.contact.timezone)
    due_at, reason = gate.due(ours, near, wanted.purpose, now, answers=False)
    draft = Draft(
        direction=Direction.OUT,
        account=ours.account,
        number=number,
        brand=settings.brand(number),
        contact_id=known.id,
        text=text,
        segments=segments.parts(text),
        status=Status.QUEUED,
        created_at=now,
        due_at=due_at,
        valid_until=now + wanted.valid_for if wanted.valid_for else None,
        purpose=wanted.purpose,
        reason=reason,
    )
    (row,) = ids.allocate(connection, tables.messages, 1)
    messages.insert(connection, [(row, draft)])
    found = messages.one(connection, row)
    if found is None:
        raise LookupError(f"message {row}, written just now, is not there")
    return found
