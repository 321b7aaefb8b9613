"""Explored conversations as they are written in a `*.test.yaml` file, ready for `convo test`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convo.flow.compile import Compiled
from convo.flow.exploration import Finding, Moment
from convo.flow.happenings import How
from convo.flow.session import Phase

# A text that YAML reads as it stands, whatever is in it.
_PLAIN = re.compile(r"[^\W_][\w .,;!?'()/+=-]*(?<! )")
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Setting:
    """What is given to every conversation that was looked at."""

    now: datetime  # in the number's time zone
    timezone: str
    given: Mapping[str, str]
    language: str | None = None  # of the contact
    contact: str | None = None  # their number, where it is not the usual one


def written(flow: Compiled, findings: Sequence[Finding], setting: Setting) -> str:
    """One test a finding, which passes for as long as what was found is there."""
    lines = [f"flow: {flow.flow.flow}"]
    lines.append(f"now: {setting.now:%Y-%m-%d %H:%M}")
    lines.append(f"number: {_braced({'timezone': setting.timezone})}")
    contact = {"number": setting.contact, "language": setting.language}
    if known := {key: value for key, value in contact.items() if value}:
        lines.append(f"contact: {_braced(known)}")
    if setting.given:
        lines.append(f"given: {_braced(setting.given)}")
    lines.append("tests:")
    names: set[str] = set()
    for finding in findings:
        name = f"{finding.fault} in {finding.path[1] if len(finding.path) > 1 else finding.state}"
        name = next(each for each in _numbered(name) if each not in names)
        names.add(name)
        lines.append(f"  # {' '.join(finding.message.split())}")
        lines.append(f"  {_scalar(name)}:")
        lines += [f"    - {step}" for step in _steps(flow, finding.story, setting)]
    return "\n".join(lines) + "\n"


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}, {number}" for number in range(2, 1000))


def _steps(flow: Compiled, story: Sequence[Moment], setting: Setting) -> Iterator[str]:
    first, *others = story
    if flow.flow.triggers is not None and not first.said:
        # Else the first text of the phone would start it.
        given = f", given: {_braced(setting.given)}" if setting.given else ""
        yield f"starts: {{flow: {flow.flow.flow}{given}}}"
    yield from _said(first)
    for moment in others:
        yield _step(moment)
        yield from _said(moment)
    session = story[-1].session
    if session.phase is Phase.ENDED:
        yield f"ends: {_scalar(session.outcome or '')}"
    elif session.phase is Phase.HANDED_OFF:
        yield f"hands_off: {_scalar(session.queue or '')}"
    else:
        yield f"state: {_scalar(session.place)}"


def _said(moment: Moment) -> Iterator[str]:
    return (f"bot: {_scalar(_shown(text))}" for text in moment.said)


def _step(moment: Moment) -> str:
    happening = moment.happening
    if happening is None:
        raise ValueError("a conversation starts once")
    match happening.how:
        case How.WAIT:
            return f"wait: {_duration(moment.passed)}"
        case How.FAILS | How.HANDS_BACK:
            return happening.how
        case How.CALLS:
            return f"calls: {happening.text}"
        case How.CALL_FAILS:
            return f"calls: {{{_scalar(happening.text, braced=True)}: fails}}"
        case _:
            return f"{happening.how}: {_scalar(happening.text)}"


def _shown(text: str) -> str:
    """The text, with `...` for signs that no file may hold."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "..." for sign in text)


def _duration(time: timedelta) -> str:
    """`1 day 4 hours`: whole units, as an author writes it."""
    left, parts = int(time.total_seconds()), []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts)


def _braced(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {_scalar(value, braced=True)}" for key, value in values.items()) + "}"


def _scalar(text: str, *, braced: bool = False) -> str:
    plain = _PLAIN.fullmatch(text) and not (braced and "," in text)
    return text if plain else json.dumps(text, ensure_ascii=False)
