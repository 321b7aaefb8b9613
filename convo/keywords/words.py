"""The words of STOP, START and HELP, a row a language, and what one number makes of them.

Words of every language always count; the language only picks the answer.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from convo.keywords.keyword import KeywordKind
from convo.keywords.phrases import revocation
from convo.normalising import normalise

STOP, START, HELP = KeywordKind.STOP, KeywordKind.START, KeywordKind.HELP
LONGEST = 40  # characters of a number's own word

# Words that a number may leave to its flows. 47 CFR 64.1200(a)(10) names `end`, `cancel` and `quit`: they
# mean STOP wherever it may apply, so they are left for contacts elsewhere alone.
LEFT_ANYWHERE = frozenset({"remove", "info", "yes"})
LEFT_ABROAD = frozenset({"end", "cancel", "quit"})
LEAVABLE = LEFT_ANYWHERE | LEFT_ABROAD


class Row(NamedTuple):
    """The words of one language, as they look normalised."""

    language: str  # BCP 47; empty for words of every language
    stop: str = ""
    start: str = ""
    help: str = ""
    start_when_out: str = ""  # START only from somebody who is opted out: nothing can be asking them anything


ROWS = (
    Row("", stop="stop", start="start", help="info"),
    Row(
        "en",
        stop="stopall, stop all, unsubscribe, cancel, end, quit, revoke, optout, opt out, opt-out, remove",
        start="unstop, subscribe, resume",
        help="help",
        start_when_out="yes",
    ),
    Row("fr", stop="arret, arrete, desabonner, desabonnement", help="aide"),
    Row("es", stop="alto, parar, baja, cancelar, no mas", help="ayuda"),
    Row("de", stop="stopp, abmelden, abmeldung, abbestellen, austragen", help="hilfe"),
    Row("it", stop="disiscrivi, disiscrivimi, disiscrizione, cancellami", help="aiuto"),
    Row("pt", stop="parar, cancelar, pare, sair, descadastrar", help="ajuda"),
    Row("nl", stop="stoppen, afmelden, afmelding, uitschrijven", help="hulp"),
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word stands for: its kind, its languages (none: all of them), and the rule to record."""

    kind: KeywordKind
    languages: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one number; `DEFAULT` serves every number that changes none."""

    rows: Mapping[str, Meaning]
    when_out: Mapping[str, Meaning]  # those that count only from somebody who is opted out
    left: frozenset[str] = frozenset()  # to flows

    def of(self, kind: KeywordKind) -> Iterator[str]:
        """The words that always mean `kind`."""
        return (word for word, meaning in self.rows.items() if meaning.kind is kind)

    def adding(self, own: Mapping[KeywordKind, Sequence[str]]) -> "Words":
        """These and words of a number's own; raises ValueError for one that cannot be added."""
        rows = dict(self.rows)
        for kind, words in own.items():
            for word in words:
                plain = _own(word)
                taken = rows.get(plain) or self.when_out.get(plain)
                if taken is not None and taken.kind is not kind:
                    raise ValueError(f"'{word}' means {taken.kind.upper()}, and cannot mean {kind.upper()}")
                if plain in self.when_out:
                    raise ValueError(f"'{word}' means {kind.upper()} from people who are opted out alone")
                if kind is not STOP and (revocation(word, plain) or revocation(plain, plain)):
                    raise ValueError(f"'{word}' asks for no more texts, and cannot mean {kind.upper()}")
                rows.setdefault(plain, Meaning(kind, (), f"own:{plain}"))
        return Words(MappingProxyType(rows), self.when_out, self.left)

    def without(self, left: Collection[str]) -> "Words":
        """These but for the words that are left to flows."""
        return Words(
            MappingProxyType({word: row for word, row in self.rows.items() if word not in left}),
            MappingProxyType({word: row for word, row in self.when_out.items() if word not in left}),
            self.left.union(left),
        )


def _own(word: str) -> str:
    """A number's own word as it is compared; raises ValueError where it would never be met."""
    plain = normalise(word)
    if not plain:
        raise ValueError(f"'{word}' is no word: nothing is left of it without punctuation and emoji")
    if len(plain) > LONGEST:
        raise ValueError(f"'{word[:LONGEST]}…' is longer than {LONGEST} characters; take a word")
    return plain


def _meanings(rows: Sequence[Row], name: str, kind: KeywordKind, rule: str) -> dict[str, Meaning]:
    languages: dict[str, list[str]] = {}
    for row in rows:
        for word in filter(None, getattr(row, name).split(", ")):
            languages.setdefault(word, []).extend(filter(None, [row.language]))
    return {word: Meaning(kind, tuple(found), f"{rule}:{word}") for word, found in languages.items()}


def words_of(rows: Sequence[Row]) -> Words:
    """The words of these languages together."""
    always: dict[str, Meaning] = {}
    for kind in (HELP, START, STOP):  # what means STOP somewhere means nothing else anywhere
        always |= _meanings(rows, kind.value, kind, "word")
    when_out = _meanings(rows, "start_when_out", START, "word-when-out")
    return Words(MappingProxyType(always), MappingProxyType(when_out))


DEFAULT = words_of(ROWS)
STOP_WORDS, START_WORDS = frozenset(DEFAULT.of(STOP)), frozenset(DEFAULT.of(START))
