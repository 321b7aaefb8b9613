"""Words in disguise: letters of another alphabet that look Latin (`STОP`), and single letters (`S.T.O.P`)."""

import re
import unicodedata

_CYRILLIC, _ITS_LOOKS = "авекмнорстухѕіјԁһԛԝѵ", "abekmhopctyxsijdhqwv"
_GREEK, _THEIR_LOOKS = "αβεηικνορτυχζ", "abehiknoptyxz"
_OTHER, _LOOKS = _CYRILLIC + _GREEK, _ITS_LOOKS + _THEIR_LOOKS
_LATIN = str.maketrans(_OTHER + _OTHER.upper(), _LOOKS + _LOOKS.upper())
_ANY_DISGUISE = re.compile(f"[{_OTHER}{_OTHER.upper()}]")
_WORDS = re.compile(r"[^\W\d_]+")
GAPS = frozenset(" ._*-")  # between letters that spell a word
_SPELLED = re.compile(r"[a-z](?:[ ._*-]{1,2}[a-z]){2,}")


def latin(text: str) -> str:
    """`text` with the look-alikes of Latin letters in place, in words that hold a Latin letter as well."""
    if not _ANY_DISGUISE.search(text):
        return text
    return _WORDS.sub(_undisguised, unicodedata.normalize("NFKC", text))


def joined(plain: str) -> str:
    """The word that a normalised text spells letter by letter, or nothing."""
    return "".join(filter(str.isalpha, plain)) if _SPELLED.fullmatch(plain) else ""


def _undisguised(word: re.Match[str]) -> str:
    found = word[0].translate(_LATIN)
    is_mixed = any(map(str.isascii, word[0])) and found.isascii()
    return found if is_mixed else word[0]
