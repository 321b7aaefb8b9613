"""What the flows in this folder call: free times, and booking one of them.

These two keep their bookings in memory, so that `convo dev` and `convo chat` have something to play with:
with the process they are gone, and two processes know nothing of each other. Put your own calendar in their
place, and keep the names, the arguments and the shape of what comes back; nothing else knows where the times
come from. The tests of a flow never run an action: they say themselves what one brings.
"""

from datetime import datetime, timedelta

from convo import ActionFailed, action

TIMES = ((9, 0), (11, 30), (14, 30))  # of a working day
SATURDAY = 5

_booked: dict[tuple[str, str], str] = {}  # clinic and time → the idempotency key of who has it


@action
def free_slots(clinic: str, visit: datetime, most: int = 3) -> dict[str, list[str]]:
    """The next free times after the one that somebody has: `{"slots": ["2026-12-02T09:00:00+00:00"]}`"""
    slots: list[str] = []
    for days in range(1, 15):
        day = visit + timedelta(days=days)
        for hour, minute in TIMES if day.weekday() < SATURDAY else ():
            slot = day.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat()
            if (clinic, slot) not in _booked and len(slots) < most:
                slots.append(slot)
    return {"slots": slots}


@action
def book_slot(clinic: str, slot: str | datetime, name: str, idempotency_key: str) -> dict[str, str]:
    """Book a time: `{"visit": "2026-12-02T09:00:00+00:00"}`.

    It fails where somebody else was faster. A second try of the same call has the same key, and books
    nothing twice.
    """
    slot = slot if isinstance(slot, str) else slot.isoformat()
    if _booked.setdefault((clinic, slot), idempotency_key) != idempotency_key:
        raise ActionFailed(f"{slot} has been taken, so {name} has to choose again")
    return {"visit": slot}
