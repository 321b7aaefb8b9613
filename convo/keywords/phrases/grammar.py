"""How the phrases of one language are written down, and how a text is compared with them.

A text is cut into clauses. Three kinds of rules read them:
- `anywhere`: a request that stands for itself, whatever the rest of the clause says (`stop texting me`),
  unless the word before makes it somebody else's (`he won't stop texting me`), or the words behind ask for
  less (`… before nine`).
- `alone`: a request that takes up its clause but for courtesy (`no more texts please`).
- `bare`: a word that asks for nothing by itself unless all the rest of the text is company that is known
  (`Wrong number. Please stop.`), or, of the words of `said`, it has the last word, or stands in capitals
  (`You are not Ann. Who are you? STOP`), or the text is signed behind it (`STOP - John`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from convo.keywords.phrases.signature import unsigned
from convo.normalising import fold

_CLAUSES = re.compile(r"[.!?;,\n…()/|\"“”«»]+|\s-+\s|--+")
_SHOUTED = re.compile(r"(?:^|[.!?;,\n])\s*([A-ZÀ-Þ]{4,})\s*(?:[.!?;,\n]|$)")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile(r"['`´]")
Fits = Callable[[str, str], bool]  # of what stands before and behind
_MOST_MEMORY = 64 * 1024 * 1024  # bytes that RE2 may use for one pattern; it uses a fraction


@dataclass(frozen=True)
class Grammar:
    """The phrases of a language. Rules are RE2 over small letters, digits and single blanks.

    `{name}` in a rule stands for a fragment, which may use those before it.
    """

    language: str
    apostrophe: str  # what becomes of it: `dont`, but `m envoyer`
    fragments: Mapping[str, str]
    anywhere: Mapping[str, str]
    alone: Mapping[str, str]
    bare: str
    said: str  # those bare words that count as the last clause of any text: `You have the wrong Ann. Stop.`
    heads: str  # what a request may begin with: greetings, courtesy, `can you`
    closers: str  # what it may end with: courtesy, `right now`
    company: str  # what says nothing about texts, and goes with a bare word
    apart: str  # company that has to stand in a clause of its own: `non, stop`, but never `non stop`
    joints: str  # words that begin another sentence, where no punctuation does
    unmeant: str  # what tells that a bare word is not meant: a joke, or a question about something else
    blockers: str  # words that, right before it, make a request somebody else's, or none
    invites: str  # how a clause begins that asks for texts: the rest is about how, not whether
    limits: str  # words that, right behind it, make a request one for less
    negated: frozenset[str]  # the rules of `alone` that only say what not to do
    later: str  # words that, right behind those, put texts off: `don't text me now`, but never `stop now`
    spared: str  # how a bare word asks for less, or is another word: `no texts today`, `más alto`
    unless: Mapping[str, str]  # what, anywhere in a text, makes a rule mean something else
    series: str = ""  # words that a comma joins before an `or`: `do not call, text or email me`

    @property
    def anywhere_in(self) -> str:
        """One pattern that finds any rule in a text that is normalised.

        It takes a little more than the rules do; a text without it holds no phrase of this language.
        """
        rules = [*self.anywhere.values(), *self.alone.values(), self.bare]
        found = rf"\b(?:{'|'.join(map(self.spelled, rules))})\b".replace("^", "").replace("$", "")
        return found.replace(" ?", r"\W*").replace(" ", r"\W+")

    def prepare(self) -> None:
        """Compile everything now."""
        for name, kind in vars(type(self)).items():
            if isinstance(kind, cached_property):
                getattr(self, name)

    def rule(self, text: str) -> str | None:
        """The name of the rule by which `text` is a revocation, if it is one."""
        clauses = self._cut(text)
        if any(map(self._invites.match, clauses)):
            return None
        bare = False
        for clause in clauses:
            places: Sequence[int] = self._any_rule.Match(clause) or ()
            for place in sorted(places):  # RE2 tells them in any order
                if place == len(self._rules):
                    bare = True
                    continue
                name, pattern, fits = self._rules[place]
                if name in self._unless and self._unless[name].search(" ".join(clauses)):
                    continue
                for found in pattern.finditer(clause):
                    if fits(clause[: found.start()].strip(), clause[found.end() :].strip()):
                        return name
        if not bare or self._unmeant.search(" ".join(clauses)):
            return None
        if self._is_meant(text, clauses):
            return "bare"
        said = unsigned(text)
        return "signed" if said and self._is_in_company(self._cut(said), self._said) else None

    def _cut(self, text: str) -> list[str]:
        """The clauses of `text`: its words between punctuation."""
        plain = _APOSTROPHES.sub(self.apostrophe, fold(text)).replace("#", " number ")
        if self.series and "," in plain:
            plain = self._series.sub(r"\1 or ", plain)
        cut = (_NOT_WORDS.sub(" ", clause).strip() for clause in _CLAUSES.split(plain))
        return [clause for clause in cut if clause]

    def _is_free(self, before: str, after: str) -> bool:
        """Whether a request between these words of its clause is one, and no less."""
        before = self._heads.sub("", before).strip()
        return not self._blockers.search(before) and not self._limits.match(after)

    def _is_all(self, before: str, after: str) -> bool:
        """Whether these words around a request say nothing else about texts."""
        return bool(self._before.fullmatch(before) and self._after.fullmatch(after))

    def _is_for_good(self, before: str, after: str) -> bool:
        """Whether they say nothing else, nor until when."""
        return self._is_all(before, after) and not self._later.match(after)

    def _is_meant(self, text: str, clauses: list[str]) -> bool:
        """Whether a bare word asks for no more texts: by its company, its place, or its capitals."""
        if self._is_in_company(clauses, self._bare):
            return True
        if self._said.fullmatch(clauses[-1]) and not self._blockers.search("".join(clauses[-2:-1])):
            return True
        shouted = not text.isupper() and _SHOUTED.search(text)
        return bool(shouted and self._said.fullmatch(fold(shouted[1])))

    def _is_in_company(self, clauses: list[str], word: Any) -> bool:
        """Whether there is such a bare word, and nothing beside it but company."""
        bare = any(word.fullmatch(one) and not self._spared.search(one) for one in clauses)
        return bare and all(map(self._company.fullmatch, clauses))

    # Compiled when the first text needs them: most never do.

    @cached_property
    def _rules(self) -> list[tuple[str, Any, Fits]]:
        fits = [(*row, self._is_free) for row in self.anywhere.items()]
        for name, rule in self.alone.items():
            fits.append((name, rule, self._is_for_good if name in self.negated else self._is_all))
        return [(name, compiled(self._word(rule)), fit) for name, rule, fit in fits]

    @cached_property
    def _any_rule(self) -> Any:
        """All rules at once, the bare words last: which of them stand in a clause."""
        every = re2.Set.SearchSet(options())
        for rule in (*self.anywhere.values(), *self.alone.values(), self.bare):
            every.Add(self._word(rule))
        every.Compile()
        return every

    def _word(self, rule: str) -> str:
        return rf"\b(?:{self.spelled(rule)})\b"

    @cached_property
    def _heads(self) -> Any:
        return compiled(rf"\b(?:(?:{self.spelled(self.heads)})(?: |$))+$")

    @cached_property
    def _before(self) -> Any:
        return compiled(f"(?:{self._unit}(?: {self._unit})*)?")

    @cached_property
    def _after(self) -> Any:
        return compiled(rf"(?:{self._unit}(?: |$))*(?:(?:{self.spelled(self.joints)})(?: .*)?)?")

    @cached_property
    def _blockers(self) -> Any:
        return compiled(rf"\b(?:{self.spelled(self.blockers)})$")

    @cached_property
    def _limits(self) -> Any:
        return compiled(rf"(?:{self.spelled(self.limits)})\b")

    @cached_property
    def _later(self) -> Any:
        return compiled(rf"(?:{self.spelled(self.later)})\b")

    @cached_property
    def _invites(self) -> Any:
        return compiled(rf"(?:{self.spelled(self.invites)})\b")

    @cached_property
    def _bare(self) -> Any:
        bare = f"(?:{self.spelled(self.bare)})"
        return compiled(f"(?:{self._unit} )*{bare}(?: (?:{self._unit}|{bare}))*")

    @cached_property
    def _said(self) -> Any:
        return compiled(f"(?:{self._unit} )*(?:{self.spelled(self.said)})(?: {self._unit})*")

    @cached_property
    def _spared(self) -> Any:
        return compiled(rf"\b(?:{self.spelled(self.spared)})\b")

    @cached_property
    def _unless(self) -> dict[str, Any]:
        return {name: compiled(rf"\b(?:{self.spelled(rule)})\b") for name, rule in self.unless.items()}

    @cached_property
    def _series(self) -> re.Pattern[str]:
        word, joint = f"(?:{self.series})", r"(?:or|nor)\s+"
        return re.compile(
            rf"\b({word}),\s*(?:{joint}(?={word}\b)|(?=(?:{word},\s*)*{word},?\s*{joint}{word}\b))"
        )

    @cached_property
    def _unmeant(self) -> Any:
        return compiled(rf"\b(?:{self.spelled(self.unmeant)})")

    @cached_property
    def _company(self) -> Any:
        unit = f"(?:{self._unit}|{self.spelled(self.bare)})"
        return compiled(f"{unit}(?: {unit})*|{self.spelled(self.apart)}")

    @cached_property
    def _unit(self) -> str:
        return f"(?:{self.spelled('|'.join((self.heads, self.closers, self.company)))})"

    def spelled(self, rule: str) -> str:
        """A rule in one line, with its fragments in place."""
        return _joined(rule).format_map(self._spelled_fragments)

    @cached_property
    def _spelled_fragments(self) -> dict[str, str]:
        spelled: dict[str, str] = {}
        for name, pattern in self.fragments.items():
            spelled[name] = f"(?:{_joined(pattern).format_map(spelled)})"
        return spelled


def _joined(rule: str) -> str:
    return "".join(line.strip() for line in rule.splitlines())


def compiled(pattern: str) -> Any:
    """An RE2 pattern that only tells where it matches: no text takes it long."""
    return re2.compile(pattern, options())


def options() -> Any:
    """How RE2 reads and runs the patterns of phrases."""
    chosen = re2.Options()
    chosen.never_capture = True
    chosen.longest_match = True
    chosen.log_errors = False
    chosen.max_mem = _MOST_MEMORY
    return chosen
