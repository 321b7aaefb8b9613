"""`convo events`: what the application was told, telling it again, and trying its endpoints out."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.cli.folder import ANA, BEN, Folder, Ran
from tests.cli.test_doctor import found

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMTIz"
OTHER = "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhl"
KINDS = 'kinds = ["consent.*", "message.received"]'


class Hooks:
    """An application that is told of events; what it verified, and what it answers."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.answers = 200
        self.url = ""


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with _listening() as found:
        yield found


@contextmanager
def _listening() -> Iterator[Hooks]:
    hooks = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hooks.told.append(Webhook(SECRET).verify(body, dict(self.headers)))
            self.send_response(hooks.answers)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    hooks.url = f"http://127.0.0.1:{server.server_port}/hooks"
    try:
        yield hooks
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def told(folder: Folder, hooks: Hooks) -> Folder:
    """A folder whose application is told of events; its secret is being changed."""
    folder.environment = {"EVENTS_SECRET": SECRET, "OLD": OTHER, "CONVO_API_TOKEN": "t"}
    folder.write(
        "convo.toml", f'[events]\nurl = "{hooks.url}"\nsecret = ["env:OLD", "env:EVENTS_SECRET"]\n{KINDS}\n'
    )
    return folder


def stops(folder: Folder, *contacts: str) -> None:
    """These stop while convo serves, and all of it is told or failed once."""
    with folder.serving() as serving:
        for contact in contacts:
            serving.text("STOP", contact)
            serving.arrives()
        until(lambda: all(each["done_at"] or each["error"] for each in deliveries(folder)))


def deliveries(folder: Folder) -> list[dict[str, Any]]:
    return [each for one in listed(folder) for each in one["deliveries"]]


def until(happens: Callable[[], bool]) -> None:
    """Another process does it, and tells nobody: look again and again."""
    for _ in range(200):
        if happens():
            return
        time.sleep(0.05)  # said above: there is nothing to wait for
    raise AssertionError("it did not happen within 10 seconds")


def listed(folder: Folder, *options: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = folder.run("events", "list", "--format", "json", *options).json
    return items


# list


def test_it_lists_what_was_told_and_what_was_not(told: Folder, hooks: Hooks) -> None:
    stops(told, ANA)
    hooks.answers = 500
    stops(told, BEN)
    ran = told.run_apart("events", "list")

    assert ran.code == 0
    first, fate, second, other_fate = ran.out.splitlines()
    assert first.startswith("1  2")
    assert first.endswith(f"UTC  consent.stopped  {ANA}")
    assert fate.startswith("    default: told 2")
    assert second.endswith(f"consent.stopped  {BEN}")
    assert other_fate.startswith("    default: waits until 2")
    assert other_fate.endswith("1 try: it answered 500")
    assert [one["data"]["contact"] for one in listed(told, "--contact", BEN)] == [BEN]
    assert [one["type"] for one in listed(told, "--kind", "consent.*")] == ["consent.stopped"] * 2
    assert listed(told, "--kind", "message.received") == []
    assert listed(told, "--dead") == []
    assert [one["id"] for one in listed(told, "--most", "1")] == [2]
    assert told.run("events", "list", "--dead").out == "There is no such event.\n"


def test_a_kind_that_is_none_is_refused(told: Folder) -> None:
    ran = told.run("events", "list", "--kind", "consent.stoped")

    assert (ran.code, "did you mean 'consent.stopped'?" in ran.err) == (2, True)


def test_without_a_database_there_is_nothing_to_list(told: Folder) -> None:
    ran = told.run("events", "list")

    assert (ran.code, "there is no database yet" in ran.err) == (2, True)


# 410, ping and resend: an application that went, and came back.


def test_an_endpoint_that_went_is_found_mended_and_told_what_it_missed(told: Folder, hooks: Hooks) -> None:
    hooks.answers = 410
    stops(told, ANA, BEN)
    (off, dead) = found(told.run("doctor", "--format", "json"), "events.default")[1:]
    assert off[0] == "error"
    assert "off since" in off[1]
    assert "convo events ping default" in off[1]
    assert dead[0] == "warning"
    assert "2 were given up" in dead[1]
    assert [one["deliveries"][0]["status"] for one in listed(told, "--dead")] == ["dead", "dead"]

    ran = told.run("events", "ping")
    assert (ran.code, ran.out) == (1, f"default: {hooks.url} does not take it: it answered 410 Gone\n")
    hooks.answers = 204
    ran = told.run("events", "ping", "default")
    assert (ran.code, ran.out.splitlines()) == (0, [
        f"default: {hooks.url} takes it",
        "default: it was off, and is on again; `convo events resend --dead` tells what it missed",
    ])  # fmt: skip
    assert hooks.told[-1]["type"] == "convo.ping"
    assert hooks.told[-1]["data"] == {"endpoint": "default"}
    assert told.run("events", "ping").out == f"default: {hooks.url} takes it\n"

    hooks.told.clear()
    ran = told.run("events", "resend", "--dead")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "2 are told again.", "Nothing serves this database now: they are told once `convo serve` runs.",
    ]  # fmt: skip
    with told.serving():
        until(lambda: len(hooks.told) == 2)
    assert sorted(event["data"]["contact"] for event in hooks.told) == [ANA, BEN]


def test_one_event_is_told_again_by_its_id(told: Folder, hooks: Hooks) -> None:
    stops(told, ANA)
    (event,) = listed(told)
    with told.serving():
        ran = told.run("events", "resend", event["webhook_id"], "--endpoint", "default")
        assert ran.out == "1 is told again to default.\n"
        until(lambda: len(hooks.told) == 2)
    assert hooks.told[0] == hooks.told[1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "say which events"),
        (["1", "--dead"], 2, "say which events"),
        (["x"], 2, "'x' is no event's id"),
        (["7"], 1, "there is no event 7"),
        (["1", "--endpoint", "crm"], 2, "there is no endpoint 'crm'; there is default, python"),
        (["--dead", "--endpoint", "crm"], 2, "there is no endpoint 'crm'"),
        (["1", "7"], 1, "there is no event 7"),
    ],
)
def test_what_cannot_be_told_again_is_refused(
    told: Folder, hooks: Hooks, arguments: list[str], code: int, said: str
) -> None:
    stops(told, ANA)
    ran = told.run("events", "resend", *arguments)

    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert [one["deliveries"][0]["status"] for one in listed(told)] == ["told"], "nothing of it was done"


def test_a_ping_says_what_is_wrong(folder: Folder) -> None:
    ran = folder.run("events", "ping")
    assert (ran.code, "the settings have no endpoint" in ran.err) == (2, True)

    folder.write("convo.toml", f'[events]\nurl = "http://127.0.0.1:1/"\nsecret = "{SECRET}"\n{KINDS}\n')
    ran = folder.run_apart("events", "ping")
    assert (ran.code, "does not take it: it cannot be reached" in ran.out) == (1, True)
    ran = folder.run("events", "ping", "crm")
    assert (ran.code, "there is no endpoint 'crm'; there is default" in ran.err) == (2, True)
    assert {file.name for file in folder.path.iterdir()} == {"flows", "convo.toml"}, "no database is made"


# The doctor, and what keeps convo from starting.


@pytest.mark.parametrize(
    ("toml", "level", "said"),
    [
        ("", "ok", "* to http://127.0.0.1:9/; `convo events ping default` tries it out"),
        ('kinds = ["order.redy"]', "warning", "events.kinds: no flow emits 'order.redy'"),
        ('kinds = ["consnet.stopped"]', "error", "'consnet.stopped'; did you mean 'consent.stopped'?"),
    ],
)  # fmt: skip
def test_the_doctor_looks_at_endpoints_and_their_kinds(
    folder: Folder, toml: str, level: str, said: str
) -> None:
    folder.write("convo.toml", f'[events]\nurl = "http://127.0.0.1:9/"\nsecret = "{SECRET}"\n{toml}\n')
    ran = folder.run("doctor", "--format", "json")

    findings = found(ran, "events.default") + found(ran, "events")
    assert (level, True) in [(each, said in text) for each, text in findings], ran.out
    assert ran.code == (1 if level == "error" else 0)


def test_the_doctor_warns_of_texts_that_can_be_read_on_the_way(folder: Folder) -> None:
    folder.write("convo.toml", f'[events]\nurl = "http://app.example.org/"\nsecret = "{SECRET}"\n')
    ((level, said),) = found(folder.run("doctor", "--format", "json"), "events.default")

    assert (level, "use https" in said) == ("warning", True)


def test_a_kind_that_was_meant_for_one_of_ours_keeps_convo_from_starting(folder: Folder) -> None:
    folder.write(
        "convo.toml",
        f'[events]\nurl = "http://127.0.0.1:9/"\nsecret = "{SECRET}"\nkinds = ["consnet.stopped"]\n',
    )
    ran: Ran = folder.run_apart("serve", "--port", "0")

    assert ran.code == 2
    assert "events.kinds: no flow emits 'consnet.stopped'; did you mean 'consent.stopped'?" in ran.err
    assert json.dumps(ran.err).count("Traceback") == 0
