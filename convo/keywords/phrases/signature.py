"""The name that somebody signs a text with: `STOP - John`, `stop, Maria Lopez`, `STOP from J. Smith`."""

import re
import unicodedata

_NAME = r"[A-ZÀ-Þ](?:[a-zß-ÿ'’]+\.?|\.)"
_BEFORE = r"\s*(?:,|--+|\s-|-\s|[–—]|\b(?:from|de la part de|de parte de)\s)\s*"
_SIGNED = re.compile(rf"(.+?){_BEFORE}({_NAME}(?:[ -]{_NAME}){{0,2}})\W*", re.DOTALL)

# What begins with a capital in such a place, and is nobody's name.
_OTHER_WORDS = """
    yes yeah yep no nope ok okay wait hold please thanks sorry never not now then again next go look listen
    help start just lol haha hey hi monday tuesday wednesday thursday friday saturday sunday today tomorrow
    january february march july august september october november december street st ave avenue road rd
    drive lane blvd station hospital clinic main square park room exit mom mum dad oui non attends si espera
    mañana demain rue place avenida calle mamá maman papa
"""
_NO_NAMES = frozenset(_OTHER_WORDS.split())


def unsigned(text: str) -> str | None:
    """What stands before the name that `text` ends with, behind a comma, a dash or `from`, if one does.

    A name has one capital: behind a full stop, or in a text all in capitals, it may be any word.
    """
    last = text.rsplit(maxsplit=2)[1:]  # an emoji may stand behind the name
    if not any(word.lstrip("-–—－")[:1].isupper() for word in last):
        return None
    found = _SIGNED.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None or _NO_NAMES.intersection(re.split(r"[ -]", found[2].lower())):
        return None
    return found[1]
