"""The commands, one file each. Exit codes: 0 fine, 1 the thing checked is wrong, 2 used wrongly."""

import importlib
import pkgutil
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from convo import __version__
from convo.errors import ConvoError, SettingsError


class _Plain(TyperGroup):
    """What is wrong with an option, without how typer's validator marks it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            wrong.message = wrong.message.removeprefix("Value error, ")
            raise


def main() -> None:
    """What the command `convo` runs."""
    app = typer.Typer(
        cls=_Plain,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Two-way SMS conversations, written as YAML state machines.",
    )
    app.callback()(_options)
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}").register(app)
    try:
        app()
    except SettingsError as error:
        print(f"convo: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except ConvoError as error:
        print(f"convo: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def _version(asked: bool) -> None:
    if asked:
        print(f"convo {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    del version
