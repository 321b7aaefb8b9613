"""`triggers`: which texts start a flow by themselves. The most specific trigger wins."""

from collections.abc import Iterable
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
    """Which texts start the flow; one of these is enough, and the most specific wins."""

    keyword: Listed = Field(
        default_factory=list, validate_default=False, description="The first word: `[book, rdv]`."
    )
    exactly: Listed = Field(
        default_factory=list, validate_default=False, description="The whole text: `[book a visit]`."
    )
    number: Listed = Field(
        default_factory=list,
        validate_default=False,
        description='Any text to one of these numbers of yours: `["+15550009999"]`.',
    )
    anything: Annotated[bool, BeforeValidator(_truth)] = Field(
        False, validate_default=False, description="`true`: any text at all."
    )

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


class TriggerIndex:
    """The triggers of many flows, looked up at the same cost however many there are.

    Of two alike the one that names our number too is the more specific; then the name decides.
    """

    def __init__(self, flows: Iterable[tuple[str, Triggers | None]]) -> None:
        self._texts: dict[str, list[str]] = {}
        self._words: dict[str, list[str]] = {}
        self._numbers: dict[str, str] = {}
        self._anything: str | None = None
        self._named: dict[str, frozenset[str]] = {}
        for name, triggers in sorted(flows, key=lambda pair: pair[0]):
            if triggers is not None:
                self._add(name, triggers)

    def strong(self, reply: Reply, number: str) -> str | None:
        """The flow that a text to our `number` starts by its words: as a whole, else by the first."""
        found = self._texts.get(reply.plain)
        if found is None:
            first = reply.words.split(maxsplit=1)[:1]
            found = self._words.get(first[0]) if first else None
        return None if found is None else self._nearest(found, number)

    def weak(self, number: str) -> str | None:
        """The flow that a text to our `number` starts whatever it says."""
        return self._numbers.get(number, self._anything)

    def _add(self, name: str, triggers: Triggers) -> None:
        self._named[name] = frozenset(triggers.number)
        for text in {Reply.of(text).plain for text in triggers.exactly}:
            self._texts.setdefault(text, []).append(name)
        for word in {normalise(word) for word in triggers.keyword}:
            self._words.setdefault(word, []).append(name)
        for number in triggers.number:
            self._numbers.setdefault(number, name)
        if triggers.anything and self._anything is None:
            self._anything = name

    def _nearest(self, names: list[str], number: str) -> str:
        return next((name for name in names if number in self._named[name]), names[0])
