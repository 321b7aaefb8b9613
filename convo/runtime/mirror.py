"""The ledger mirrored in opt-out lists that providers keep: told of each change, compared once a day."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from convo.clock import Clock
from convo.errors import StoreUnavailable
from convo.messages import SendError
from convo.providers import keeps_opt_outs
from convo.providers.base import KeepsOptOuts, Provider
from convo.runtime.comparing import MOST, Comparing, Comparison
from convo.settings import Settings
from convo.store import opt_outs
from convo.store.engine import Store
from convo.store.opt_outs import Telling

LEASE = timedelta(minutes=2)
EVERY = timedelta(days=1)  # a list is compared with the ledger
POLL = timedelta(seconds=1)
MOST_TRIES = 36  # over more than a day; the daily comparison finds what is left
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)

log = structlog.get_logger(__name__)


class Mirror:
    """Looks every second for changes to tell, and once a day compares each list with the ledger."""

    def __init__(
        self, store: Store, settings: Settings, providers: Mapping[str, Provider], clock: Clock
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._lists = {
            account: provider.opt_outs
            for account, provider in providers.items()
            if isinstance(provider, KeepsOptOuts)
        }

    @property
    def accounts(self) -> list[str]:
        """The accounts whose lists are mirrored."""
        numbers = self._settings.numbers
        wanted = {numbers[each].account for each in numbers if keeps_opt_outs(self._settings, each)}
        return [account for account in self._lists if account in wanted]

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if await self.push():
                    continue
                await self._compare_daily()
            except StoreUnavailable as error:
                log.warning("opt_outs.store_unavailable", error=str(error))
            except Exception:
                log.exception("opt_outs.failed")  # one bad round must not stop the mirror
            await asyncio.sleep(POLL.total_seconds())

    # Telling.

    async def push(self) -> int:
        """Tell the providers what is due now; how much it was."""
        now = self._clock()
        due = await self._store.read(opt_outs.next_due)
        if due is None or due > now:
            return 0
        claimed = await self._store.write(lambda c: opt_outs.claim(c, now, now + LEASE, MOST))
        groups: dict[tuple[str, str, bool], list[Telling]] = defaultdict(list)
        for each in claimed:
            groups[each.account, each.number, each.opted_out].append(each)
        done: list[Telling] = []
        left = dict.fromkeys(claimed, now)  # due at once where the process ends in the middle
        ended: asyncio.CancelledError | None = None
        try:
            for (account, number, out), group in groups.items():
                taken = await self._tell(account, number, [each.contact for each in group], out=out)
                for each in group:
                    left[each] = self._clock() + _wait(each.tries)
                    given_up = each.contact not in taken and each.tries + 1 >= MOST_TRIES
                    if given_up:
                        log.error("opt_outs.given_up", account=account, entry=each.entry_id)
                    if given_up or each.contact in taken:
                        done.append(each)
                        del left[each]
        except asyncio.CancelledError as error:
            ended = error
        await self._store.write(partial(_settle, done=done, left=list(left.items())))
        if ended is not None:
            raise ended
        return len(claimed)

    async def _tell(self, account: str, number: str, people: Sequence[str], *, out: bool) -> frozenset[str]:
        listed = self._lists.get(account)
        if listed is None:
            return frozenset(people)  # the account is another provider's by now, which keeps no list
        try:
            return await (listed.add(number, people) if out else listed.remove(number, people))
        except SendError as error:
            log.warning("opt_outs.not_taken", account=account, contacts=len(people), reason=str(error.reason))
            return frozenset()

    # Comparing.

    async def compare(self, account: str, *, mend: bool = True) -> Comparison:
        """Compare an account's list with the ledger now."""
        listed = self._lists[account]
        return await Comparing(self._store, self._settings, account, listed, self._clock).run(mend=mend)

    async def _compare_daily(self) -> None:
        now = self._clock()
        for account in self.accounts:
            begins = partial(opt_outs.begin_check, account=account, now=now, last_by=now - EVERY)
            if await self._store.write(begins):
                found = await self.compare(account)
                log.info(
                    "opt_outs.compared",
                    account=account,
                    checked=found.checked,
                    differences=len(found.differences),
                    failed=found.failed,
                )


def _settle(
    connection: Connection, done: Sequence[Telling], left: Sequence[tuple[Telling, datetime]]
) -> None:
    opt_outs.told(connection, done)
    opt_outs.again(connection, left)


def _wait(tries: int) -> timedelta:
    return min(_FIRST_WAIT * (1 << min(tries, 10)), _LONGEST_WAIT)
