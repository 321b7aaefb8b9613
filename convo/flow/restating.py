"""The answer to a typing slip, in every state with `replies`."""

from dataclasses import dataclass
from typing import ClassVar

from convo.flow.plan import REPLIED, StatePlan


@dataclass(frozen=True, slots=True)
class Restating:
    """A reply one typing slip from a choice: the choices are named again, and it counts as a try."""

    tries: int
    ORDER: ClassVar[int] = 85  # after `save`, before `otherwise`

    def build(self, state: StatePlan) -> None:
        tries, keys, asked = self.tries, [line.key for line in state.understood], state.asked
        patterns = tuple(pattern for line in state.understood for pattern in line.patterns)
        state.arrow(
            REPLIED,
            None,
            ("replies",),
            "typing slip",
            when=lambda run: run.misses < tries and run.slipped(patterns) is not None,
            do=lambda run: run.restate(keys, patterns, asked),
        )
