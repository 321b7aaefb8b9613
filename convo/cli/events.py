"""`convo events`: what the application was told, telling it again, and trying its endpoints out."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format
from convo.errors import EventError, SettingsError

if TYPE_CHECKING:
    from datetime import datetime

    from convo.endpoints import Events
    from convo.runtime.posting import Outcome
    from convo.settings import Settings
    from convo.store.deliveries import Delivery
    from convo.store.outgoing import Listed

_MOST = 100  # listed unless said

_Endpoint = Annotated[str | None, typer.Option("--endpoint", metavar="NAME", help="Of this endpoint alone.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="What your application is told of, and whether it was.")
    commands.command("list")(list_events)
    commands.command()(resend)
    commands.command()(ping)
    app.add_typer(commands, name="events")


def list_events(
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    kind: Annotated[str | None, typer.Option(help="Like consent.stopped, or consent.*")] = None,
    contact: Annotated[str | None, typer.Option(help="Their number.")] = None,
    endpoint: _Endpoint = None,
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="The newest so many.")] = _MOST,
    form: Annotated[Format, typer.Option("--format", help="JSON is an array.")] = Format.TEXT,
) -> None:
    """The newest events, the newest last, each with what became of it."""
    from convo import kinds, phone
    from convo.cli._beside import open_store
    from convo.resources.base import spelled_out
    from convo.settings import load
    from convo.store import outgoing
    from convo.store.deliveries import State
    from convo.web.api.events import shown_event

    if kind is not None and (wrong := kinds.refused(kind)):
        raise SettingsError(f"--kind: {wrong}")
    wanted = outgoing.Chosen(
        phone.from_provider(contact) if contact else None, kind, State.DEAD if dead else None, endpoint
    )
    with open_store(load(), create=False) as store:
        found = store.look(lambda c: outgoing.latest(c, wanted, most))
    if form is Format.JSON:
        print(json.dumps([spelled_out(shown_event(each)) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        print("\n".join(_as_text(each)))
    if not found:
        print("There is no such event.")


def resend(
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As `list` shows them.")
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Everything that was given up.")] = False,
    endpoint: _Endpoint = None,
) -> None:
    """Tell events again: to whom they were given up for, else to everybody they were for."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.resending import resend as resend_one
    from convo.runtime.resending import resend_dead
    from convo.settings import load

    if bool(numbers) is dead:
        raise SettingsError("say which events: their ids, or --dead for all that were given up")
    wanted = [_number(name) for name in numbers or []]
    settings, now = load(), clock.system()
    with open_store(settings, create=False) as store:
        try:
            if dead:
                count = store.transact(lambda c: resend_dead(c, settings.events, endpoint, now))
                print(f"{count} {'is' if count == 1 else 'are'} told again.")
            else:
                told = store.transact(
                    lambda c: [resend_one(c, settings.events, each, endpoint, now) for each in wanted]
                )
                for number, names in zip(wanted, told, strict=True):
                    print(f"{number} is told again to {', '.join(names)}.")
        except EventError as error:
            if error.code == "unknown_endpoint":
                raise SettingsError(str(error)) from None
            raise
        if store.served() is False:
            print("Nothing serves this database now: they are told once `convo serve` runs.")


def ping(
    endpoint: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Every endpoint, unless given.")
    ] = None,
) -> None:
    """Post a signed `convo.ping`, and tell what comes back. Who was off and takes it is on again."""
    import asyncio

    from convo.settings import load

    settings = load()
    names = [endpoint] if endpoint is not None else list(settings.events.by_name)
    for name in names:
        if name not in settings.events.by_name:
            known = ", ".join(settings.events.by_name) or "none; add [events] to convo.toml"
            raise SettingsError(f"there is no endpoint '{name}'; there is {known}")
    if not names:
        raise SettingsError("the settings have no endpoint; add [events] with url and secret to convo.toml")
    outcomes = asyncio.run(_ping(settings.events, names))
    for name, outcome in zip(names, outcomes, strict=True):
        url = settings.events.by_name[name].url
        print(f"{name}: {url} {f'does not take it: {outcome.error}' if outcome.error else 'takes it'}")
        if not outcome.error and _switched_on(settings, name):
            print(f"{name}: it was off, and is on again; `convo events resend --dead` tells what it missed")
    if any(outcome.error for outcome in outcomes):
        sys.exit(1)


async def _ping(events: "Events", names: list[str]) -> "list[Outcome]":
    import asyncio
    import uuid

    from convo import clock
    from convo.runtime.events import ping as pinged
    from convo.runtime.posting import Poster

    async def one(name: str) -> "Outcome":
        poster = Poster(events.by_name[name], clock.system)
        try:
            return await poster.post(f"evt_ping_{uuid.uuid4().hex}", pinged(name, clock.system()))
        finally:
            await poster.close()

    return list(await asyncio.gather(*map(one, names)))


def _switched_on(settings: "Settings", name: str) -> bool:
    """Whether an endpoint was off until now."""
    from convo.cli._beside import is_missing
    from convo.store import deliveries
    from convo.store.engine import Store
    from convo.store.schema import Schema, schema

    store = Store(settings.database)
    try:
        if is_missing(store) or store.look(schema) is not Schema.CURRENT:
            return False
        return store.transact(lambda c: deliveries.switch_on(c, name))
    finally:
        store.close()


def _number(name: str) -> int:
    from convo.store.outgoing import numbered

    number = numbered(name)
    if number is None:
        raise SettingsError(f"'{name}' is no event's id; `convo events list` shows them")
    return number


def _as_text(listed: "Listed") -> Iterator[str]:
    from convo.runtime.events import contact_of

    event = listed.event
    yield f"{event.id}  {_moment(event.at)}  {event.kind}  {contact_of(event) or event.data.get('name', '')}"
    for delivery in listed.deliveries:
        yield f"    {delivery.endpoint}: {_fate(delivery)}"
    if not listed.deliveries:
        yield "    nobody is told of it"


def _fate(delivery: "Delivery") -> str:
    from convo.store.deliveries import State

    tries = f"{delivery.tries} {'try' if delivery.tries == 1 else 'tries'}"
    error = f": {delivery.error}" if delivery.error else ""
    match delivery.status:
        case State.TOLD:
            return f"told {_moment(delivery.done_at)}"
        case State.DEAD:
            return f"dead since {_moment(delivery.done_at)}{error}"
        case State.SENDING:
            return "on its way"
    return f"waits until {_moment(delivery.due_at)}, {tries}{error}" if delivery.tries else "waits"


def _moment(moment: "datetime | None") -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "?"
