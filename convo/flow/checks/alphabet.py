"""The one character that makes a text dearer.

A single `’` or `ê` that is not in the alphabet of SMS (GSM 03.38) leaves 70 characters to a segment instead
of 160. Found where at most three different characters of the text do it, and it takes more segments for them.
"""

import unicodedata
from collections.abc import Iterator, Mapping

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.longest import longest
from convo.flow.render import Text
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
            strange = strange_signs(text)
            if not strange or len(text.source) + 30 * len(text.names) <= 70:
                continue
            said = longest(text, subject.plan, language)
            if said is None:
                continue
            now, then = count(said), count(written_plainly(said, strange))
            if then.count < now.count:
                makes = "makes" if len(strange) == 1 else "make"
                yield Finding(
                    placed.at(language),
                    f"{_named(strange)} {makes} this text {now.count} segments instead of {then.count}",
                    _mend(strange),
                )


def strange_signs(text: Text) -> dict[str, str]:
    """The few signs of a text that are not in the alphabet of SMS, each with what to write instead."""
    if text.source.isascii():
        return {}
    signs = {sign for sign in text.source if not sign.isascii()}
    strange = {sign: _plain(sign) for sign in sorted(signs) if count(sign).encoding == "UCS-2"}
    return strange if len(strange) <= _MOST else {}


def written_plainly(said: str, strange: Mapping[str, str]) -> str:
    """What is said, with the mend of each strange sign."""
    return "".join(strange.get(sign, sign) for sign in said)


def _plain(sign: str) -> str:
    """What to write instead; nothing for an emoji."""
    bare = unicodedata.normalize("NFD", sign)[0]
    return _PLAIN.get(sign) or (bare if count(bare).encoding == "GSM-7" else "")


def _named(strange: dict[str, str]) -> str:
    return " and ".join(f"'{sign}' (U+{ord(sign):04X})" for sign in strange)


def _mend(strange: dict[str, str]) -> str:
    said = [f"{plain} for {sign}" for sign, plain in strange.items() if plain]
    out = [sign for sign, plain in strange.items() if not plain]
    # In Spanish a letter without its accent is a mistake, and another word is not.
    other = (
        ", or a word without it" if any(sign.isalpha() for sign, plain in strange.items() if plain) else ""
    )
    write = f"Write {', '.join(said)}{other}" if said else ""
    take = f"{'take' if write else 'Take'} out {' '.join(out)}" if out else ""
    return f"{' and '.join(filter(None, (write, take)))}."


RULE = Rule("C068", Severity.WARNING, "one character makes a text dearer", BAD, GOOD, find)
