"""What providers' own opt-out lists are to be told, written down in the transaction that changes consent."""

from sqlalchemy import Connection

from convo.keywords import KeywordKind
from convo.providers import keeps_opt_outs
from convo.settings import Settings
from convo.store import consent, opt_outs
from convo.store.opt_outs import Telling


def tell(
    connection: Connection, settings: Settings, entry: consent.Entry, line: int, *, knows: str | None = None
) -> None:
    """A ledger entry changed consent: providers' lists are to be told, but for the number that `knows`."""
    tellings = [
        Telling(
            number,
            entry.contact,
            settings.number(number).account,
            opted_out=entry.action == KeywordKind.STOP,
            entry_id=line,
        )
        for number in numbers_of(settings, entry.brand)
        if number != knows and keeps_opt_outs(settings, number)
    ]
    opt_outs.put(connection, tellings, entry.at)


def numbers_of(settings: Settings, brand: str) -> list[str]:
    """Our numbers of a brand; with no numbers set, each is a brand of its own."""
    if not settings.numbers:
        return [brand]
    return [number for number in settings.numbers if settings.brand(number) == brand]
