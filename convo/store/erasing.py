"""Everything that is stored about a contact, taken out in one transaction: all but the consent ledger.

The delivery of a text stays, without its words, so that a provider that delivers it again makes no new text.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Delete, Table, delete, func, or_, select, tuple_, update

from convo.messages import Direction, Status
from convo.store import recounting
from convo.store.api_tables import api_answers
from convo.store.campaign_tables import campaign_contacts, campaigns
from convo.store.consent_tables import consents
from convo.store.event_tables import event_deliveries, outgoing_events
from convo.store.reminder_tables import reminders
from convo.store.tables import (
    ERASED,
    calls,
    codes,
    contacts,
    conversations,
    daily_texts,
    decisions,
    errands,
    events,
    messages,
    receipts,
    spelled,
    wordless,
)
from convo.store.verification_tables import failures, verifications, windows


def is_being_sent(connection: Connection, contact_id: int) -> bool:
    """Whether a text to a locked contact is with its provider just now."""
    found = select(messages.c.id).where(
        messages.c.contact_id == contact_id, messages.c.status == spelled(Status.SENDING)
    )
    return connection.execute(found.limit(1)).first() is not None


def erase(connection: Connection, contact_id: int, number: str) -> dict[str, int]:
    """Take out all that is about a locked contact; how many rows of each table."""
    _erase_words(connection, contact_id, number)
    recounting.archive_texts(connection, _of(connection, messages, contact_id))
    recounting.archive_conversations(connection, _of(connection, conversations, contact_id))
    return {name: connection.execute(each).rowcount for name, each in _deletions(contact_id, number)}


def _of(connection: Connection, table: Table, contact_id: int) -> list[int]:
    return list(connection.execute(select(table.c.id).where(table.c.contact_id == contact_id)).scalars())


def _deletions(contact_id: int, number: str) -> Iterator[tuple[str, Delete]]:
    theirs = select(conversations.c.id).where(conversations.c.contact_id == contact_id)
    texts = select(messages.c.id).where(messages.c.contact_id == contact_id)
    yield decisions.name, delete(decisions).where(decisions.c.message_id.in_(texts))
    yield events.name, delete(events).where(events.c.conversation_id.in_(theirs))
    yield codes.name, delete(codes).where(codes.c.conversation_id.in_(theirs))
    yield (
        errands.name,
        delete(errands).where(or_(errands.c.contact == number, errands.c.asked_by.in_(theirs))),
    )
    yield calls.name, delete(calls).where(calls.c.contact_id == contact_id)
    yield event_deliveries.name, delete(event_deliveries).where(event_deliveries.c.contact_id == contact_id)
    yield outgoing_events.name, delete(outgoing_events).where(outgoing_events.c.contact_id == contact_id)
    yield daily_texts.name, delete(daily_texts).where(daily_texts.c.contact_id == contact_id)
    yield consents.name, delete(consents).where(consents.c.contact_id == contact_id)
    # By campaign and contact there is an index, and none by contact alone.
    listed = campaign_contacts.c.campaign_id.in_(select(campaigns.c.id))
    yield (
        campaign_contacts.name,
        delete(campaign_contacts).where(listed, campaign_contacts.c.contact == number),
    )
    yield reminders.name, delete(reminders).where(reminders.c.contact == number)
    yield api_answers.name, delete(api_answers).where(api_answers.c.body.contains(number, autoescape=True))
    yield verifications.name, delete(verifications).where(verifications.c.contact_id == contact_id)
    yield failures.name, delete(failures).where(failures.c.contact_id == contact_id)
    yield windows.name, delete(windows).where(windows.c.key == f"contact:{contact_id}")
    yield messages.name, delete(messages).where(messages.c.contact_id == contact_id)
    yield conversations.name, delete(conversations).where(conversations.c.contact_id == contact_id)
    yield contacts.name, delete(contacts).where(contacts.c.id == contact_id)


def _erase_words(connection: Connection, contact_id: int, number: str) -> None:
    """Forget the words of what providers delivered, also of that of which nothing could be made."""
    taken = select(messages.c.provider_id, messages.c.account).where(
        messages.c.contact_id == contact_id, messages.c.direction == Direction.IN.value
    )
    _veil(connection, tuple_(receipts.c.provider_id, receipts.c.account).in_(taken))
    digits = number.removeprefix("+").encode()
    # They are not read into here, for there may be many; each database has its own word for it.
    find = func.instr if connection.dialect.name == "sqlite" else func.pg_catalog.position
    _veil(connection, receipts.c.error.is_not(None) & (find(receipts.c.raw, digits) > 0))


def _veil(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(receipts).where(which).values(**wordless(ERASED)))
