"""Flows: what is served, versions and sources."""

from convo.client.transport import Call, path
from convo.resources.base import Page
from convo.resources.flows import Flow, FlowVersion, Source


def flows() -> Call[Page[Flow]]:
    """The flows that are served."""
    return Call("GET", path("flows"), Page[Flow])


def flow(name: str) -> Call[Flow]:
    """One flow as it is served."""
    return Call("GET", path("flows", name), Flow)


def flow_versions(flow: str) -> Call[Page[FlowVersion]]:
    """Every version of a flow."""
    return Call("GET", path("flows", flow, "versions"), Page[FlowVersion])


def flow_source(flow: str, *, version: str | None = None) -> Call[Source]:
    """The source of a flow, of the version that is served unless another is named."""
    return Call("GET", path("flows", flow, "source"), Source, {"version": version})
