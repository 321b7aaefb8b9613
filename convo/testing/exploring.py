"""Exploring a flow's file: what it is started with, for which contacts, and what was found where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from convo.errors import SettingsError
from convo.flow import project, source
from convo.flow.advance import open_session
from convo.flow.compile import Bundle, Compiled
from convo.flow.dates import Reading
from convo.flow.exploration import Bounds, Cut, Explored, Finding
from convo.flow.explore import explore
from convo.flow.happenings import sample
from convo.flow.results import Result
from convo.flow.source import Position
from convo.flow.speech import locale
from convo.flow.steps.split import Split
from convo.messages import Contact
from convo.runtime.library import beside
from convo.settings import DEFAULT_NUMBER
from convo.testing.scenario import CONTACT
from convo.testing.story import Setting, written

CONTACTS = 8  # so many are looked at where a flow splits them: of two halves one is missed in 1 of 128


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the conversations begin; `given` goes before the samples."""

    now: datetime  # without a time zone: that of `timezone`
    timezone: str
    given: Mapping[str, str]
    language: str | None = None
    answers: Mapping[str, Sequence[Result]] = field(default_factory=dict)  # results of calls, by name


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, where it stands in which file, and its conversation as a file of tests."""

    finding: Finding
    file: str
    position: Position
    setting: Setting
    test: str


@dataclass(frozen=True, slots=True)
class Exploration:
    """What came of it, for all contacts that were looked at."""

    flow: Compiled
    file: Path
    found: tuple[Found, ...]
    sessions: int
    unseen: int
    cuts: frozenset[Cut]
    unanswered: tuple[str, ...]  # calls for which no result could be made up

    def tests(self) -> list[str]:
        """Files of tests with all that was found, one for each contact."""
        settings = dict.fromkeys(each.setting.contact for each in self.found)
        of_each = [[each for each in self.found if each.setting.contact == contact] for contact in settings]
        return [written(self.flow, [one.finding for one in few], few[0].setting) for few in of_each]


def explore_file(file: Path, wanted: Wanted, bounds: Bounds) -> Exploration:
    """Raises FlowError for a flow that cannot run, StartError for what it cannot start with.

    Raises SettingsError for a language or a time zone that does not exist.
    """
    text = file.read_bytes()
    flows = project.load(str(file), text, beside(file))
    read = {name: source.read(each.text, each.file) for name, each in flows.sources.items()}
    found: dict[tuple[object, ...], Found] = {}
    every: list[Explored] = []
    for contact in _contacts(flows):
        explored, setting = _explored(flows, contact, wanted, bounds)
        every.append(explored)
        for finding in explored.findings:
            # A state is found by its name, a text by where it begins.
            short = len(finding.path) < 3
            places = read[finding.flow]
            position = places.key_at(finding.path) if short else places.at(finding.path)
            test = written(flows.root, [finding], setting)
            told = Found(finding, places.file, position, setting, test)
            found.setdefault((finding.fault, finding.flow, finding.path, finding.message), told)
    return Exploration(
        flows.root,
        file,
        tuple(sorted(found.values(), key=lambda each: len(each.finding.story))),
        sum(each.sessions for each in every),
        sum(each.unseen for each in every),
        frozenset(each.cut for each in every if each.cut),
        tuple(dict.fromkeys(name for each in every for name in each.unanswered)),
    )


def _explored(flows: Bundle, contact: str, wanted: Wanted, bounds: Bounds) -> tuple[Explored, Setting]:
    try:
        zone = ZoneInfo(wanted.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(f"'{wanted.timezone}' is not a time zone; write one like Europe/London") from None
    if wanted.language is not None:
        try:
            locale(wanted.language)
        except ValueError as error:
            raise SettingsError(str(error)) from None
    now = wanted.now.replace(tzinfo=zone)
    given = {**_samples(flows.root, now, contact), **wanted.given}
    opened = open_session(
        flows, Contact(contact, wanted.language), DEFAULT_NUMBER, wanted.timezone, given, now
    )
    own = contact if contact != CONTACT else None
    setting = Setting(wanted.now, wanted.timezone, given, wanted.language, own)
    return explore(flows, opened, now, bounds, wanted.answers), setting


def _samples(flow: Compiled, now: datetime, contact: str) -> dict[str, str]:
    """Something for everything that the flow needs."""
    reading = Reading(now, ZoneInfo(str(now.tzinfo)), flow.flow.language, (contact, DEFAULT_NUMBER))
    return {name: sample(flow.plan.types[name], reading) for name in flow.flow.needs}


def _contacts(flows: Bundle) -> Iterator[str]:
    """One, unless the flow treats them differently."""
    states = [state for flow in flows.flows.values() for state in flow.flow.states.values()]
    splits = any(state.step(Split) for state in states)
    yield CONTACT
    for more in range(1, CONTACTS if splits else 1):
        yield f"+{int(CONTACT.removeprefix('+')) + more}"
