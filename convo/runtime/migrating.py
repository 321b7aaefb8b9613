"""Moving conversations from one version of their flow to another, on purpose; nothing is said to anybody."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from convo.errors import ConvoError, SettingsError
from convo.flow.advance import next_clock, next_wake
from convo.flow.compile import Bundle, Compiled
from convo.flow.dates import Reading
from convo.flow.expressions import as_value
from convo.flow.names import did_you_mean
from convo.flow.plan import EXPIRED, HANDED_BACK, Plan
from convo.flow.session import Phase, Session, Vars, placed
from convo.flow.slots import SlotType
from convo.flow.values import Money, Plain, Value, shown, to_plain
from convo.runtime.library import Library
from convo.runtime.renaming import renamed
from convo.runtime.sessions import decode, encode
from convo.store import codes, contacts, conversations, events, talks
from convo.store.conversations import Stored

MIGRATED = "Migrated"  # on record among the events of a conversation


class MigrationError(ConvoError):
    """Some conversations cannot go to the other version, so none went; `moves` says which and why."""

    def __init__(self, moves: Sequence["Move"]) -> None:
        stuck = [move for move in moves if move.obstacles]
        lines = [
            f"  {move.before.id} ({move.before.contact}): {why}" for move in stuck for why in move.obstacles
        ]
        super().__init__("\n".join([f"{len(stuck)} of {len(moves)} cannot go, so none was moved:", *lines]))
        self.moves = moves


@dataclass(frozen=True, slots=True)
class Migration:
    """Move the open conversations of a flow to `target`: all of them, or those on one version.

    `states` says where those go that stand in a state which is called otherwise now. `given` fills in
    a variable where a conversation has none of the type that is wanted.
    """

    target: Bundle
    source: str | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)


Clocks = tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one conversation."""

    before: Stored
    after: Stored
    clocks_before: Clocks | None  # None: its version does not run any more
    clocks: Clocks
    obstacles: tuple[str, ...]  # why it cannot go
    notes: tuple[str, ...]  # what somebody may want to know before


def plan(connection: Connection, library: Library, wanted: Migration, now: datetime) -> list[Move]:
    """What would become of each conversation; nothing is changed."""
    _check(wanted)
    open_ones = conversations.of_flow(connection, wanted.target.name, wanted.source)
    return _moves(connection, library, wanted, open_ones, now)


def migrate(connection: Connection, library: Library, wanted: Migration, now: datetime) -> list[Move]:
    """What became of each conversation, in this transaction; raises MigrationError where one cannot go."""
    _check(wanted)
    name, source = wanted.target.name, wanted.source
    first = conversations.of_flow(connection, name, source)
    locked = contacts.lock_ids(connection, (stored.contact_id for stored in first))
    # As they are now that nobody else moves them. Who came in between is not locked, and stays.
    open_ones = [one for one in conversations.of_flow(connection, name, source) if one.contact_id in locked]
    moves = _moves(connection, library, wanted, open_ones, now)
    if any(move.obstacles for move in moves):
        raise MigrationError(moves)
    pairs = [(move.before, move.after) for move in moves]
    talks.changed(connection, pairs)
    conversations.save(connection, pairs)
    codes.rename(connection, [move.before.id for move in moves], wanted.states)
    events.write(connection, [_record(wanted, move, now) for move in moves])
    return moves


def _check(wanted: Migration) -> None:
    """Raises SettingsError for states and variables that the other version does not have."""
    flows = wanted.target.flows
    places = wanted.target.places
    for state in wanted.states.values():
        if state not in places:
            raise SettingsError(f"--map: there is no state '{state}'. {did_you_mean(state, places)}")
    known = sorted({name for flow in flows.values() for name in (*flow.plan.types, *flow.plan.assigned)})
    for name in wanted.given:
        if name not in known:
            hint = did_you_mean(name, known) if known else "It has none."
            raise SettingsError(f"--set: the flow has no variable '{name}'. {hint}")


def _moves(
    connection: Connection, library: Library, wanted: Migration, stored: Sequence[Stored], now: datetime
) -> list[Move]:
    there = wanted.target.version
    return [
        _move(wanted, one, _running(connection, library, one), now) for one in stored if one.version != there
    ]


def _running(connection: Connection, library: Library, stored: Stored) -> Bundle | None:
    try:
        return library.version(connection, stored.version)
    except ConvoError:
        return None  # which may be why somebody moves it


def _move(wanted: Migration, stored: Stored, old: Bundle | None, now: datetime) -> Move:
    target, session = wanted.target, decode(stored)
    moved = renamed(session, wanted.states, target)
    obstacles = list(_no_standing(wanted, session, moved))
    moved, wrong = _fitted(wanted, moved, now)
    obstacles += wrong
    before = clocks(old, session) if old is not None else None
    if obstacles:
        return Move(stored, stored, before, (), tuple(obstacles), ())
    try:
        later = clocks(target, moved)
        # One that has not begun keeps the moment at which it lapses.
        wake = stored.wake_at if session.phase is Phase.WAITING else next_wake(target, moved)
    except ConvoError as error:
        return Move(stored, stored, before, (), (f"its clocks cannot be told: {error}",), ())
    after = encode(stored, moved, wake, now)._replace(version=target.version)
    return Move(stored, after, before, later, (), tuple(_notes(target, moved, later, now)))


def _no_standing(wanted: Migration, before: Session, moved: Session) -> Iterator[str]:
    """Why a conversation cannot stand in the other version where it would."""
    if moved.phase is Phase.WAITING:
        return
    if before.calls:  # also one that was suspended then
        yield f"'{before.place}' waits for the result of a call, which takes a moment; try again then"
        return
    if placed(moved.flow, moved.state) != wanted.states.get(before.place, before.place):
        yield f"it is not in the flow of '{wanted.states[before.place]}', and a migration begins none"
        return
    inside = [frame.flow for frame in moved.stack[1:]] + [moved.flow]
    for frame, runs in zip(moved.stack, inside, strict=False):
        flow = wanted.target.flows.get(frame.flow or wanted.target.name)
        state = flow.plan.states.get(frame.state) if flow is not None else None
        if state is None or state.runs != runs:
            place = placed(frame.flow, frame.state)
            yield (
                f"it is in {runs}, which '{place}' does not run in the other version; say where it goes "
                f"instead, with --map {before.place}=STATE"
            )
            return
    yield from _no_state(wanted.target.at(moved).plan, before, moved)


def _no_state(plan: Plan, before: Session, moved: Session) -> Iterator[str]:
    """Why it cannot stand in its state of a flow that it may be in."""
    state = moved.place
    if moved.state not in plan.states:
        places = [placed(moved.flow, name) for name in plan.states]
        yield (
            f"the other version has no state '{state}'; say where it goes, with "
            f"--map {before.place}=STATE. {did_you_mean(state, places)}"
        )
        return
    found = plan.states[moved.state]
    if moved.queue is not None:  # a person has it, and may lead anywhere
        return
    if found.hands_off:
        yield f"in '{state}' a person answers, and a migration calls nobody; map '{before.place}' elsewhere"
    elif found.runs:
        yield f"'{state}' runs {found.runs}, and a migration begins no flow; map '{before.place}' elsewhere"
    elif found.ends or not found.waits:
        yield f"'{state}' waits for nothing, so nothing would lead on; map '{before.place}' elsewhere"


def _fitted(wanted: Migration, session: Session, now: datetime) -> tuple[Session, list[str]]:
    """The session with its variables as the other version takes them, and why some cannot be."""
    near = (session.contact.number, session.number)

    def fitted(name: str, values: Vars) -> Vars:
        flow = wanted.target.flows.get(name or wanted.target.name)
        if flow is None:
            return values
        reading = Reading(now, ZoneInfo(session.timezone), flow.flow.language, near)
        found, why = _variables(wanted, flow, values, reading)
        wrong.extend(why)
        return found

    wrong: list[str] = []
    stack = tuple(replace(frame, vars=fitted(frame.flow, frame.vars)) for frame in session.stack)
    return replace(session, vars=fitted(session.flow, session.vars), stack=stack), wrong


def _variables(
    wanted: Migration, root: Compiled, values: Vars, reading: Reading
) -> tuple[dict[str, Value], list[str]]:
    flow, types = root.flow, root.plan.types
    fitted, wrong = dict(values), []
    for name, kind in types.items():
        try:
            if name in fitted:
                try:
                    fitted[name] = fit(kind, fitted[name], reading)
                except ValueError:
                    if name not in wanted.given:
                        raise
                    fitted[name] = kind.take(wanted.given[name], reading)
            elif name in wanted.given:
                fitted[name] = kind.take(wanted.given[name], reading)
            elif name in flow.vars:
                fitted[name] = kind.take(flow.vars[name].default, reading)
            elif name in flow.needs:
                wrong.append(f"it has no '{name}', of the type {kind.name}; give it with --set {name}=VALUE")
        except ValueError as error:
            wrong.append(
                f"'{name}' is not of the type {kind.name}: {error}; give one with --set {name}=VALUE"
            )
    for name, value in wanted.given.items():
        if name in root.plan.assigned and name not in types and name not in fitted:
            fitted[name] = as_value(value)
    return fitted, wrong


def fit(kind: SlotType, value: Value, reading: Reading) -> Value:
    """`value` as the type `kind` has it; raises ValueError for one of another type."""
    taken = kind.take(str(value) if isinstance(value, Money) else shown(value), reading)
    if _family(taken) is not _family(value):
        raise ValueError(f"it is {shown(value)!r}")
    # What it was, which has its time zone still; a number as the type wants it.
    return taken if isinstance(value, int | Decimal) else value


def _family(value: Value) -> type:
    return Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value)


def clocks(flows: Bundle, session: Session) -> Clocks:
    """The clocks of a conversation that have not gone off, in the order in which they will."""
    found = []
    flow = flows.flows.get(session.flow or flows.name)
    if session.state and (flow is None or session.state not in flow.plan.states):
        return ()
    while (clock := next_clock(flows, session)) is not None:
        at, event = clock
        found.append((event.clock, at))
        if event.clock == EXPIRED:
            break
        session = replace(session, fired=(*session.fired, event.clock))
    return tuple(found)


def _notes(target: Bundle, session: Session, later: Clocks, now: datetime) -> Iterator[str]:
    for clock, at in later:
        if at <= now:
            yield f"its clock `{clock}` is past, and goes off at once"
    root = target.at(session)
    if session.phase is Phase.HANDED_OFF and not root.can(session.state, HANDED_BACK):
        yield f"whoever hands it back has to say where it goes on: '{session.state}' does not"
    for flow, state, variables in _standing(target, session):
        plan = flow.plan
        ahead = _reachable(plan, state) if state else set()
        used = {
            name
            for placed in plan.placed
            if len(placed.path) > 1 and placed.path[1] in ahead
            for name in placed.used.names
        }
        for name in sorted((used & {*plan.types, *plan.assigned}) - set(variables)):
            yield f"it has no '{name}' yet, which a text or an expression ahead uses"


def _standing(target: Bundle, session: Session) -> Iterator[tuple[Compiled, str, Vars]]:
    """Where it stands in each of the flows that it is in, and with what."""
    yield target.at(session), session.state, session.vars
    for frame in session.stack:
        yield target.flows[frame.flow or target.name], frame.state, frame.vars


def _reachable(plan: Plan, state: str) -> set[str]:
    ahead, todo = set(), [state]
    while todo:
        here = todo.pop()
        if here not in ahead:
            ahead.add(here)
            todo += [arrow.dest for arrow in plan.arrows if arrow.source == here and arrow.dest]
    return ahead


def _record(wanted: Migration, move: Move, now: datetime) -> events.Happened:
    before, after = decode(move.before), decode(move.after)
    data: dict[str, object] = {
        "from": move.before.version,
        "to": move.after.version,
        "map": dict(wanted.states),
        "state": move.after.state,
        "vars": _changed(before.vars, after.vars),
    }
    if after.stack:
        pairs = zip(before.stack, after.stack, strict=False)
        data["stack"] = [_changed(old.vars, new.vars) for old, new in pairs]
    return events.Happened(move.before.id, now, MIGRATED, json.dumps(data))


def _changed(before: Vars, after: Vars) -> dict[str, Plain]:
    return {name: to_plain(value) for name, value in after.items() if before.get(name) != value}
