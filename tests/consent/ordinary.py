"""Ordinary texts as clinics, shops and help desks get them, made from templates: the same ones every time."""

import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

TEMPLATES = Path(__file__).with_name("ordinary.toml")
_SLOT = re.compile(r"\{(\w+)\}")


def ordinary(most: int = 12_000, seed: int = 7) -> list[str]:
    """`most` different texts, a third in each language; none of them asks for no more texts."""
    dice = random.Random(seed)
    languages: dict[str, dict[str, list[str]]] = tomllib.loads(TEMPLATES.read_text())
    found: dict[str, None] = {}
    for place, slots in enumerate(languages.values(), start=1):
        texts = _made(slots, dice)
        while len(found) < most * place // len(languages):
            found[next(texts)] = None
    return list(found)


def _made(slots: dict[str, list[str]], dice: random.Random) -> Iterator[str]:
    while True:
        text = dice.choice(slots["texts"])
        while _SLOT.search(text):
            text = _SLOT.sub(lambda slot: dice.choice(slots[slot[1]]), text)
        yield dice.choice((text, text, text.lower(), text.capitalize(), f"{text}.", f"{text}!"))
