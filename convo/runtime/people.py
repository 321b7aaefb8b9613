"""Contacts as applications and operators change them: created, changed, tagged, erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from convo import phone
from convo.errors import ContactError, SettingsError, StartError
from convo.flow.steps.base import OneTag
from convo.messages import storable
from convo.runtime import forgetting
from convo.runtime.beginning import parsed
from convo.runtime.starting import check_speech
from convo.runtime.turns import Line
from convo.store import contacts, erasing
from convo.store.contacts import Known, Listed

MOST_TAGS = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A contact to create."""

    number: str  # as a person writes it
    language: str | None = None
    timezone: str | None = None
    tags: Sequence[str] = ()


def create(line: Line, wanted: Person) -> Listed:
    """The new contact; raises ContactError where there is one of this number."""
    try:
        number = parsed(wanted.number)
    except StartError as error:
        raise ContactError(error.code, str(error)) from None
    if contacts.find(line.connection, number) is not None:
        raise _exists(number)
    known = {"language": wanted.language, "timezone": wanted.timezone, "tags": list(wanted.tags)}
    forgetting.lock(line.connection, line.settings, [number], line.now)
    made = contacts.one(line.connection, number)
    if made is None or made.created_at != line.now:  # another was first, while this one waited for the lock
        raise _exists(number)
    return change(line, number, known)


def change(line: Line, named: str, known: Mapping[str, Any]) -> Listed:
    """The contact, with these of `language`, `timezone` and `tags` as they are given; raises ContactError."""
    found = _locked(line, named)
    _check(known)
    contacts.change(line.connection, found.id, known)
    return replace(found, **{**known, **({"tags": tuple(known["tags"])} if "tags" in known else {})})


def tag(line: Line, named: str, name: str) -> Listed:
    """The contact, with this tag among its own; raises ContactError."""
    found = _locked(line, named)
    if name in found.tags:
        return found
    return change(line, found.number, {"tags": [*found.tags, name]})


def untag(line: Line, named: str, name: str) -> Listed:
    """The contact, without this tag; raises ContactError."""
    found = _locked(line, named)
    return change(line, found.number, {"tags": [each for each in found.tags if each != name]})


def erase(line: Line, named: str) -> dict[str, int]:
    """Take out all that is stored about a contact; how many rows of each table, and lines of the ledger.

    A keyed hash stands for the number in the ledger, so that one who has opted out is known again.
    Raises ContactError where a text to them is with its provider, or where there is no key to hash with.
    """
    number = number_in(named)
    while True:
        known = contacts.lock_known(line.connection, [number]).get(number)
        if known is not None and erasing.is_being_sent(line.connection, known.id):
            raise ContactError(
                "being_sent", f"a text to {number} is with its provider; try again in a minute"
            )
        with line.connection.begin_nested() as erased:
            counts = _erased(line, known, number)
            if known is not None or contacts.find(line.connection, number) is None:
                break
            erased.rollback()  # they came meanwhile: contacts are locked before anything of theirs
    if known is None and not any(counts.values()):  # who waits in a campaign is no contact yet
        raise _nobody(named)
    return counts


def _erased(line: Line, known: Known | None, number: str) -> dict[str, int]:
    try:
        lines = forgetting.forget(line.connection, line.settings, number)
    except SettingsError as error:
        raise ContactError("no_key", str(error)) from None
    counts = erasing.erase(line.connection, known.id if known else -1, number)
    return {**counts, "consent_entry": lines}


def number_in(named: str) -> str:
    """The number that a path or a command names; raises ContactError for what is none."""
    number = phone.from_provider(storable(named))
    if number is None:
        raise _nobody(named)
    return number


def _locked(line: Line, named: str) -> Listed:
    number = number_in(named)
    contacts.lock_known(line.connection, [number])
    found = contacts.one(line.connection, number)
    if found is None:
        raise _nobody(named)
    return found


def _exists(number: str) -> ContactError:
    return ContactError("exists", f"there is a contact {number} already; change that one")


def _nobody(named: str) -> ContactError:
    return ContactError("not_found", f"there is no contact {storable(named)}")


def _check(known: Mapping[str, Any]) -> None:
    try:
        check_speech(known.get("language"), known.get("timezone"))
    except StartError as error:
        raise ContactError(error.code, str(error)) from None
    tags = known.get("tags", ())
    if len(tags) > MOST_TAGS:
        raise ContactError("bad_tag", f"a contact has at most {MOST_TAGS} tags, not {len(tags)}")
    for each in tags:
        try:
            TypeAdapter(OneTag).validate_python(each)
        except ValidationError as error:
            why = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise ContactError("bad_tag", why) from None
    if len(set(tags)) < len(tags):
        raise ContactError("bad_tag", "a tag stands once at most")
