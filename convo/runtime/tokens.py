"""Tokens of the API: what each may do, how one is made, and how it is known again.

A token is `convo_ID_SECRET`. Stored are its id and its SHA-256: with 256 random bits in it nobody guesses it,
so a slow hash would only make every request slower.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from convo.errors import TokenError
from convo.flow.names import did_you_mean
from convo.store import tokens
from convo.store.tokens import Token

LONGEST_NAME = 100  # characters
USED_EVERY = timedelta(minutes=1)  # its last use is known to within this
OF_SETTINGS = "settings"  # the id of CONVO_API_TOKEN, which stands in no table
_TOKEN = re.compile(r"convo_([0-9a-f]{12})_[A-Za-z0-9_-]{43}", re.ASCII)


class Scope(StrEnum):
    """What a token may do; each request of the API wants one of these."""

    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    REMINDERS_READ = "reminders:read"
    REMINDERS_WRITE = "reminders:write"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    CONTACTS_ERASE = "contacts:erase"
    FLOWS_READ = "flows:read"
    INSIGHTS_READ = "insights:read"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    CONSENT_READ = "consent:read"
    CONSENT_WRITE = "consent:write"
    VERIFICATIONS_READ = "verifications:read"
    VERIFICATIONS_WRITE = "verifications:write"
    QUEUE_READ = "queue:read"
    QUEUE_WRITE = "queue:write"


ABOUT = {
    Scope.CONVERSATIONS_READ: "list conversations and read what was said in them",
    Scope.CONVERSATIONS_WRITE: "start, answer, hand off, hand back and close conversations",
    Scope.MESSAGES_READ: "list and read messages",
    Scope.MESSAGES_WRITE: "send single messages and withdraw queued ones",
    Scope.REMINDERS_READ: "list reminders",
    Scope.REMINDERS_WRITE: "set, move and cancel reminders",
    Scope.CAMPAIGNS_READ: "list campaigns and their contacts, and look at what one would say",
    Scope.CAMPAIGNS_WRITE: "make, load, start, pause, resume and cancel campaigns",
    Scope.CONTACTS_READ: "list, read and export contacts",
    Scope.CONTACTS_WRITE: "create and change contacts",
    Scope.CONTACTS_ERASE: "erase contacts, with all that was said",
    Scope.FLOWS_READ: "list flows, their versions, counts and sources",
    Scope.INSIGHTS_READ: "read what the numbers say",
    Scope.EVENTS_READ: "list what the application was told",
    Scope.EVENTS_WRITE: "tell it again",
    Scope.CONSENT_READ: "read consent, the ledger and reviews of STOPs",
    Scope.CONSENT_WRITE: "opt contacts out or in, and decide reviews",
    Scope.VERIFICATIONS_READ: "read verifications, and why one was refused",
    Scope.VERIFICATIONS_WRITE: "send, check and cancel one-time codes",
    Scope.QUEUE_READ: "list texts that are not done with",
    Scope.QUEUE_WRITE: "send failed texts anew and settle uncertain ones",
}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks: a token that is good, and what it may do."""

    id: str
    name: str
    scopes: frozenset[str]
    used_at: datetime | None = None

    @property
    def actor(self) -> str:
        """Who it was, as records tell it: `api:crm`; `api` where the token has no name of its own."""
        return "api" if self.id == OF_SETTINGS else f"api:{self.name}"

    def stale(self, now: datetime) -> bool:
        """Whether its last use is to be put down anew."""
        return self.id != OF_SETTINGS and (self.used_at is None or now - self.used_at >= USED_EVERY)


EVERYTHING = Holder(OF_SETTINGS, "CONVO_API_TOKEN", frozenset(Scope))


def issue(connection: Connection, name: str, scopes: Iterable[str], now: datetime) -> str:
    """A new token, which is told this once; raises TokenError."""
    if not name.isprintable() or not 0 < len(name.strip()) <= LONGEST_NAME:
        raise TokenError("bad_name", f"a token's name has 1 to {LONGEST_NAME} characters, all printable")
    wanted = _known(scopes)
    made = f"convo_{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"
    if not tokens.add(connection, Token(made[6:18], name.strip(), _digest(made), wanted, now)):
        raise TokenError("taken", f"there is, or was, a token '{name.strip()}'; give this one another name")
    return made


def revoke(connection: Connection, name: str, now: datetime) -> None:
    """Make a token worth nothing, from the next request on; raises TokenError."""
    if not tokens.revoke(connection, name, now):
        known = ", ".join(each.name for each in tokens.listed(connection) if each.revoked_at is None)
        raise TokenError("not_found", f"no token '{name}' is in use; there is {known or 'none'}")


def is_one(given: str) -> bool:
    """Whether this has the shape of a token: nothing else is worth a look into the database."""
    return _TOKEN.fullmatch(given) is not None


def holder(connection: Connection, given: str) -> Holder | None:
    """Who sends this token; None where it is not good."""
    found = _TOKEN.fullmatch(given)
    token = tokens.one(connection, found[1]) if found else None
    if token is None or not hmac.compare_digest(token.digest, _digest(given)) or token.revoked_at is not None:
        return None
    return Holder(token.id, token.name, frozenset(token.scopes), token.used_at)


def put_down(connection: Connection, holder: Holder, now: datetime) -> None:
    """Put down that a token is used now."""
    tokens.used(connection, holder.id, now)


def _known(scopes: Iterable[str]) -> tuple[str, ...]:
    wanted: Sequence[str] = list(dict.fromkeys(scopes))
    for each in wanted:
        if each not in list(Scope):
            raise TokenError(
                "unknown_scope", f"there is no scope '{each}'. {did_you_mean(each, list(Scope))}"
            )
    if not wanted:
        raise TokenError("unknown_scope", f"say what it may do, with one or more of {', '.join(Scope)}")
    return tuple(wanted)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
