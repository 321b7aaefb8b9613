"""Loading a list into a campaign: any size in constant memory, each contact once, however often it is killed.

How far a file is in is written in the transaction of its rows. Nothing is sent from here.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from convo.errors import CampaignError
from convo.flow.compile import Bundle
from convo.messages import storable
from convo.runtime import forgetting
from convo.runtime.campaigns import is_remnant
from convo.runtime.contact_rows import Columns, Meant
from convo.runtime.marketing import refusal
from convo.runtime.spreadsheets import Row, Rows, Sheet
from convo.settings import Settings
from convo.store import campaign_contacts, campaigns, consent
from convo.store.campaigns import Campaign, Counts, File, New, State
from convo.store.consent import Standing

BATCH = 2000  # rows in one transaction

T = TypeVar("T")


class Write(Protocol):
    """Runs a job in one transaction."""

    def __call__(self, job: Callable[[Connection], T], /) -> T: ...


@dataclass(frozen=True, slots=True)
class Books:
    """Where campaigns are written, and where it is looked up who may be texted: for a trial, not the same."""

    write: Write
    people: Write


def _nobody_waits(position: int, counts: Counts) -> None:
    del position, counts


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told of rows that cannot be used, and of how far it is."""

    row: Callable[[Row, str], None]
    progress: Callable[[int, Counts], None] = _nobody_waits  # bytes read, about, and what came of the rows


def columns_of(
    settings: Settings, flows: Bundle, campaign: Campaign | New, sheet: Sheet, now: datetime
) -> Columns:
    """Which column of a list is what; raises CampaignError where the flow needs what is not there."""
    number = campaign.numbers[0]
    return Columns(
        flows,
        sheet.names,
        given=campaign.vars,
        region=campaign.region,
        timezone=settings.number(number).timezone,
        near=number,
        now=now,
        keyed=sheet.separator is None,
    )


def file_of(connection: Connection, campaign: int, sheet: Sheet) -> File:
    """The file as the campaign knows it, from now on if not before; raises CampaignError where it is over."""
    _lock(connection, campaign)
    for file in campaigns.files(connection, campaign):
        if file.digest == sheet.digest:
            return file
    if is_remnant(connection, campaign):
        raise CampaignError(
            "over", f"campaign {campaign} was being taken away; `convo campaign` makes it anew from its list"
        )
    return campaigns.add_file(connection, campaign, sheet.digest, storable(sheet.path.name))


def _lock(connection: Connection, campaign: int) -> None:
    """Nobody cancels it before this transaction ends; raises CampaignError where it is over."""
    known = campaigns.one(connection, campaign, locked=True)
    if known is None or known.status is State.CANCELLED:
        raise CampaignError("over", f"campaign {campaign} was cancelled; nobody is added to it")


def load(
    books: Books,
    settings: Settings,
    flows: Bundle,
    campaign: Campaign,
    sheet: Sheet,
    tell: Listener,
    clock: Callable[[], datetime],
) -> File:
    """Load a list, or what is missing of it; how it stands then. A file that is in already is not read.

    Raises CampaignError where its columns do not do, or another process is at it.
    """
    now = clock()
    columns = columns_of(settings, flows, campaign, sheet, now)
    try:
        file = books.write(lambda c: file_of(c, campaign.id, sheet))
    except IntegrityError:  # another process has begun with it at the same moment
        file = books.write(lambda c: file_of(c, campaign.id, sheet))
    if file.loaded_at is not None:
        return file
    loader = _Loader(books, settings, flows, campaign, file)
    done, rows = file.counts.read, Rows(sheet)
    for place, row in enumerate(rows, 1):
        wrong, meant = row.wrong, None
        if wrong is None:
            try:
                meant = columns.read(row)
            except ValueError as error:
                wrong = str(error)
        if wrong is not None:
            tell.row(row, wrong)  # those from before it was killed too: their file is written anew
        if place > done:
            loader.take(row.line, meant)
            if loader.read == BATCH:
                file = loader.write(None)
                tell.progress(rows.position, file.counts)
    file = loader.write(clock())
    tell.progress(sheet.size, file.counts)
    return file


class _Loader:
    """The rows that are not written yet."""

    def __init__(
        self, books: Books, settings: Settings, flows: Bundle, campaign: Campaign, file: File
    ) -> None:
        self._books = books
        self._settings = settings
        self._flows = flows
        self._campaign = campaign
        self._file = file
        self._meant: list[tuple[int, Meant]] = []
        self.read = 0

    def take(self, line: int, meant: Meant | None) -> None:
        """One more row; None is a bad one."""
        self.read += 1
        if meant is not None:
            self._meant.append((line, meant))

    def write(self, loaded_at: datetime | None) -> File:
        """Write them, and that they are in; how the file stands then."""
        meant, read, file = self._meant, self.read, self._file
        rows, refused = self._books.people(lambda c: self._admitted(c, meant)) if meant else ([], {})

        def job(connection: Connection) -> Counts:
            _lock(connection, self._campaign.id)
            added = campaign_contacts.add(connection, rows)
            counts = file.counts + Counts(
                read=read,
                added=added,
                duplicates=len(rows) - added,
                opted_out=refused.get("opted_out", 0),
                no_consent=refused.get("no_consent", 0),
                bad=read - len(meant),
            )
            if not campaigns.progress(connection, file, counts, loaded_at):
                raise CampaignError(
                    "busy", f"another process is loading {file.name}, or took its campaign away"
                )
            return counts

        counts = self._books.write(job)
        self._file = replace(file, counts=counts, loaded_at=loaded_at)
        self._meant, self.read = [], 0
        return self._file

    def _admitted(
        self, connection: Connection, meant: Sequence[tuple[int, Meant]]
    ) -> tuple[list[campaign_contacts.Row], dict[str, int]]:
        """The contacts who may be texted, each with a number of ours, and how many may not be, by reason."""
        contacts = {each.contact for _, each in meant}
        known = campaign_contacts.rows_of(connection, contacts)
        forgotten = forgetting.stopped(connection, self._settings, contacts - known.keys())
        standing = consent.standing(connection, known.values()) if known else {}
        numbers = self._campaign.numbers
        talked = (
            campaign_contacts.last_numbers(connection, sorted(known.values())) if len(numbers) > 1 else {}
        )
        brand = self._settings.brand(numbers[0])  # that of all of them
        purpose = self._flows.root.flow.purpose
        rows, refused = [], dict[str, int]()
        for line, each in meant:
            row_id = known.get(each.contact)
            if row_id is None:
                stands = Standing(opted_out=(brand, each.contact) in forgotten)
            else:
                stands = standing.get((brand, row_id), Standing())
            if (why := refusal(purpose, stands)) is not None:
                refused[why] = refused.get(why, 0) + 1
                continue
            number = sticky(each.contact, numbers, talked.get(row_id, ()) if row_id is not None else ())
            rows.append(
                campaign_contacts.Row(
                    self._campaign.id,
                    each.contact,
                    number,
                    _kept(each.vars),
                    each.language,
                    each.timezone,
                    line,
                )
            )
        return rows, refused


def sticky(contact: str, numbers: Sequence[str], talked: Sequence[str]) -> str:
    """Our number that a contact is texted from: the one that they talked to last, else always the same."""
    if len(numbers) == 1:
        return numbers[0]
    mine = next((number for number in reversed(talked) if number in numbers), None)
    return mine or numbers[zlib.crc32(contact.encode()) % len(numbers)]


def _kept(given: Mapping[str, object]) -> Mapping[str, Any] | None:
    return given or None
