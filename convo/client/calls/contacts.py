"""Contacts: what is known of them, all that is stored about them, and erasing it."""

from collections.abc import Sequence
from typing import Any

from convo.client.transport import Call, given, path
from convo.resources.base import Page
from convo.resources.contacts import Contact, ContactChange, ContactRequest, Erased, Export


def create_contact(
    number: str, *, language: str | None = None, timezone: str | None = None, tags: Sequence[str] = ()
) -> Call[Contact]:
    """Create a contact; raises ApiError `exists` where there is one."""
    known = given(language=language, timezone=timezone, tags=list(tags))
    return Call("POST", path("contacts"), Contact, body=ContactRequest(number=number, **known))


def contact(number: str) -> Call[Contact]:
    """What is known of a contact."""
    return Call("GET", path("contacts", number), Contact)


def contacts(*, tag: str | None = None) -> Call[Page[Contact]]:
    """Contacts, in the order in which they came."""
    return Call("GET", path("contacts"), Page[Contact], {"tag": tag})


def change_contact(number: str, **known: Any) -> Call[Contact]:
    """Change `language`, `timezone` or `tags`; what is left out stays, and None is not known any more."""
    return Call("PATCH", path("contacts", number), Contact, body=ContactChange(**known))


def tag_contact(number: str, tag: str) -> Call[Contact]:
    """Give a contact a tag."""
    return Call("PUT", path("contacts", number, "tags", tag), Contact)


def untag_contact(number: str, tag: str) -> Call[Contact]:
    """Take a tag from a contact."""
    return Call("DELETE", path("contacts", number, "tags", tag), Contact)


def export_contact(number: str) -> Call[Export]:
    """All that is stored about a contact."""
    return Call("GET", path("contacts", number, "export"), Export)


def erase_contact(number: str) -> Call[Erased]:
    """Take out all that is stored about a contact."""
    return Call("DELETE", path("contacts", number), Erased)
