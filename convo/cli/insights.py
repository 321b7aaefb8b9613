"""`convo insights`: what came of texts and conversations, in numbers."""

import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from typer.core import TyperGroup

from convo.cli._given import moment
from convo.errors import CodedError, ConvoError, SettingsError

if TYPE_CHECKING:
    from convo.resources.insights import Insights


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class _ShowsUnlessSaid(TyperGroup):
    """What names no command is for `show`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    about = "What came of texts and conversations, in numbers: `convo insights`, `convo insights FLOW`."
    commands = typer.Typer(cls=_ShowsUnlessSaid, help=about)
    commands.command("show")(show)
    commands.command()(rebuild)
    app.add_typer(commands, name="insights")


def show(
    flow: Annotated[str | None, typer.Argument(help="Of this flow alone.")] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="A row for each day, hour, flow, version, campaign, variant, number, language or state."
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(help="From this hour on, like 2026-11-30T09:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this hour.")] = None,
    number: Annotated[str | None, typer.Option(help="Of this number of ours alone.")] = None,
    version: Annotated[
        str | None, typer.Option(help="Of this version alone, or of those that begin so.")
    ] = None,
    campaign: Annotated[str | None, typer.Option(help="Of this campaign alone.")] = None,
    timezone: Annotated[str, typer.Option(help="Whose days and hours, like Europe/London.")] = "UTC",
    form: Annotated[Form, typer.Option("--format", help="JSON and CSV hold all figures.")] = Form.TEXT,
) -> None:
    """What was sent and delivered, who answered, how conversations ended, and what it cost."""
    from pydantic import ValidationError

    from convo.cli._beside import open_store
    from convo.cli._insights_table import shown
    from convo.cli._library import check_known
    from convo.resources.insights import By, InsightsQuery
    from convo.runtime import insights
    from convo.settings import load

    if by is not None and by not in get_args(By):
        raise SettingsError(f"--by {by}: it is one of {', '.join(get_args(By))}")
    settings = load()
    try:
        query = InsightsQuery(
            by=by,
            flow=flow,
            version=version,
            number=number,
            campaign=campaign,
            since=moment("--since", since),
            until=moment("--until", until),
            timezone=timezone,
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        raise SettingsError(f"--{wrong['loc'][0]}: {wrong['msg'].removeprefix('Value error, ')}") from None
    with open_store(settings, create=False) as store:
        try:
            if flow is not None:
                store.look(lambda connection: check_known(connection, settings, flow))
            found = store.look(lambda connection: insights.read(connection, settings, query))
        except CodedError as error:
            raise SettingsError(str(error)) from None
    match form:
        case Form.JSON:
            print(found.model_dump_json(indent=2))
        case Form.CSV:
            _csv(found)
        case Form.TEXT:
            print(shown(found, query.by))


def rebuild() -> None:
    """Count everything anew from what is stored; serving waits meanwhile.

    Needed after an upgrade from a version without counts. What is archived or erased cannot be counted
    again: its counts stay as they are.
    """
    from convo.cli._beside import open_store
    from convo.runtime import rebuilding
    from convo.runtime.library import Library
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        if store.served():
            raise ConvoError("convo serves this database; stop it first: to count anew keeps it from writing")
        done = store.transact(lambda connection: rebuilding.rebuild(connection, Library(settings.flows)))
    print(f"{done.counts:,} counts, {done.changed:,} of them changed.")
    if done.archived:
        kept = ", ".join(f"{value:,} {figure}" for figure, value in sorted(done.archived.items()) if value)
        print(f"Archived or erased by now, and not to be counted again; kept as they were: {kept}.")


def _csv(found: "Insights") -> None:
    rows = [item.model_dump(mode="json") for item in found.items]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = [*_names(), "currency"]
    writer.writerow(names)
    for row in rows:
        writer.writerow(_cell(row.get(name, found.currency)) for name in names)


def _names() -> list[str]:
    from convo.resources.insights import Insight

    return list(Insight.model_fields)


def _cell(value: Any) -> Any:
    """A number or a word; several counts in one cell are JSON."""
    if isinstance(value, dict):
        return json.dumps(value) if value else ""
    return "" if value is None else value
