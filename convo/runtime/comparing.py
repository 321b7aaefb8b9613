"""A provider's opt-out list compared with the ledger, and the differences mended.

Nobody is opted in by what a provider's list says: it may only add to who has stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection

from convo.clock import Clock
from convo.messages import SendError
from convo.providers import keeps_opt_outs
from convo.providers.base import OptOuts
from convo.runtime.consent import stopped_by_provider
from convo.settings import Settings
from convo.store import consent, contacts, opt_outs
from convo.store.engine import Store
from convo.store.opt_outs import Side, Telling

MOST = 100  # contacts in one request


@dataclass(frozen=True, slots=True)
class Difference:
    """The provider's list and the ledger do not agree about a contact and one of our numbers."""

    number: str
    contact: str
    opted_out_by: str  # provider: it alone says so; or ledger

    def as_dict(self) -> dict[str, Any]:
        return {"number": self.number, "contact": self.contact, "opted_out_by": self.opted_out_by}


@dataclass(slots=True)
class Comparison:
    """What came of comparing an account's list with the ledger."""

    account: str
    checked: int = 0
    unknown: int = 0  # of whom the provider did not say
    differences: list[Difference] = field(default_factory=list)
    failed: str | None = None  # why it came to no end

    def as_dict(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "checked": self.checked,
            "unknown": self.unknown,
            "differences": [each.as_dict() for each in self.differences],
            "failed": self.failed,
        }


class Comparing:
    """Compares one account's list."""

    def __init__(self, store: Store, settings: Settings, account: str, listed: OptOuts, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._account = account
        self._listed = listed
        self._clock = clock

    async def run(self, *, mend: bool = True) -> Comparison:
        """What differs, 100 contacts at a time; with `mend` both sides agree to the stop afterwards."""
        found = Comparison(self._account)
        for number, ours in self._settings.numbers.items():
            if ours.account == self._account and keeps_opt_outs(self._settings, number):
                try:
                    await self._compare(found, number, mend=mend)
                except SendError as error:
                    found.failed = f"{number}: {error.reason}"
        return found

    async def _compare(self, found: Comparison, number: str, *, mend: bool) -> None:
        brand, after = self._settings.brand(number), 0
        while page := await self._store.read(
            partial(opt_outs.sides, number=number, brand=brand, after=after, most=MOST)
        ):
            after = page[-1].id
            settled = [each for each in page if not each.pending]
            theirs = await self._listed.check(number, [each.contact for each in settled]) if settled else {}
            found.checked += len(settled)
            found.unknown += len(settled) - len(theirs)
            differ = [each for each in settled if theirs.get(each.contact, each.opted_out) != each.opted_out]
            if mend and differ:
                differ = await self._store.write(partial(self._mend, number=number, differ=differ))
            found.differences += [
                Difference(number, each.contact, "ledger" if each.opted_out else "provider")
                for each in differ
            ]

    def _mend(self, connection: Connection, number: str, differ: Sequence[Side]) -> list[Side]:
        """Mend these differences, but for those that were none any more by the time of their locks."""
        now, brand = self._clock(), self._settings.brand(number)
        known = contacts.lock_ids(connection, [each.id for each in differ])
        out = {row for name, row in consent.opted_out(connection, known) if name == brand}
        moving = opt_outs.pending(connection, number, [each.contact for each in differ])
        same = [
            each
            for each in differ
            if each.id in known and each.contact not in moving and (each.id in out) is each.opted_out
        ]
        for each in same:
            if each.opted_out:
                entry = consent.deciding(connection, brand, each.id)
                telling = Telling(number, each.contact, self._account, opted_out=True, entry_id=entry)
                opt_outs.put(connection, [telling], now)
            else:
                rule = "provider:opt-out-list"
                stopped_by_provider(connection, self._settings, brand, number, known[each.id], now, rule=rule)
        return same
