"""What numbers and brands may set of the keyword layer, and the errors of what they may not."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, partial
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from convo import phone, segments
from convo.keywords.answers import MOST_SEGMENTS, check_answer
from convo.keywords.keyword import KeywordKind
from convo.keywords.words import DEFAULT, LEAVABLE, LEFT_ABROAD, Words

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


class AnsweredBy(StrEnum):
    """Who answers STOP and START on a number."""

    PROVIDER = "provider"  # it has answered already, or the carrier has: we record, and stay silent
    APP = "app"


def _leavable(words: list[str]) -> list[str]:
    plain = [word.strip().lower() for word in words]
    for word in plain:
        if word not in LEAVABLE:
            raise ValueError(f"'{word}' cannot be left to flows; of all words only {_listed(LEAVABLE)} can")
    return plain


def _listed(words: frozenset[str]) -> str:
    *most, last = sorted(words)
    return f"{', '.join(most)} and {last}"


def _by_language(texts: Mapping[str, str]) -> dict[str, str]:
    plain = {language.lower(): text for language, text in texts.items()}
    for language in plain:
        if not _LANGUAGE.fullmatch(language):
            raise ValueError(f"'{language}' is not a language; write one like en or fr-CA")
    return plain


def _answers(kind: KeywordKind, texts: Mapping[str, str]) -> dict[str, str]:
    plain = _by_language(texts)
    for language, text in plain.items():
        try:
            check_answer(kind, text)
        except ValueError as error:
            raise ValueError(f"{language}: {error}") from None
    return plain


def _texts(given: object) -> object:
    texts = given.values() if isinstance(given, Mapping) else [given]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError('write a text, or texts by language, like {en = "Call 555 0100."}')
    return given


def _help(given: str | Mapping[str, str]) -> str | dict[str, str]:
    texts = {"": given} if isinstance(given, str) else _by_language(given)
    for text in texts.values():
        if (size := segments.count(text).count) > MOST_SEGMENTS[KeywordKind.HELP]:
            raise ValueError(f"it is {size} segments long; {MOST_SEGMENTS[KeywordKind.HELP]} are the most")
    return given if isinstance(given, str) else texts


Leave = Annotated[list[str], AfterValidator(_leavable)]
# In every language, or by language.
Help = Annotated[str | dict[str, str], BeforeValidator(_texts), AfterValidator(_help)]


class OwnWords(BaseModel):
    """Words that a number adds to those that count everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stop: list[str] = Field(default_factory=list)
    start: list[str] = Field(default_factory=list)
    help: list[str] = Field(default_factory=list)

    def by_kind(self) -> dict[KeywordKind, list[str]]:
        return {KeywordKind(name): words for name, words in self if words}


class NumberKeywords(BaseModel):
    """What a number sets of the keyword layer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    help: Help | None = None  # the answer to HELP
    stop_is_answered_by: AnsweredBy | None = None  # what its provider states, unless said
    words: OwnWords = Field(default_factory=OwnWords)  # that it adds to STOP, START and HELP
    leave: Leave = Field(default_factory=list)  # words that its flows get instead

    @model_validator(mode="after")
    def _adds_what_can_be_added(self) -> Self:
        own = {word for words in self.words.by_kind().values() for word in words}
        if both := own.intersection(self.leave):
            raise ValueError(f"'{min(both)}' stands in `words` and in `leave`; take it out of one of them")
        _ = self._all_words  # raises ValueError for a word that cannot be added
        return self

    def words_from(self, contact: str) -> Words:
        """The words that count from this contact: some are left to flows in some countries alone."""
        abroad = self.leave and not phone.may_be_in_the_united_states(contact)
        return self._words_abroad if abroad else self._words

    @cached_property
    def _all_words(self) -> Words:
        own = self.words.by_kind()
        return DEFAULT.adding(own) if own else DEFAULT

    @cached_property
    def _words(self) -> Words:
        left = set(self.leave) - LEFT_ABROAD
        return self._all_words.without(left) if left else self._all_words

    @cached_property
    def _words_abroad(self) -> Words:
        return self._all_words.without(self.leave)


class Brand(BaseModel):
    """A brand's own answers, by language; where it has none, the default is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)] | None = None  # in texts with codes; the brand unless said
    stop: Annotated[dict[str, str], AfterValidator(partial(_answers, KeywordKind.STOP))] = Field(
        default_factory=dict
    )
    start: Annotated[dict[str, str], AfterValidator(partial(_answers, KeywordKind.START))] = Field(
        default_factory=dict
    )
    help: Annotated[dict[str, str], AfterValidator(partial(_answers, KeywordKind.HELP))] = Field(
        default_factory=dict
    )

    def answers(self, kind: KeywordKind) -> Mapping[str, str]:
        return {KeywordKind.STOP: self.stop, KeywordKind.START: self.start, KeywordKind.HELP: self.help}[kind]
