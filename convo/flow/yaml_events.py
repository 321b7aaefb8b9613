"""A YAML text as a stream of events: libyaml's where nothing is wrong, else ruamel's, which says what is.

libyaml (PyYAML's C parser) is some thirty times as fast. Both tell the same events, at the same places.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml import events as slow
from yaml import events as fast

DocumentStart = (fast.DocumentStartEvent, slow.DocumentStartEvent)
Scalar = (fast.ScalarEvent, slow.ScalarEvent)
Alias = (fast.AliasEvent, slow.AliasEvent)
SequenceStart = (fast.SequenceStartEvent, slow.SequenceStartEvent)
SequenceEnd = (fast.SequenceEndEvent, slow.SequenceEndEvent)
MappingStart = (fast.MappingStartEvent, slow.MappingStartEvent)
MappingEnd = (fast.MappingEndEvent, slow.MappingEndEvent)

# libyaml lets pass what has a trap of its own: a tab, and a line that begins with %.
_ODD = re.compile(r"\t|^%", re.MULTILINE)
_FAST: Any = getattr(yaml, "CSafeLoader", None)  # None where PyYAML was built without libyaml


def fast_events(text: str) -> Iterator[Any] | None:
    """The events of a text that libyaml can read; None where it cannot, or should not."""
    if _FAST is None or _ODD.search(text):
        return None
    try:
        return iter(list(yaml.parse(text, Loader=_FAST)))
    except (yaml.YAMLError, ValueError):
        return None


def slow_events(text: str) -> Iterator[Any]:
    """The events of any text; what ruamel raises comes when the event is asked for that cannot be read."""
    return iter(YAML(typ="safe", pure=True).parse(text))


def is_tagged(event: Any) -> bool:
    """Whether a `!` stands before it."""
    return bool(getattr(event, "ctag" if isinstance(event, slow.Event) else "tag", None))


def is_missing(event: Any) -> bool:
    """Whether nothing at all stands there, which is a text to YAML."""
    empty = isinstance(event, Scalar) and not event.value
    return empty and event.start_mark.index == event.end_mark.index
