"""The corpus: what people text, labelled by hand, and how much of it the keyword layer takes.

One file a language. `label` is what the text is (`stop`, `start`, `help` or `none`), `tier` how
(`word` or `phrase`), and `held` whether it was written before the phrases and kept out of their tuning
(`held`), or afterwards, and measured before anything was changed for it (`round 1` …). See README.md.

`python -m tests.consent.corpus` prints the figures.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from convo.keywords import classify

LANGUAGES = ("english", "french", "spanish")
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Labelled:
    """One text of the corpus."""

    language: str
    text: str
    label: str
    tier: str
    held: str

    @property
    def taken(self) -> str:
        """What the keyword layer takes it for."""
        found = classify(self.text, opted_out=False)
        return found.kind.value if found else "none"

    @property
    def rule(self) -> str:
        """The rule by which it is taken, or nothing."""
        found = classify(self.text, opted_out=False)
        return found.rule if found else ""


@dataclass(frozen=True)
class Figures:
    """How many texts of a tier are taken for what they are, and how many that are taken are right."""

    tier: str
    wanted: int
    found: int
    taken: int  # of this tier or of none

    @property
    def recall(self) -> float:
        return self.found / self.wanted

    @property
    def precision(self) -> float:
        return self.found / self.taken

    def __str__(self) -> str:
        return (
            f"{self.tier:<7} recall {self.recall:6.1%} ({self.found} of {self.wanted}), "
            f"precision {self.precision:6.1%}"
        )


def corpus() -> list[Labelled]:
    return [
        Labelled(language, row["text"], row["label"], row["tier"], row["held"])
        for language in LANGUAGES
        for row in rows(FOLDER / f"{language}.csv")
    ]


def rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(newline="") as opened:
        yield from csv.DictReader(opened)


def figures(texts: Iterable[Labelled], tier: str) -> Figures:
    """How the layer does on the texts of `tier`, beside all that are none."""
    texts = list(texts)
    wanted = [text for text in texts if text.tier == tier]
    found = sum(text.taken == text.label for text in wanted)
    wrong = sum(text.taken != "none" for text in texts if text.label == "none")
    mistaken = sum(text.taken not in (text.label, "none") for text in wanted)
    return Figures(tier, len(wanted), found, found + mistaken + wrong)


def main() -> None:
    everything = corpus()
    parts = {
        "all": everything,
        "seen while tuning": [text for text in everything if not text.held],
        "held out": [text for text in everything if text.held == "held"],
        "written afterwards": [text for text in everything if text.held.startswith("round")],
    }
    for name, texts in parts.items():
        innocent = [text for text in texts if text.label == "none"]
        wrong = [text for text in innocent if text.taken != "none"]
        print(f"{name}: {len(texts)} texts, {len(innocent)} innocent, {len(wrong)} of them taken")
        for tier in ("word", "phrase"):
            if any(text.tier == tier for text in texts):
                print(f"  {figures(texts, tier)}")


if __name__ == "__main__":
    main()
