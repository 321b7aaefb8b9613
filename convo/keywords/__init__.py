"""The keyword layer: what a text means before any flow sees it. No flow can switch it off.

`words` has the words, `disguises` how else they are spelled, `phrases` what else a reasonable person reads
as a STOP, `answers` what is said back. What follows from a keyword (the ledger, the reply) is written in
`runtime`.
"""

from convo.keywords.answers import ANSWERS, answer, check_answer, names
from convo.keywords.disguises import GAPS, joined, latin
from convo.keywords.keyword import Keyword, KeywordKind
from convo.keywords.phrases import LEAN_ON, prepare, revocation
from convo.keywords.words import DEFAULT, LEAVABLE, LEFT_ABROAD, START_WORDS, STOP_WORDS, Meaning, Words
from convo.normalising import normalise
from convo.reactions import is_reaction

__all__ = [
    "ANSWERS",
    "DEFAULT",
    "LEAVABLE",
    "LEFT_ABROAD",
    "START_WORDS",
    "STOP_WORDS",
    "Keyword",
    "KeywordKind",
    "Words",
    "answer",
    "check_answer",
    "classify",
    "names",
    "normalise",
    "prepare",
]

_LONGEST = 2000  # characters; a text longer than this is no keyword, however padded


def classify(text: str, *, opted_out: bool, words: Words = DEFAULT) -> Keyword | None:
    """What the keyword layer takes `text` for, or None for an ordinary text.

    A text that is a word as a whole, or a phrase that a reasonable person reads as a revocation. One
    that merely holds a word ("cancel my appointment") is none, nor is a phone's reaction.
    """
    if len(text) > _LONGEST:
        return None
    plain = read = normalise(text)
    if not plain.isascii():
        text, read = latin(text), latin(plain)
    meaning = words.rows.get(plain) or (words.when_out.get(plain) if opted_out else None)
    if meaning is None and (read is not plain or read[1:2] in GAPS):
        meaning = _disguised(read, words)
    if meaning is not None:
        found = Keyword(meaning.kind, meaning.languages, meaning.rule, plain)
    elif (phrase := revocation(text, read)) is not None and LEAN_ON.get(phrase.rule) not in words.left:
        rule = f"phrase:{phrase.language}:{phrase.rule}"
        found = Keyword(KeywordKind.STOP, (phrase.language,), rule, plain)
    else:
        return None
    return None if is_reaction(text) else found


def _disguised(read: str, words: Words) -> Meaning | None:
    """The STOP word that a text is, read in Latin letters, or spelled letter by letter."""
    meaning = words.rows.get(joined(read) or read)
    return meaning if meaning is not None and meaning.kind is KeywordKind.STOP else None
