"""`convo start`: start a conversation from the terminal."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import pairs
from convo.errors import SettingsError, StartError

if TYPE_CHECKING:
    from convo.runtime.starting import Start
    from convo.settings import Settings
    from convo.store.conversations import Stored
    from convo.store.engine import Store


def register(app: typer.Typer) -> None:
    app.command()(start)


def start(
    flow: Annotated[str, typer.Argument(help="The flow's name.")],
    to: Annotated[str, typer.Option("--to", metavar="NUMBER", help="The contact.")],
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="What the flow needs.")
    ] = None,
    ours: Annotated[
        str | None, typer.Option("--from", metavar="NUMBER", help="Our number, where there are several.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Of this request: said twice, it starts one conversation.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The contact's, like fr-CA.")] = None,
    timezone: Annotated[str | None, typer.Option(help="The contact's, like Europe/London.")] = None,
) -> None:
    """Start a conversation and print its id. Its texts leave while `convo serve` or `convo dev` runs."""
    from convo.cli._beside import open_store
    from convo.flow.session import Phase
    from convo.runtime.starting import Start
    from convo.settings import load

    settings = load()
    wanted = Start(flow, to, ours, dict(pairs(given or [])), key, language=language, timezone=timezone)
    with open_store(settings, create=True) as store:
        try:
            stored = _started(settings, store, wanted)
        except StartError as error:
            if error.conflict:
                raise
            raise SettingsError(str(error)) from None
        print(stored.id)
        if stored.status == Phase.WAITING:
            print(f"It waits until {stored.contact}'s other conversation has ended.", file=sys.stderr)
        if store.served() is False:
            print(
                f"Nothing serves {settings.database} now: the text leaves when `convo serve` runs.",
                file=sys.stderr,
            )


def _started(settings: "Settings", store: "Store", wanted: "Start") -> "Stored":
    from sqlalchemy import Connection
    from sqlalchemy.exc import IntegrityError

    from convo import clock
    from convo.cli._library import read_library
    from convo.runtime.starting import start as start_conversation

    library = read_library(settings, wanted.flow)

    def job(connection: Connection) -> "Stored":
        now = clock.system()
        library.save(connection, now)
        return start_conversation(connection, settings, library, wanted, now)[0]

    try:
        return store.transact(job)
    except IntegrityError:
        # Another process took the same key at the same moment; now its conversation is there.
        return store.transact(job)
