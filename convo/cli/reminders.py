"""`convo reminders`: conversations to be started at a moment."""

import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format, pairs
from convo.errors import ReminderError, SettingsError, StartError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from convo.store.reminders import Reminder

_PAGE = 500


Shown = Annotated[Format, typer.Option("--format", help="How to print it.")]
Key = Annotated[str, typer.Argument(help="Your own name of the reminder.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Conversations to be started at a moment.")
    commands.command("set")(put)
    commands.command("list")(listed)
    commands.command()(show)
    commands.command()(cancel)
    app.add_typer(commands, name="reminders")


def put(
    key: Key,
    flow: Annotated[str, typer.Argument(help="The flow's name.")],
    to: Annotated[str, typer.Option("--to", metavar="NUMBER", help="The contact.")],
    at: Annotated[
        str, typer.Option(help="`visit - 1 day, 09:00`, `2026-12-01 09:00` or `2026-12-01T09:00+01:00`.")
    ],
    every: Annotated[
        str | None, typer.Option(help="Again each day, week, month or year, or FREQ=WEEKLY;BYDAY=MO,TH.")
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="What the flow needs.")
    ] = None,
    ours: Annotated[
        str | None, typer.Option("--from", metavar="NUMBER", help="Our number, where there are several.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The contact's, like fr-CA.")] = None,
    timezone: Annotated[str | None, typer.Option(help="The contact's, like Europe/London.")] = None,
    form: Shown = Format.TEXT,
) -> None:
    """Set a reminder, or move and change the one with this key. It starts while `convo serve` runs."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.cli._library import read_library
    from convo.runtime import reminding
    from convo.runtime.reminding import Wanted
    from convo.runtime.turns import Line
    from convo.settings import load

    settings = load()
    library = read_library(settings, flow)
    wanted = Wanted(key, flow, to, at, ours, dict(pairs(given or [])), every, language, timezone)
    with open_store(settings, create=True) as store:
        try:
            kept, _ = store.transact(
                lambda c: reminding.put(Line(c, settings, library, clock.system()), wanted)
            )
            found = reminding.unless_cancelled(kept)
        except (StartError, ReminderError) as error:
            raise SettingsError(str(error)) from None
    _print([found], form)


def listed(
    contact: Annotated[str | None, typer.Option(help="Those of this contact alone.")] = None,
    status: Annotated[
        str | None, typer.Option(help="scheduled, started, missed, refused or cancelled.")
    ] = None,
    form: Shown = Format.TEXT,
) -> None:
    """The reminders, in the order in which they were made."""
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store.reminders import State

    if status is not None and status not in list(State):
        raise SettingsError(f"--status is one of {', '.join(State)}, not '{status}'")
    with open_store(load(), create=False) as store:
        found = store.look(partial(_all, contact=contact, status=status))
    _print(found, form)
    if not found and form is Format.TEXT:
        print("There is no reminder.")


def show(key: Key, form: Shown = Format.TEXT) -> None:
    """One reminder."""
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store import reminders

    with open_store(load(), create=False) as store:
        found = store.look(lambda c: reminders.by_key(c, key))
    if found is None:
        raise SettingsError(f"there is no reminder '{key}'")
    _print([found], form)


def cancel(key: Key, form: Shown = Format.TEXT) -> None:
    """Cancel a reminder. Exit code 1 where it is over already."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import reminding
    from convo.runtime.library import Library
    from convo.runtime.turns import Line
    from convo.settings import load

    settings = load()
    library = Library(settings.flows)
    with open_store(settings, create=False) as store:
        found = store.transact(lambda c: reminding.cancel(Line(c, settings, library, clock.system()), key))
    if found is None:
        raise SettingsError(f"there is no reminder '{key}'")
    _print([found], form)


def _all(connection: "Connection", contact: str | None, status: str | None) -> "list[Reminder]":
    from convo.store import reminders

    found: list[Reminder] = []
    after = 0
    while page := reminders.listed(connection, contact, after, _PAGE, status=status):
        found += page
        after = page[-1].id
    return found


def _print(found: "list[Reminder]", form: Format) -> None:
    from convo.resources.base import spelled_out
    from convo.web.api.reminders import shown_reminder

    if form is Format.JSON:
        shown = [spelled_out(shown_reminder(each)) for each in found]
        print(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    for each in found:
        print(_line(each))


def _line(reminder: "Reminder") -> str:
    told = f"{reminder.key}  {reminder.flow}  {reminder.contact}  {reminder.status}"
    if reminder.due_at:
        told += f"  {_local(reminder.due_at, reminder.zone)}"
    if reminder.every:
        told += f"  {reminder.every}"
    if reminder.conversation_id:
        told += f"  conversation {reminder.conversation_id}"
    return told + (f"  ({reminder.reason})" if reminder.reason else "")


def _local(moment: datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
