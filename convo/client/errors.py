"""What a client raises."""

from convo.errors import CodedError, ConvoError
from convo.resources.base import Problem


class ApiError(CodedError):
    """The API said no: `code` is its word for programs, `status` that of HTTP, the text for people."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title, problem.detail)
        self.status = problem.status


class ConnectionFailed(ConvoError):
    """The API cannot be reached, or what answers there is something else."""
