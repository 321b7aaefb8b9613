"""The phone that a page plays: its own number, and the one of ours that it texts with."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from convo import phone
from convo.app import App
from convo.providers.simulator import Simulator
from convo.settings import DEFAULT_NUMBER, Settings

CONTACT = "+15550001111"


@dataclass(frozen=True, slots=True)
class Handset:
    """A phone by its number, and our number that it texts with; both in E.164."""

    contact: str
    number: str
    account: str
    brand: str

    @property
    def query(self) -> str:
        """The query string that picks up this phone."""
        return urlencode({"contact": self.contact, "number": self.number})


def pick_up(settings: Settings, query: Mapping[str, str]) -> Handset:
    """The phone that a query string asks for; raises ValueError with what to write instead.

    A plus that came as a blank is understood.
    """
    wanted = query.get("number", "").strip() or default_number(settings)
    number = phone.from_provider(wanted) or phone.parse(wanted)
    if settings.numbers and number not in settings.numbers:
        raise ValueError(f"'{wanted}' is none of our numbers; there is {', '.join(settings.numbers)}")
    theirs = query.get("contact", "").strip() or CONTACT
    contact = phone.parse(phone.from_provider(theirs) or theirs)
    if contact == number:
        raise ValueError(f"{contact} would text with itself; give the phone another number")
    return Handset(contact, number, settings.number(number).account, settings.brand(number))


def default_number(settings: Settings) -> str:
    """Our number that a phone texts with unless it is told another."""
    return next(iter(settings.numbers), DEFAULT_NUMBER)


def simulator(app: App, handset: Handset) -> Simulator | None:
    """The simulator that this phone is in; None for a number whose account reaches real phones."""
    provider = app.providers.get(handset.account)
    return provider if isinstance(provider, Simulator) else None
