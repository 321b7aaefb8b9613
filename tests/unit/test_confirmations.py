"""Whatever is texted, repeated and delivered twice: one confirmation a change, and silence in between."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from convo.messages import Inbound, Kind
from convo.settings import SIMULATOR, Number
from convo.testing.world import World

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ANA, ONE, TWO = "+15550001111", "+15550009999", "+15550008888"
FLOW = "flow: visit\nstart: ask\ntriggers: {keyword: [visit]}\nstates:\n  ask: {say: Welcome!, end: done}\n"
STOPS = ("STOP", "stop!", "please stop texting me", "arrêt", "no me escriban más")
STARTS = ("START", "unstop")
WORDS = (*STOPS, *STARTS, "yes", "help", "visit", "I can't stop laughing")


@contextmanager
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        flows = Path(folder)
        (flows / "visit.yaml").write_text(FLOW)
        numbers = {ONE: Number(brand="Elm"), TWO: Number(brand="Elm")}
        with World(flows, NOW, numbers) as opened:
            yield opened


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from((ONE, TWO))), max_size=12),
    repeats=st.lists(st.integers(0, 11), max_size=8),
    cuts=st.sets(st.integers(1, 19), max_size=6),
)
def test_one_confirmation_a_change(texts: list[tuple[str, str]], repeats: list[int], cuts: set[int]) -> None:
    """Deliveries come in batches that are cut anywhere, old ones again and again, over two numbers."""
    sent = [
        Inbound(SIMULATOR, f"in-{place}", ANA, number, words) for place, (words, number) in enumerate(texts)
    ]
    delivered = [*sent, *(sent[place] for place in repeats if place < len(sent))]
    with world() as opened:
        for start, end in itertools.pairwise((0, *sorted(cuts), len(delivered) + 20)):
            opened.deliver(*delivered[start:end])
        said = [message for message in opened.history(ANA) if message.direction == "out"]

    out, stopped, started, welcomes, helps = False, 0, 0, 0, 0
    for words, _ in texts:
        if words in STOPS:
            stopped, out = stopped + (not out), True
        elif words in STARTS or (words == "yes" and out):
            started, out = started + out, False
        elif words == "visit" and not out:
            welcomes += 1
        helps += words == "help"
    kinds = [message.kind for message in said]
    assert kinds.count(Kind.STOP_CONFIRMATION) == stopped
    assert kinds.count(Kind.START_CONFIRMATION) == started
    assert kinds.count(Kind.HELP_ANSWER) == helps
    assert sum(message.text == "Welcome!" for message in said) == welcomes
