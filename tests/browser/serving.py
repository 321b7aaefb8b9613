"""A real `convo dev` in a folder of its own, and plain requests to it."""

import http.client
import json
import os
import select
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests import processes
from tests.processes import Process

FLOWS = Path(__file__).parents[2] / "flows"
OURS = "+15550009999"
_READY_WITHIN = 30  # seconds
_ENDS_WITHIN = 5


@dataclass
class Served:
    """A process that serves a folder; `address` is its origin."""

    process: Process
    folder: Path
    address: str

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def interrupt(self) -> None:
        """Ctrl-C; raises TimeoutExpired where it does not end within five seconds."""
        self.process.send_signal(2)
        self.process.wait(_ENDS_WITHIN)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(_ENDS_WITHIN)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def request(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers of a request that is exactly what was asked for."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body.encode(), {"content-type": "x-www-form-urlencoded", **sent})
        answer = connection.getresponse()
        found = answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()}
        connection.close()
        return found

    def deliver(self, contact: str, *texts: str) -> None:
        """Texts that come in as another program delivers them: by webhook."""
        items = [
            {"id": f"{contact}-{place}", "from": contact, "to": OURS, "text": text}
            for place, text in enumerate(texts)
        ]
        status, said, _ = self.request("POST", "/webhooks/simulator", json.dumps(items))
        assert status == 200, said


def serve(folder: Path, port: int = 0, flows: tuple[str, ...] = ("appointment-reminder",)) -> Served:
    """Start `convo dev` in `folder`, with a copy of these flows."""
    (folder / "flows").mkdir(exist_ok=True)
    for name in flows:
        if not (folder / "flows" / f"{name}.yaml").exists():
            shutil.copy(FLOWS / f"{name}.yaml", folder / "flows")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONVO_")}
    with (folder / "errors.log").open("a") as errors:
        process = processes.start(
            "dev", "--port", str(port), cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors
        )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], _READY_WITHIN)
    line = process.stdout.readline() if ready else ""
    served = Served(process, folder, line.rpartition(" ")[2].strip().removesuffix("/phone"))
    if not served.address.startswith("http"):
        served.end()
        raise AssertionError(f"convo dev did not start: {(folder / 'errors.log').read_text()}")
    return served
