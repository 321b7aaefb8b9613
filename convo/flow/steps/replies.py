"""`replies`: words that the contact may send, and where each leads."""

from typing import ClassVar

from pydantic import field_validator

from convo.flow.match import Pattern, parse_patterns
from convo.flow.plan import REPLIED, Guard, StatePlan, Understood, in_order
from convo.flow.steps.base import Goto, Step


class Replies(Step):
    """Pattern → where to; the first match in file order wins: `yes, y, ok: confirmed`"""

    KEY: ClassVar[str] = "replies"
    ORDER: ClassVar[int] = 20
    LISTENS: ClassVar[bool] = True

    root: dict[str, Goto]

    @field_validator("root")
    @classmethod
    def _not_empty(cls, value: dict[str, Goto]) -> dict[str, Goto]:
        if not value:
            raise ValueError("there is no reply here; write one like `yes, y: confirmed`")
        return value

    def build(self, state: StatePlan) -> None:
        state.waits = state.listens = True
        for key, goto in self.root.items():
            path = (self.KEY, key)
            try:
                patterns = parse_patterns(key)
            except ValueError as error:
                state.plan.faults[state.path + path] = str(error)
                continue
            state.understood.append(Understood(key, patterns, state.path + path))
            groups = [name for pattern in patterns for name in pattern.names]
            state.plan.assigned.update(groups)
            state.arrow(
                REPLIED,
                goto.then,
                goto.path(path),
                key,
                when=_taken_by(patterns),
                do=in_order(
                    (lambda run: run.keep_groups()) if groups else None,
                    goto.action(state, path),
                ),
            )


def _taken_by(patterns: tuple[Pattern, ...]) -> Guard:
    return lambda run: run.takes(patterns)
