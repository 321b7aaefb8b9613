"""`/v1/campaigns`: made, loaded from a list, looked at, started, paused, resumed and cancelled."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection

from convo.app import App
from convo.errors import CampaignError, ListError, StoreUnavailable
from convo.resources.base import NoBody, NoQuery, Page, PageQuery, Upload
from convo.resources.campaigns import (
    BadRow,
    Campaign,
    CampaignContact,
    CampaignContactsQuery,
    CampaignPreview,
    CampaignRequest,
    CampaignRows,
    CampaignStartRequest,
    CancelledCampaign,
    LoadedList,
)
from convo.runtime import campaigns, loading, spreadsheets
from convo.runtime.campaigns import Standing, Wanted
from convo.runtime.loading import Books, Listener
from convo.runtime.previewing import preview
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import campaign_contacts
from convo.store import campaigns as stored
from convo.store.campaign_contacts import Member
from convo.store.campaigns import File
from convo.web.api.access import Refusal
from convo.web.api.lists import page
from convo.web.api.operations import GET, POST, Answer, Asked, Operation, made
from convo.web.api.queue import operator_of

LONGEST_WAIT = 60  # seconds for one batch
MOST_BAD = 100  # rows told; the others are counted
MOST_SAMPLES = 20
T = TypeVar("T")
# So many lists are read at once, and the others wait: who is called in a thread must not wait for them.
_LISTS = ThreadPoolExecutor(2, thread_name_prefix="convo-list")


def _list(line: Line, asked: Asked[PageQuery, NoBody]) -> Answer[Page[Campaign]]:
    """Campaigns in the order in which they were made."""
    connection = line.connection
    return page(
        asked.query,
        lambda after, most: stored.listed(connection, after, most),
        lambda each: shown_campaign(campaigns.told(connection, each)),
    )


def _create(line: Line, asked: Asked[NoQuery, CampaignRequest]) -> Answer[Campaign]:
    """Make a campaign; nobody is in it yet.

    201 with a new one; 200 with the one that has this name and was made of the same.
    """
    new, flows = campaigns.checked(line.settings, line.library, Wanted(**asked.body.model_dump()), line.now)
    campaign, is_new = campaigns.make(line.connection, new, flows, line.now)
    return made(shown_campaign(campaigns.told(line.connection, campaign)), new=is_new)


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Campaign]:
    """One campaign."""
    return Answer(shown_campaign(_standing(line, asked)))


def _contacts(line: Line, asked: Asked[CampaignContactsQuery, NoBody]) -> Answer[Page[CampaignContact]]:
    """Contacts of a campaign in the order of its lists."""
    query, number = asked.query, _standing(line, asked).campaign.id
    return page(
        query,
        lambda after, most: campaign_contacts.listed(
            line.connection, number, after, most, status=query.status, contact=query.contact
        ),
        shown_member,
    )


async def _load(app: App, asked: Asked[NoQuery, Upload]) -> Answer[LoadedList]:
    """Add who is on a list: CSV or JSON Lines, as the body. Nothing is sent yet.

    At most 1 GiB; it may come in several lists. The same list again adds nobody. Rows are written some
    thousand at a time, so where it was cut off it goes on when the same list comes again.
    """
    bad: list[BadRow] = []
    try:
        file = await _loaded(app, asked, bad)
    except ListError as error:
        raise Refusal(422, "bad_list", str(error).replace(str(asked.body.path), "the list")) from None
    counts = file.counts
    return Answer(
        LoadedList(
            read=counts.read,
            added=counts.added,
            duplicates=counts.duplicates,
            opted_out=counts.opted_out,
            no_consent=counts.no_consent,
            bad=counts.bad,
            bad_rows=bad,
        )
    )


async def _preview(app: App, asked: Asked[NoQuery, NoBody]) -> Answer[CampaignPreview]:
    """Look at what a campaign would say, cost and take if it started now."""
    number = asked.number("campaign")

    def job(connection: Connection) -> Answer[CampaignPreview]:
        campaign = campaigns.standing(connection, number).campaign
        flows = app.library.version(connection, campaign.version)
        now, rates = app.clock(), app.sender.rates
        found = preview(connection, connection, app.settings, campaign, flows, rates, now)
        return Answer(CampaignPreview.model_validate(found.as_dict(MOST_SAMPLES)))

    return await app.store.read(job)


def _start(line: Line, asked: Asked[NoQuery, CampaignStartRequest]) -> Answer[Campaign]:
    """Let everybody who is loaded by now begin, at once or from `at` on.

    A start that is still to come is moved: to now without `at`, but not where somebody was added since, who
    wait with the others. One that is paused stays so. 409 `begun` for an `at` where it has begun already.
    """
    found = campaigns.start(line.connection, asked.number("campaign"), asked.body.at, line.now)
    return Answer(shown_campaign(found))


def _pause(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Campaign]:
    """Begin with nobody until it is resumed. What is queued already still leaves."""
    found = campaigns.pause(line.connection, line.settings, asked.number("campaign"), line.now)
    return Answer(shown_campaign(found))


def _resume(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Campaign]:
    """Go on where it was paused."""
    found = campaigns.resume(line.connection, line.settings, asked.number("campaign"), line.now)
    return Answer(shown_campaign(found))


async def _cancel(app: App, asked: Asked[NoQuery, NoBody]) -> Answer[CancelledCampaign]:
    """Begin with nobody any more, and withdraw what is queued.

    Conversations of which nothing has left end as `cancelled`; those that have begun go on. Said again, it
    goes on where it was cut off.
    """
    number, by = asked.number("campaign"), operator_of(asked.by)
    count = await app.store.work(
        lambda: campaigns.cancel(app.store, app.settings, app.library, number, by, app.clock())
    )
    app.changed()
    found = shown_campaign(await app.store.read(lambda c: campaigns.standing(c, number)))
    return Answer(CancelledCampaign(**dict(found), withdrawn=count))


def _standing(line: Line, asked: Asked[Any, NoBody]) -> Standing:
    return campaigns.standing(line.connection, asked.number("campaign"))


async def _loaded(app: App, asked: Asked[NoQuery, Upload], bad: list[BadRow]) -> File:
    """The list as it is in in the end: in a thread, whose batches wait in line like all writes."""
    number, loop, given_up = asked.number("campaign"), asyncio.get_running_loop(), threading.Event()

    def wait(done: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(done, loop).result(LONGEST_WAIT)
        except TimeoutError:
            raise StoreUnavailable("the database is slow; load the same list again") from None

    def read(job: Callable[[Connection], T]) -> T:
        return wait(app.store.read(job))

    def write(job: Callable[[Connection], T]) -> T:
        if given_up.is_set():
            raise CampaignError("busy", "nobody waits for the answer any more; load the list again")
        if app.draining:
            raise StoreUnavailable("this process ends; another one goes on when the same list comes again")
        return wait(app.store.write(job))

    def refuse(row: spreadsheets.Row, why: str) -> None:
        if len(bad) < MOST_BAD:
            bad.append(BadRow(line=row.line, reason=why))

    def work() -> File:
        campaign = read(lambda c: campaigns.standing(c, number)).campaign
        flows = read(lambda c: app.library.version(c, campaign.version))
        sheet = spreadsheets.sheet(asked.body.path)
        books, tell = Books(write, read), Listener(refuse)
        return loading.load(books, app.settings, flows, campaign, sheet, tell, app.clock)

    try:
        return await loop.run_in_executor(_LISTS, work)
    finally:
        given_up.set()


def shown_campaign(found: Standing) -> Campaign:
    """A campaign as the API and commands tell it."""
    campaign, counts = found.campaign, found.counts
    return Campaign(
        id=campaign.id,
        name=campaign.name,
        flow=campaign.flow,
        version=campaign.version,
        numbers=list(campaign.numbers),
        vars=dict(campaign.vars),
        region=campaign.region,
        status=campaign.status.value,
        trouble=campaign.trouble,
        contacts=counts.added,
        begun=campaign.begun,
        skipped=dict(campaign.skipped),
        to_come=found.to_come,
        loaded=found.is_loaded,
        rows=CampaignRows(
            read=counts.read,
            duplicates=counts.duplicates,
            opted_out=counts.opted_out,
            no_consent=counts.no_consent,
            bad=counts.bad,
        ),
        created_at=campaign.created_at,
        starts_at=campaign.starts_at,
        started_at=campaign.started_at,
        ended_at=campaign.ended_at,
    )


def shown_member(member: Member) -> CampaignContact:
    """A contact of a campaign as the API tells it."""
    return CampaignContact.model_validate(
        {**member._asdict(), "vars": dict(member.vars or {}), "conversation": member.conversation_id}
    )


_ALL, _ONE, _READ, _WRITE = (
    "/v1/campaigns",
    "/v1/campaigns/{id}",
    Scope.CAMPAIGNS_READ,
    Scope.CAMPAIGNS_WRITE,
)
_MAKING = {
    "unknown_flow": 422,
    "bad_name": 422,
    "bad_region": 422,
    "no_number": 422,
    "unknown_number": 422,
    "several_brands": 422,
    "unknown_variable": 422,
    "wrong_variable": 422,
    "name_taken": 409,
}
_LOADING = {"bad_list": 422, "missing_columns": 422, "busy": 409, "over": 409, "not_found": 404}
_STARTING = {"over": 409, "not_loaded": 409, "empty": 409, "begun": 409, "past": 422, "not_found": 404}
_NONE = {"not_found": 404}
OPERATIONS: list[Operation] = [
    Operation(GET, _ALL, _READ, _list),
    Operation(POST, _ALL, _WRITE, _create, statuses=(201, 200), refuses=_MAKING),
    Operation(GET, _ONE, _READ, _one, refuses=_NONE),
    Operation(GET, f"{_ONE}/contacts", _READ, _contacts, refuses=_NONE),
    Operation(POST, f"{_ONE}/contacts", _WRITE, _load, refuses=_LOADING),
    Operation(GET, f"{_ONE}/preview", _READ, _preview, refuses=_NONE),
    Operation(POST, f"{_ONE}/start", _WRITE, _start, refuses=_STARTING),
    Operation(POST, f"{_ONE}/pause", _WRITE, _pause, refuses={**_NONE, "not_running": 409}),
    Operation(POST, f"{_ONE}/resume", _WRITE, _resume, refuses={**_NONE, "not_paused": 409}),
    Operation(POST, f"{_ONE}/cancel", _WRITE, _cancel, refuses=_NONE),
]
