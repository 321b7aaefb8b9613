"""`/v1/consent`: who may be texted, the ledger, and a stop or a start with its reason."""

from convo.keywords import KeywordKind
from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.consent import (
    ChangedConsent,
    Consent,
    ConsentQuery,
    EntriesQuery,
    Entry,
    WishRequest,
)
from convo.runtime import forgetting, opting
from convo.runtime.marketing import AGREED
from convo.runtime.opting import Wish
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import ledger
from convo.store.ledger import Chosen
from convo.web.api.lists import page
from convo.web.api.operations import GET, POST, Answer, Asked, Operation

_REFUSED = {"bad_contact": 422, "no_brand": 422, "unknown_brand": 422, "bad_reason": 422}


def _one(line: Line, asked: Asked[ConsentQuery, NoBody]) -> Answer[Consent]:
    """How a contact stands to each brand, and what the ledger has about them."""
    told = opting.look(line.connection, line.settings, asked.query.contact, asked.query.brand)
    return Answer(Consent.model_validate(told.as_dict()))


def _entries(line: Line, asked: Asked[EntriesQuery, NoBody]) -> Answer[Page[Entry]]:
    """The lines of the ledger in their order."""
    query, connection = asked.query, line.connection
    contact = query.contact
    called = tuple(forgetting.names(connection, line.settings, [contact])) if contact else None
    chosen = Chosen(called, query.brand, query.since)
    return page(
        query,
        lambda after, most: ledger.lines(connection, chosen, after, most),
        lambda found: Entry.model_validate(opting.shown(found)),
    )


def _stop(line: Line, asked: Asked[NoQuery, WishRequest]) -> Answer[ChangedConsent]:
    """Opt a contact out, as by their own STOP; they get no text about it."""
    return _carry_out(line, asked, KeywordKind.STOP)


def _start(line: Line, asked: Asked[NoQuery, WishRequest]) -> Answer[ChangedConsent]:
    """Bring a contact's consent back, on their word. A block that a carrier or the provider set stays."""
    return _carry_out(line, asked, KeywordKind.START)


def _agree(line: Line, asked: Asked[NoQuery, WishRequest]) -> Answer[ChangedConsent]:
    """Record that a contact agreed to marketing elsewhere; the reason says when, where and to what."""
    return _carry_out(line, asked, AGREED)


def _carry_out(line: Line, asked: Asked[NoQuery, WishRequest], action: str) -> Answer[ChangedConsent]:
    body = asked.body
    wish = Wish(body.contact, body.brand, action, body.reason, asked.by.actor)
    state, changed = opting.carry_out(line.connection, line.settings, wish, line.now)
    told = {"contact": opting.contact_of(wish.contact), **state.as_dict(), "changed": changed}
    return Answer(ChangedConsent.model_validate(told))


_READ, _WRITE = Scope.CONSENT_READ, Scope.CONSENT_WRITE
OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/consent", _READ, _one, refuses={"bad_contact": 422}),
    Operation(GET, "/v1/consent/entries", _READ, _entries),
    Operation(POST, "/v1/consent/stop", _WRITE, _stop, refuses=_REFUSED),
    Operation(POST, "/v1/consent/start", _WRITE, _start, refuses=_REFUSED),
    Operation(
        POST,
        "/v1/consent/agree",
        _WRITE,
        _agree,
        refuses={**_REFUSED, "opted_out": 422},
    ),
]
