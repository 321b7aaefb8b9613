"""What `convo campaign` and `convo campaigns` share: loading, what is to be expected, the start."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from convo.cli._given import Format
from convo.cli._printed import aside, counted, one_line
from convo.errors import SettingsError

if TYPE_CHECKING:
    from convo.flow.compile import Bundle
    from convo.runtime.campaigns import Standing
    from convo.runtime.loading import Books
    from convo.runtime.previewing import Preview
    from convo.runtime.spreadsheets import Sheet
    from convo.settings import Settings
    from convo.store.campaigns import Campaign, Counts, File
    from convo.store.engine import Store

EVERY = 100_000  # rows, a line where nobody sits at the terminal
_LOOK = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """How a campaign is to be started and told of."""

    at: str | None
    rows: int  # first texts to show
    form: Format
    yes: bool
    watch: bool
    tops_up: bool = False  # who is added begins with the others


def load_and_start(
    store: "Store",
    settings: "Settings",
    flows: "Bundle",
    campaign: "Campaign",
    sheet: "Sheet",
    at: datetime | None,
    asked: Asked,
) -> int:
    """Load a list, tell what is to be expected, and start the campaign; how many rows are bad."""
    from convo import clock
    from convo.runtime.loading import Books

    store.keep_log_short()
    loaded = load(Books(store.transact, store.look), settings, flows, campaign, sheet)
    preview = expected(store, store, settings, flows, campaign, at or clock.system())
    if asked.form is Format.TEXT:
        tell_preview(preview, loaded, asked)
    told = {"preview": preview.as_dict(asked.rows), "bad_file": loaded.bad_file}
    start_it(store, settings, campaign.id, at, asked, **told)
    return loaded.file.counts.bad


def start_it(
    store: "Store", settings: "Settings", number: int, at: datetime | None, asked: Asked, **more: Any
) -> None:
    """Start a campaign, once somebody wants it, and show how it stands."""
    from convo import clock
    from convo.runtime import campaigns

    _ask(number, at, asked)
    now = clock.system()
    at = at if at and at > now else None  # it may have come while a list was read, or somebody thought
    if asked.tops_up:
        found = store.transact(lambda c: campaigns.top_up(c, number, now))
    else:
        found = store.transact(lambda c: campaigns.start(c, number, at, now))
    served = store.served() is not False
    if not served:
        print(f"Nothing serves {settings.database} now: it begins when `convo serve` runs.", file=sys.stderr)
    if asked.watch and served:
        found = watch_it(store, number)
    tell_standing(found, asked.form, **more)


def moment(
    settings: "Settings", numbers: "Sequence[str]", text: str | None, now: datetime
) -> datetime | None:
    """When `--at` says, in our number's time zone unless it says; raises SettingsError for no such moment."""
    from convo.runtime.campaigns import is_past

    if text is None:
        return None
    zone = ZoneInfo(settings.number(numbers[0]).timezone)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(
            f"--at: '{text}' is no moment there is; write one like '2026-12-01 09:00'"
        ) from None
    if found.tzinfo is None:
        local = found.replace(tzinfo=zone)
        if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
            raise SettingsError(f"--at: in {zone.key} the clocks skip {text}; write another moment")
        found = local
    if is_past(found, now):
        raise SettingsError(f"--at: {text} ({zone.key}) is over; leave --at out to start now")
    return found.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list that is in, and the file with those of its rows that cannot be used."""

    file: "File"
    bad_file: str | None


def load(
    books: "Books", settings: "Settings", flows: "Bundle", campaign: "Campaign", sheet: "Sheet"
) -> Loaded:
    """Load a list, and show how far it is; one that is in already is not read again."""
    from convo import clock
    from convo.runtime import loading
    from convo.runtime.bad_rows import BadRows
    from convo.runtime.loading import Listener
    from convo.store import campaigns

    columns = loading.columns_of(settings, flows, campaign, sheet, clock.system())
    bad = BadRows(sheet)
    for file in books.write(lambda c: campaigns.files(c, campaign.id)):
        if file.digest == sheet.digest and file.loaded_at is not None:
            return Loaded(file, str(bad.path) if file.counts.bad and bad.path.exists() else None)
    if not sheet.is_unicode:
        aside(f"{sheet.path} is not UTF-8; it is read as {sheet.encoding}")
    if columns.unused:
        aside(f"{sheet.path}: not used: {', '.join(columns.unused)}")
    with bad.kept(aside), _bar(f"Reading {sheet.path.name}", sheet.size) as moved:

        def progress(position: int, counts: "Counts") -> None:
            words = f"{counts.read:,} rows, {counts.added:,} to text, {counts.bad:,} bad"
            moved(position, words, counts.read)

        tell = Listener(bad.add, progress)
        file = loading.load(books, settings, flows, campaign, sheet, tell, clock.system)
    return Loaded(file, str(bad.path) if bad.count else None)


def rates(settings: "Settings") -> Any:
    """How fast our numbers may send."""
    from convo.providers import all_providers
    from convo.runtime.pacing import Rates

    known = all_providers()
    traits = {
        name: known[account.provider].traits
        for name, account in settings.accounts.items()
        if account.provider in known
    }
    return Rates(settings, traits)


def expected(
    books: "Store", people: "Store", settings: "Settings", flows: "Bundle", campaign: "Campaign", at: datetime
) -> "Preview":
    """What is to be expected of a campaign that starts then."""
    from convo.runtime.previewing import preview

    known = rates(settings)
    if books is people:  # another connection would have a cache of its own
        return books.look(lambda c: preview(c, c, settings, campaign, flows, known, at))
    return books.look(lambda b: people.look(lambda p: preview(b, p, settings, campaign, flows, known, at)))


def tell_preview(found: "Preview", loaded: Loaded, asked: Asked) -> None:
    """What became of the rows, and what is to be expected."""
    if asked.form is Format.JSON:
        told = {"rows": asdict(loaded.file.counts), "preview": found.as_dict(asked.rows)}
        print(json.dumps({**told, "bad_file": loaded.bad_file}, ensure_ascii=False, indent=2))
        return
    print("\n".join([*_file_lines(loaded), *_preview_lines(found, asked.rows)]))


def _file_lines(loaded: Loaded) -> Iterator[str]:
    counts = loaded.file.counts
    told = (
        (counts.duplicates, "there already"),
        (counts.opted_out, "opted out"),
        (counts.no_consent, "without consent to marketing"),
        (counts.bad, "bad"),
    )
    parts = "".join(f", {count:,} {what}" for count, what in told if count)
    yield f"{loaded.file.name}: {counted(counts.read, 'row')}, {counts.added:,} to text{parts}."
    if loaded.bad_file:
        yield f"The bad rows are in {loaded.bad_file}, with their reasons."


def _preview_lines(found: "Preview", most: int) -> Iterator[str]:
    for each in found.samples[:most]:
        yield f"  {each.contact} from {each.number}, {counted(each.segments, 'segment')}:"
        for text in each.texts or [f"(no text at first: the flow is in {each.state})"]:
            yield f"    {one_line(text)}"
        if each.trouble:
            yield f"    trouble: {one_line(each.trouble)}"
    if len(found.contacts) > 1:
        yield "  " + ", ".join(f"{count:,} from {number}" for number, count in sorted(found.contacts.items()))
    costs = "there are no prices in the settings ([prices])"
    if found.cost is not None:
        costs = f"{found.cost:,} {found.currency}"
        costs += f", without {counted(found.unpriced, 'contact')} without a price" if found.unpriced else ""
    total = sum(found.contacts.values())
    about = counted(found.segments, "segment")
    yield f"First texts to {counted(total, 'contact')}: about {about}; {costs}."
    yield f"At the pace of {' and '.join(sorted(found.contacts)) or 'our number'}: {_time(found.lasts)}."
    if found.quiet:
        sampled = f"{found.quiet} of {counted(len(found.samples), 'contact')} looked at"
        yield f"In quiet hours: {sampled}, the last of them until {found.opens:%Y-%m-%d %H:%M} UTC."


def _ask(number: int, at: datetime | None, asked: Asked) -> None:
    """Raises SettingsError where nobody can be asked, and Exit where they do not want it."""
    import typer

    if asked.yes:
        return
    how = f"begin it with `convo campaigns start {number}`"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise SettingsError(
            f"nothing was sent: campaign {number} is loaded, and nobody can be asked here; "
            f"say --yes, or {how}"
        )
    when = f"{at:%Y-%m-%d %H:%M} UTC" if at else "now"
    if not typer.confirm(f"Start campaign {number} {when}?"):
        print(f"Nothing was sent; {how}, or change the list or the flow and say it again.")
        raise typer.Exit


def tell_standing(found: "Standing", form: Format = Format.TEXT, **more: Any) -> None:
    """How it stands with a campaign."""
    if form is Format.JSON:
        print(json.dumps({**shown_campaign(found), **more}, ensure_ascii=False, indent=2))
    else:
        print(as_line(found))


def as_line(found: "Standing") -> str:
    """A campaign on a line."""
    from convo import clock

    campaign = found.campaign
    state = "loaded" if campaign.status == "loading" and found.is_loaded else campaign.status.value
    when = ""
    if not campaign.is_over and campaign.starts_at and campaign.starts_at > clock.system():
        when = f" from {campaign.starts_at:%Y-%m-%d %H:%M} UTC on"
    trouble = f"\n    {campaign.trouble}" if campaign.trouble else ""
    return f"{campaign.id}  {campaign.name}  {state}{when}  {_done(found)}{trouble}"


def _done(found: "Standing") -> str:
    skipped = ", ".join(f"{count:,} {reason}" for reason, count in sorted(found.campaign.skipped.items()))
    begun = f"{found.campaign.begun:,} of {found.counts.added:,} begun"
    return f"{begun}, skipped: {skipped}" if skipped else begun


def watch_it(store: "Store", number: int) -> "Standing":
    """Show how far a campaign is until it is over or paused; Ctrl-C ends the watching, not the campaign."""
    from convo.runtime.campaigns import standing

    found = store.look(lambda c: standing(c, number))
    with _bar(found.campaign.name, max(1, found.counts.added)) as moved:
        while True:
            done = found.counts.added - found.to_come
            moved(done, _done(found), done)
            if found.campaign.status != "running":
                return found
            time.sleep(_LOOK)  # the process that launches it tells nobody here how far it is
            found = store.look(lambda c: standing(c, number))


@contextmanager
def _bar(what: str, whole: int) -> Iterator[Callable[[int, str, int], None]]:
    """A bar on a terminal; elsewhere a line every so many rows. Takes the place, words, and a count."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        shown = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[words]}"))
        with Progress(*shown, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task(what, total=whole, words="")
            yield lambda place, words, _: bar.update(task, completed=place, words=words)
        return
    told = [0]

    def line(place: int, words: str, count: int) -> None:
        del place
        if count // EVERY > told[0] // EVERY:
            print(f"{what}: {words}", file=sys.stderr)
        told[0] = count

    yield line


def _time(lasts: timedelta | None) -> str:
    if lasts is None:
        return "no limit is set for it"
    minutes = round(lasts.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"about {minutes} min"
    return (
        f"about {minutes // 60} h {minutes % 60} min"
        if minutes < 48 * 60
        else f"about {minutes // 1440} days"
    )


def shown_campaign(found: "Standing") -> dict[str, Any]:
    """A campaign as a program reads it."""
    from convo.resources.base import spelled_out
    from convo.web.api import campaigns

    return spelled_out(campaigns.shown_campaign(found))
