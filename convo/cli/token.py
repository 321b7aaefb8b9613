"""`convo token`: who may use the API, and for what."""

import json
import sys
from typing import Annotated

import typer

from convo.cli._given import Format
from convo.errors import SettingsError, TokenError

Name = Annotated[str, typer.Argument(metavar="NAME", help="Who has it, like `crm`.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Tokens of the API.")
    for command in (add, revoke):
        commands.command()(command)
    commands.command("list")(list_tokens)
    app.add_typer(commands, name="token")


def add(
    name: Name,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do, like conversations:write; once for each, or with commas."),
    ] = None,
) -> None:
    """Make a token and print it, this once: only its hash is stored."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import tokens
    from convo.settings import load

    wanted = [each.strip() for given in scope or [] for each in given.split(",")]
    if not wanted:
        told = "\n".join(f"  {each.value:22}{tokens.ABOUT[each]}" for each in tokens.Scope)
        raise SettingsError(f"--scope: say what it may do, with one or more of\n{told}")
    with open_store(load(), create=True) as store:
        try:
            made = store.transact(lambda c: tokens.issue(c, name, wanted, clock.system()))
        except TokenError as error:
            if error.code == "taken":
                raise
            raise SettingsError(str(error)) from None
    print(made)
    print("Keep it: it is shown this once, and only its hash is stored.", file=sys.stderr)


def list_tokens(
    form: Annotated[Format, typer.Option("--format", help="JSON is an array.")] = Format.TEXT,
) -> None:
    """Every token: what it may do, and when it was used last, to the minute."""
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store import tokens

    with open_store(load(), create=False) as store:
        found = store.look(tokens.listed)
    if form is Format.JSON:
        told = [
            {
                "id": each.id,
                "name": each.name,
                "scopes": each.scopes,
                "created_at": each.created_at.isoformat(),
                "used_at": each.used_at.isoformat() if each.used_at else None,
                "revoked_at": each.revoked_at.isoformat() if each.revoked_at else None,
            }
            for each in found
        ]
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for each in found:
        used = f"used {each.used_at:%Y-%m-%d %H:%M} UTC" if each.used_at else "never used"
        gone = f", revoked {each.revoked_at:%Y-%m-%d %H:%M} UTC" if each.revoked_at else ""
        print(f"{each.name}  {' '.join(each.scopes)}  {used}{gone}")
    if not found:
        print("There is no token; `convo token add NAME --scope …` makes one.")


def revoke(name: Name) -> None:
    """Make a token worth nothing, from its next request on."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import tokens
    from convo.settings import load

    with open_store(load(), create=False) as store:
        store.transact(lambda c: tokens.revoke(c, name, clock.system()))
    print(f"{name} may not use the API any more.")
