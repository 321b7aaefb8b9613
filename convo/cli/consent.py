"""`convo consent`: who may be texted. Here are STOPs by phrases; `_ledger` and `_wishes` have the rest."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format
from convo.cli._ledger import bring, export, show
from convo.cli._printed import one_line
from convo.cli._wishes import agree, forget, prune, reconcile, rename, start, stop
from convo.errors import ReviewError, SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from convo.runtime.reviewing import Decided, Verdict
    from convo.store.reviews import Review

_PAGE = 500


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Who may be texted.")
    for command in (review, show, export, stop, start, agree, forget, rename, prune, reconcile):
        commands.command()(command)
    commands.command("import")(bring)
    app.add_typer(commands, name="consent")


def review(
    keep: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=10**18, help="It was a STOP: leave it so.")
    ] = None,
    undo: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=10**18, help="It was none: bring consent back."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; --undo needs it, and the ledger keeps it.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List those that are decided as well.")] = False,
    form: Annotated[
        Format, typer.Option("--format", help="JSON is an array, or the one decided.")
    ] = Format.TEXT,
) -> None:
    """What counted as a STOP by a phrase: list it, keep it, or undo it."""
    from convo.runtime.reviewing import Verdict
    from convo.store.reviews import Decision

    if keep is not None and undo is not None:
        raise SettingsError("--keep and --undo: give one of the two")
    if keep is not None:
        _decide(Verdict(keep, Decision.KEPT, reason), form)
    elif undo is not None:
        _decide(Verdict(undo, Decision.UNDONE, reason), form)
    elif reason is not None:
        raise SettingsError("--reason: say for which entry, with --keep N or --undo N")
    else:
        _list(form, everything=everything)


def _list(form: Format, *, everything: bool) -> None:
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store.reviews import OPEN

    with open_store(load(), create=False) as store:
        found = store.look(lambda connection: _chosen(connection, None if everything else OPEN))
    if form is Format.JSON:
        print(json.dumps([each.as_dict() for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        print(_as_text(each))
    if not found:
        print("Nothing waits for a review.")


def _chosen(connection: "Connection", status: str | None) -> "list[Review]":
    from convo.store import reviews

    found: list[Review] = []
    after = 0
    while page := reviews.listed(connection, None, after, _PAGE, status=status):
        found += page
        after = page[-1].id
    return found


def _decide(verdict: "Verdict", form: Format) -> None:
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.reviewing import decide
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        try:
            decided = store.transact(lambda c: decide(c, settings, verdict, clock.system()))
        except ReviewError as error:
            if error.code == "bad_reason":
                raise SettingsError(f"--reason: {error}") from None
            raise
    if form is Format.JSON:
        print(json.dumps(decided.as_dict(), ensure_ascii=False, indent=2))
        return
    print(_told(decided))
    if decided.standing and verdict.decision == "undone":
        sys.exit(1)


def _told(decided: "Decided") -> str:
    found = decided.review
    who = f"{found.contact} and {found.brand}"
    if not decided.opted_out:
        return f"{found.id} {found.decision}: {who} may text each other again."
    lines = [f"{found.id} {found.decision}: {found.contact} stays opted out of {found.brand}."]
    if found.decision == "undone":
        said = [(each.id, one_line(each.entry.text) or each.entry.rule) for each in decided.standing]
        lines += [f"    {number} stands: {words}" for number, words in said]
    return "\n".join(lines)


def _as_text(found: "Review") -> str:
    when = f"{found.at:%Y-%m-%d %H:%M} UTC"
    first = f"{found.id}  {found.contact}  {found.brand}  {when}  ({found.rule})"
    if found.decision:
        first += f"  {found.decision} by {found.actor}{f': {one_line(found.reason)}' if found.reason else ''}"
    return f"{first}\n    them: {one_line(found.text)}"
