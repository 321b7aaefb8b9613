"""Processes of `convo` that begin at once.

To start Python and import convo takes a processor more than a second, and the tests start hundreds. So
one process, the nursery, imports everything once and forks whatever is asked for: a process of its own,
with its own folder, environment, streams and signals, as `python -m convo …` is.
"""

import atexit
import gc
import importlib
import json
import os
import random
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any

_ROOT = Path(__file__).parents[1]
_IMPORTED = (
    "convo.asgi",
    "convo.testing.world",
    "rich.table",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvloop",
)


class Process:
    """One that was started: the part of `subprocess.Popen` that tests use. Its streams are text."""

    def __init__(self, told: socket.socket, stdout: IO[str] | None, stderr: IO[str] | None) -> None:
        self._told = told.makefile("r")
        told.close()
        self._lock = threading.Lock()
        pid = self._told.readline()
        assert pid, "the nursery died: what it said is above"
        self.pid = int(pid)
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """As `wait`, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """How it ended: its exit code, or less than 0 for a signal. Raises TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("convo", timeout or 0)
            with self._lock:  # another thread may wait too
                if self.returncode is None:
                    self.returncode = int(self._told.readline())
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str],
    stdout: int | IO[Any] = subprocess.DEVNULL,
    stderr: int | IO[Any] = subprocess.DEVNULL,
    module: str = "convo",
) -> Process:
    """`python -m MODULE …`; each stream goes to a file, to PIPE or to DEVNULL."""
    told, tells = socket.socketpair()
    with tempfile.TemporaryFile() as order, tells:
        order.write(json.dumps([module, arguments, str(cwd), dict(env)]).encode())
        order.seek(0)
        (out, to_out), (err, to_err) = _stream(stdout), _stream(stderr)
        socket.send_fds(_nursery(), [b"."], [order.fileno(), tells.fileno(), to_out, to_err])
        os.close(to_out)
        os.close(to_err)
    return Process(told, out, err)


def run(
    *arguments: str, cwd: Path, env: Mapping[str, str], module: str = "convo", timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """The same to its end: how it ended, and what it said."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = start(*arguments, cwd=cwd, env=env, module=module, stdout=out, stderr=err)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, out.read(), err.read())


def _stream(wanted: int | IO[Any]) -> tuple[IO[str] | None, int]:
    """Where we read, and where the process writes."""
    if wanted == subprocess.PIPE:
        reads, writes = os.pipe()
        return os.fdopen(reads), writes
    if isinstance(wanted, int):
        return None, os.open(os.devnull, os.O_WRONLY)
    return None, os.dup(wanted.fileno())


@cache
def _nursery() -> socket.socket:
    ours, its = socket.socketpair()
    program = [sys.executable, "-m", "tests.processes", str(its.fileno())]
    with its:
        process = subprocess.Popen(program, cwd=_ROOT, pass_fds=[its.fileno()])
    atexit.register(process.wait)
    atexit.register(ours.close)  # before that: it ends when nobody holds our end
    return ours


def _wait_for_orders(orders: socket.socket) -> str:
    """Goes on in a new process for every order, with the name of the module to run."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
    while True:
        called, given, _, _ = socket.recv_fds(orders, 1, 4)
        if not called:
            os._exit(0)
        if os.fork() == 0:
            break
        for each in given:
            os.close(each)
    orders.close()
    order, tells, out, err = given
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if pid := os.fork():
        os.write(tells, f"{pid}\n".encode())
        for each in (order, out, err):
            os.close(each)
        _, status = os.waitpid(pid, 0)
        os.write(tells, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(tells)
    with os.fdopen(order, "rb") as file:
        module, arguments, folder, environment = json.load(file)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    sys.path[0] = folder
    random.seed()
    return str(module)


if __name__ == "__main__":
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # who is forked looks through none of it again, and shares it for good
    runpy.run_module(
        _wait_for_orders(socket.socket(fileno=int(sys.argv[1]))), run_name="__main__", alter_sys=True
    )
