"""The one character that makes a text dearer.

A single `’` or `ê` that is not in the alphabet of SMS (GSM 03.38) leaves 70 characters to a segment instead
of 160. Found where at most three different characters of the text do it, and it takes more segments for them.
"""

import unicodedata
from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.longest import longest
from convo.segments import count

BAD = """\
flow: sample
start: ask
states:
  ask:
    say: Thanks for coming today! We hope that it’s all gone well, and that you are home again by now.
    end: done
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: Thanks for coming today! We hope that it's all gone well, and that you are home again by now.
    end: done
"""

_MOST = 3
_PLAIN = {
    "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...", "•": "-",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "œ": "oe", "`": "'", "´": "'",
}  # fmt: skip


def find(subject: Subject) -> Iterator[Finding]:
    for placed in subject.plan.said:
        for language, text in placed.phrase.texts.items():
            if text.source.isascii():
                continue
            signs = {sign for sign in text.source if not sign.isascii()}
            strange = {sign: _plain(sign) for sign in sorted(signs) if count(sign).encoding == "UCS-2"}
            if not strange or len(strange) > _MOST or len(text.source) + 30 * len(text.names) <= 70:
                continue
            said = longest(text, subject.plan, language)
            if said is None:
                continue
            now, then = count(said), count("".join(strange.get(sign, sign) for sign in said))
            if then.count < now.count:
                path = (*placed.path, language)
                yield Finding(
                    path if path in subject.source.positions else placed.path,
                    f"{_named(strange)} makes this text {now.count} segments instead of {then.count}",
                    _mend(strange),
                )


def _plain(sign: str) -> str:
    """What to write instead; nothing for an emoji."""
    bare = unicodedata.normalize("NFD", sign)[0]
    return _PLAIN.get(sign) or (bare if count(bare).encoding == "GSM-7" else "")


def _named(strange: dict[str, str]) -> str:
    return " and ".join(f"'{sign}' (U+{ord(sign):04X})" for sign in strange)


def _mend(strange: dict[str, str]) -> str:
    said = [f"{plain} for {sign}" for sign, plain in strange.items() if plain]
    out = [sign for sign, plain in strange.items() if not plain]
    write = f"Write {', '.join(said)}" if said else ""
    take = f"{'take' if write else 'Take'} out {' '.join(out)}" if out else ""
    return f"{' and '.join(filter(None, (write, take)))}."


RULE = Rule("C068", Severity.WARNING, "one character makes a text dearer", BAD, GOOD, find)
