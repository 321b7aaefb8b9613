"""A long search for answers of the API that its description does not have: `python -m tests.bench.fuzz`.

Prints, for each operation, which statuses came how often; ends with 1 where one is a 500 or not described.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.bench.intake import databases
from tests.web.described import events, served
from tests.web.server import TOKEN
from tests.web.test_fuzzed import CHECKS, with_known


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=500, help="for each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    wrong = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        databases(asked.database) as database,
        served(
            Path(folder),
            api_rate="100000/second",
            events=events(),
            database=database(Path(folder)),
            code_key=["a key that nobody guesses"],
        ) as address,
    ):
        found: list[Any] = [result.ok() for result in _all()]
        for operation in sorted(found, key=lambda each: each.method == "delete"):  # what there is goes last
            statuses: Counter[int] = Counter()
            try:
                _search(operation, address, asked.examples, asked.seed, statuses)
            except Exception as error:
                wrong += 1
                print(error)
            told = "  ".join(f"{status} × {count}" for status, count in sorted(statuses.items()))
            print(f"{operation.method.upper():6} {operation.path:42} {told}", flush=True)
    return 1 if wrong else 0


def _all() -> Iterable[Any]:
    return with_known.get_all_operations()


def _search(
    operation: Any,
    address: str,
    examples: int,
    begin: int,
    statuses: Counter[int],
) -> None:
    @seed(begin)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        response = case.call(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"})
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    ask()


if __name__ == "__main__":
    sys.exit(main())
