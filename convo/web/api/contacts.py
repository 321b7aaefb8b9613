"""`/v1/contacts`: the people on the other side, what is stored about them, and how they are erased."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from convo.errors import ContactError
from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.consent import Entry, Standing
from convo.resources.contacts import (
    Contact,
    ContactChange,
    ContactRequest,
    ContactsQuery,
    Erased,
    Export,
    ExportedPlace,
    ExportedReminder,
    Told,
)
from convo.runtime import forgetting, opting, people
from convo.runtime.people import Person
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import (
    campaign_contacts,
    contacts,
    conversations,
    events,
    ledger,
    messages,
    outgoing,
    reminders,
)
from convo.store.contacts import Listed
from convo.store.outgoing import Chosen as ChosenEvents
from convo.web.api.campaigns import shown_member
from convo.web.api.conversations import shown_conversation, shown_line
from convo.web.api.events import shown_event
from convo.web.api.lists import Numbered, page
from convo.web.api.messages import shown_message
from convo.web.api.operations import (
    DELETE,
    GET,
    PATCH,
    POST,
    PUT,
    Answer,
    Asked,
    Operation,
    made,
)

R = TypeVar("R", bound=Numbered)

_AT_ONCE = 1000  # rows of an export


def _list(line: Line, asked: Asked[ContactsQuery, NoBody]) -> Answer[Page[Contact]]:
    """Contacts in the order in which they came."""
    query = asked.query
    return page(
        query,
        lambda after, most: contacts.listed(line.connection, after, most, tag=query.tag),
        shown_contact,
    )


def _create(line: Line, asked: Asked[NoQuery, ContactRequest]) -> Answer[Contact]:
    """Create a contact, for what is known of them; nobody has to be created before they are texted."""
    body = asked.body
    return made(
        shown_contact(people.create(line, Person(body.number, body.language, body.timezone, body.tags)))
    )


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Contact]:
    """One contact, by their number."""
    return Answer(shown_contact(_found(line, asked.path["contact"])))


def _change(line: Line, asked: Asked[NoQuery, ContactChange]) -> Answer[Contact]:
    """Change what is known of a contact. Conversations that run have what they began with."""
    known = asked.body.model_dump(include=asked.body.model_fields_set)
    return Answer(shown_contact(people.change(line, asked.path["contact"], known)))


def _tag(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Contact]:
    """Give a contact a tag; one that they have stays."""
    return Answer(shown_contact(people.tag(line, asked.path["contact"], asked.path["tag"])))


def _untag(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Contact]:
    """Take a tag from a contact; one that they have not is nobody's loss."""
    return Answer(shown_contact(people.untag(line, asked.path["contact"], asked.path["tag"])))


def _export(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Export]:
    """All that is stored about a contact, in one document."""
    return Answer(exported(line, asked.path["contact"]))


def _erase(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Erased]:
    """Take out all that is stored about a contact.

    In the consent ledger a keyed hash stands for the number: who has opted out stays so when they come back.
    Files of `convo db archive`, backups and what the application was told are not touched.
    """
    return Answer(Erased(rows=people.erase(line, asked.path["contact"])))


def exported(line: Line, named: str) -> Export:
    """All that is stored about a contact; raises ContactError where there is nothing.

    Who is only in reminders and campaigns is no contact yet.
    """
    connection, number = line.connection, people.number_in(named)
    found = contacts.one(connection, number)
    set_for = list(_all(partial(reminders.listed, connection, number)))
    places = campaign_contacts.places(connection, number)
    if found is None and not set_for and not places:
        raise _nobody(number)
    called = tuple(forgetting.names(connection, line.settings, [number]))
    return Export(
        contact=shown_contact(found) if found else None,
        consent=[
            Standing.model_validate(each.as_dict())
            for each in (ledger.states(connection, found.id) if found else ())
        ],
        ledger=[
            Entry.model_validate(opting.shown(each))
            for each in _all(partial(ledger.lines, connection, ledger.Chosen(called)))
        ],
        conversations=[
            Told(
                **shown_conversation(each).model_dump(),
                history=[shown_line(one) for one in _all(partial(events.history, connection, each.id))],
            )
            for each in _all(partial(conversations.listed, connection, number))
        ],
        messages=[shown_message(each) for each in _all(partial(messages.listed, connection, number))],
        events=[
            shown_event(each) for each in _all(partial(outgoing.listed, connection, ChosenEvents(number)))
        ],
        reminders=[ExportedReminder.model_validate(each._asdict()) for each in set_for],
        campaigns=[
            ExportedPlace(**dict(shown_member(member)), campaign=campaign) for campaign, member in places
        ],
    )


def shown_contact(found: Listed) -> Contact:
    """A contact as the API and commands tell it."""
    return Contact(
        id=found.id,
        number=found.number,
        language=found.language,
        timezone=found.timezone,
        tags=list(found.tags),
        created_at=found.created_at,
    )


def _found(line: Line, named: str) -> Listed:
    number = people.number_in(named)
    found = contacts.one(line.connection, number)
    if found is None:
        raise _nobody(number)
    return found


def _nobody(number: str) -> ContactError:
    return ContactError("not_found", f"there is no contact {number}")


def _all(fetch: Callable[[int, int], list[R]]) -> Iterator[R]:
    after = 0
    while rows := fetch(after, _AT_ONCE):
        yield from rows
        after = rows[-1].id


_NOBODY = {"not_found": 404}
_BAD = {"bad_language": 422, "bad_timezone": 422, "bad_tag": 422}
_ALL, _ONE = "/v1/contacts", "/v1/contacts/{contact}"
OPERATIONS: list[Operation] = [
    Operation(GET, _ALL, Scope.CONTACTS_READ, _list),
    Operation(
        POST,
        _ALL,
        Scope.CONTACTS_WRITE,
        _create,
        statuses=(201,),
        refuses={"exists": 409, "bad_contact": 422, **_BAD},
    ),
    Operation(GET, _ONE, Scope.CONTACTS_READ, _one, refuses=_NOBODY),
    Operation(PATCH, _ONE, Scope.CONTACTS_WRITE, _change, refuses={**_NOBODY, **_BAD}),
    Operation(PUT, f"{_ONE}/tags/{{tag}}", Scope.CONTACTS_WRITE, _tag, refuses={**_NOBODY, "bad_tag": 422}),
    Operation(DELETE, f"{_ONE}/tags/{{tag}}", Scope.CONTACTS_WRITE, _untag, refuses=_NOBODY),
    Operation(GET, f"{_ONE}/export", Scope.CONTACTS_READ, _export, refuses=_NOBODY),
    Operation(
        DELETE, _ONE, Scope.CONTACTS_ERASE, _erase, refuses={**_NOBODY, "being_sent": 409, "no_key": 409}
    ),
]
