"""`triggers`: which texts start a flow by themselves. The most specific trigger wins."""

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator, model_validator

from convo.flow.match import Reply
from convo.flow.steps.base import Section
from convo.keywords import normalise


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _truth(value: object) -> object:
    if value not in ("true", "false"):
        raise ValueError(f"write true or false, not '{value}'")
    return value == "true"


Listed = Annotated[list[str], BeforeValidator(_listed), Field(min_length=1)]


class Triggers(Section):
    """`keyword` is the first word of a text, `exactly` the whole text, `number` one of ours."""

    keyword: Listed = Field(default_factory=list, validate_default=False)
    exactly: Listed = Field(default_factory=list, validate_default=False)
    number: Listed = Field(default_factory=list, validate_default=False)
    anything: Annotated[bool, BeforeValidator(_truth)] = Field(False, validate_default=False)

    @field_validator("keyword")
    @classmethod
    def _one_word(cls, words: list[str]) -> list[str]:
        for word in words:
            if len(normalise(word).split()) != 1:
                raise ValueError(f"'{word}' is not one word; put longer texts under `exactly`")
        return words

    @model_validator(mode="after")
    def _starts_on_something(self) -> "Triggers":
        if not (self.keyword or self.exactly or self.number or self.anything):
            raise ValueError("nothing triggers this; write keyword, exactly, number or anything")
        return self

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(Reply.of(text).plain for text in self.exactly)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(map(normalise, self.keyword))

    def rank(self, reply: Reply, number: str) -> int:
        """How specifically `reply` to our `number` meets these triggers; 0 where it does not."""
        if reply.plain in self._texts:
            return 4
        first = reply.words.split(maxsplit=1)[:1]
        if first and first[0] in self._words:
            return 3
        if number in self.number:
            return 2
        return int(self.anything)


def triggered(flows: Iterable[tuple[str, Triggers | None]], text: str, number: str) -> str | None:
    """The flow that `text` starts, the most specific first, then by name; None for none."""
    reply = Reply.of(text)
    ranked = [(-triggers.rank(reply, number), name) for name, triggers in flows if triggers is not None]
    best = min(ranked, default=(0, ""))
    return best[1] if best[0] < 0 else None
