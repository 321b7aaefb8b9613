"""A process of its own that claims texts at moments which it reads from its input, and says which it got.

python -m tests.runtime.claimer DATABASE FLOWS
"""

import itertools
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from convo.clock import VirtualClock
from convo.runtime.library import Library
from convo.runtime.pacing import Rates
from convo.runtime.sender import claim
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Number, Settings
from convo.store.engine import Store

NUMBERS = {"+15550009999": Number(rate="10/second")}


def main(url: str, flows: Path) -> None:
    settings = Settings.model_construct(
        database=url,
        flows=flows,
        accounts={SIMULATOR: Account(provider=SIMULATOR)},
        numbers=NUMBERS,
    )
    store, library, rates = Store(url), Library(flows), Rates(settings, {})
    library.read()
    library.publish()
    keys = (f"{os.getpid()}-{place}" for place in itertools.count())

    for moment in sys.stdin:
        clock = VirtualClock(datetime.fromisoformat(moment.strip()))

        def job(connection: Connection, clock: VirtualClock = clock) -> list[int]:
            line = Line(connection, settings, library, clock())
            found = claim(line, rates, 64, lambda: next(keys)).claims
            return [each.outbound.id for each in found]

        got = store.transact(job)
        print(json.dumps(got), flush=True)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
