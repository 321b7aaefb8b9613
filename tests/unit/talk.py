"""A conversation in memory: what a test says to a flow, and what the flow says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from convo.flow.advance import advance, next_clock, next_wake, open_session
from convo.flow.compile import FlowFile
from convo.flow.project import load
from convo.flow.session import Effect, Event, Say, Started
from convo.messages import Contact

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA = Contact("+15550001111")


def source(states: str, head: str = "") -> str:
    return f"flow: sample\nstart: ask\n{head}states:\n{states}"


@dataclass
class Talk:
    """A conversation in memory: every text is accepted as soon as it is said."""

    text: str
    given: dict[str, object] = field(default_factory=dict)
    contact: Contact = ANA
    beside: Mapping[str, str] = field(default_factory=dict)  # the flows that it runs, by name

    def __post_init__(self) -> None:
        others = {name: FlowFile(f"{name}.yaml", text.encode()) for name, text in self.beside.items()}
        self.flows = load("sample.yaml", self.text.encode(), others)
        self.session = open_session(self.flows, self.contact, "+15550009999", "UTC", self.given, NOW)
        self.effects: tuple[Effect, ...] = ()
        self.trouble: str | None = None

    def feed(self, event: Event, after: timedelta = timedelta()) -> list[str]:
        """What is said in answer to an event."""
        turn = advance(self.flows, self.session, event, NOW + after)
        self.session, self.effects, self.trouble = turn.session, turn.effects, turn.trouble
        return [effect.text for effect in turn.effects if isinstance(effect, Say)]

    def starts(self) -> list[str]:
        """What is said first."""
        return self.feed(Started())

    def accept(self, after: timedelta = timedelta()) -> None:
        """The text that starts the visit's clocks was accepted."""
        assert [said for said in self.effects if isinstance(said, Say) and said.starts_clock]
        self.session = replace(self.session, clock_from=NOW + after)

    def wakes(self) -> timedelta | None:
        wake = next_wake(self.flows, self.session)
        return wake - NOW if wake else None

    def goes_off(self) -> list[str]:
        """The next clock goes off at its moment."""
        clock = next_clock(self.flows, self.session)
        assert clock is not None
        return self.feed(clock[1], clock[0] - NOW)
