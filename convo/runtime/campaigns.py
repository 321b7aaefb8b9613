"""Campaigns as people and programs manage them: made, started, paused, resumed and cancelled.

Who is loaded into them is `loading`'s, and who begins when is `launching`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from convo import phone
from convo.errors import CampaignError, StartError
from convo.flow.compile import Bundle
from convo.flow.session import Closed, Phase
from convo.messages import Status, storable
from convo.runtime import queue
from convo.runtime.beginning import current
from convo.runtime.contact_rows import for_all
from convo.runtime.events import of_campaign
from convo.runtime.library import Library, keep
from convo.runtime.queue import Operator
from convo.runtime.turns import Line, Turns
from convo.settings import Settings
from convo.store import campaign_contacts, campaigns, contacts, conversations, messages, outgoing
from convo.store.campaigns import Campaign, Counts, New, State
from convo.store.engine import Store

LONGEST_NAME = 200
NOT_PAST = timedelta(minutes=1)  # of a start: clocks differ, and it takes a while to say it
CANCELLED_AS = "cancelled"  # the outcome of conversations of which nothing had left
_AT_ONCE = 100  # texts withdrawn in one transaction
_CLOSED_AT_ONCE = 250  # conversations that are looked at, and closed
_DROPPED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A campaign as it is asked for. The same `name` is the same campaign."""

    flow: str
    name: str
    numbers: Sequence[str] = ()  # ours; none: the only one
    vars: Mapping[str, object] = field(default_factory=dict)  # the same for every contact
    region: str | None = None  # of contacts' numbers without their country; that of the settings unless said


@dataclass(frozen=True, slots=True)
class Standing:
    """A campaign, and what came of its rows so far."""

    campaign: Campaign
    counts: Counts  # of all its files
    is_loaded: bool  # each of its files to its end
    to_come: int  # contacts whose turn is still to come; those who were erased have none


def checked(settings: Settings, library: Library, wanted: Wanted, now: datetime) -> tuple[New, Bundle]:
    """The campaign that is wanted, and its flow; raises CampaignError where there cannot be one."""
    try:
        flows = current(library, wanted.flow)
    except StartError as error:
        raise CampaignError(error.code, str(error)) from None
    name = storable(wanted.name).strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise CampaignError("bad_name", f"a name has 1 to {LONGEST_NAME} characters, all of them printable")
    numbers = _pool(settings, wanted.numbers)
    try:
        region = phone.region(wanted.region) if wanted.region else settings.region
    except ValueError as error:
        raise CampaignError("bad_region", str(error)) from None
    for_all(flows, wanted.vars, settings.number(numbers[0]).timezone, numbers[0], now)
    return New(name, flows.name, flows.version, numbers, dict(wanted.vars), region), flows


def make(connection: Connection, new: New, flows: Bundle, now: datetime) -> tuple[Campaign, bool]:
    """The campaign of this name, and whether it is new; raises CampaignError where another one has the name.

    One that was started stays as it was, whatever its flow says by now.
    """
    earlier = campaigns.named(connection, new.name)
    if earlier is None:
        keep(connection, flows, now)
        return campaigns.create(connection, new, now), True
    if not is_same(earlier, new):
        raise CampaignError(
            "name_taken",
            f"campaign {earlier.id} is called '{new.name}', and was made of other things: "
            f"{', '.join(_differences(earlier, new))}; choose another name",
        )
    return earlier, False


def is_same(earlier: Campaign, new: New) -> bool:
    return not _differences(earlier, new)


def _differences(earlier: Campaign, new: New) -> list[str]:
    names = ["flow", "numbers", "vars", "region"]
    if not earlier.released:
        names.append("version")
    return [name for name in names if getattr(earlier, name) != getattr(new, name)]


def standing(connection: Connection, number: int) -> Standing:
    """How it stands with a campaign; raises CampaignError where there is none."""
    campaign = campaigns.one(connection, number)
    if campaign is None:
        raise _missing(number)
    return told(connection, campaign)


def told(connection: Connection, campaign: Campaign) -> Standing:
    files = campaigns.files(connection, campaign.id)
    total = Counts()
    for file in files:
        total += file.counts
    to_come = sum(campaign_contacts.to_come(connection, campaign.id).values())
    return Standing(campaign, total, bool(files) and all(file.loaded_at for file in files), to_come)


def discard(store: Store, number: int) -> None:
    """Take away a campaign that nobody has started."""

    def job(connection: Connection) -> bool:
        campaign = campaigns.one(connection, number, locked=True)
        if campaign is None:
            return False
        if campaign.released:
            raise CampaignError("over", f"campaign {number} was started; cancel it instead")
        return campaigns.drop(connection, number, _DROPPED_AT_ONCE)

    while store.transact(job):
        pass


def is_remnant(connection: Connection, number: int) -> bool:
    """Whether it is what was left of a campaign when `discard` was cut off: contacts of no file."""
    return not campaigns.files(connection, number) and campaign_contacts.last(connection, number) > 0


def is_past(at: datetime, now: datetime) -> bool:
    """Whether nobody can mean this start: somebody who mistyped a year would text everybody now."""
    return at < now - NOT_PAST


def start(connection: Connection, number: int, at: datetime | None, now: datetime) -> Standing:
    """Let everybody who is loaded by now begin, from `at` on, or now; who says it twice changes nothing.

    A start that is still to come is moved, without `at` to now, but not where somebody was added since: they
    wait with the others. One that is paused stays so. Raises CampaignError where a file is
    not to its end, nobody is in it, it was cancelled, `at` is past, or it has begun and cannot wait for `at`.
    """
    campaign = _locked(connection, number)
    released = campaign_contacts.last(connection, number)
    is_said_again = at == campaign.starts_at and released == campaign.released
    if at is not None and is_past(at, now) and not is_said_again:
        raise CampaignError("past", f"`at`: {at:%Y-%m-%d %H:%M} UTC is past; leave it out to begin now")
    if campaign.status is State.CANCELLED:
        raise CampaignError("over", f"campaign {number} was cancelled; make another one, with another name")
    found = told(connection, campaign)
    if not found.is_loaded:
        raise CampaignError("not_loaded", f"campaign {number} is not loaded to its end; load its file again")
    if not found.counts.added:
        raise CampaignError("empty", f"there is nobody in campaign {number} whom it could begin with")
    values: dict[str, object] = {"released": released}
    if campaign.status in (State.LOADING, State.FINISHED) and released > campaign.released:
        values |= {"status": State.RUNNING.value, "starts_at": at, "ended_at": None}
    elif _is_to_come(campaign, now):
        if at is not None or released == campaign.released:
            values["starts_at"] = at
    elif at is not None and at > now:
        raise _cannot_wait(campaign)
    campaigns.change(connection, number, **values)
    return standing(connection, number)


def top_up(connection: Connection, number: int, now: datetime) -> Standing:
    """Let who was added begin too: at once, or with the others where their start is still to come."""
    at = _locked(connection, number).starts_at
    return start(connection, number, at if at and at > now else None, now)


def pause(connection: Connection, settings: Settings, number: int, now: datetime) -> Standing:
    """Begin with nobody until it is resumed; raises CampaignError for one that does not run."""
    campaign = _locked(connection, number)
    if campaign.status is State.PAUSED:
        return told(connection, campaign)
    if campaign.status is not State.RUNNING:
        raise CampaignError(
            "not_running", f"campaign {number} is {campaign.status.value}; only a running one can be paused"
        )
    return change(connection, settings, campaign, State.PAUSED, "campaign.paused", now)


def resume(connection: Connection, settings: Settings, number: int, now: datetime) -> Standing:
    """Go on where it was paused; raises CampaignError for one that is not paused."""
    campaign = _locked(connection, number)
    if campaign.status is State.RUNNING:
        return told(connection, campaign)
    if campaign.status is not State.PAUSED:
        raise CampaignError(
            "not_paused", f"campaign {number} is {campaign.status.value}; only a paused one can be resumed"
        )
    campaigns.change(connection, number, trouble=None)
    return change(connection, settings, campaign, State.RUNNING, "campaign.resumed", now)


def cancel(
    store: Store, settings: Settings, library: Library, number: int, by: Operator, now: datetime
) -> int:
    """Begin with nobody any more, and withdraw what is queued; how many texts that were.

    Conversations of which nothing has left end: they may wait behind another one, or for a call. A campaign
    that has finished can be cancelled too: its last texts may be queued. Killed in between, it can be said
    again.
    """

    def job(connection: Connection) -> Campaign:
        campaign = _locked(connection, number)
        if campaign.status is not State.CANCELLED:
            change(connection, settings, campaign, State.CANCELLED, "campaign.cancelled", now)
        return campaign

    def line(connection: Connection) -> Line:
        return Line(connection, settings, library, now)

    after = 0

    def close(connection: Connection) -> bool:
        nonlocal after
        found, last = campaigns.silent(connection, number, after, _CLOSED_AT_ONCE)
        _close(line(connection), found)
        after = last or after
        return last is not None

    campaign = store.transact(job)
    count = _withdraw_all(store, line, campaign, by)
    while store.transact(close):
        pass
    return count + _withdraw_all(store, line, campaign, by)  # what calls have led to since


def change(
    connection: Connection, settings: Settings, campaign: Campaign, status: State, kind: str, now: datetime
) -> Standing:
    """A locked campaign stands so from now on, and the application is told."""
    over = status in (State.FINISHED, State.CANCELLED)
    campaigns.change(connection, campaign.id, status=status.value, ended_at=now if over else None)
    found = told(connection, replace(campaign, status=status, ended_at=now if over else None))
    tell(connection, settings, kind, found, now)
    return found


def tell(connection: Connection, settings: Settings, kind: str, found: Standing, now: datetime) -> None:
    """Tell the application what has happened to a campaign."""
    brand = settings.brand(found.campaign.numbers[0])
    draft = of_campaign(settings.events, kind, found.campaign, brand, found.counts.added, now)
    outgoing.write(connection, [draft])


def _withdraw_all(store: Store, line: Callable[[Connection], Line], campaign: Campaign, by: Operator) -> int:
    """Withdraw what is queued of a campaign, some of it in each transaction; how many texts that were."""
    count = 0
    while (withdrawn := store.transact(lambda c: _withdraw(line(c), campaign, by))) is not None:
        count += withdrawn
    return count


def _withdraw(line: Line, campaign: Campaign, by: Operator) -> int | None:
    """Withdraw some queued texts of a campaign; None where there are none.

    One that a sender has claimed meanwhile, and one that may have gone earlier, are not withdrawn.
    """
    numbers = campaigns.queued(line.connection, campaign, _AT_ONCE)
    if not numbers:
        return None
    done = queue.withdraw(line, numbers, by)
    return sum(each.status is Status.WITHDRAWN for each in done)


def _close(line: Line, found: Sequence[int]) -> None:
    """End those of these conversations of which nothing has left."""
    contacts.hold(line.connection, (each.contact_id for each in conversations.by_ids(line.connection, found)))
    turns = Turns(line)
    for stored in conversations.by_ids(line.connection, found):
        if stored.status != Phase.ENDED and not messages.has_left(
            line.connection, stored.contact_id, stored.id
        ):
            turns.step(stored, Closed(CANCELLED_AS))
    turns.flush()


def _locked(connection: Connection, number: int) -> Campaign:
    campaign = campaigns.one(connection, number, locked=True)
    if campaign is None:
        raise _missing(number)
    return campaign


def _is_to_come(campaign: Campaign, now: datetime) -> bool:
    """Whether a start was set, or set anew for those of a later list, and nobody has begun since."""
    if campaign.status not in (State.RUNNING, State.PAUSED):
        return False
    return campaign.started_at is None or (campaign.starts_at is not None and campaign.starts_at > now)


def _cannot_wait(campaign: Campaign) -> CampaignError:
    number = campaign.id
    if campaign.status in (State.RUNNING, State.PAUSED):
        return CampaignError(
            "begun", f"campaign {number} has begun; leave `at` out, and who was added begins with the others"
        )
    return CampaignError("empty", f"everybody in campaign {number} has had their turn; add a list first")


def _missing(number: int) -> CampaignError:
    return CampaignError("not_found", f"there is no campaign {number}")


def _pool(settings: Settings, wanted: Sequence[str]) -> list[str]:
    """The numbers to send from, sorted; raises CampaignError for what is none of ours."""
    only = settings.only_number()
    given = list(wanted) or ([only] if only else [])
    known = ", ".join(settings.numbers) or "any number, like +15550009999"
    if not given:
        raise CampaignError("no_number", f"say which number to use, or which: {known}")
    found = []
    for number in given:
        spelled = phone.from_provider(number)
        if spelled is None or (settings.numbers and spelled not in settings.numbers):
            raise CampaignError("unknown_number", f"'{number}' is none of ours; there is {known}")
        found.append(spelled)
    brands = sorted({settings.brand(number) for number in found})
    if len(brands) > 1:
        raise CampaignError(
            "several_brands",
            f"these numbers are of several brands, {', '.join(brands)}, and who stops one has not stopped "
            "the others; give them the same `brand` in the settings",
        )
    return sorted(set(found))
