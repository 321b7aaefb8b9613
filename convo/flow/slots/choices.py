"""`yes_no`, `one of red | blue`, `list of text`: what is chosen or listed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from convo.flow import signs as signs_of
from convo.flow.dates import Reading
from convo.flow.slots.politeness import bare, folded
from convo.messages import storable

_YES = {
    "": "yes|oui|si|ok|okay|y",
    "en": "yes|y|yeah|yea|yep|yup|ya|yes i do|yes i can|i do|sure|sure thing|ok|okay|of course|definitely"
    "|absolutely|certainly|correct|right|fine|all right|alright|true|indeed|will do|sounds good",
    "fr": "oui|o|ouais|ouaip|ouep|oui oui|si|ok|okay|d'accord|dac|bien sur|bien sur que oui|tout a fait"
    "|volontiers|absolument|certainement|exact|exactement|entendu|parfait|vrai|avec plaisir",
    "es": "si|s|sip|sipi|si si|claro|claro que si|por supuesto|vale|ok|okay|okey|de acuerdo|desde luego"
    "|correcto|exacto|cierto|asi es|perfecto|con gusto|dale|verdadero",
}
_NO = {
    "": "no|non|n",
    "en": "no|n|nope|nah|no way|not really|never|i don't|i do not|i can't|i cannot|false|wrong|incorrect"
    "|negative",
    "fr": "non|n|nan|nope|non non|pas du tout|jamais|non pas du tout|pas vraiment|faux|surtout pas",
    "es": "no|n|nop|nope|no no|para nada|nunca|jamas|claro que no|de ninguna manera|en absoluto|falso"
    "|incorrecto",
}
_STYLING = re.compile("[\ufe0e\ufe0f\u200d\u2640\u2642\U0001f3fb-\U0001f3ff\\s]")


def _words(rows: Mapping[str, str], language: str) -> frozenset[str]:
    primary = re.split("[-_]", language)[0].lower()
    own = rows.get(primary, "").split("|") + ([] if primary in ("fr", "es") else rows["en"].split("|"))
    return frozenset(own + rows[""].split("|")) - {""}


@dataclass(frozen=True, slots=True)
class YesNo:
    """`yes_no`: as people say it in the reply's language, or YES, OUI, SÍ and NO, NON in any."""

    name: str = "yes_no"
    sample: str = "yes"

    def read(self, reply: str, reading: Reading) -> bool | None:
        signs = set(_STYLING.sub("", reply))
        if signs and (signs <= signs_of.YES or signs <= signs_of.NO):
            return signs <= signs_of.YES
        yes, no = _words(_YES, reading.language), _words(_NO, reading.language)
        text = bare(reply, reading, keep=yes | no)
        return text in yes if text in yes or text in no else None

    def take(self, given: object, reading: Reading) -> bool:
        if isinstance(given, bool):
            return given
        if isinstance(given, str):
            if given.strip().lower() in ("true", "false"):
                return given.strip().lower() == "true"
            found = self.read(given, reading)
            if found is not None:
                return found
        raise ValueError("give yes or no")


@dataclass(frozen=True, slots=True)
class OneOf:
    """`one of red | blue`: the option as the author wrote it."""

    name: str
    options: Mapping[str, str]  # as it is compared → as it is written

    @property
    def sample(self) -> str:
        return next(iter(self.options.values()))

    def read(self, reply: str, reading: Reading) -> str | None:
        return self.options.get(folded(reply)) or self.options.get(bare(reply, reading))

    def take(self, given: object, reading: Reading) -> str:
        found = self.read(str(given), reading) if isinstance(given, str | int) else None
        if found is None:
            raise ValueError(f"give one of {', '.join(self.options.values())}")
        return found


def one_of(rest: str) -> OneOf:
    """The type that `one of {rest}` names."""
    written = [" ".join(option.split()) for option in rest.split("|")]
    options = {folded(option): option for option in written}
    if not all(options) or len(options) != len(written) or len(options) < 2:
        raise ValueError(f"'one of {rest}' is not a type; write different words, like 'one of red | blue'")
    return OneOf(f"one of {' | '.join(written)}", options)


_COMMAS = re.compile(r"[,;\n\u060c\u3001]+")
_AND = {"en": r" and | & ", "fr": r" et | & ", "es": r" y | e | & "}
MOST_ITEMS = 50
LONGEST_ITEM = 200


@dataclass(frozen=True, slots=True)
class ListOfText:
    """`list of text`: what stands between commas, semicolons or lines, and on both sides of a last AND."""

    name: str = "list of text"
    sample: str = "milk, bread"

    def read(self, reply: str, reading: Reading) -> tuple[str, ...] | None:
        *items, last = _COMMAS.split(reply.strip().rstrip(".!,;"))
        primary = re.split("[-_]", reading.language)[0].lower()
        last = re.sub(
            rf"^\s*(?:{_AND.get(primary, ' & ').replace(' ', '')})\s+", "", last, flags=re.IGNORECASE
        )
        ends = re.split(_AND.get(primary, " & "), last, flags=re.IGNORECASE)
        return _items([*items, *ends])

    def take(self, given: object, reading: Reading) -> tuple[str, ...]:
        if isinstance(given, list | tuple) and all(isinstance(item, str) for item in given):
            found = _items([storable(item) for item in given]) if given else ()
        else:
            found = self.read(storable(given), reading) if isinstance(given, str) else None
        if found is None:
            raise ValueError(f"give texts with commas between them, {MOST_ITEMS} at most")
        return found


def _items(texts: list[str]) -> tuple[str, ...] | None:
    items = tuple(text.strip() for text in texts if text.strip())
    good = 0 < len(items) <= MOST_ITEMS and all(len(item) <= LONGEST_ITEM for item in items)
    return items if good else None
