"""The contract that every provider keeps, and the traits that it states."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from convo.messages import Accepted, Item, Outbound, RawRequest, Response
from convo.settings import Account


@dataclass(frozen=True, slots=True)
class Traits:
    """What differs between providers, beyond their wire formats."""

    idempotent: bool  # a second send with the same key is the same message


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


class ProviderClass(Protocol):
    """How an account's provider is made: from its name and its settings."""

    name: str

    def __call__(self, account: str, settings: Account, report: "Deliver") -> Provider: ...


# Where a provider that runs in this process delivers what others would send as a webhook.
Deliver = Callable[[Sequence[Item]], None]
