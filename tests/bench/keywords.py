"""How long the keyword layer takes, as a multiple of `str.casefold` on the same texts.

    python -m tests.bench.keywords

Ordinary texts are those of tests/consent/ordinary.toml, which are full of words like `stop` and `cancel`;
each is new to every cache. Medians of five rounds.
"""

import statistics
import time
from collections.abc import Callable, Iterable

from convo.keywords import classify, normalise, prepare
from convo.keywords.phrases import may_hold
from convo.normalising import normalise as normalising
from tests.consent.corpus import corpus
from tests.consent.ordinary import ordinary

ROUNDS = 5
REPLIES = ["yes", "Yes please", "ok thanks", "1", "Tuesday at 3", "No", "C", "who is this?", "see you then!"]


def measure(job: Callable[[str], object], texts: Iterable[str]) -> float:
    """Microseconds that one text takes: of the medians of all rounds the best."""
    rounds = []
    for place in range(ROUNDS):
        # A blank more each time: a text that is in a cache would not be measured.
        fresh = [f"{text}{' ' * place}" for text in texts]
        normalising.cache_clear()
        spans = []
        for text in fresh:
            started = time.perf_counter_ns()
            job(text)
            spans.append(time.perf_counter_ns() - started)
        rounds.append(statistics.median(spans) / 1000)
    return min(rounds)


def main() -> None:
    prepare()
    texts = ordinary()
    plain = [text for text in texts if not may_hold(normalise(text))]
    kinds = {
        "short replies": [f"{reply} {place}" for place in range(200) for reply in REPLIES],
        "ordinary, ASCII": [text for text in plain if text.isascii()],
        "ordinary, accents": [text for text in plain if not text.isascii()],
        "looked at twice": [text for text in texts if may_hold(normalise(text))],
        "STOP and its like": [text.text for text in corpus() if text.tier == "word"] * 20,
        "phrases": [text.text for text in corpus() if text.tier == "phrase"] * 3,
    }
    print(f"{len(texts)} ordinary texts, {len(plain) / len(texts):.0%} of them looked at once\n")
    print(f"{'':<20}{'texts':>7}{'classify':>12}{'casefold':>12}{'ratio':>8}")
    for name, chosen in kinds.items():
        taken = measure(lambda text: classify(text, opted_out=False), chosen)
        folded = measure(str.casefold, chosen)
        print(f"{name:<20}{len(chosen):>7}{taken:>9.2f} µs{folded:>9.2f} µs{taken / folded:>8.0f}")


if __name__ == "__main__":
    main()
