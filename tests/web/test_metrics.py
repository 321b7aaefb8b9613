"""`/metrics`: counted once a transaction, without numbers and texts, behind a token."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from convo.messages import Reason, SendError, Trouble
from convo.providers.simulator import Simulator
from convo.runtime.metrics import COUNTS, TIMES, WORDS
from convo.runtime.tally import Count
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, TOKEN, Server, text

DOCS = Path(__file__).parents[2] / "docs"
OPEN = {"metrics_token": "a-token-for-prometheus"}
Sample = tuple[str, tuple[tuple[str, str], ...]]


async def read(server: Server) -> dict[Sample, float]:
    """Every sample, by its name and labels."""
    headers = {"Authorization": f"Bearer {OPEN['metrics_token']}"}
    answer = await server.ask("GET", "/metrics", headers=headers)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.body.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def sample(name: str, **labels: str) -> Sample:
    return name, tuple(sorted(labels.items()))


async def delivered(server: Server, count: int) -> None:
    """Wait until so many texts have arrived and all of that is counted."""
    accepted, reported = (
        sample("convo_sends_total", result="accepted"),
        sample("convo_reports_total", status="delivered"),
    )
    while True:
        found = await read(server)
        if min(found.get(accepted, 0), found.get(reported, 0)) >= count:
            return
        await asyncio.sleep(0.02)


async def appears(server: Server, wanted: Sample) -> dict[Sample, float]:
    """Wait until something is counted; all that there is then."""
    while True:
        found = await read(server)
        if found[wanted] > 0:
            return found
        await asyncio.sleep(0.02)


def test_a_conversation_is_counted(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.post(text("visit", "in-1"))
        await server.post(text("visit", "in-1"))
        await server.post(text("yes", "in-2"))
        await server.post(json.dumps({"id": "x", "from": ANA}))
        await server.post(json.dumps({"id": "nobody", "from": ANA, "status": "delivered"}))
        await server.post("not json")
        await delivered(server, 2)
        found = await read(server)

        assert found[sample("convo_texts_received_total", account="simulator")] == 2
        assert found[sample("convo_deliveries_repeated_total", account="simulator")] == 1
        assert found[sample("convo_events_unread_total", account="simulator")] == 1
        assert found[sample("convo_reports_unknown_total", why="unknown")] >= 1
        assert found[sample("convo_sends_total", result="accepted")] == 2
        assert found[sample("convo_answer_seconds_count")] == 2
        assert found[sample("convo_webhooks_refused_total", account="simulator", status="400")] == 1
        assert found[sample("convo_reports_waiting", why="unknown")] == 1
        assert found[sample("convo_queue_texts", when="due", priority="talk")] == 0
        assert found[sample("convo_clock_lag_seconds")] == 0
        assert found[sample("convo_database_up")] == 1
        assert found[sample("convo_line_up", line="sender")] == 1

    tell(story, **OPEN)


def test_what_goes_wrong_is_counted_by_its_class(tell: Tell) -> None:
    async def story(server: Server) -> None:
        simulator = server.app.providers["simulator"]
        assert isinstance(simulator, Simulator)
        simulator.tell(ANA, SendError(Trouble.RETRY, Reason.PROVIDER_FAULT))
        await server.post(text("visit", "in-1"))
        found = await appears(server, sample("convo_sends_total", result="retry"))
        assert found[sample("convo_queue_texts", when="later", priority="talk")] == 1

        simulator.tell(ANA, SendError(Trouble.PERMANENT, Reason.BAD_NUMBER))
        failed = sample("convo_texts_failed_total", reason="bad_number")
        assert (await appears(server, failed))[failed] == 1

    tell(story, **OPEN)


def test_no_label_holds_a_number_or_a_text(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.post(text("visit", "in-1"))
        await server.post(text("my secret", "in-2"))
        await server.ask("POST", f"/webhooks/{ANA}", data=b"{}")
        await delivered(server, 2)
        said = str(list(await read(server)))
        for word in (ANA.lstrip("+"), OURS.lstrip("+"), "secret", "visit", "come?"):
            assert word not in said, word

    tell(story, **OPEN)


@pytest.mark.parametrize("settings", [{}, OPEN])
def test_it_is_read_with_a_token_alone(tell: Tell, settings: dict[str, Any]) -> None:
    async def story(server: Server) -> None:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
            refused = await server.ask("GET", "/metrics", headers=headers)
            assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert b"convo_" not in refused.body
        assert (await server.api("/metrics")).status == 200

    tell(story, **settings)


def test_without_any_token_nobody_reads_it(tell: Tell) -> None:
    async def story(server: Server) -> None:
        for given in ("", TOKEN):
            answer = await server.ask("GET", "/metrics", headers={"Authorization": f"Bearer {given}"})
            assert answer.status == 401

    tell(story, api_token=None)


def test_a_database_that_is_away_is_told(tell: Tell) -> None:
    async def story(server: Server) -> None:
        away = server.database.with_suffix(".away")
        server.database.rename(away)
        assert (await read(server))[sample("convo_database_up")] == 0
        away.rename(server.database)
        assert (await read(server))[sample("convo_database_up")] == 1

    tell(story, **OPEN)


def test_the_dashboard_asks_for_what_there_is(tell: Tell) -> None:
    board = json.loads((DOCS / "grafana.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked += [
        each["query"]["query"] for each in board["templating"]["list"] if isinstance(each["query"], dict)
    ]

    async def story(server: Server) -> None:
        headers = {"Authorization": f"Bearer {OPEN['metrics_token']}"}
        body = (await server.ask("GET", "/metrics", headers=headers)).body.decode()
        types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", body, re.MULTILINE))
        there = set(types)
        there |= {f"{name}_bucket" for name, kind in types.items() if kind == "histogram"}
        for expression in asked:
            named = set(re.findall(r"\b(?:convo|process)_\w+", expression))
            assert named, expression
            assert named <= there, expression
        shown = {name for name in there if any(name in expression for expression in asked)}
        own = {name for name in types if name.startswith("convo_") and not name.endswith("_created")}
        assert own <= {name.removesuffix("_bucket") for name in shown}

    tell(story, **OPEN)


def alarms() -> list[str]:
    """What the page has Prometheus ask."""
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / "operations.md").read_text().partition("## Alarms")[2], re.M)
    found = [each.replace("\\|", "|") for row in rows for each in re.findall(r"`([^`]*convo_[^`]*)`", row)]
    assert len(found) > 10
    return found


def test_an_alarm_finds_what_it_asks_for_before_anything_has_happened(tell: Tell) -> None:
    """A count that begins with its first occurrence has not grown by it, as Prometheus sees it."""

    async def story(server: Server) -> None:
        fresh = await read(server)
        for alarm in alarms():
            for name, given in re.findall(r"(convo_\w+)(?:\{([^}]*)\})?", alarm):
                wanted = dict(re.findall(r'(\w+)=~?"([^"]*)"', given))
                met = [
                    labels
                    for each, labels in fresh
                    if each == name and all(re.fullmatch(wanted.get(k, ".*"), v) for k, v in labels)
                ]
                assert met, alarm

    tell(story, **OPEN)


def test_an_alarm_compares_sums_for_series_with_other_labels_never_meet() -> None:
    for alarm in alarms():
        rates = alarm.count("rate(") + alarm.count("increase(")
        assert rates == alarm.count("sum(rate(") + alarm.count("sum(increase(") + alarm.count("(le) (rate(")


def test_what_is_counted_has_a_name_that_the_page_tells() -> None:
    page = (DOCS / "operations.md").read_text()
    for what in (Count.SENDS, Count.REFUSED, Count.VERIFICATIONS, Count.UNVERIFIED, Count.UNKNOWN_REPORTS):
        (row,) = re.findall(rf"^\| `{COUNTS[what][0]}_total\{{.*$", page, re.M)
        assert {str(word) for word in WORDS[what]} == set(re.findall(r"`(\w+)`", row)), what


COUNTS_TWO = """\
from convo.runtime.metrics import Metrics, waits
from convo.runtime.tally import Count, Tally, Time
metrics, tally = Metrics(["main"]), Tally()
tally.add(Count.TEXTS, "main", 2)
tally.took(Time.ANSWER, 0.2)
metrics.count(tally)
print(metrics.text(waits(None, 0, {"sender": True})).decode())
"""


def test_processes_behind_one_address_answer_with_the_counts_of_all(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for times in (1, 2):
        ran = subprocess.run(
            [sys.executable, "-c", COUNTS_TWO], env=environment, capture_output=True, text=True, check=True
        )
        assert f'convo_texts_received_total{{account="main"}} {2.0 * times}' in ran.stdout
        assert f"convo_answer_seconds_count {float(times)}" in ran.stdout
        assert 'convo_line_up{line="sender"} 1.0' in ran.stdout
        assert 'convo_verifications_total{what="prefix_rests"} 0.0' in ran.stdout
        assert 'convo_deliveries_poisoned_total{account="main"} 0.0' in ran.stdout


def test_the_page_names_every_metric() -> None:
    page = (DOCS / "operations.md").read_text()
    for name, *_ in [*COUNTS.values(), *TIMES.values()]:
        assert f"`{name}" in page, name
