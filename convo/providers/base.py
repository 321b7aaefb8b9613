"""The contract that every provider keeps, and the traits that it states."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from convo import phone
from convo.clock import Clock
from convo.errors import UnreadablePayload
from convo.keywords.settings import AnsweredBy
from convo.messages import Accepted, Item, Outbound, RawRequest, Response
from convo.phone import NumberKind

LONGEST_ID = 256  # characters of a provider's name for a message

# Where a provider that runs in this process delivers what others would send as a webhook.
Deliver = Callable[[Sequence[Item]], None]


@dataclass(frozen=True, slots=True)
class Handling:
    """Who answers STOP and START on a number, and the words that somebody answers before us."""

    by: AnsweredBy | None = AnsweredBy.APP  # None: the number's owner chose, and has to say
    words: frozenset[str] = frozenset()  # that the provider acts on itself, as they are compared

    def has_answered(self, word: str) -> bool:
        """Whether a text that is this word, as it is compared, was answered before we got it."""
        return self.by is AnsweredBy.PROVIDER and word in self.words


# What providers that act on keywords have in common, where nobody says more precisely.
_STOPS = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")
USUAL = frozenset((*_STOPS, "start", "unstop", "yes"))
# The carriers do it, for every provider, and nobody can switch it off.
US_TOLL_FREE = Handling(AnsweredBy.PROVIDER, frozenset({"stop", "start", "unstop"}))


@dataclass(frozen=True, slots=True)
class Traits:
    """What differs between providers, beyond their wire formats."""

    idempotent: bool  # a second send with the same key is the same message
    longest: int | None = None  # UTF-16 units of a text that it takes; None: any number
    methods: tuple[str, ...] = ("POST",)  # that its webhooks use
    rates: Mapping[NumberKind, str] = field(default_factory=dict)  # how fast its numbers may send, by kind
    # Who answers STOP, by the kind of number; we do on those that are not named.
    stop: Mapping[NumberKind, Handling] = field(
        default_factory=lambda: MappingProxyType({NumberKind.TOLL_FREE: US_TOLL_FREE})
    )

    def handling(self, number: str, said: AnsweredBy | None = None) -> Handling:
        """Who answers STOP on one of our numbers; `said` are its settings, which know best."""
        kind = phone.kind(number)
        if kind is NumberKind.TOLL_FREE and not number.startswith("+1"):
            kind = NumberKind.LONG_CODE  # other countries' carriers answer nothing
        stated = self.stop.get(kind, Handling())
        if said is None or said is stated.by:
            return stated
        words = stated.words or USUAL
        return Handling(said, words if said is AnsweredBy.PROVIDER else frozenset())


class ProviderSettings(BaseModel):
    """What an account takes beside its `provider`; each provider has its own. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def keeps_opt_outs(self) -> bool:
        """Whether the ledger is mirrored into a list of opt-outs at the provider, and back."""
        return False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a provider is given beside its settings."""

    account: str  # its name in the settings
    deliver: Deliver
    clock: Clock


class Provider(Protocol):
    """One account at one provider."""

    name: str
    traits: Traits

    def verify(self, request: RawRequest) -> None:
        """Raises InvalidSignature where the bytes are not from the provider."""

    def parse(self, request: RawRequest) -> Sequence[Item]:
        """What a verified request brings; raises UnreadablePayload where it cannot be read at all.

        What is read but not understood comes back as `Unread`, never as an error.
        """

    def acknowledge(self, request: RawRequest) -> Response:
        """The answer once everything that the request brought is stored."""

    async def send(self, message: Outbound) -> Accepted:
        """Hand a message over; raises SendError where the provider did not take it."""

    async def close(self) -> None:
        """Let go of connections."""


class OptOuts(Protocol):
    """The opt-outs that a provider keeps by itself, for each of our numbers a list; up to 100 at a time.

    All of it raises SendError where the provider does not answer as it should.
    """

    async def check(self, number: str, contacts: Sequence[str]) -> Mapping[str, bool]:
        """Which of these contacts are on the list; without those of whom the provider did not say."""

    async def add(self, number: str, contacts: Sequence[str]) -> frozenset[str]:
        """Put these contacts on the list; those that the provider took."""

    async def remove(self, number: str, contacts: Sequence[str]) -> frozenset[str]:
        """Take these contacts off the list; those that the provider took."""


@runtime_checkable
class KeepsOptOuts(Protocol):
    """What a provider has that keeps opt-outs by itself. Whether it is asked, its settings say."""

    opt_outs: OptOuts


class ProviderClass(Protocol):
    """How an account's provider is made: from settings of its own kind."""

    name: str
    traits: Traits
    SETTINGS: type[ProviderSettings]

    # Each class takes its own SETTINGS, which `make` sees to.
    def __call__(self, settings: Any, surroundings: Surroundings) -> Provider: ...


def read_json(body: bytes, *, expected: str) -> Any:
    """The JSON of a body; raises UnreadablePayload where it is none, with what is expected instead."""
    try:
        return from_json(body)
    except ValueError:
        pass
    # The fast reader refuses half an emoji and a byte order mark. A text with one is a text.
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadablePayload(f"the body is not JSON; {expected}") from None
