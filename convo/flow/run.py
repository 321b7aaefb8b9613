"""A session while one event runs through it: the light model that the machine moves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from convo.errors import ConvoError
from convo.flow.codes import MOST_SENDS, PLACE, Spec, kept, placeholder
from convo.flow.dates import Reading
from convo.flow.expressions import Expression, ExpressionError
from convo.flow.language import spoken
from convo.flow.match import Pattern, Reply, match
from convo.flow.phrase import Phrase
from convo.flow.plan import START, Assignments
from convo.flow.render import CODE, OUTCOME, RETURNED, SPEECH, RenderError, Speech
from convo.flow.results import Result
from convo.flow.session import (
    Agree,
    Begin,
    Called,
    Cause,
    Checked,
    Effect,
    Emit,
    End,
    HandOff,
    IssueCode,
    Phase,
    Reopened,
    Replied,
    Returned,
    Say,
    Session,
    Started,
    Tag,
    Turn,
    Untag,
    Value,
    Vars,
)
from convo.flow.sides import side
from convo.flow.slips import restated, slip
from convo.flow.slots import SlotType
from convo.flow.standing import Standing

if TYPE_CHECKING:
    from convo.flow.calling import Calling
    from convo.flow.compile import Compiled


MOST_CALLS = 20  # in a row, with nothing in between
LONGEST_SAID = 1600  # characters: the least that any provider takes at most (PROVIDERS.md, Twilio)


class ConsentError(ConvoError):
    """Consent to marketing that nobody gave."""


class LoopError(ConvoError):
    """A conversation goes through state after state, and nobody is waited for."""


class Run(Standing):
    """One event's run to completion. The constructs call its verbs; the machine sets its state."""

    __slots__ = (
        "_brought", "_calls", "_contact", "_effects", "_groups", "_outcome", "_read", "_reading", "_reply",
        "_result", "_spoke", "opens", "returned",
    )  # fmt: skip

    def __init__(self, compiled: "Compiled", session: Session, event: Cause, now: datetime) -> None:
        super().__init__(compiled, session, now)
        self.returned = session.returned
        self.opens: tuple[str, Vars] | None = None  # the sub-flow that the state runs, and what it is given
        self._brought: Vars | None = None  # the variables of the sub-flow that has returned
        if isinstance(event, Returned):
            self.returned, self._brought = event.outcome, event.vars
            self._left = "" if event.at_once else session.state  # nobody waited there
        self._contact = session.contact
        self._outcome = session.outcome
        self._reply = Reply.of(event.text, event.media) if isinstance(event, (Replied, Reopened)) else None
        # A conversation that was queued begins to count its silence when it begins; a flow that ran
        # another when that returns.
        self._spoke = self._reply is not None or isinstance(event, (Started, Checked, Returned))
        self._result: Result = None
        self._calls = session.calls if isinstance(event, (Called, Started, Returned)) else 0
        if isinstance(event, Called):
            self._result, self._phase = event.result, Phase.LIVE
        self._read: Value | None = None  # what the reply, or a part of it, was read as
        self._groups: Mapping[str, str] = {}
        self._reading: Reading | None = None
        self._effects: list[Effect] = []

    # What the constructs ask.

    @property
    def reply(self) -> Reply:
        if self._reply is None:
            raise LookupError("there is no reply in this event")
        return self._reply

    def reading(self) -> Reading:
        """How replies are read: in which language and time zone, and when it is."""
        if self._reading is None:
            session = self._session
            language = self._compiled.language_for(session.contact.language)
            near = (session.contact.number, session.number)
            self._reading = Reading(self._now, ZoneInfo(session.timezone), language, near)
        return self._reading

    def takes(self, patterns: tuple[Pattern, ...]) -> bool:
        """Whether one of `patterns` takes the reply; its named groups wait for `keep_groups`."""
        taken = match(patterns, self.reply, self.reading)
        if taken is None:
            return False
        self._read, self._groups = taken.value, taken.groups
        return True

    def reads(self, kind: SlotType) -> bool:
        """Whether the reply can be read as `kind`; what was read waits for `keep`."""
        self._read = kind.read(self.reply.text, self.reading())
        return self._read is not None

    def slipped(self, patterns: tuple[Pattern, ...]) -> str | None:
        """The one choice of `patterns` that the reply is a typing slip from."""
        return slip(self.reply, patterns)

    def holds(self, expression: Expression) -> bool:
        return expression.holds(self._names(self._compiled.flow.language))

    def side(self, state: str) -> float:
        """Where the contact falls in the split of `state`: from 0 to 1, always the same."""
        return side(self._compiled.flow.flow, state, self._contact.number)

    # What the constructs do.

    def say(self, phrases: tuple[Phrase, ...], *, entry: bool = False, lapses: bool = False) -> None:
        """Send texts, in order and in the contact's language; one that renders to nothing is not sent."""
        for phrase in phrases:
            language, text = phrase.text_for(self._session.contact.language)
            code = self._code if CODE in text.names else None
            if code and self.visits_here > MOST_SENDS:
                continue  # the state leads on; see `verify`
            own = text.plain and not code and text.names <= self._vars.keys()
            names = self._vars if own else self._names(language)
            said = text.render(names) if not code else kept(text.render({**names, CODE: PLACE}), code.digits)
            if len(said) > LONGEST_SAID:
                raise RenderError(
                    f"the text '{text.source[:60]}' came to {len(said)} characters; "
                    f"{LONGEST_SAID} are the most"
                )
            if said:
                self._send(said, entry=entry, lapses=lapses, code=code)

    @property
    def _code(self) -> Spec | None:
        """The code that the state asks for."""
        state = self._compiled.plan.states.get(self.state)
        return state.verifies if state else None

    def _send(
        self, said: str, *, entry: bool = False, lapses: bool = False, code: Spec | None = None
    ) -> None:
        self._spoke = True
        if entry:
            self._entry_say = len(self._effects)
        purpose = self._compiled.flow.purpose
        self._effects.append(Say(said, self.place, self._visit, lapses=lapses, code=code, purpose=purpose))

    def miss(self, phrases: tuple[Phrase, ...]) -> None:
        """A reply that nothing took is answered, and counted."""
        self._tries += 1
        self.say(phrases, lapses=True)

    def restate(self, keys: Sequence[str], patterns: tuple[Pattern, ...], asked: tuple[Phrase, ...]) -> None:
        """A reply with a typing slip is answered by the choices there are, and counted."""
        self._tries += 1
        texts = (phrase.text_for(self._session.contact.language)[1].source for phrase in asked)
        said = restated(keys, self.reading().language, self.slipped(patterns), " ".join(texts))
        self._send(said, lapses=True)

    def assign(self, assigned: Assignments) -> None:
        for variable, expression in assigned:
            names = self._names(self._compiled.flow.language)
            self._vars = {**self._vars, variable: expression.value(names)}

    def tag(self, tags: Sequence[str]) -> None:
        for tag in tags:
            if tag not in self._contact.tags:
                self._contact = replace(self._contact, tags=(*self._contact.tags, tag))
                self._effects.append(Tag(tag))

    def untag(self, tags: Sequence[str]) -> None:
        for tag in tags:
            if tag in self._contact.tags:
                left = tuple(each for each in self._contact.tags if each != tag)
                self._contact = replace(self._contact, tags=left)
                self._effects.append(Untag(tag))

    def agree(self) -> None:
        """The reply that led here is the contact's consent to marketing; nothing else ever is."""
        if self._reply is None:
            raise ConsentError(
                f"'{self.state}' was reached without a reply, which is no consent to marketing"
            )
        self._effects.append(Agree(self._reply.text, self.place))

    def emit(self, event: str, given: Assignments) -> None:
        self._effects.append(Emit(event, self._worked_out(given)))

    def issue_code(self, spec: Spec) -> None:
        self._effects.append(IssueCode(self.place, spec))

    def begin(self, flow: str, contact: Expression | None, given: Assignments) -> None:
        """Another flow is to be started, with the same contact unless said."""
        number = contact.value(self._names(self._compiled.flow.language)) if contact else None
        if number is not None and not isinstance(number, str):
            raise ExpressionError(f"the contact to begin with came to {number!r}, which is no phone number")
        self._effects.append(Begin(flow, number, self._worked_out(given)))

    def run(self, flow: str, given: Assignments) -> None:
        """A sub-flow takes over, once this flow's part of the turn is done."""
        self.opens = flow, self._worked_out(given)

    def _worked_out(self, given: Assignments) -> Mapping[str, Value]:
        names = self._names(self._compiled.flow.language) if given else {}
        return {name: expression.value(names) for name, expression in given}

    def keep(self, variable: str) -> None:
        if self._read is not None:
            self._vars = {**self._vars, variable: self._read}

    def keep_groups(self) -> None:
        self._vars = {**self._vars, **self._groups}

    def call(self, calling: "Calling") -> None:
        """Have slow work done outside; the conversation goes on with its result."""
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise LoopError(f"called {MOST_CALLS} times in a row without waiting")
        names = self._names(self._compiled.flow.language)
        self._phase = Phase.CALLING
        self._effects.append(calling.effect(names, self._visit))

    def keep_result(self, calling: "Calling") -> None:
        """Keep what `save` takes from the result; raises AnswerError where it is not there."""
        names = self._names(self._compiled.flow.language)
        kept = calling.kept(self._result, names, self._compiled.plan.types, self.reading())
        self._vars = {**self._vars, **kept}

    def hand_off(self, queue: str) -> None:
        self._phase, self._queue = Phase.HANDED_OFF, queue
        self._effects.append(HandOff(queue))

    def end(self, outcome: str) -> None:
        self._phase, self._outcome, self._queue = Phase.ENDED, outcome, None
        self._effects.append(End(outcome))

    # What comes of it.

    def turn(self, trouble: str | None = None) -> Turn:
        before = self._session
        clock_from = before.clock_from
        if self._entered:
            clock_from = self._now
            counts = self._phase is not Phase.ENDED and bool(self._compiled.timers(self.state))
            if self._entry_say is not None and counts:
                clock_from = None
                said = self._effects[self._entry_say]
                if isinstance(said, Say):
                    self._effects[self._entry_say] = replace(said, starts_clock=True)
        # Spelled out, not `replace`d: this is the hot line, and every field is looked at anyway.
        session = Session(
            contact=self._contact,
            number=before.number,
            timezone=before.timezone,
            home=before.home,
            vars=self._vars,
            started_at=before.started_at,
            last_text_at=self._now if self._spoke else before.last_text_at,
            state="" if self.state == START else self.state,
            visit=self._visit,
            clock_from=clock_from,
            tries=self._tries,
            fired=self._fired,
            skipped=self._skipped,
            trail=self._trail,
            visits=self._visits,
            phase=self._phase,
            outcome=self._outcome,
            queue=self._queue,
            flow=before.flow,
            stack=before.stack,
            returned=self.returned,
            kept=before.kept,
            calls=self._calls if self._phase is Phase.CALLING or self._passes else 0,
        )
        return Turn(session, tuple(self._effects), trouble)

    @property
    def _passes(self) -> bool:
        """Whether another flow of the conversation goes on in the same turn."""
        return self.opens is not None or (self._phase is Phase.ENDED and bool(self._session.stack))

    def _names(self, language: str) -> dict[str, object]:
        """What a text or an expression in `language` may use."""
        session = self._session
        zone = ZoneInfo(session.timezone)
        names: dict[str, object] = {
            "contact": self._contact,
            "number": session.number,
            "now": self._now.astimezone(zone),
            "here": self._now.astimezone(ZoneInfo(session.home)),
            "visits": self.visits,
            SPEECH: Speech(spoken(language, session.contact.language), zone),
        }
        if self._reply is not None:
            names["reply"] = {"text": self._reply.text, "value": self._read}
        if self.returned is not None:
            names[OUTCOME] = self.returned
        if self._brought is not None:
            names[RETURNED] = SimpleNamespace(**self._brought)
        names.update(self._vars)
        if code := self._code:
            names[CODE] = placeholder(code.digits)
        return names
