"""Suggesting the name that an author meant."""

import difflib
from collections.abc import Iterable

from convo.errors import Mend, Problem

_NEAR = 0.6


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean 'ask'?`, or the names there are."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=_NEAR)
    return f"Did you mean '{near[0]}'?" if near else f"There is {', '.join(names)}."


def is_near(word: str, name: str) -> bool:
    """Whether `did_you_mean` would suggest that name."""
    return bool(difflib.get_close_matches(word, [name], n=1, cutoff=_NEAR))


def only_near(word: str, known: Iterable[str]) -> str | None:
    """The one name that `word` can only be a slip of; None where there is none, or a second one."""
    names = list(known)
    near = [name for name in names if _is_slip(word, name)]
    near = near or difflib.get_close_matches(word, names, n=2, cutoff=0.75)
    return near[0] if len(near) == 1 else None


def mend_name(problem: Problem, word: str, known: Iterable[str]) -> Mend | None:
    """How to write the one name that was meant by the `word` at the place of `problem`."""
    near = only_near(word, known)
    return None if near is None else Mend(problem.line, problem.column, word, near)


def _is_slip(word: str, name: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two are swapped."""
    at = next((at for at, (one, two) in enumerate(zip(word, name, strict=False)) if one != two), None)
    if at is None:
        return abs(len(word) - len(name)) == 1
    rest, wanted = word[at:], name[at:]
    swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return swapped or wanted[1:] in (rest, rest[1:]) or rest[1:] == wanted
