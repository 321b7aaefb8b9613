"""How versions, what changed between them, and moves from one to another are shown."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from convo.flow.differences import Difference
from convo.flow.session import Phase
from convo.runtime.migrating import Clocks, Move
from convo.runtime.versions import SHOWN, Edition, Standing

_CALLED = {Phase.HANDED_OFF: "with people"}


def as_dict(standing: Standing) -> dict[str, Any]:
    return {
        "flow": standing.flow,
        "version": standing.version,
        "since": standing.since.isoformat() if standing.since else None,
        "current": standing.current,
        **{phase.value: standing.counts.get(phase, 0) for phase in Phase},
        "compiles": standing.trouble is None,
        "trouble": standing.trouble,
    }


def show(standings: Iterable[Standing]) -> None:
    """The versions of each flow, one a line."""
    flow = ""
    for each in standings:
        if each.flow != flow:
            flow = each.flow
            print(flow)
        since = f"since {_moment(each.since)}" if each.since else "never served"
        counts = [
            f"{each.counts[phase]} {_CALLED.get(phase, phase.value)}"
            for phase in Phase
            if each.counts.get(phase)
        ]
        told = ", ".join(counts) or "no conversation"
        print(f"  {each.version[:SHOWN]}  {since}{'  current' if each.current else ''}  {told}")
        if each.trouble is not None:
            print(f"    does not run any more: {each.trouble.splitlines()[0]}")
    if not flow:
        print("There is no flow, and no version of one.")


def named(edition: Edition) -> str:
    return f"{edition.version[:SHOWN]} ({edition.file})"


def show_lines(old: Edition, new: Edition) -> None:
    """The lines that changed, as a unified diff."""
    before, after = (each.source.decode(errors="replace").splitlines() for each in (old, new))
    for line in difflib.unified_diff(before, after, named(old), named(new), lineterm=""):
        print(line)


def show_differences(found: Sequence[Difference]) -> None:
    """What changed, state by state."""
    state: str | None = ""
    for each in found:
        if each.state != state:
            state = each.state
            print(f"{state or 'the flow itself'}:")
        print(f"  {each}")
    if not found:
        print("  nothing that a conversation would notice")


def move_as_dict(move: Move) -> dict[str, Any]:
    before = move.clocks_before
    return {
        "conversation": move.before.id,
        "contact": move.before.contact,
        "status": move.before.status,
        "from": move.before.version,
        "to": move.after.version if not move.obstacles else None,
        "state": move.before.state,
        "goes_to": move.after.state if not move.obstacles else None,
        "clocks": {
            "before": [_clock(*clock) for clock in before] if before is not None else None,
            "after": [_clock(*clock) for clock in move.clocks],
        },
        "obstacles": list(move.obstacles),
        "notes": list(move.notes),
    }


def show_moves(moves: Sequence[Move], where: str, *, dry: bool) -> None:
    """What becomes of each conversation, then of all."""
    print(where)
    for move in moves:
        before, after = move.before, move.after
        goes = f"{before.state or '(not begun)'}"
        if after.state != before.state:
            goes += f" -> {after.state}"
        print(f"  {before.id}  {before.contact}  {before.status}  {goes}")
        for why in move.obstacles:
            print(f"    cannot go: {why}")
        if not move.obstacles and move.clocks_before != move.clocks:
            was = _clocks(move.clocks_before) if move.clocks_before is not None else "not known"
            print(f"    clocks: {was} -> {_clocks(move.clocks)}")
        for note in move.notes:
            print(f"    note: {note}")
    print(_summary(moves, dry=dry))


def _summary(moves: Sequence[Move], *, dry: bool) -> str:
    stuck = sum(bool(move.obstacles) for move in moves)
    many = f"{len(moves)} conversation{'' if len(moves) == 1 else 's'}"
    if stuck:
        return f"{stuck} of {many} cannot go, so none {'would be' if dry else 'was'} moved."
    return f"{many} would be moved." if dry else f"{many} moved."


def _clocks(clocks: Clocks) -> str:
    return ", ".join(f"{clock} at {_moment(at)}" for clock, at in clocks) or "none"


def _clock(clock: str, at: datetime) -> dict[str, str]:
    return {"clock": clock, "at": at.isoformat()}


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
