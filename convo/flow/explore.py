"""All paths of a conversation, to a bound: the shortest ones that get stuck, loop, err or overspend.

Sessions that are alike (`likeness`) are looked at once, so most flows are looked at whole. What is
found is played again from the beginning, and told only if it happens.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from convo.flow.advance import ERROR_QUEUE, MOST_STATES, advance, reopened_session
from convo.flow.compile import Bundle
from convo.flow.exploration import Bounds, Cut, Explored, Fault, Finding, Moment, Spot
from convo.flow.happenings import STOPS, WAITS, Happening, How, Repertoire
from convo.flow.likeness import Likeness
from convo.flow.plan import EXPIRED
from convo.flow.results import Result
from convo.flow.session import Phase, Reopened, Say, Session, Started, TimedOut
from convo.messages import Purpose


@dataclass(slots=True, eq=False)
class _Node:
    """A session, for all that are like it; and the shortest way there."""

    moment: Moment
    now: datetime
    before: "_Node | None"
    depth: int
    edges: list["_Edge"] = field(default_factory=list)
    seen: bool = False  # its edges are known

    @property
    def session(self) -> Session:
        return self.moment.session

    def way(self) -> list[Happening]:
        """What has to happen to get here."""
        way, node = [], self
        while node.before is not None and node.moment.happening is not None:
            way.append(node.moment.happening)
            node = node.before
        return way[::-1]


@dataclass(frozen=True, slots=True)
class _Edge:
    happening: Happening
    to: _Node
    texts: int
    expires: bool


def explore(
    flows: Bundle,
    opened: Session,
    now: datetime,
    bounds: Bounds,
    answers: Mapping[str, Sequence[Result]] | None = None,
) -> Explored:
    """Look at everything that can become of a session that has not started yet.

    `answers` are results of calls, by name, in place of those that are made up.

    The same arguments give the same answer, as long as there is time. Findings stand in the
    order of how long their conversations are.
    """
    return _Search(flows, opened, now, bounds, answers).run()


class _Search:
    def __init__(
        self,
        flows: Bundle,
        opened: Session,
        now: datetime,
        bounds: Bounds,
        answers: Mapping[str, Sequence[Result]] | None,
    ) -> None:
        self._flows, self._opened, self._began, self._bounds = flows, opened, now, bounds
        self._repertoire = Repertoire(flows, opened, now, answers)
        self._taken: dict[str, bool] = {}  # of each call, whether `save` took any result
        self._likeness = Likeness(flows)
        self._nodes: dict[object, _Node] = {}
        self._found: dict[tuple[Fault, object], Finding] = {}
        self._cut: Cut | None = None

    def run(self) -> Explored:
        root = self._start()
        self._spread(root)
        nodes = list(self._nodes.values())
        self._stuck(nodes)
        self._endless(nodes)
        self._texts(root)
        findings = sorted(self._found.values(), key=lambda found: len(found.story))
        unseen = sum(not node.seen for node in nodes)
        unanswered = sorted(name for name, taken in self._taken.items() if not taken)
        return Explored(tuple(findings), len(nodes), self._cut, unseen, tuple(unanswered))

    # One step.

    def _start(self) -> _Node:
        moment, at, _ = self._turn(None, self._opened, self._began)
        node, _ = self._known(moment, at, None)
        self._errs(moment, node.way())
        if self._flows.root.flow.triggers is None:  # else a text begins it
            self._wakes(moment, at, moment.session, node.way())
        return node

    def _turn(
        self, happening: Happening | None, session: Session, now: datetime
    ) -> tuple[Moment, datetime, bool]:
        """What comes of it, when, and whether it was the expiry; None is the start."""
        told = happening.event(self._flows, session, now) if happening else (Started(), now)
        event, at = told or (Started(), now)
        if isinstance(event, Reopened):
            session = reopened_session(session, at)
        turn = advance(self._flows, session, event, at)
        said = [effect for effect in turn.effects if isinstance(effect, Say)]
        after = turn.session
        if any(each.starts_clock and each.visit == after.visit for each in said):
            after = replace(after, clock_from=at)
        moment = Moment(happening, at - now, tuple(each.text for each in said), after, turn.trouble)
        return moment, at, event == TimedOut(EXPIRED)

    def _known(self, moment: Moment, now: datetime, before: _Node | None) -> tuple[_Node, bool]:
        """The session of this moment, or the one like it that was there first; and whether it is new."""
        key = self._likeness.of(moment.session, now, failing=bool(moment.said))
        found = self._nodes.get(key)
        if found is not None:
            return found, False
        node = self._nodes[key] = _Node(moment, now, before, before.depth + 1 if before else 0)
        # People who were called in by an error mend it; what they do then is not ours to guess.
        node.seen = moment.session.queue == ERROR_QUEUE
        return node, True

    def _play(self, way: Sequence[Happening]) -> tuple[Moment, ...]:
        """A conversation from its beginning, as it really goes; shorter than `way` where it cannot go on."""
        moment, now, _ = self._turn(None, self._opened, self._began)
        story = [moment]
        for happening in way:
            if happening.event(self._flows, moment.session, now) is None:
                break
            moment, now, _ = self._turn(happening, moment.session, now)
            story.append(moment)
        return tuple(story)

    # All of them.

    def _spread(self, root: _Node) -> None:
        queue = deque([root])
        while queue:
            node = queue.popleft()
            if node.seen:
                continue
            if self._bounds.out_of_time():
                self._cut = Cut.TIME
                return
            if node.depth < self._bounds.depth:
                queue.extend(self._look(node))
            elif node.session.phase is not Phase.ENDED or self._flows.root.flow.afterwards:
                self._cut = Cut.DEPTH
            else:
                node.seen = True

    def _look(self, node: _Node) -> Iterator[_Node]:
        node.seen = True
        for happening in self._repertoire.happenings(node.session, failing=bool(node.moment.said)):
            if happening.event(self._flows, node.session, node.now) is None:
                continue
            moment, at, expires = self._turn(happening, node.session, node.now)
            if happening.how is How.CALLS and not self._takes(node, moment):
                continue
            # A call that fails is nobody's fault, as long as the flow says what happens then.
            if happening.how is not How.CALL_FAILS or moment.session.queue == ERROR_QUEUE:
                self._errs(moment, [*node.way(), happening])
            if expires and node.session.phase is Phase.LIVE:
                self._expires(node, happening)
            if happening == WAITS:
                self._wakes(moment, at, node.session, [*node.way(), happening])
            to, new = self._known(moment, at, node)
            node.edges.append(_Edge(happening, to, len(moment.said), expires))
            if new:
                yield to

    def _takes(self, node: _Node, moment: Moment) -> bool:
        """Whether a call's `save` takes the result that was made up; what it does not take is a failure."""
        calling = self._flows.at(node.session).plan.states[node.session.state].calls
        if calling is None:
            return False
        taken = not calling.refused(moment.trouble)
        self._taken[calling.name] = taken or self._taken.get(calling.name, False)
        return taken

    # What is wrong.

    def _tell(self, fault: Fault, about: str, spot: Spot, message: str, way: Sequence[Happening]) -> None:
        """The first story of each fault is the shortest; one that cannot be played is none."""
        if (fault, about) in self._found:
            return
        story = self._play(way)
        if len(story) == len(way) + 1:
            self._found[fault, about] = Finding(fault, *spot, message, story)

    def _errs(self, moment: Moment, way: Sequence[Happening]) -> None:
        if moment.trouble is None:
            return
        fault = Fault.LOOP if f"{MOST_STATES} states" in moment.trouble else Fault.ERROR
        self._tell(fault, moment.trouble, self._at_fault(moment), moment.trouble, way)

    def _at_fault(self, moment: Moment) -> Spot:
        """Where the text or the expression stands that failed; else the state."""
        trouble = moment.trouble or ""
        # What fails in a sub-flow is told with its name, and first.
        named = [name for name in self._flows.flows if trouble.startswith(f"in {name}: ")]
        flow = named[0] if named else self._flows.name
        plan = self._flows.flows[flow].plan
        for placed in plan.placed:
            if f"'{placed.used.source}'" in trouble:
                return flow, placed.path
        for name, state in plan.states.items():
            if f"'{name}' can choose" in trouble:
                return flow, ("states", name, "choose")
            if f"'{name}' cannot run" in trouble or f"`outcomes` of '{name}'" in trouble:
                return flow, ("states", name, "run")
            if state.calls and f"the call of {state.calls.name} failed" in trouble:
                return flow, ("states", name, "call")
        return self._spot(moment.session)

    def _spot(self, session: Session) -> Spot:
        return session.flow or self._flows.name, ("states", session.state)

    def _expires(self, node: _Node, happening: Happening) -> None:
        session = node.session
        timers = self._flows.at(session).timers(session.state)
        pending = [one for one in timers if one.trigger not in session.fired]
        if pending:
            first = min(pending, key=lambda timer: timer.delay)
            message = f"'{session.place}' expires before its clock `{first.trigger}` goes off"
            flow, _ = self._spot(session)
            about = first.trigger + session.place
            self._tell(Fault.LATE, about, (flow, first.path), message, [*node.way(), happening])

    def _wakes(self, moment: Moment, at: datetime, before: Session, way: Sequence[Happening]) -> None:
        """Somebody who has not texted gets a text in the quiet hours; it would wait until they end."""
        quiet, flow = self._bounds.quiet, self._flows.root.flow
        if quiet is None or not moment.said or flow.purpose is Purpose.VERIFICATION:
            return
        wall = at.astimezone(ZoneInfo(before.timezone)).replace(tzinfo=None)
        end = quiet.until(wall)
        if end is not None:
            told = f"'{before.place}' texts at {wall:%H:%M}, in the quiet hours"
            message = f"{told}; it would wait until {end:%a %H:%M}"
            self._tell(Fault.QUIET, before.place, self._spot(before), message, way)

    def _stuck(self, nodes: list[_Node]) -> None:
        """Sessions from which everything that can happen was looked at, and nothing leads out."""
        ways: dict[_Node, list[_Node]] = {node: [] for node in nodes}
        sources: dict[_Node, list[_Node]] = {node: [] for node in nodes}
        for node in nodes:
            for edge in node.edges:
                if edge.happening != STOPS and not (edge.expires and self._only_expires(node.session)):
                    ways[node].append(edge.to)
                    sources[edge.to].append(node)
        going_on = (Phase.LIVE, Phase.CALLING)
        out = [node for node in nodes if node.session.phase not in going_on or not node.seen]
        safe = _reached(out, sources)
        trapped: set[_Node] = set()
        for node in nodes:  # the shallowest first
            if node not in safe and node not in trapped:
                trapped |= _reached([node], ways)
                names = sorted({one.session.place for one in _reached([node], ways)})
                among = f"; it stays among {', '.join(names)}" if len(names) > 1 else ""
                message = f"from '{node.session.place}' nothing leads to an end or a person{among}"
                self._tell(Fault.STUCK, str(names), self._spot(node.session), message, node.way())

    def _only_expires(self, session: Session) -> bool:
        """Whether an expiry is no way out: nobody wrote it down, and no flow goes on where this one ends."""
        return not session.stack and "expires" not in self._flows.root.flow.model_fields_set

    def _endless(self, nodes: list[_Node]) -> None:
        """Nobody answers, and clock after clock goes off until all is as it was before."""
        left = {
            node: edge.to
            for node in nodes
            for edge in node.edges
            if edge.happening == WAITS and (node.session.stack or not edge.expires)
        }
        known: set[_Node] = set()
        for node in nodes:
            walk: dict[_Node, None] = {}
            here: _Node | None = node
            while here is not None and here not in known and here not in walk:
                walk[here] = None
                here = left.get(here)
            if here in walk:
                passed = list(walk)
                ring = passed[passed.index(here) :]
                first = min(ring, key=lambda one: one.depth)
                names = list(dict.fromkeys(one.session.place for one in ring))
                message = f"if nobody answers, it goes on in {', '.join(names)} for ever"
                way = [*first.way(), *[WAITS] * len(ring)]
                self._tell(Fault.ENDLESS, str(sorted(names)), self._spot(first.session), message, way)
            known.update(walk)

    def _texts(self, root: _Node) -> None:
        """The shortest conversation with more texts than the limit, if one within the depth has them."""
        limit = self._bounds.most_texts
        most = {root: _Spent(len(root.moment.said), None, None)}
        for _ in range(self._bounds.depth + 1):
            worst = max(most.values(), key=lambda one: one.texts)
            if worst.texts > limit:
                spot = self._spot(max(most, key=lambda node: most[node].texts).session)
                message = f"{worst.texts} texts in one conversation; the limit is {limit}"
                self._tell(Fault.TEXTS, "", spot, message, worst.way())
                return
            after: dict[_Node, _Spent] = {}
            for node, spent in most.items():
                for edge in node.edges if node.session.phase is not Phase.ENDED else ():
                    texts = spent.texts + edge.texts
                    if edge.to not in after or after[edge.to].texts < texts:
                        after[edge.to] = _Spent(texts, spent, edge.happening)
            if not after:
                return
            most = after


@dataclass(frozen=True, slots=True)
class _Spent:
    """The most texts with which a session can be reached in so many steps, and how."""

    texts: int
    before: "_Spent | None"
    happening: Happening | None

    def way(self) -> list[Happening]:
        way: list[Happening] = []
        one: _Spent | None = self
        while one is not None and one.happening is not None:
            way.append(one.happening)
            one = one.before
        return way[::-1]


def _reached(begin: Sequence[_Node], ways: dict[_Node, list[_Node]]) -> set[_Node]:
    """`begin`, and every session to which `ways` lead from there."""
    found, queue = set(begin), list(begin)
    while queue:
        for node in ways[queue.pop()]:
            if node not in found:
                found.add(node)
                queue.append(node)
    return found
