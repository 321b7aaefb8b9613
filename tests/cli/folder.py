"""A working folder with its settings and flows, the command `convo` run in it, and phones to text."""

import io
import json
import os
import queue
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

from convo.cli import main
from tests import processes

ANA, BEN, OURS = "+15550001111", "+15550002222", "+15550009999"
ARRIVES_WITHIN = 10.0  # seconds; a serving process looks each second
DESK = """\
flow: desk
start: ask
triggers: {keyword: [desk]}
vars: {order: text = unknown}
states:
  ask:
    say: How can we help?
    replies:
      person: front
      again: repeat
    otherwise: {say: "Say PERSON."}
    after: {1 day: settled}
  front: {say: A person will text you., hand_off: reception, then: settled}
  repeat:
    say: Anything else about {{ order }}?
    replies: {no: settled}
    otherwise: {say: "NO?"}
    after: {1 day: settled}
  settled: {say: Glad to help., end: settled}
"""
REMIND = """\
flow: remind
start: ask
when_busy: skip
needs: {name: text}
states:
  ask:
    say: Hi {{ name }}, are you coming?
    replies: {yes: done}
    otherwise: {say: "YES?"}
    after:
      1 second: {say: "Still there, {{ name }}?"}
      1 day: done
  done: {end: done}
"""


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Folder:
    """A folder in which `convo` is run, as its user runs it."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *arguments: str) -> Ran:
        """The command, in this process: starting another one takes seconds."""
        out, err = io.StringIO(), io.StringIO()
        with (
            chdir(self.path),
            patch.dict(os.environ, self._variables(), clear=True),
            patch.object(sys, "argv", ["convo", *arguments]),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        return Ran(code, out.getvalue(), err.getvalue())

    def run_apart(self, *arguments: str) -> Ran:
        """The command, in a process of its own, as its user runs it."""
        ran = processes.run(*arguments, cwd=self.path, env=self._variables())
        assert "Traceback" not in ran.stderr, ran.stderr
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    @contextmanager
    def serving(self) -> "Iterator[Serving]":
        """`convo serve` in this folder; its phones are ours."""
        with _phones() as (url, texts):
            settings = self.path / "convo.toml"
            before = settings.read_text() if settings.exists() else ""
            phones = f'[accounts.simulator]\nprovider = "simulator"\ndeliver_to = "{url}"\n'
            settings.write_text(f"{before}\n{phones}")
            process = processes.start(
                "serve", "--port", "0", cwd=self.path, env=self._variables(), stdout=subprocess.PIPE
            )
            assert process.stdout is not None
            try:
                yield Serving(process.stdout.readline().split()[-1], texts, process.stdout)
            finally:
                process.terminate()
                process.wait(10)
                process.stdout.close()
                settings.write_text(before)

    def _variables(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("CONVO_")}
        return {**own, "NO_COLOR": "1", "COLUMNS": "200", **self.environment}


@dataclass
class Serving:
    """A process that serves, and what its phones get."""

    address: str
    texts: "queue.Queue[tuple[str, str]]"
    output: IO[str]

    def told(self) -> str:
        """The next line that the process prints."""
        return self.output.readline().strip()

    def arrives(self) -> tuple[str, str]:
        """The next text that a phone gets: to whom, and its words."""
        return self.texts.get(timeout=ARRIVES_WITHIN)

    def text(self, words: str, contact: str = ANA) -> None:
        """A phone texts us; every text has a name of its own."""
        body = {"id": f"{contact}-{words}", "from": contact, "to": OURS, "text": words}
        request = urllib.request.Request(
            f"{self.address}/webhooks/simulator", json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200


@contextmanager
def _phones() -> "Iterator[tuple[str, queue.Queue[tuple[str, str]]]]":
    texts: queue.Queue[tuple[str, str]] = queue.Queue()

    class Phone(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = json.loads(self.rfile.read(int(self.headers["content-length"])))
            texts.put((text["to"], text["text"]))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Phone)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", texts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
