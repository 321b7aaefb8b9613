"""Whatever the description allows, and much that it does not: no 500, and no answer that is not described.

A longer search: `python -m tests.bench.fuzz --examples 2000`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from convo.web.api import endpoint
from convo.web.api.openapi import document
from convo.web.api.routes import OPERATIONS
from tests.web.described import events, lively, served
from tests.web.server import TOKEN

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OTHERS = [unsupported_method, negative_data_rejection]
schemathesis.serializer.alias("application/x-ndjson", "text/plain")
described = schemathesis.openapi.from_dict(document(OPERATIONS, None))
with_known = schemathesis.openapi.from_dict(document(OPERATIONS, None))
for part in ("body", "query", "path_parameters"):
    with_known.hook(f"map_{part}")(lambda context, given: lively(given))

slowly = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("fuzzed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint, "EVEN", 0.001)  # what is asked here is not when an answer comes
        with served(folder, api_rate="100000/second", events=events()) as found:
            yield found


def ask(case: Any, address: str, checks: list[Any]) -> None:
    answer = case.call(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"})
    case.validate_response(answer, checks=checks)


@described.parametrize()
@slowly
def test_what_is_described_wrongly_or_asked_wrongly_is_refused(case: Any, address: str) -> None:
    ask(case, address, [*CHECKS, *OTHERS])


@with_known.parametrize()
@slowly
def test_every_answer_about_what_there_is_is_described(case: Any, address: str) -> None:
    ask(case, address, CHECKS)
