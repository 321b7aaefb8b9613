"""`convo contacts`: what is stored about a person, as a file of their own, and taking it out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from convo.cli._given import Format
from convo.cli._ledger import written
from convo.cli._printed import counted
from convo.errors import ContactError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from convo.runtime.turns import Line

T = TypeVar("T")

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The contact's, with its country.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="The people on the other side.")
    for command in (show, export, erase):
        commands.command()(command)
    app.add_typer(commands, name="contacts")


def show(
    contact: Number,
    form: Annotated[Format, typer.Option("--format", help="JSON is an object.")] = Format.TEXT,
) -> None:
    """What is known of a contact, and how much is stored about them."""
    from convo.resources.base import spelled_out
    from convo.web.api.contacts import exported

    found = _do(lambda line: exported(line, _number(contact)), write=False)
    known = found.contact
    if known is None:
        raise ContactError(
            "not_found",
            f"there is no contact {contact} yet, only reminders or places in campaigns; "
            "`convo contacts export` tells them",
        )
    if form is Format.JSON:
        print(json.dumps(spelled_out(known), ensure_ascii=False, indent=2))
        return
    told = [known.language or "no language", known.timezone or "no time zone", *known.tags]
    print(f"{known.number}  {'  '.join(told)}  since {known.created_at:%Y-%m-%d %H:%M} UTC")
    for state in found.consent:
        print(f"    {state.brand}: {'opted out' if state.opted_out else 'may be texted'}")
    many = counted(len(found.conversations), "conversation"), counted(len(found.messages), "message")
    print(f"    {', '.join(many)}")


def export(
    contact: Number,
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="Where to; - is the terminal.")] = Path(
        "-"
    ),
) -> None:
    """All that is stored about a contact as one JSON document: for who asks what there is about them."""
    from convo.resources.base import spelled_out
    from convo.web.api.contacts import exported

    found = _do(lambda line: exported(line, _number(contact)), write=False)
    with written(file) as out:
        out.write(json.dumps(spelled_out(found), ensure_ascii=False, indent=2) + "\n")


def erase(contact: Number) -> None:
    """Take out all that is stored about a contact; a keyed hash keeps their place in the consent ledger.

    Files of `convo db archive`, backups, and what the application was told are not touched.
    """
    from convo.runtime import people

    rows = _do(lambda line: people.erase(line, _number(contact)), write=True)
    lines = rows.pop("consent_entry")
    told = [f"{count} of {name}" for name, count in rows.items() if count]
    print(f"Erased: {', '.join(told) or 'nothing but the ledger'}.")
    if lines:
        print(f"The number is taken out of {counted(lines, 'line')} of the ledger.")


def _number(typed: str) -> str:
    """The number that was typed; raises SettingsError for what is none."""
    from convo import phone

    try:
        return phone.from_provider(typed) or phone.parse(typed)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _do(job: "Callable[[Line], T]", *, write: bool) -> T:
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.library import Library
    from convo.runtime.turns import Line
    from convo.settings import load

    settings = load()
    library = Library(settings.flows)
    with open_store(settings, create=False) as store:
        run = store.transact if write else store.look
        try:
            return run(lambda c: job(Line(c, settings, library, clock.system())))
        except ContactError as error:
            if error.code == "no_key":
                raise SettingsError(str(error)) from None
            raise
