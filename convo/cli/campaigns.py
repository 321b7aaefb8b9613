"""`convo campaigns`: those there are, and what people do with them."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._campaign import (
    Asked,
    as_line,
    load_and_start,
    moment,
    shown_campaign,
    start_it,
    tell_standing,
    watch_it,
)
from convo.cli._given import Format
from convo.cli._printed import counted
from convo.cli.campaign import At, Form, Rows, Watch, Yes
from convo.errors import CampaignError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from convo.runtime.campaigns import Standing
    from convo.store.engine import Store

_PAGE = 500

Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=10**18, help="As `list` shows it.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(
        no_args_is_help=True, help="Flows that begin with many contacts; `convo campaign` makes one."
    )
    commands.command("list")(list_campaigns)
    for command in (show, start, pause, resume, cancel):
        commands.command()(command)
    commands.command("top-up")(top_up)
    app.add_typer(commands, name="campaigns")


def list_campaigns(
    form: Annotated[Format, typer.Option("--format", help="JSON is an array.")] = Format.TEXT,
) -> None:
    """All campaigns, each with how far it is."""
    from convo.cli._beside import open_store
    from convo.settings import load

    with open_store(load(), create=False) as store:
        found = list(_all(store))
    if form is Format.JSON:
        print(json.dumps([shown_campaign(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        print(as_line(each))
    if not found:
        print("There is no campaign; `convo campaign FLOW CONTACTS.csv` makes one.")


def show(number: Number, watch: Watch = False, form: Form = Format.TEXT) -> None:
    """How it stands with a campaign, and with the lists that it was loaded from."""
    from convo.cli._beside import open_store
    from convo.runtime.campaigns import standing
    from convo.settings import load
    from convo.store import campaigns

    with open_store(load(), create=False) as store:
        found = store.look(lambda c: standing(c, number))
        if watch:
            found = watch_it(store, number)
        files = store.look(lambda c: campaigns.files(c, number))
    tell_standing(found, form)
    if form is Format.JSON:
        return
    campaign = found.campaign
    print(f"    {campaign.flow} {campaign.version[:12]} from {', '.join(campaign.numbers)}")
    for file in files:
        counts = file.counts
        how = f"loaded {file.loaded_at:%Y-%m-%d %H:%M} UTC" if file.loaded_at else "not loaded to its end"
        print(
            f"    {file.name}: {counted(counts.read, 'row')}, {counts.added:,} added,"
            f" {counts.duplicates:,} twice, {counts.opted_out:,} opted out,"
            f" {counts.no_consent:,} without consent, {counts.bad:,} bad; {how}"
        )


def start(number: Number, at: At = None, watch: Watch = False, form: Form = Format.TEXT) -> None:
    """Begin with everybody who is loaded by now; a start that is still to come is moved, to now without --at.

    Said twice, it changes nothing.
    """
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.campaigns import standing
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        campaign = store.look(lambda c: standing(c, number)).campaign
        when = moment(settings, campaign.numbers, at, clock.system())
        start_it(store, settings, number, when, Asked(at, 0, form, yes=True, watch=watch))


def pause(number: Number, form: Form = Format.TEXT) -> None:
    """Begin with nobody until it is resumed. What is queued already, ten seconds' worth, still leaves."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import campaigns
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        found = store.transact(lambda c: campaigns.pause(c, settings, number, clock.system()))
    tell_standing(found, form)


def resume(number: Number, form: Form = Format.TEXT) -> None:
    """Go on where it was paused."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import campaigns
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        found = store.transact(lambda c: campaigns.resume(c, settings, number, clock.system()))
    tell_standing(found, form)


def cancel(number: Number, form: Form = Format.TEXT) -> None:
    """Begin with nobody any more, and withdraw what is queued. Conversations that have begun go on."""
    import getpass

    from convo import clock
    from convo.cli._beside import open_store
    from convo.cli._quiet import quiet
    from convo.runtime import campaigns
    from convo.runtime.library import Library
    from convo.runtime.queue import Operator
    from convo.settings import load

    quiet()
    settings = load()
    try:
        by = Operator(f"operator:{getpass.getuser()}")
    except (KeyError, OSError):
        by = Operator("operator")
    with open_store(settings, create=False) as store:
        library = Library(settings.flows)
        count = campaigns.cancel(store, settings, library, number, by, clock.system())
        found = store.look(lambda c: campaigns.standing(c, number))
    tell_standing(found, form, withdrawn=count)
    if form is Format.TEXT:
        print(f"{count:,} queued texts were withdrawn.")


def top_up(
    number: Number,
    file: Annotated[Path, typer.Argument(metavar="CONTACTS", help="CSV or JSON Lines.")],
    rows: Rows = 3,
    yes: Yes = False,
    watch: Watch = False,
    form: Form = Format.TEXT,
) -> None:
    """Add those of a list who are not in it yet, and begin with them: when the others begin, or at once.

    The same list twice adds nobody.
    """
    from convo import clock
    from convo.cli._beside import open_store
    from convo.cli._quiet import quiet
    from convo.runtime.campaigns import standing
    from convo.runtime.library import Library
    from convo.runtime.spreadsheets import sheet
    from convo.settings import load

    quiet()
    settings = load()
    found = sheet(file)
    with open_store(settings, create=False) as store:
        campaign = store.look(lambda c: standing(c, number)).campaign
        library = Library(settings.flows)
        flows = store.look(lambda c: library.version(c, campaign.version))
        try:
            asked = Asked(None, rows, form, yes=yes, watch=watch, tops_up=True)
            at = campaign.starts_at if campaign.starts_at and campaign.starts_at > clock.system() else None
            bad = load_and_start(store, settings, flows, campaign, found, at, asked)
        except CampaignError as error:
            raise SettingsError(f"{file}: {error}") from None
    if bad:
        sys.exit(1)


def _all(store: "Store") -> "Iterator[Standing]":
    from convo.runtime.campaigns import told
    from convo.store import campaigns

    def page(connection: "Connection", after: int) -> "list[Standing]":
        return [told(connection, each) for each in campaigns.listed(connection, after, _PAGE)]

    after = 0
    while found := store.look(partial(page, after=after)):
        yield from found
        after = found[-1].campaign.id
