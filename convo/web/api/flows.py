"""`/v1/flows`: what is served, its versions, sources, and counts."""

import re
from collections import Counter
from collections.abc import Mapping

from convo.errors import CodedError, SettingsError
from convo.flow.compile import Bundle, FlowFile
from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.flows import Flow, FlowVersion, Source, SourceQuery, Variable
from convo.runtime import versions
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.runtime.versions import Standing
from convo.store import conversations
from convo.web.api.operations import GET, Answer, Asked, Operation, missing


def _list(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Page[Flow]]:
    """The flows that are served, by name, all on one page."""
    del asked
    counts = _counts(line)
    served = sorted(line.library.current.items())
    return Answer(Page(items=[_shown(bundle, counts.get(name, {})) for name, bundle in served], next=None))


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Flow]:
    """One flow as it is served."""
    bundle = _served(line, asked.path["flow"])
    return Answer(_shown(bundle, _counts(line).get(bundle.name, {})))


def _versions(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Page[FlowVersion]]:
    """Every version of a flow, oldest first, all on one page: those that conversations are on, too."""
    name = asked.path["flow"]
    found = [each for each in versions.standings(line.connection, line.library) if each.flow == name]
    if not found:
        raise missing("flow", name)
    return Answer(Page(items=[_shown_version(each) for each in found], next=None))


def _source(line: Line, asked: Asked[SourceQuery, NoBody]) -> Answer[Source]:
    """The source of a flow, with those of the flows that it runs."""
    name, wanted = asked.path["flow"], asked.query.version
    if wanted is None:
        bundle = _served(line, name)
        own = bundle.sources[bundle.name]
        return Answer(_shown_source(bundle.name, bundle.version, own, bundle.runs))
    if not re.fullmatch(r"[0-9a-f]{4,64}", wanted, re.ASCII):  # never a file
        raise missing("version", wanted)
    try:
        found = versions.resolve(line.connection, line.settings.flows, name, wanted)
    except SettingsError as error:
        raise CodedError("not_found", str(error)) from None
    return Answer(_shown_source(found.flow, found.version, FlowFile(found.file, found.source), found.runs))


def _served(line: Line, name: str) -> Bundle:
    bundle = line.library.current.get(name)
    if bundle is None:
        raise missing("flow", name)
    return bundle


def _counts(line: Line) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for (flow, _), counts in conversations.counted(line.connection).items():
        found.setdefault(flow, Counter()).update(counts)
    return found


def _shown(bundle: Bundle, counts: Mapping[str, int]) -> Flow:
    flow = bundle.root.flow
    return Flow(
        name=bundle.name,
        version=bundle.version,
        file=bundle.sources[bundle.name].file,
        purpose=flow.purpose,
        language=flow.language,
        needs=[Variable(name=name, type=str(kind)) for name, kind in flow.needs.items()],
        vars=[Variable(name=name, type=str(kind.type)) for name, kind in flow.vars.items()],
        counts=dict(counts),
    )


def _shown_version(standing: Standing) -> FlowVersion:
    return FlowVersion(
        flow=standing.flow,
        version=standing.version,
        since=standing.since,
        current=standing.current,
        counts=dict(standing.counts),
        trouble=standing.trouble,
    )


def _shown_source(flow: str, version: str, own: FlowFile, runs: Mapping[str, FlowFile]) -> Source:
    return Source(
        flow=flow,
        version=version,
        file=own.file,
        source=own.text.decode(),
        runs={name: file.text.decode() for name, file in runs.items()},
    )


_ONE = "/v1/flows/{flow}"
OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/flows", Scope.FLOWS_READ, _list),
    Operation(GET, _ONE, Scope.FLOWS_READ, _one),
    Operation(GET, f"{_ONE}/versions", Scope.FLOWS_READ, _versions),
    Operation(GET, f"{_ONE}/source", Scope.FLOWS_READ, _source, refuses={"not_found": 404}),
]
