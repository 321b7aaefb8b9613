"""A house to test the runtime in: a world on either database whose lines can be run one by one."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, text

from convo.keywords import KeywordKind
from convo.keywords.settings import Brand
from convo.messages import (
    Accepted,
    Inbound,
    Item,
    Kind,
    Outbound,
    RawRequest,
    Reason,
    Report,
    Response,
    SendError,
    Status,
    Trouble,
)
from convo.providers.base import Provider, Traits
from convo.runtime import clockwork, consent, gate, sender
from convo.runtime.pacing import Rates
from convo.runtime.sender import Claim
from convo.runtime.settling import Result, settle
from convo.runtime.starting import Start, start
from convo.settings import SIMULATOR, Number
from convo.store import consent as ledger
from convo.store import contacts, conversations, outgoing
from convo.store.conversations import Stored
from convo.store.engine import Store
from convo.store.messages import Stored as Message
from convo.store.outgoing import OutgoingEvent
from convo.testing.world import Handset, World

T = TypeVar("T")

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
OURS = "+15550009999"
ANA, BEN, CAT = "+15550001111", "+15550002222", "+15550003333"

VISIT = """\
flow: visit
start: ask
triggers: {keyword: [visit]}
states:
  ask:
    say: Can you come?
    replies:
      yes: confirmed
      person: desk
    otherwise: {say: "YES or NO?", tries: 5, then: desk}
    after:
      4 hours: {say: "Still there?"}
      20 hours: no_answer
  confirmed: {say: "See you!", end: confirmed}
  desk: {say: "A person will text you.", hand_off: reception, then: confirmed}
  no_answer: {say: "Another time, then.", end: no_answer}
"""
INVITE = """\
flow: invite
start: ask
needs: {name: text}
vars: {day: text = Monday}
states:
  ask:
    say: Hi {{ name }}, {{ day }}?
    replies: {yes: done}
    otherwise: {say: "YES?"}
    after: {1 day: done}
  done: {end: done}
"""


class House(World):
    """A world on a given database; its intake, sender and clock are run by the test."""

    def __init__(
        self,
        store: Store,
        flows: Path,
        numbers: Mapping[str, Number] | None = None,
        brands: Mapping[str, Brand] | None = None,
    ) -> None:
        super().__init__(flows, NOW, numbers)
        self.settings = self.settings.model_copy(update={"brands": dict(brands or {})})
        self._store.close()
        self._store = self.store = store
        self._texts = 0
        self.do(lambda connection: self.library.save(connection, NOW))

    def phone(self, contact: str = ANA, number: str = OURS) -> Handset:
        return Handset(self, contact, number)

    # What comes in.

    def text(
        self,
        words: str,
        contact: str = ANA,
        number: str = OURS,
        *,
        name: str | None = None,
        answered: KeywordKind | None = None,
    ) -> Inbound:
        """A text as a provider delivers it; every one has a name of its own unless said."""
        self._texts += 1
        raw = words.encode("utf-8", "replace")
        return Inbound(SIMULATOR, name or f"in-{self._texts}", contact, number, words, raw, answered=answered)

    def take(self, *items: Item) -> None:
        """One transaction of the first line; nothing is sent."""
        self._take(*items)

    def report(self, message: Message, status: Status, reason: Reason | None = None) -> None:
        """A delivery report that calls the message as its provider does."""
        self.take(Report(SIMULATOR, str(message.provider_id), message.contact, status, reason=reason))

    def begin(self, wanted: Start) -> tuple[Stored, bool]:
        """Start a conversation; nothing is sent."""
        return self.do(lambda c: start(c, self.settings, self.library, wanted, self.clock()))

    def reported(self, claimed: Claim, status: Status, reason: Reason | None = None) -> None:
        """A delivery report that names the message as we do; its send may not be settled yet."""
        sent = claimed.outbound
        name = f"sim-{sent.key}"
        self.take(Report(SIMULATOR, name, sent.contact, status, reason=reason, message_id=sent.id))

    # What leaves.

    def claim(self, most: int = 64) -> list[Claim]:
        return self.do(lambda c: self.look(c, most)).claims

    def look(self, connection: Connection, most: int = 64) -> sender.Claimed:
        """A sender looks for messages to send, in this transaction."""
        return sender.claim(self.line(connection), self.rates, most, self.new_key)

    def settle(self, *results: Result) -> None:
        self.do(lambda c: settle(self.line(c), results))

    def result(self, claimed: Claim, outcome: Accepted | SendError | None = None) -> Result:
        """What came of a claim; accepted unless said."""
        accepted = Accepted(f"sim-{claimed.outbound.key}")
        return Result(
            claimed.outbound.id, claimed.contact_id, claimed.tries, self.clock(), outcome or accepted
        )

    def fails(self, kind: Trouble, reason: Reason = Reason.UNKNOWN, after: float | None = None) -> Claim:
        """The next message to leave is refused so; its claim."""
        (claimed,) = self.claim()
        self.settle(self.result(claimed, SendError(kind, reason, retry_after=after)))
        return claimed

    def leaves(self) -> list[str]:
        """What leaves next, one text a contact; all of it is accepted."""
        claims = self.claim()
        self.settle(*map(self.result, claims))
        return [claimed.outbound.text for claimed in claims]

    def revive(self, provider: Provider) -> int:
        providers = {SIMULATOR: provider}
        return self.do(lambda c: sender.revive(self.line(c), providers, leases_until=self.clock()))

    def changes(self, numbers: Mapping[str, Number]) -> None:
        """Somebody has changed the settings; they hold from the next start on."""
        self.settings = self.settings.model_copy(update={"numbers": dict(numbers)})
        self.rates = Rates(self.settings, {})

    def reconsider(self) -> bool:
        """What starting does with texts that are held."""
        return self.do(lambda c: gate.reconsider(c, self.settings, self.clock()))

    # The clock.

    def later(self, **time: float) -> None:
        """Time passes, and nobody is at work."""
        self.clock.move_to(self.clock() + timedelta(**time))

    def wake(self) -> int:
        return self.do(lambda c: clockwork.wake(c, self.settings, self.library, self.clock()))

    # What there is to see.

    def said(self, contact: str = ANA) -> list[str]:
        """Our texts to a contact that were not withdrawn, as stored."""
        return [m.text for m in self.outgoing(contact) if m.status is not Status.WITHDRAWN]

    def outgoing(self, contact: str = ANA) -> list[Message]:
        return [message for message in self.history(contact) if message.kind and message.direction == "out"]

    def message(self, words: str, contact: str = ANA) -> Message:
        """The one outgoing message with these words."""
        (found,) = [message for message in self.outgoing(contact) if message.text == words]
        return found

    def answers(self, kind: Kind, contact: str = ANA) -> list[str]:
        return [message.text for message in self.outgoing(contact) if message.kind is kind]

    def conversation(self, contact: str = ANA) -> Stored:
        """The latest conversation of a contact."""
        return self.conversations(contact)[-1]

    def ledger(self, brand: str = OURS, contact: str = ANA) -> list[ledger.Entry]:
        return self.do(lambda c: ledger.history(c, brand, contact))

    def events(self, contact: str = ANA) -> list[OutgoingEvent]:
        """Everything that the application is told of a contact, oldest first."""
        return self.do(lambda c: outgoing.of_contact(c, contact))

    def rows(self, query: str) -> Sequence[tuple[object, ...]]:
        return self.do(lambda c: [tuple(row) for row in c.execute(text(query))])

    def provider_opted_out(self, contact: str) -> None:
        def job(connection: Connection) -> None:
            known = contacts.lock(connection, [contact], self.clock())[contact]
            now, rule = self.clock(), "provider:opted-out"
            consent.stopped_by_provider(connection, self.settings, OURS, OURS, known, now, rule=rule)

        self.do(job)

    def next_due(self) -> datetime | None:
        return self.next_leaving()

    def next_wake(self) -> datetime | None:
        return self.do(conversations.next_wake)


class Carrier:
    """A provider that does with a message what it was told, and tells a repeat or not."""

    name = "carrier"

    def __init__(self, *, idempotent: bool, outcome: Exception | None = None) -> None:
        self.traits = Traits(idempotent=idempotent)
        self.outcome = outcome
        self.took: list[Outbound] = []

    def verify(self, request: RawRequest) -> None:
        del request

    def parse(self, request: RawRequest) -> Sequence[Item]:
        del request
        return []

    def acknowledge(self, request: RawRequest) -> Response:
        del request
        return Response()

    async def send(self, message: Outbound) -> Accepted:
        self.took.append(message)
        if self.outcome is not None:
            raise self.outcome
        return Accepted(f"carrier-{message.key}")

    async def close(self) -> None:
        return

    def tries(self, house: House) -> None:
        """The next message is handed to this provider, and what came of it is settled."""
        (claimed,) = house.claim()
        house.settle(asyncio.run(sender.send(self, claimed, house.clock)))
