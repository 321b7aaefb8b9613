"""How versions, what changed between them, and moves from one to another are shown."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from convo.flow.compile import FlowFile
from convo.flow.differences import Change, Difference, differences
from convo.flow.model import Flow, parse
from convo.flow.session import Phase, placed
from convo.flow.source import read
from convo.runtime.migrating import Clocks, Move
from convo.runtime.versions import SHOWN, Edition, Standing, parts

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


def changes(old: Edition, new: Edition) -> dict[str, list[Difference]]:
    """What changed in the flow, and in those that it runs, by the flow's name."""
    before, after = parts(old), parts(new)
    found: dict[str, list[Difference]] = {}
    for name in dict.fromkeys([*after, *before]):
        if name not in before or name not in after:
            change = Change.ADDED if name in after else Change.REMOVED
            was, now = (None, name) if name in after else (name, None)
            found[name] = [Difference(change, "sub-flow", None, "sub-flow", was, now)]
        else:
            found[name] = differences(_flow(before[name]), _flow(after[name]))
    return found


def show_lines(old: Edition, new: Edition) -> None:
    """The lines that changed, as a unified diff of each file."""
    before, after = _named(old), _named(new)
    for name in dict.fromkeys([*after, *before]):
        (was, earlier), (now, later) = (each.get(name, ("(not there)", [])) for each in (before, after))
        for line in difflib.unified_diff(earlier, later, was, now, lineterm=""):
            print(line)


def _named(edition: Edition) -> dict[str, tuple[str, list[str]]]:
    """The lines of each flow of a version, and what stands above them."""
    return {
        name: (named(edition) if name == edition.flow else file, text.decode(errors="replace").splitlines())
        for name, (file, text) in parts(edition).items()
    }


def show_differences(found: Mapping[str, Sequence[Difference]]) -> None:
    """What changed, state by state, in the flow and in those that it runs."""
    own = next(iter(found))
    for flow, changed in found.items():
        state: str | None = ""
        for each in changed:
            if each.state != state:
                state = each.state
                place = placed("" if flow == own else flow, state) if state else "the flow itself"
                print(f"{flow}, which it runs:" if not state and flow != own else f"{place}:")
            print(f"  {each}")
    if not any(found.values()):
        print("  nothing that a conversation would notice")


def _flow(source: FlowFile) -> Flow:
    return parse(read(source.text, source.file))


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
