"""What changed between two versions of a flow, in words that its author knows."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from convo.flow.model import Flow

ALIKE = 0.6  # from here on a state that is gone and one that is new may be the same under a new name
_SHORT = 60  # characters of a value that is no text
_LISTED = {  # keys whose lines are told one by one, and what a line is called
    "replies": "reply",
    "after": "clock",
    "at": "clock",
    "choose": "choice",
    "split": "share",
    "needs": "variable",
    "vars": "variable",
    "set": "variable",
    "save": "variable",
    "outcomes": "outcome",
    "anywhere": "reply",
}
_LEADS = frozenset({"then", "start", "on_error", "afterwards", "done", "failed"})  # keys that name a state


_NO_STATES = frozenset({"say", "set", "with", "end", "hand_off", "flow", "begin"})  # nothing below is a state


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"  # a guess
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed. `state` is None for the flow's own keys; `key` is a path of keys."""

    change: Change
    what: str  # `state`, `text`, `reply`, `clock`, `destination`, `variable` or the key itself
    state: str | None
    key: str
    old: str | None = None
    new: str | None = None

    def __str__(self) -> str:
        *above, last = self.key.split(".")
        plain = self.change is Change.CHANGED and (self.what == last or last in ("say", "then"))
        where = ".".join(above) if plain else self.key
        label = self.what if self.what == "state" or where in ("", self.what) else f"{self.what} in `{where}`"
        match self.change:
            case Change.ADDED | Change.REMOVED:
                value = self.new if self.change is Change.ADDED else self.old
                return f"{label} {self.change}{f': {value}' if value else ''}"
            case Change.MOVED:
                return f"{label}: the order of its lines changed"
            case Change.RENAMED:
                return f"{label} renamed, it seems: {self.old} -> {self.new}"
            case _:
                return f"{label}: {self.old} -> {self.new}"

    def as_dict(self) -> dict[str, str | None]:
        return asdict(self)


def differences(old: Flow, new: Flow) -> list[Difference]:
    """Everything that changed, the flow's own keys first, then state by state as the new one has them."""
    before, after = _plain(old), _plain(new)
    states_before, states_after = before.pop("states"), after.pop("states")
    called = renamed(old, new)
    before = {key: _renamed(value, called) if key in _LEADS else value for key, value in before.items()}
    states_before = {name: _renamed(state, called) for name, state in states_before.items()}
    found = list(_mapping(None, (), before, after))
    for name in states_before:
        if called.get(name, name) not in states_after:
            found.append(Difference(Change.REMOVED, "state", name, name))
    back = {new_name: old_name for old_name, new_name in called.items()}
    for name, state in states_after.items():
        was = back.get(name, name)
        if was not in states_before:
            found.append(Difference(Change.ADDED, "state", name, name))
            continue
        if was != name:
            found.append(Difference(Change.RENAMED, "state", name, name, was, name))
        found += _mapping(name, (), states_before[was], state)
    return found


def renamed(old: Flow, new: Flow) -> dict[str, str]:
    """States that are gone, each with the new one that is most like it, where one is: a guess."""
    before, after = _plain(old)["states"], _plain(new)["states"]
    gone = [name for name in before if name not in after]
    come = [name for name in after if name not in before]
    pairs = sorted(
        ((_likeness(before[one], after[other]), one, other) for one in gone for other in come),
        key=lambda pair: -pair[0],
    )
    found: dict[str, str] = {}
    for likeness, one, other in pairs:
        if likeness >= ALIKE and one not in found and other not in found.values():
            found[one] = other
    return found


def _plain(flow: Flow) -> dict[str, Any]:
    plain: dict[str, Any] = flow.model_dump(mode="json", by_alias=True, exclude_none=True)
    return plain


def _likeness(one: object, other: object) -> float:
    ours, theirs = sorted(_leaves(one, ())), sorted(_leaves(other, ()))
    return difflib.SequenceMatcher(None, "\n".join(ours), "\n".join(theirs), autojunk=False).ratio()


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(each, (*path, str(key)))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, path)
    else:
        yield f"{'.'.join(path)}: {value}"


def _renamed(value: Any, called: Mapping[str, str], *, leads: bool = True) -> Any:
    """A value of the old version as it reads with the new names of its states; texts stay."""
    if isinstance(value, Mapping):
        return {key: _renamed(each, called, leads=key not in _NO_STATES) for key, each in value.items()}
    return called.get(value, value) if leads and isinstance(value, str) else value


def _mapping(
    state: str | None, path: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    """What changed between two values with keys."""
    lines = path[-1] if path and path[-1] in _LISTED else None
    same = _same_lines(old, new) if lines else {}
    for key in old:
        if key not in new and key not in same:
            yield _one(Change.REMOVED, state, (*path, key), old[key], None)
    for key, value in new.items():
        before = next((was for was, now in same.items() if now == key), key)
        if before not in old:
            yield _one(Change.ADDED, state, (*path, key), None, value)
        elif before != key:
            what = _LISTED[lines] if lines else key
            yield Difference(Change.CHANGED, what, state, ".".join(path), before, key)
        yield from _value(state, (*path, key), old.get(before, value), value)
    if lines in ("replies", "choose", "anywhere"):  # the first that fits wins
        kept = [same.get(key, key) for key in old if same.get(key, key) in new]
        if kept != [key for key in new if key in kept]:
            yield Difference(Change.MOVED, _LISTED[lines], state, ".".join(path))


def _same_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Lines whose left side was rewritten: they lead where another, gone one led."""
    found: dict[str, str] = {}
    for key, value in new.items():
        gone = [was for was in old if was not in new and was not in found and old[was] == value]
        if key not in old and gone:
            found[gone[0]] = key
    return found


def _value(state: str | None, path: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if old == new and str(old) == str(new):  # the order of lines counts too
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _mapping(state, path, old, new)
    else:
        yield _one(Change.CHANGED, state, path, old, new)


def _one(change: Change, state: str | None, path: tuple[str, ...], old: Any, new: Any) -> Difference:
    return Difference(change, _what(path), state, ".".join(path), _told(path, old), _told(path, new))


def _what(path: tuple[str, ...]) -> str:
    if "say" in path:
        return "text"
    if path[-1] in _LEADS:
        return "destination"
    if len(path) > 1 and path[-2] in _LISTED:
        return _LISTED[path[-2]]
    return path[-1]


def _told(path: tuple[str, ...], value: Any) -> str | None:
    """A value on one line: a text whole, where a line leads, and the beginning of anything else."""
    if value is None:
        return None
    if isinstance(value, Mapping) and set(value) == {"then"}:
        return str(value["then"])
    if isinstance(value, str):
        return f"“{value}”" if "say" in path else value
    if isinstance(value, list):
        return ", ".join(_told(path, each) or "" for each in value)
    if isinstance(value, Mapping):
        told = ", ".join(f"{key}: {_told((*path, str(key)), each)}" for key, each in value.items())
        return told if "say" in path else told[:_SHORT] + ("…" if len(told) > _SHORT else "")
    return str(value)
