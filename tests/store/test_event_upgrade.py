"""What was not told yet when convo is brought up to date is told by the new version."""

import asyncio
import json
from pathlib import Path

import alembic.command
import alembic.config
from sqlalchemy import Connection, text

from convo.endpoints import IN_PROCESS, Events
from convo.runtime.relay import Relay
from convo.store import outgoing
from convo.store.engine import Store
from convo.store.outgoing import OutgoingEvent
from tests.runtime.house import ANA, NOW, OURS, House


def _as_it_was(connection: Connection) -> None:
    """An event of a conversation that was told, one that was not, and one of no conversation."""
    config = alembic.config.Config()
    config.set_main_option("script_location", "convo.store:migrations")
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "0003")
    at = NOW.isoformat(timespec="microseconds")
    connection.execute(text(f"INSERT INTO contact (id, number, created_at) VALUES (5, '{ANA}', '{at}')"))
    connection.execute(
        text(
            "INSERT INTO conversation (id, contact_id, number, brand, flow, version, status, status_at, "
            "state, visit, vars, progress, started_at) "
            f"VALUES (8, 5, '{OURS}', 'Elm', 'f', 'v', 'ended', '{at}', 's', 1, '{{}}', '{{}}', '{at}')"
        )
    )
    event = text(
        "INSERT INTO outgoing_event "
        "(id, kind, contact_id, number, conversation_id, data, created_at, due_at) "
        f"VALUES (:id, 'order.made', 5, '{OURS}', :conversation, :data, '{at}', :due)"
    )
    for number, conversation, due in ((1, 8, None), (2, 8, at), (3, None, at)):
        values = {"id": number, "conversation": conversation, "due": due}
        connection.execute(event, {**values, "data": json.dumps({"seats": number})})


def test_events_that_were_not_told_yet_are_told(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    store.transact(_as_it_was)
    store.upgrade()
    house = House(store, tmp_path)
    came: list[OutgoingEvent] = []

    async def tell() -> None:
        relay = Relay(store, Events(), house.clock)
        relay.on("*", came.append)
        await relay.tell()

    asyncio.run(tell())
    assert [(event.id, event.brand, event.data) for event in came] == [
        (2, "Elm", {"seats": 2}), (3, OURS, {"seats": 3}),
    ]  # fmt: skip
    listed = store.look(lambda c: outgoing.listed(c, outgoing.Chosen(), 0, 10))
    assert [[each.endpoint for each in one.deliveries] for one in listed] == [[], [IN_PROCESS], [IN_PROCESS]]
    store.close()
