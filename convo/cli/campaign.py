"""`convo campaign`: begin a flow with everybody on a list, after a look at what that means."""

import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._campaign import (
    Asked,
    expected,
    load,
    load_and_start,
    moment,
    tell_preview,
    tell_standing,
    watch_it,
)
from convo.cli._given import Format, pairs
from convo.errors import CampaignError, FlowError, SettingsError

if TYPE_CHECKING:
    from convo.flow.compile import Bundle
    from convo.runtime.campaigns import Wanted
    from convo.runtime.library import Library
    from convo.runtime.spreadsheets import Sheet
    from convo.settings import Settings
    from convo.store.campaigns import Campaign, New
    from convo.store.engine import Store

Rows = Annotated[int, typer.Option("--rows", min=0, max=100, help="So many first texts are shown.")]
Yes = Annotated[bool, typer.Option("--yes", help="Start it without asking; needed where it is piped.")]
At = Annotated[
    str | None, typer.Option("--at", metavar="MOMENT", help="Start then, like '2026-12-01 09:00'; else now.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Stay, and show how far it is.")]
Form = Annotated[Format, typer.Option("--format", help="JSON is an object.")]


def register(app: typer.Typer) -> None:
    app.command()(campaign)


def campaign(
    flow: Annotated[str, typer.Argument(help="The flow's name.")],
    file: Annotated[
        Path,
        typer.Argument(metavar="CONTACTS", help="CSV or JSON Lines, with contact and what the flow needs."),
    ],
    ours: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="NUMBER", help="Our number, or several: each contact keeps to one."),
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="The same for everybody.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The same name is the same campaign; FLOW/CONTACTS unless said.")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Of numbers without their country, like GB; else `region` of the settings."),
    ] = None,
    at: At = None,
    rows: Rows = 3,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check all of it, store nothing, send nothing.")
    ] = False,
    yes: Yes = False,
    watch: Watch = False,
    form: Form = Format.TEXT,
) -> None:
    """Begin a flow with everybody on a list, once each, however often this is said or killed.

    Bad rows go into CONTACTS.bad.csv (or .bad.jsonl) with their reasons, and the command ends with 1.
    """
    from convo.cli._quiet import quiet
    from convo.runtime.campaigns import Wanted
    from convo.runtime.spreadsheets import sheet
    from convo.settings import load

    quiet()
    settings = load()
    library = _library(settings, flow)
    found = sheet(file)
    wanted = Wanted(flow, name or f"{flow}/{file.name}", tuple(ours or ()), dict(pairs(given or [])), region)
    asked = Asked(at, rows, form, yes=yes, watch=watch)
    try:
        bad = (_try if dry_run else _run)(settings, library, wanted, found, asked)
    except CampaignError as error:
        told = f"{file}:1: {error} (--set NAME=VALUE)" if error.code == "missing_columns" else str(error)
        raise SettingsError(told) from None
    if bad:
        sys.exit(1)


def _try(settings: "Settings", library: "Library", wanted: "Wanted", sheet: "Sheet", asked: Asked) -> int:
    """Do it all in a database of its own, that is gone afterwards; how many rows are bad."""
    from convo import clock
    from convo.cli._beside import is_missing
    from convo.runtime import campaigns
    from convo.runtime.loading import Books
    from convo.store.engine import Store

    with ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="convo-trial-"))
        trial = Store(f"sqlite:///{folder}/trial.db")
        closing.callback(trial.close)
        trial.upgrade()
        trial.keep_log_short()
        people = Store(settings.database)
        closing.callback(people.close)
        if is_missing(people):
            people = trial
        now = clock.system()
        new, flows = campaigns.checked(settings, library, wanted, now)
        at = moment(settings, new.numbers, asked.at, now)
        made, _ = trial.transact(lambda c: campaigns.make(c, new, flows, now))
        loaded = load(Books(trial.transact, people.look), settings, flows, made, sheet)
        preview = expected(trial, people, settings, flows, made, at or now)
    tell_preview(preview, loaded, asked)
    if asked.form is Format.TEXT:
        print("This was a trial: nothing is stored, and nothing was sent.")
    return loaded.file.counts.bad


def _run(settings: "Settings", library: "Library", wanted: "Wanted", sheet: "Sheet", asked: Asked) -> int:
    """Load it, ask, and start it; how many rows are bad."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import campaigns, loading

    now = clock.system()
    new, flows = campaigns.checked(settings, library, wanted, now)
    at = moment(settings, new.numbers, asked.at, now)
    loading.columns_of(settings, flows, new, sheet, now)  # before anything is made
    with open_store(settings, create=True) as store:
        made = _made(store, new, flows, sheet, now)
        if not made.released:
            return load_and_start(store, settings, flows, made, sheet, at, asked)
        if at not in (None, made.starts_at):
            raise SettingsError(
                f"--at: that list is campaign {made.id}, which was started already; "
                f"`convo campaigns start {made.id} --at '{asked.at}'` moves a start that is still to come"
            )
        if asked.form is Format.TEXT:
            print(f"That list is campaign {made.id} already; nobody is texted twice.")
        found = store.look(lambda c: campaigns.standing(c, made.id))
        tell_standing(watch_it(store, made.id) if asked.watch else found, asked.form)
    return 0


def _made(store: "Store", new: "New", flows: "Bundle", sheet: "Sheet", now: datetime) -> "Campaign":
    """The campaign of this name: the earlier one, or one in the place of what nobody has started."""
    from sqlalchemy.exc import IntegrityError

    from convo.runtime import campaigns
    from convo.store import campaigns as stored

    earlier = store.look(lambda c: stored.named(c, new.name))
    if earlier is not None:
        files = store.look(lambda c: stored.files(c, earlier.id))
        changed = bool(files) and sheet.digest not in {file.digest for file in files}
        if earlier.released and changed:
            raise CampaignError(
                "changed",
                f"{sheet.path} has changed since campaign {earlier.id} was loaded from it on "
                f"{earlier.created_at:%Y-%m-%d}; `convo campaigns top-up {earlier.id} {sheet.path}` adds who "
                "is new, --name begins another campaign with everybody",
            )
        remnant = store.look(lambda c: campaigns.is_remnant(c, earlier.id))
        if not earlier.released and (changed or remnant or not campaigns.is_same(earlier, new)):
            what = sheet.path if changed or remnant else "What it is made of"
            print(f"{what} has changed, and nothing had been sent: it is loaded anew.", file=sys.stderr)
            campaigns.discard(store, earlier.id)
    try:
        return store.transact(lambda c: campaigns.make(c, new, flows, now))[0]
    except IntegrityError:  # another process has made it at the same moment
        return store.transact(lambda c: campaigns.make(c, new, flows, now))[0]


def _library(settings: "Settings", flow: str) -> "Library":
    from convo.runtime.library import Library

    library = Library(settings.flows)
    problems = library.read()
    library.publish()
    wrong = [problem for problem in problems if problem.file.endswith(f"{flow}.yaml")]
    if flow not in library.current and wrong:
        raise FlowError(wrong)
    return library
