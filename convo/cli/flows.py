"""`convo flows`: the versions of flows, what changed between two, and moving conversations to another."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format, pairs
from convo.errors import SettingsError

if TYPE_CHECKING:
    from convo.runtime.library import Library
    from convo.runtime.migrating import Migration, Move
    from convo.settings import Settings
    from convo.store.engine import Store

Form = Annotated[Format, typer.Option("--format", help="JSON is for programs.")]
Name = Annotated[str, typer.Argument(metavar="FLOW", help="The flow's name.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Versions of flows.")
    commands.command("list")(list_versions)
    commands.command()(diff)
    commands.command()(migrate)
    app.add_typer(commands, name="flows")


def list_versions(form: Form = Format.TEXT) -> None:
    """The versions of each flow: since when, how many conversations, and whether they still run."""
    from convo.cli import _editions
    from convo.cli._beside import open_store
    from convo.runtime import versions
    from convo.settings import load

    settings = load()
    library = _library(settings)
    with open_store(settings, create=False) as store:
        found = store.look(lambda connection: versions.standings(connection, library))
    if form is Format.JSON:
        print(json.dumps([_editions.as_dict(each) for each in found], ensure_ascii=False, indent=2))
        return
    _editions.show(found)


def diff(
    flow: Name,
    old: Annotated[
        str | None,
        typer.Argument(help="A stored version, by its first characters, or a file; the last but NEW."),
    ] = None,
    new: Annotated[str | None, typer.Argument(help="The same; the flow's file unless said.")] = None,
    source: Annotated[bool, typer.Option("--source", help="The lines of the files instead.")] = False,
    form: Form = Format.TEXT,
) -> None:
    """What changed between two versions, in words. Nothing is judged: exit code 0 either way."""
    from convo.cli import _editions
    from convo.cli._beside import open_store
    from convo.runtime import versions
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        later = store.look(lambda c: versions.resolve(c, settings.flows, flow, new))
        earlier = store.look(
            lambda c: (
                versions.resolve(c, settings.flows, flow, old)
                if old is not None
                else versions.previous(c, flow, later.version)
            )
        )
    if source:
        _editions.show_lines(earlier, later)
        return
    found = _editions.changes(earlier, later)
    if form is Format.JSON:
        told = [{"flow": name, **each.as_dict()} for name, changed in found.items() for each in changed]
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    print(f"{flow}: {_editions.named(earlier)} -> {_editions.named(later)}")
    _editions.show_differences(found)


def migrate(
    flow: Name,
    earlier: Annotated[
        str | None, typer.Option("--from", metavar="VERSION", help="Those on this version alone.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="A stored version or a file; the flow's file unless said."),
    ] = None,
    states: Annotated[
        list[str] | None, typer.Option("--map", metavar="OLD=NEW", help="Where a state's conversations go.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="For conversations without such a variable."),
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Tell what would become of each.")] = False,
    form: Form = Format.TEXT,
) -> None:
    """Move open conversations to another version: all or none, and nobody is texted by it."""
    from convo.cli import _editions
    from convo.cli._beside import open_store
    from convo.runtime import versions
    from convo.runtime.migrating import Migration
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        target = store.look(lambda c: versions.resolve(c, settings.flows, flow, to))
        from_ = store.look(lambda c: versions.resolve(c, settings.flows, flow, earlier)) if earlier else None
        wanted = Migration(
            versions.load(target),
            from_.version if from_ else None,
            dict(_states(states or [])),
            dict(pairs(given or [])),
        )
        moves = _migrated(settings, store, wanted, dry=dry)
    if form is Format.JSON:
        print(json.dumps([_editions.move_as_dict(move) for move in moves], ensure_ascii=False, indent=2))
    else:
        _editions.show_moves(moves, f"{flow} -> {_editions.named(target)}", dry=dry)
    if any(move.obstacles for move in moves):
        sys.exit(1)


def _migrated(settings: "Settings", store: "Store", wanted: "Migration", *, dry: bool) -> "Sequence[Move]":
    from sqlalchemy import Connection

    from convo import clock
    from convo.runtime import migrating
    from convo.runtime.library import keep

    library = _library(settings)
    now = clock.system()
    if dry:
        return store.look(lambda c: migrating.plan(c, library, wanted, now))

    def job(connection: Connection) -> "Sequence[Move]":
        keep(connection, wanted.target, now)
        return migrating.migrate(connection, library, wanted, now)

    try:
        return store.transact(job)
    except migrating.MigrationError as error:
        return error.moves  # nothing was written


def _library(settings: "Settings") -> "Library":
    from convo.runtime.library import Library

    library = Library(settings.flows)
    for file in sorted({problem.file for problem in library.read()}):
        print(f"{file} cannot be served as it is; `convo check` tells why", file=sys.stderr)
    library.publish()
    return library


def _states(given: Sequence[str]) -> Iterator[tuple[str, str]]:
    for pair in given:
        old, equals, new = pair.partition("=")
        if not equals:
            raise SettingsError(f"--map {pair}: write it as --map old=new")
        yield old.strip(), new.strip()
