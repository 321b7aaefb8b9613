"""What a call brought back: values of the language in lists and mappings, and how they are kept."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from convo.flow.values import Money, Plain, Value, from_plain, shown, to_plain
from convo.messages import storable

Result = Value | None | list["Result"] | dict[str, "Result"]

LARGEST = 256 * 1024  # bytes of a result, written as JSON
DEEPEST = 20  # lists and mappings in one another
_MAPPING = "$mapping"  # keeps a mapping whose keys begin as the kinds of `to_plain` do
_LONGEST_NUMBER = 100  # digits


def checked(found: object) -> Result:
    """`found` as a result; raises ValueError, which says where it holds something else, and what."""
    result = _checked(found, "the result", DEEPEST)
    size = len(json.dumps(kept(result), ensure_ascii=False).encode())
    if size > LARGEST:
        raise ValueError(f"the result has {size // 1024} KiB; {LARGEST // 1024} KiB are the most")
    return result


def from_json(text: str) -> Result:
    """The result in a JSON document (RFC 8259); raises ValueError for anything else."""
    try:
        return checked(json.loads(text, parse_float=Decimal, parse_constant=_no_number))
    except json.JSONDecodeError as error:
        raise ValueError(f"this is no JSON: {error}") from None
    except RecursionError:
        raise ValueError(f"this is deeper than {DEEPEST} levels") from None


def kept(result: Result) -> Plain:
    """`result` as JSON holds it; `from_kept` gives back an equal one."""
    if result is None:
        return None
    if isinstance(result, list):
        return [kept(each) for each in result]
    if isinstance(result, dict):
        plain: dict[str, Plain] = {key: kept(each) for key, each in result.items()}
        return {_MAPPING: plain} if any(key.startswith("$") for key in plain) else plain
    return to_plain(result)


def from_kept(plain: Plain) -> Result:
    """The result that `kept` wrote; raises ValueError for what it never writes."""
    if isinstance(plain, list):
        return [from_kept(each) for each in plain]
    if isinstance(plain, dict):
        inner = plain.get(_MAPPING, plain)
        if isinstance(inner, dict) and (inner is not plain or not any(key.startswith("$") for key in plain)):
            return {key: from_kept(each) for key, each in inner.items()}
    return None if plain is None else from_plain(plain)


def as_json(result: Result) -> str:
    """`result` on one line, as a program would write it."""
    return json.dumps(_shown(result), ensure_ascii=False)


def _shown(result: Result) -> Plain:
    if isinstance(result, list):
        return [_shown(each) for each in result]
    if isinstance(result, dict):
        return {key: _shown(each) for key, each in result.items()}
    return None if result is None else shown(result)


def _checked(found: object, where: str, deep: int) -> Result:
    holds = isinstance(found, Mapping | Sequence) and not isinstance(found, str | bytes | bytearray)
    if holds and not deep:
        raise ValueError(f"{where} is deeper than {DEEPEST} levels")
    match found:
        case Mapping():
            pairs = [(_key(key, where), each) for key, each in found.items()]
            return {key: _checked(each, f"{where}.{key:.40}", deep - 1) for key, each in pairs}
        case Sequence() if holds:
            return [_checked(each, f"{where}[{place}]", deep - 1) for place, each in enumerate(found)]
        case None:
            return None
    return _value(found, where)


def _value(found: object, where: str) -> Value:
    match found:
        case str():
            return storable(str.__str__(found))
        case float() if math.isfinite(found):
            return Decimal(str(found))
        case Decimal() if found.is_finite() and abs(found.adjusted()) < _LONGEST_NUMBER:
            return found
        case int() if abs(found) < 10**_LONGEST_NUMBER:
            return found if isinstance(found, bool) else int(found)
        case datetime() if found.tzinfo is None:
            raise ValueError(f"{where} is {found}, and nobody knows in which time zone")
        case date() | time() | timedelta() | Money():
            return found
    raise ValueError(
        f"{where} is {found!r:.60}, of the type {type(found).__name__}; "
        "mappings, lists, texts, numbers, truths and moments can be used"
    )


def _key(key: object, where: str) -> str:
    if isinstance(key, str):
        return storable(str.__str__(key))
    raise ValueError(f"{where} has the key {key!r:.40}, which is no text")


def _no_number(name: str) -> Result:
    raise ValueError(f"{name} is no number of JSON")
