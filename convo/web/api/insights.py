"""`/v1/insights`: what came of texts and conversations, in numbers."""

from convo.resources.base import NoBody
from convo.resources.insights import Insights, InsightsQuery
from convo.runtime import insights
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.web.api.operations import GET, Answer, Asked, Operation


def _read(line: Line, asked: Asked[InsightsQuery, NoBody]) -> Answer[Insights]:
    """What the numbers say, by hour, flow, state…; all rows on one page."""
    return Answer(insights.read(line.connection, line.settings, asked.query))


OPERATIONS: list[Operation] = [
    Operation(
        GET, "/v1/insights", Scope.INSIGHTS_READ, _read, refuses={"bad_timezone": 400, "bad_span": 400}
    ),
]
