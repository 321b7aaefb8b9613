"""`convo replay`: past conversations through a version of their flow once more, and where they differ."""

import json
import sys
import textwrap
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convo.cli._given import Format
from convo.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from convo.flow.compile import Bundle
    from convo.runtime.replaying import Replay, Row
    from convo.settings import Settings
    from convo.store.conversations import Stored

WIDTH = 46  # characters of a column


def register(app: typer.Typer) -> None:
    app.command()(replay)


def replay(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[CONVERSATION]...", help="Their ids.")
    ] = None,
    flow: Annotated[str | None, typer.Option(help="The conversations of this flow that ended last.")] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many of them.")] = 100,
    version: Annotated[
        str | None, typer.Option(help="A stored version; the flow's file unless said.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A flow file to try.")] = None,
    form: Annotated[Format, typer.Option("--format", help="JSON is an array of replays.")] = Format.TEXT,
) -> None:
    """Where past conversations would go otherwise now. Exit code 1 where one differs. Nobody is texted."""
    from convo.cli._beside import open_store
    from convo.cli._library import check_known
    from convo.cli._quiet import quiet
    from convo.settings import load

    if bool(numbers) == (flow is not None):
        raise SettingsError(
            "name conversations, or a flow with --flow; `convo flows list` tells which there are"
        )
    if version is not None and file is not None:
        raise SettingsError("--version and --file: give one of them")
    quiet()
    settings = load()
    named = str(file) if file is not None else version
    with open_store(settings, create=False) as store:
        if flow is not None:
            store.look(lambda c: check_known(c, settings, flow))
        found = store.look(lambda c: _replays(c, settings, _chosen(c, numbers or [], flow, last), named))
    if form is Format.JSON:
        print(json.dumps([_as_dict(each) for each in found], ensure_ascii=False, indent=2))
    else:
        _show(found)
    if any(each.result == "different" for each in found):
        sys.exit(1)


def _chosen(connection: "Connection", numbers: list[int], flow: str | None, last: int) -> "list[Stored]":
    from convo.store import conversations

    wanted = conversations.last_of_flow(connection, flow, last) if flow is not None else numbers
    found = {stored.id: stored for stored in conversations.by_ids(connection, wanted)}
    missing = [number for number in wanted if number not in found]
    if missing:
        raise SettingsError(f"there is no conversation {', '.join(map(str, missing))}")
    return [found[number] for number in wanted]


def _replays(
    connection: "Connection", settings: "Settings", chosen: "list[Stored]", named: str | None
) -> "list[Replay]":
    from convo.runtime import replaying, versions
    from convo.runtime.library import Library

    library = Library(settings.flows)
    through: dict[str, Bundle] = {}
    for name in {stored.flow for stored in chosen}:
        through[name] = versions.load(versions.resolve(connection, settings.flows, name, named))
    return [replaying.replay(connection, library, stored, through[stored.flow]) for stored in chosen]


def _as_dict(found: "Replay") -> dict[str, Any]:
    return {
        "conversation": found.stored.id,
        "flow": found.stored.flow,
        "version": found.stored.version,
        "result": found.result.value,
        "why": found.why or None,
        "turns": [
            {"at": row.at.isoformat(), "what": row.what, "was": list(row.was), "would_be": list(row.would)}
            for row in found.rows
        ],
    }


def _show(found: "list[Replay]") -> None:
    for each in found:
        stored = each.stored
        if each.result == "same":
            continue
        print(f"{stored.flow}, conversation {stored.id}, {stored.started_at:%Y-%m-%d %H:%M} UTC")
        if each.why:
            print(f"  could not be replayed: {each.why}\n")
            continue
        print(f"  {'as it was':<{WIDTH}} | as it would be")
        for row in each.rows:
            _show_row(row)
        print()
    counts = Counter(each.result.value for each in found)
    told = ("same", "different", "unplayable")
    same, different, unplayable = (counts[word] for word in told)
    print(f"{same} same, {different} different, {unplayable} could not be replayed")


def _show_row(row: "Row") -> None:
    if row.what:
        both = _wrapped(row.what)
        _print_columns(both, both, " ")
    was = [line for text in row.was or ("(nothing)",) for line in _wrapped(_said(text))]
    would = [line for text in row.would or ("(nothing)",) for line in _wrapped(_said(text))]
    if row.was or row.would:
        _print_columns(was, would, "!" if row.differs else " ")


def _print_columns(left: list[str], right: list[str], mark: str) -> None:
    for one, other in zip_longest(left, right, fillvalue=""):
        print(f"{mark} {one:<{WIDTH}} | {other}".rstrip())


def _said(text: str) -> str:
    return text if text.startswith("(") else f"bot: {text}"


def _wrapped(text: str) -> list[str]:
    """Lines of a column; what somebody texts must not move the terminal's cursor."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return textwrap.wrap(plain, WIDTH, subsequent_indent="  ") or [""]
