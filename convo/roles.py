"""What a serving process does of all there is to do, and which lines work in it for that."""

from enum import StrEnum


class Role(StrEnum):
    ALL = "all"
    WEB = "web"  # webhooks and the API
    SENDER = "sender"
    CLOCK = "clock"  # clocks, calls, telling of events and opt-outs, campaigns, counts, what is too old


WEBS = (Role.ALL, Role.WEB)  # those that take requests, beside those for their health
# A provider in the process reports through the intake, whatever else goes on.
LINES = {
    Role.WEB: ("intake",),
    Role.SENDER: ("intake", "sender"),
    Role.CLOCK: ("intake", "clockwork", "calls", "events", "opt_outs", "insights", "campaigns", "retention"),
    Role.ALL: (
        "intake",
        "sender",
        "clockwork",
        "calls",
        "events",
        "opt_outs",
        "insights",
        "campaigns",
        "retention",
    ),
}
