"""What a type of the language is; each family of types has a file beside this one."""

from typing import Protocol

from convo.flow.dates import Reading
from convo.flow.values import Value


class SlotType(Protocol):
    """A type of the language."""

    @property
    def name(self) -> str:
        """As an author writes it: `text 1-40`."""

    @property
    def sample(self) -> str:
        """A reply that it reads in every language."""

    def read(self, reply: str, reading: Reading) -> Value | None:
        """What a contact's whole reply says as this type; None where it does not."""

    def take(self, given: object, reading: Reading) -> Value:
        """A value given by whoever starts the flow; raises ValueError with what to give."""
