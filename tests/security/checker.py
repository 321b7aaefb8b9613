"""A process of its own that checks codes, many at once, and says what came of each.

python -m tests.security.checker DATABASE MOMENT

It says `ready`; a line of its input is an id and the codes to try with it, in JSON.
"""

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from convo.errors import StoreUnavailable, VerificationError
from convo.runtime import verification
from convo.runtime.asking import Bound
from convo.runtime.library import Library
from convo.runtime.turns import Line
from convo.runtime.verification import Attempt
from convo.settings import SIMULATOR, Account, Number, Settings
from convo.store.engine import Store

AT_ONCE = 4  # in one process
BRAND = "Elm Bank"


def settings(url: str) -> Settings:
    """Those that all processes have."""
    return Settings.model_construct(
        database=url,
        accounts={SIMULATOR: Account(provider=SIMULATOR)},
        numbers={"+15550009999": Number(brand=BRAND)},
        code_key=["a key for processes that share it"],
    )


def check(store: Store, given: Settings, now: datetime, number: str, guesses: Sequence[str]) -> list[str]:
    """What came of each guess, each in a transaction of its own."""
    library = Library(Path("nowhere"))

    def guess(code: str) -> str:
        attempt = Attempt(number, code, bound=Bound(brand=BRAND))
        while True:
            try:
                found = store.transact(lambda c: verification.check(Line(c, given, library, now), attempt))
            except VerificationError as error:
                return f"refused: {error.code}"
            except StoreUnavailable:
                continue  # SQLite's lock is not fair: others were quicker for seconds
            return "right" if found.valid else "wrong"

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(guess, guesses))


def main(url: str, moment: str) -> None:
    store, given, now = Store(url), settings(url), datetime.fromisoformat(moment)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(check(store, given, now, *json.loads(line))), flush=True)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
