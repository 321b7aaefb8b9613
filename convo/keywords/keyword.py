"""What the keyword layer takes a text for, and the rule by which it does."""

from dataclasses import dataclass
from enum import StrEnum


class KeywordKind(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Keyword:
    """What a text was taken for: its kind, its languages, and the rule that matched.

    A rule is `word:stop`, `own:fin` (a number's own word), `word-when-out:yes`, `phrase:en:texting`, or
    `provider:stop` where the provider itself acted on a text that means nothing to us.
    """

    kind: KeywordKind
    languages: tuple[str, ...]  # those of the word; none where it belongs to all of them
    rule: str
    normalised: str

    @property
    def language(self) -> str | None:
        """The first of its languages."""
        return self.languages[0] if self.languages else None

    @property
    def for_review(self) -> bool:
        """Whether a person should look at the decision: what was said is no word that we name to people."""
        return self.rule.startswith("phrase:")
