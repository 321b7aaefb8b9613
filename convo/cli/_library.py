"""The flows as a command needs them that starts one, or looks at what became of one."""

from sqlalchemy import Connection

from convo.errors import FlowError, SettingsError
from convo.flow.names import did_you_mean
from convo.runtime.library import Library, flow_files
from convo.settings import Settings
from convo.store import counted, versions
from convo.store.counted import Chosen


def read_library(settings: Settings, flow: str) -> Library:
    """The flows that are in order; raises FlowError where `flow` is there, and is not."""
    library = Library(settings.flows)
    problems = library.read()
    library.publish()
    if flow not in library.current:
        wrong = [problem for problem in problems if problem.file.endswith(f"{flow}.yaml")]
        if wrong:
            raise FlowError(wrong)
    return library


def check_known(connection: Connection, settings: Settings, flow: str) -> None:
    """Raises SettingsError for a flow that is not there, and of which nothing is left of before either."""
    names = [file.stem for file in flow_files(settings.flows)]
    if flow in names or versions.listed(connection, flow):
        return
    if next(counted.sums(connection, Chosen(flow), None), None) is None:
        raise SettingsError(
            f"there is no flow '{flow}'. {did_you_mean(flow, names) if names else ''}".strip()
        )
