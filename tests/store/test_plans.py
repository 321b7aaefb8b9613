"""The hot lines look up by index: what they cost does not grow with the history."""

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

import pytest
from sqlalchemy import Connection

from convo.messages import Priority, Status
from convo.retention import Stock
from convo.store import (
    archive,
    campaign_contacts,
    campaigns,
    codes,
    conversations,
    deliveries,
    messages,
    outbox,
    outgoing,
    queue,
    reports,
    verifications,
)
from convo.store.campaigns import Campaign
from convo.store.deliveries import Change, Claimed, State
from convo.store.engine import Store
from convo.store.outbox import Wanted
from convo.store.outgoing import Chosen

NOW = datetime(2026, 11, 30, tzinfo=UTC)
OURS = "+15550009999"
TOLD = Change(Claimed(1, "default", 1, 1), State.TOLD, NOW)
CAMPAIGN = Campaign(
    1, "May", "visit", "v", [OURS], {}, None, campaigns.State.RUNNING, None, 9, 0, {}, None, NOW, None, None
)
HOT: dict[str, Callable[[Connection], object]] = {
    "what waits": outbox.queues,
    "what may leave": lambda c: outbox.lock_ready(c, [Wanted(OURS, Priority.TALK, 10)], NOW),
    "what may leave to a contact": lambda c: outbox.ready(c, [1, 2], NOW),
    "dead leases": lambda c: outbox.lock_dead(c, NOW, 10),
    "dead leases of a contact": lambda c: outbox.dead(c, [1], NOW),
    "the message of a report": lambda c: outbox.by_provider_ids(c, ["a"]),
    "early reports": lambda c: reports.take(c, {("simulator", "a")}),
    "codes that a contact may text": lambda c: (
        verifications.at_hand(c, [1, 2], NOW),
        codes.at_hand(c, [1, 2], NOW),
    ),
    "live conversations": lambda c: conversations.alive(c, [1, 2]),
    "due conversations": lambda c: conversations.lock_due(c, NOW, 10),
    "texts that lapse": lambda c: messages.lapse(c, [(1, 2, 3)]),
    "events that are due": lambda c: deliveries.next_due(c, ["default", "python"]),
    "events to claim": lambda c: deliveries.claim(c, "default", NOW, NOW, 10),
    "events that were told": lambda c: deliveries.settle(c, [TOLD]),
    "events that were given up": lambda c: outgoing.latest(c, Chosen(status=State.DEAD), 10),
    "a contact's events": lambda c: outgoing.latest(c, Chosen(contact="+15550001111"), 10),
    "uncertain texts": lambda c: queue.listed(c, queue.Chosen((Status.UNCERTAIN,)), 0, 10),
    "reports to drop": lambda c: reports.drop(c, NOW),
    "campaigns that are due": lambda c: campaigns.due(c, NOW),
    "who of a campaign comes next": lambda c: campaign_contacts.next_in_turn(c, 1, OURS, 9, NOW, 10),
    "whether a campaign is done": lambda c: campaign_contacts.is_done(c, 1, 9),
    "what is queued ahead": lambda c: campaigns.ahead(c, OURS, Priority.CAMPAIGN.value, NOW, 10),
    "what of a campaign is queued": lambda c: campaigns.queued(c, CAMPAIGN, 10),
    "a flow's conversations": lambda c: conversations.chosen(c, None, 0, 10, flow="visit"),
    "a flow's open conversations": lambda c: conversations.of_flow(c, "visit"),
    "words that are too old": lambda c: archive.outlive(c, NOW, 10),
    "deliveries of which nothing could be made": lambda c: archive.page(
        c, *archive.over(Stock.DELIVERIES, NOW)[0], (), 10
    ),
    "a contact's messages": lambda c: messages.listed(c, "+15550001111", 0, 10),
}
LARGE = (
    "message|conversation|report|contact|other|event_delivery|before|campaign|campaign_contact|campaign_file"
    "|code|verification|receipt"
)
# Small by their condition, whatever the history: what waits, what is under way, and what is open.
SMALL = (
    "ix_message_queue", "ix_message_sending_contact_id", "ix_event_delivery_dead", "ix_campaign_running",
    "ix_conversation_open_contact_id",
)  # fmt: skip


def plan(what: str) -> list[str]:
    """What SQLite does for it, step by step."""
    store = Store("sqlite://")
    store.upgrade()
    statements: list[str] = []

    def job(connection: Connection) -> None:
        driver = cast(sqlite3.Connection, connection.connection.driver_connection)
        driver.set_trace_callback(statements.append)  # with the values spelled into them
        HOT[what](connection)
        driver.set_trace_callback(None)

    def plans(connection: Connection) -> list[str]:
        return [
            row[3] for sql in statements for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")
        ]

    store.transact(job)
    assert statements
    steps = store.look(plans)
    store.close()
    return steps


@pytest.mark.parametrize("what", HOT)
def test_nothing_scans_a_table(what: str) -> None:
    for step in plan(what):
        if re.match(rf"SCAN ({LARGE})\b", step):
            assert any(name in step for name in SMALL), step
        # The history of a contact is never walked through for what waits.
        if what.startswith("what may leave"):
            assert "ix_message_contact_id_id" not in step, step


def test_a_flows_conversations_are_found_without_a_walk_through_all_others() -> None:
    assert any("ix_conversation_flow_id (flow=? AND id>?)" in step for step in plan("a flow's conversations"))
