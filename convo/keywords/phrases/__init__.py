"""Phrases that a reasonable person reads as a revocation, a grammar a language (47 CFR 64.1200(a)(10))."""

from collections.abc import Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import re2

from convo.keywords.phrases.english import ENGLISH
from convo.keywords.phrases.french import FRENCH
from convo.keywords.phrases.grammar import Grammar, options
from convo.keywords.phrases.spanish import SPANISH

GRAMMARS: tuple[Grammar, ...] = (ENGLISH, FRENCH, SPANISH)

# Rules that say little more than a word that a number may leave to its flows.
LEAN_ON = MappingProxyType({"please-remove": "remove"})


class Phrase(NamedTuple):
    """Where a revocation was read: the language, and the rule of its grammar."""

    language: str
    rule: str


def revocation(text: str, plain: str) -> Phrase | None:
    """The phrase by which `text`, which normalised is `plain`, asks for no more texts."""
    for place in may_hold(plain):
        rule = GRAMMARS[place].rule(text)
        if rule is not None:
            return Phrase(GRAMMARS[place].language, rule)
    return None


def may_hold(plain: str) -> Sequence[int]:
    """The places of the grammars that a normalised text may hold a phrase of: none, nearly always."""
    plain = plain.replace("#", " number ")
    if "'" in plain:  # languages differ in what becomes of it
        plain = " . ".join(plain.replace("'", joint) for joint in ("", " "))
    places: Sequence[int] | None = _any_phrase().Match(plain)
    return sorted(places) if places else ()


def prepare() -> None:
    """Compile all phrases now, which takes a tenth of a second; else the first texts wait for it."""
    _any_phrase()
    for grammar in GRAMMARS:
        grammar.prepare()


@cache
def _any_phrase() -> Any:
    """All rules of all languages in one pass over the text: it costs a microsecond."""
    every = re2.Set.SearchSet(options())
    for grammar in GRAMMARS:
        every.Add(grammar.anywhere_in)
    every.Compile()
    return every
