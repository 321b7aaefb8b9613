"""What a command is given: `--set name=value`, the form of its answer, where to listen."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from convo.errors import SettingsError

if TYPE_CHECKING:
    from convo.quiet import Quiet

HOST, PORT = "127.0.0.1", 8000
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")]


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def quiet_hours(text: str | None) -> "Quiet | None":
    """What `--quiet` says; raises SettingsError for what is none."""
    from convo.quiet import parse

    try:
        return None if text is None else parse(text)
    except ValueError as error:
        raise SettingsError(f"--quiet: {error}") from None


def moment(option: str, text: str | None) -> datetime | None:
    """What `--since` and the like say, without a zone where none is written; raises SettingsError."""
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{option} {text}: write a day or a time, like 2026-11-30 or 2026-11-30T09:00"
        ) from None


def pairs(given: Sequence[str], option: str = "--set") -> Iterator[tuple[str, str]]:
    """The names and values of `--set name=value`; raises SettingsError for what is none."""
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SettingsError(f"{option} {pair}: write it as {option} name=value")
        yield name.strip(), value
