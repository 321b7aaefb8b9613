"""Flows: what is served, its versions, their sources, and how many conversations each has."""

from pydantic import Field

from convo.resources.base import Moment, Query, Shown


class Variable(Shown):
    """A variable of a flow, and what it takes."""

    name: str
    type: str


class Flow(Shown):
    """A flow as it is served now."""

    name: str
    version: str
    file: str
    purpose: str
    language: str
    needs: list[Variable] = Field(description="What a start has to give.")
    vars: list[Variable] = Field(description="What a start may give.")
    counts: dict[str, int] = Field(description="Its conversations by status, in all its versions.")


class FlowVersion(Shown):
    """A version of a flow."""

    flow: str
    version: str
    since: Moment | None = Field(description="Null: it was never served.")
    current: bool = Field(description="What the flow's file says now.")
    counts: dict[str, int] = Field(description="Its conversations by status.")
    trouble: str | None = Field(description="Why it does not run any more.")


class Source(Shown):
    """The source of a flow, of the version that runs unless another was asked for."""

    flow: str
    version: str
    file: str
    source: str
    runs: dict[str, str] = Field(description="The sources of the flows that it runs, by name.")


class SourceQuery(Query):
    """Of which version."""

    version: str | None = Field(
        None, description="Its first characters, at least 4; the one that is served unless said."
    )
