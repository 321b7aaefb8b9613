"""Writes the pages that are made from the code: `python docs/make.py`; a test fails where they are old."""

import json
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from convo.flow.checks import all_rules
from convo.flow.checks.base import Rule
from convo.flow.model import Flow, State
from convo.kinds import ENVELOPE, KINDS, EventKind
from convo.runtime.tokens import ABOUT, Scope
from convo.web.api.openapi import refusals
from convo.web.api.operations import Operation
from convo.web.api.routes import OPERATIONS

API = Path(__file__).parent / "api.md"
EVERYTHING = "## Everything\n"
CHECK = Path(__file__).parent / "check.md"
RULES = "## What it does\n"
REFERENCE = Path(__file__).parent / "reference.md"
KEYS = "## The file\n"
EVENTS = Path(__file__).parent / "events.md"
KINDS_OF_EVENTS = "## Kinds\n"


def check_page() -> str:
    """`check.md`: what is written by hand down to the rules, then a section for each of them."""
    by_hand = CHECK.read_text().partition(RULES)[0]
    listed = "\n".join(
        f"| [{rule.code}](#{_anchor(rule)}) | {rule.severity} | {rule.about} |" for rule in all_rules()
    )
    table = f"| code | | what |\n| --- | --- | --- |\n{listed}\n"
    return "\n".join([f"{by_hand}{RULES}", table, *map(_section, all_rules())])


def _section(rule: Rule) -> str:
    about = (sys.modules[rule.find.__module__].__doc__ or "").strip()
    beside = f"\nBeside:\n\n```yaml\n{rule.beside}```\n" if rule.beside else ""
    return (
        f"### {_title(rule)}\n\n{about}\n\nFound in:\n\n```yaml\n{rule.bad}```\n{beside}\n"
        f"Mended:\n\n```yaml\n{rule.good}```\n"
    )


def _title(rule: Rule) -> str:
    return f"{rule.code} {rule.about} ({rule.severity})"


def _anchor(rule: Rule) -> str:
    """The link that GitHub makes of the title."""
    kept = (sign for sign in _title(rule).lower() if sign.isalnum() or sign in " -_")
    return "".join(kept).replace(" ", "-")


def reference_page() -> str:
    """`reference.md`: what is written by hand, then the keys of the file, its states and what is in them."""
    by_hand = REFERENCE.read_text().partition(KEYS)[0]
    parts = [f"{by_hand}{KEYS}", _keys(Flow), "## A state\n", _keys(State)]
    for model, above in sections().items():
        named = ", ".join(f"`{key}`" for key in above)
        parts += [f"## Below {named}\n", f"{cleandoc(model.__doc__ or '')}\n", _keys(model)]
    return "\n".join(parts)


def _keys(model: type[BaseModel]) -> str:
    rows = [
        f"| `{field.alias or name}` | {_described(field)} | {_unless_said(field)} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(["| key | what | unless said |", "| --- | --- | --- |", *rows, ""])


def _described(field: FieldInfo) -> str:
    sentences = cleandoc(field.description or "").split("\n\n")
    words = " ".join(f"{' '.join(each.split()).removesuffix('.')}." for each in sentences)
    choices = [each for kind in _inside(field.annotation) if issubclass(kind, Enum) for each in kind]
    if choices and f"`{choices[0].value}`" not in words:
        words += " " + " or ".join(f"`{each.value}`" for each in choices) + "."
    return words.replace("|", "\\|")


def _unless_said(field: FieldInfo) -> str:
    if field.is_required():
        return "it must be there"
    default = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{default}`" if isinstance(default, str | int) and not isinstance(default, bool) else ""


def sections() -> dict[type[BaseModel], list[str]]:
    """The models with keys of their own in a file and its states, each with the keys that it stands below."""
    found: dict[type[BaseModel], list[str]] = {Flow: [], State: []}
    ahead: list[type[BaseModel]] = [Flow, State]
    for model in ahead:
        for name, field in model.model_fields.items():
            for kind in _inside(field.annotation):
                if issubclass(kind, BaseModel) and kind not in (Flow, State):
                    above = found.setdefault(kind, [])
                    above += [field.alias or name] if (field.alias or name) not in above else []
                    ahead += [kind] if kind not in ahead else []
    return {model: above for model, above in found.items() if above}


def _inside(annotation: Any) -> Iterator[type]:
    """The classes that an annotation is made of; of a construct, those that its value is made of."""
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from _inside(annotation.model_fields["root"].annotation)
    elif isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    else:
        for each in get_args(annotation):
            yield from _inside(each)


def events_page() -> str:
    """`events.md`: what is written by hand, then a section for each kind of event."""
    by_hand = EVENTS.read_text().partition(KINDS_OF_EVENTS)[0]
    envelope = "With every event about a contact come\n\n" + _fields(ENVELOPE)
    return "\n".join([f"{by_hand}{KINDS_OF_EVENTS}", envelope, *map(_kind, KINDS.values())])


def _kind(kind: EventKind) -> str:
    posted = {"type": kind.name, "timestamp": "2026-11-30T09:00:00+00:00", "data": dict(kind.example)}
    example = json.dumps(posted, ensure_ascii=False, indent=2)
    return f"### {kind.name}\n\n{kind.about}\n\n{_fields(kind.fields)}\n```json\n{example}\n```\n"


def _fields(fields: Mapping[str, str]) -> str:
    return "\n".join(
        ["| | |", "| --- | --- |", *(f"| `{name}` | {what} |" for name, what in fields.items()), ""]
    )


def api_page() -> str:
    """`api.md`: what is written by hand, then what there is to ask for, and the scopes."""
    by_hand = API.read_text().partition(EVERYTHING)[0]
    rows = [_asked(each) for each in OPERATIONS]
    table = "\n".join(["| request | scope | | answers |", "| --- | --- | --- | --- |", *rows, ""])
    scopes = "\n".join(
        ["| scope | to |", "| --- | --- |", *(f"| `{each}` | {ABOUT[each]} |" for each in Scope), ""]
    )
    return "\n".join([f"{by_hand}{EVERYTHING}", table, "## Scopes\n", scopes])


def _asked(operation: Operation) -> str:
    query = "&".join(f"{name}=" for name in operation.query.model_fields)
    body = ", ".join(f'"{name}"' for name in operation.takes.model_fields if not operation.uploads)
    what = f"`{operation.method} {operation.path}{f'?{query}' if query else ''}`"
    what += f" `{{{body}}}`" if body else " and the list" if operation.uploads else ""
    said = " ".join(operation.about.split())
    codes = {
        status: [code for code in codes if code in operation.refuses or code == "not_found"]
        for status, codes in refusals(operation).items()
    }
    told = [", ".join(map(str, operation.statuses))]
    told += [
        f"{status} {', '.join(f'`{code}`' for code in found)}" for status, found in codes.items() if found
    ]
    return f"| {what} | `{operation.scope}` | {said} | {'; '.join(told)} |"


if __name__ == "__main__":
    API.write_text(api_page())
    CHECK.write_text(check_page())
    REFERENCE.write_text(reference_page())
    EVENTS.write_text(events_page())
