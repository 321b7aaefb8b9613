"""Campaigns under way: conversations begin, as many ahead as the pace of their number needs, and no more.

So a campaign that is paused or cancelled stops at once, and a million contacts are not a million queued
texts. Quiet hours are asked for before a conversation begins; everything else the gate sees to.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo.clock import Clock
from convo.errors import ConvoError, StartError, StoreUnavailable
from convo.flow.compile import Bundle
from convo.messages import Kind, Priority
from convo.rates import Limit
from convo.runtime import campaigns as managing
from convo.runtime import forgetting, gate
from convo.runtime.beginning import Start, begin
from convo.runtime.library import Library
from convo.runtime.marketing import refusal
from convo.runtime.pacing import Rates
from convo.runtime.turns import Line, Turns
from convo.settings import Settings
from convo.store import calls, campaign_contacts, campaigns, consent, contacts
from convo.store.campaign_contacts import Member
from convo.store.campaigns import Campaign, State
from convo.store.consent import Standing
from convo.store.contacts import Known
from convo.store.engine import Store

AHEAD = timedelta(seconds=10)  # of what a number may send
LEAST_AHEAD, MOST_AHEAD = 10, 2000  # texts
MOST_BEGUN, MOST_HELD = 64, 500  # in one transaction
POLL = timedelta(seconds=1)

log = structlog.get_logger(__name__)


def launch(line: Line, number: int, rates: Rates) -> int:
    """Begin with some contacts of a campaign, in one transaction; of how many it was decided.

    Nobody else launches it meanwhile. One that cannot go on is paused, with its trouble on record.
    """
    campaign = campaigns.lock_due(line.connection, number, line.now)
    if campaign is None:
        return 0
    if campaign.started_at is None:
        campaigns.change(line.connection, number, started_at=line.now)
        managing.tell(
            line.connection,
            line.settings,
            "campaign.started",
            managing.told(line.connection, campaign),
            line.now,
        )
    try:
        flows = line.library.version(line.connection, campaign.version)
        _check_numbers(line.settings, campaign)
    except ConvoError as error:
        log.warning("campaign.paused", campaign=number, reason=str(error))
        campaigns.change(line.connection, number, trouble=str(error))
        managing.change(line.connection, line.settings, campaign, State.PAUSED, "campaign.paused", line.now)
        return 0
    decided = _begin_some(line, campaign, flows, rates)
    if not decided and campaign_contacts.is_done(line.connection, number, campaign.released):
        managing.change(
            line.connection, line.settings, campaign, State.FINISHED, "campaign.finished", line.now
        )
    return decided


def _begin_some(line: Line, campaign: Campaign, flows: Bundle, rates: Rates) -> int:
    decided, awake = 0, list[Member]()
    share = math.ceil(MOST_BEGUN / len(campaign.numbers))
    for number in campaign.numbers:
        room = min(share, _room(line, flows, rates.of(number), number))
        if room > 0:
            some, held = _next(line, campaign, flows, number, room)
            awake += some
            decided += len(some) + held
    _Turn(line, campaign, flows, awake).run()
    return decided


def _next(line: Line, campaign: Campaign, flows: Bundle, number: str, room: int) -> tuple[list[Member], int]:
    """Those of a number who come next and are in no quiet hours; the others have their turn when theirs end.

    Also how many those are.
    """
    purpose, ours = flows.root.flow.purpose, line.settings.number(number)
    most = room if ours.quiet.of(purpose) is None else max(room, MOST_HELD)
    chosen = campaign_contacts.next_in_turn(
        line.connection, campaign.id, number, campaign.released, line.now, most
    )
    if most == room:
        return chosen, 0
    known = contacts.known(line.connection, (member.contact for member in chosen))
    held: list[tuple[int, datetime]] = []
    awake = []
    for member in chosen:
        mine = known.get(member.contact)
        near = (member.contact, member.timezone or (mine.contact.timezone if mine else None))
        opens = gate.opening(ours, near, purpose, line.now)
        if opens > line.now:
            held.append((member.id, opens))
        else:
            awake.append(member)
    campaign_contacts.hold(line.connection, held)
    return awake[:room], len(held)


class _Turn:
    """The turn of some contacts."""

    def __init__(self, line: Line, campaign: Campaign, flows: Bundle, members: Sequence[Member]) -> None:
        self._line = line
        self._campaign = campaign
        self._flows = flows
        self._members = members
        self._begun: list[tuple[int, int]] = []
        self._skipped: list[tuple[int, str]] = []

    def run(self) -> None:
        """Begin with those with whom it is possible, and write what became of each."""
        line, known = self._line, self._locked()
        members = self._members
        if not members:
            return
        ids = [each.id for each in known.values()]
        standing = consent.standing(line.connection, ids)
        turns = Turns(line, numbers=len(members))
        turns.know(ids)
        for member in members:
            mine = known[member.contact]
            brand = line.settings.brand(member.number)
            why = refusal(self._flows.root.flow.purpose, standing.get((brand, mine.id), Standing()))
            if why is not None:
                self._skipped.append((member.id, why))
            else:
                self._begin(turns, member, mine)
        turns.flush()
        campaign_contacts.begun(line.connection, self._begun)
        campaign_contacts.skip(line.connection, self._skipped)
        skipped = Counter(self._campaign.skipped) + Counter(reason for _, reason in self._skipped)
        begun = self._campaign.begun + len(self._begun)
        campaigns.change(line.connection, self._campaign.id, begun=begun, skipped=dict(skipped))

    def _locked(self) -> Mapping[str, Known]:
        """Lock their contacts, and then their own rows; who was erased meanwhile has no turn.

        Locking makes contacts who are not there. So what was locked is let go of where somebody was erased:
        they are not to be there again.
        """
        line = self._line
        while self._members:
            with line.connection.begin_nested() as locks:
                numbers = {each.contact for each in self._members}
                known = forgetting.lock(line.connection, line.settings, numbers, line.now)
                there = campaign_contacts.lock(line.connection, (each.id for each in self._members))
                if len(there) == len(self._members) and numbers <= known.keys():
                    return known
                locks.rollback()
            self._members = [each for each in self._members if each.id in there]
        return {}

    def _begin(self, turns: Turns, member: Member, known: Known) -> None:
        line = self._line
        known = contacts.learn(line.connection, known, member.language, member.timezone)
        given = {**self._campaign.vars, **(member.vars or {})}
        wanted = Start(self._flows.name, member.contact, member.number, given, campaign=self._campaign.id)
        try:
            stored = begin(turns, line.settings, self._flows, known, wanted, line.now)
        except SQLAlchemyError:
            raise  # the transaction is broken, not the contact
        except StartError as error:
            self._skipped.append((member.id, error.code))
        except Exception:
            log.exception("campaign.contact_failed", campaign=self._campaign.id, row=member.id)
            self._skipped.append((member.id, "failed"))
        else:
            if stored is None:
                self._skipped.append((member.id, "busy"))
            else:
                self._begun.append((member.id, stored.id))


def _check_numbers(settings: Settings, campaign: Campaign) -> None:
    gone = [number for number in campaign.numbers if settings.numbers and number not in settings.numbers]
    if gone:
        raise ConvoError(
            f"the settings have {' and '.join(gone)} no more; put it back, and resume the campaign"
        )


def _room(line: Line, flows: Bundle, limits: Sequence[Limit], number: str) -> int:
    """How many more texts may be queued for one of our numbers; calls may lead to some."""
    wanted = ahead(limits)
    priority = Priority.of(Kind.TEXT, flows.root.flow.purpose, answers=False, in_bulk=True)
    queued = campaigns.ahead(line.connection, number, priority.value, line.now + AHEAD, wanted)
    return wanted - queued - calls.under_way(line.connection, number, wanted)


def ahead(limits: Sequence[Limit]) -> int:
    """How many texts are kept queued for a number with these limits."""
    pace = min((limit.count / limit.period.total_seconds() for limit in limits), default=math.inf)
    return int(min(MOST_AHEAD, max(LEAST_AHEAD, pace * AHEAD.total_seconds())))


class Launcher:
    """Looks every second for campaigns under way."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        library: Library,
        rates: Rates,
        clock: Clock,
        on_commit: Callable[[], None],
    ) -> None:
        self._store = store
        self._settings = settings
        self._library = library
        self._rates = rates
        self._clock = clock
        self._on_commit = on_commit
        self._rounds = 0

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            worked = 0
            try:
                now = self._clock()
                for number in self._in_turn(await self._store.read(partial(campaigns.due, now=now))):
                    worked += await self._store.write(partial(self._launch, number=number))
            except StoreUnavailable as error:
                log.warning("campaigns.store_unavailable", error=str(error))
            except Exception:
                log.exception("campaigns.failed")  # one bad round must not stop every campaign
            if worked:
                self._on_commit()
            else:
                await asyncio.sleep(POLL.total_seconds())

    def _in_turn(self, due: list[int]) -> list[int]:
        """Another one first in each round: of several that share a number none waits for the others' ends."""
        self._rounds += 1
        first = self._rounds % len(due) if due else 0
        return due[first:] + due[:first]

    def _launch(self, connection: Connection, number: int) -> int:
        line = Line(connection, self._settings, self._library, self._clock())
        return launch(line, number, self._rates)
