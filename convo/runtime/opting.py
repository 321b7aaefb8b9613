"""Consent as operators and applications change and see it: each change with its reason on record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from convo import phone
from convo.errors import ConsentError
from convo.keywords import KeywordKind
from convo.messages import storable
from convo.runtime import consent as consenting
from convo.runtime import forgetting
from convo.runtime.marketing import AGREED, Agreement, record
from convo.runtime.reviewing import LONGEST_REASON
from convo.settings import DEFAULT_NUMBER, Settings
from convo.store import consent, contacts, ledger, outgoing
from convo.store.consent import Numbered
from convo.store.contacts import Known
from convo.store.ledger import Chosen, State

MOST_LINES = 1000  # of one contact, told at once; the list of entries has all of them


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants a contact opted out of a brand, or back, or knows that they agreed to its marketing.

    The reason says why, or when and where they agreed.
    """

    contact: str  # as a person writes it
    brand: str | None
    action: str  # KeywordKind.STOP or .START, or AGREED
    reason: str
    actor: str = "operator"  # or api, api:TOKEN

    @property
    def rule(self) -> str:
        """Why the ledger has it: because somebody of this kind said so."""
        return self.actor.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Told:
    """How a contact stands to every brand, and the ledger's lines on them, oldest first."""

    contact: str
    states: tuple[State, ...]
    history: tuple[Numbered, ...]

    def as_dict(self) -> dict[str, Any]:
        """As the API and commands tell it."""
        return {
            "contact": self.contact,
            "brands": [each.as_dict() for each in self.states],
            "history": [shown(each) for each in self.history],
        }


def carry_out(connection: Connection, settings: Settings, wish: Wish, now: datetime) -> tuple[State, bool]:
    """How the contact stands to the brand now, and whether anything was written.

    A stop ends conversations and withdraws what is queued, like a contact's own, and says nothing. The
    same wish for the same reason is written once. A start of one who is not opted out changes nothing.
    Raises ConsentError.
    """
    contact, brand = contact_of(wish.contact), brand_of(settings, wish.brand)
    reason = _reason(wish)
    known = forgetting.lock(connection, settings, [contact], now)[contact]
    if wish.action == AGREED:
        changed = _agree(connection, settings, wish, known, brand, reason, now)
        return _state(connection, known.id, brand), changed
    stops = wish.action is KeywordKind.STOP
    out = (brand, known.id) in consent.opted_out(connection, [known.id])
    if (not stops and not out) or (stops and out and _said(connection, brand, contact, wish, reason)):
        return _state(connection, known.id, brand), False
    entry = consent.Entry(
        brand=brand,
        contact=contact,
        number=number_of(settings, brand),
        action=wish.action,
        text=reason,
        normalised="",
        rule=wish.rule,
        provider_id=None,
        actor=wish.actor,
        wording=None,
        at=now,
    )
    consenting.record(connection, settings, entry, known, now, out_before=out)
    return _state(connection, known.id, brand), True


def _agree(
    connection: Connection,
    settings: Settings,
    wish: Wish,
    known: Known,
    brand: str,
    reason: str,
    now: datetime,
) -> bool:
    """Put consent to marketing on record that was given elsewhere; False where it is known already."""
    standing = consent.standing(connection, [known.id]).get((brand, known.id), consent.Standing())
    if standing.opted_out:
        raise ConsentError(
            "opted_out", f"{known.contact.number} has opted out of {brand}; only they come back, with START"
        )
    if standing.marketing:
        return False
    agreement = Agreement(
        brand=brand,
        number=number_of(settings, brand),
        contact_id=known.id,
        contact=known.contact.number,
        words=reason,
        rule=wish.rule,
        actor=wish.actor,
    )
    outgoing.write(connection, [record(connection, settings.events, agreement, now)])
    return True


def look(connection: Connection, settings: Settings, contact: str, brand: str | None) -> Told:
    """How a contact stands, and their history; raises ConsentError for what is no number."""
    number = contact_of(contact)
    known = contacts.find(connection, number)
    states = ledger.states(connection, known.id) if known else []
    called = tuple(forgetting.names(connection, settings, [number]))
    history = ledger.lines(connection, Chosen(called, brand), 0, MOST_LINES)
    return Told(
        number,
        tuple(each for each in states if brand is None or each.brand == brand),
        tuple(history),
    )


def shown(line: Numbered) -> dict[str, Any]:
    """A line of the ledger as the API and commands tell it."""
    entry = line.entry
    return {
        "id": line.id,
        "contact": None if entry.key_id else entry.contact,
        "brand": entry.brand,
        "number": entry.number or None,
        "action": entry.action,
        "text": entry.text,
        "rule": entry.rule,
        "actor": entry.actor,
        "wording": entry.wording,
        "at": entry.at.isoformat(),
    }


def contact_of(text: str) -> str:
    """A contact's number, as a provider or a person writes it; raises ConsentError for what is none."""
    written = storable(text).strip()
    try:
        return phone.from_provider(written) or phone.parse(written)
    except ValueError as error:
        raise ConsentError("bad_contact", str(error)) from None


def brand_of(settings: Settings, named: str | None) -> str:
    """The brand that is meant; raises ConsentError for one that no number has, or where there are several."""
    known = list(dict.fromkeys(map(settings.brand, settings.numbers)))
    if named is None:
        if len(known) > 1:
            raise ConsentError("no_brand", f"say which brand: {', '.join(known)}")
        return known[0] if known else DEFAULT_NUMBER
    brand = storable(named)
    if settings.numbers and brand not in known:
        raise ConsentError(
            "unknown_brand", f"no number is of the brand '{brand}'; there is {', '.join(known)}"
        )
    if not settings.numbers and phone.from_provider(brand) is None:
        raise ConsentError(
            "unknown_brand", f"'{brand}' is no brand; with no numbers set, a number is its own brand"
        )
    return brand


def number_of(settings: Settings, brand: str) -> str:
    """The number that a wish from elsewhere counts for in the ledger: nothing where the brand has several."""
    ours = [number for number in settings.numbers if settings.brand(number) == brand]
    if not settings.numbers:
        return brand
    return ours[0] if len(ours) == 1 else ""


def _said(connection: Connection, brand: str, contact: str, wish: Wish, reason: str) -> bool:
    """Whether just this was the last word already."""
    last = ledger.last(connection, brand, contact)
    if last is None:
        return False
    return (last.action, last.actor, last.text) == (wish.action, wish.actor, reason)


def _state(connection: Connection, contact_id: int, brand: str) -> State:
    found = [each for each in ledger.states(connection, contact_id) if each.brand == brand]
    return found[0] if found else State(brand, opted_out=False, marketing=False, since=None)


def _reason(wish: Wish) -> str:
    given = storable(wish.reason).strip()
    if not given:
        raise ConsentError("bad_reason", "say why: the reason goes into the ledger")
    if len(given) > LONGEST_REASON:
        raise ConsentError(
            "bad_reason", f"a reason has at most {LONGEST_REASON} characters, not {len(given)}"
        )
    return given
