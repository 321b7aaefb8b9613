"""The flows as a command that starts one needs them."""

from convo.errors import FlowError
from convo.runtime.library import Library
from convo.settings import Settings


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
