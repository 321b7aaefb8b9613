"""Threads that run jobs in turn: where write transactions run."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Lane:
    """Threads that run jobs as they come; intake's first, but after each of those one of the others."""

    def __init__(self, name: str, threads: int) -> None:
        self._first: deque[Callable[[], None]] = deque()
        self._others: deque[Callable[[], None]] = deque()
        self._their_turn = False  # the others': the last one was a first one
        self._waiting = threading.Semaphore(0)
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{place}", daemon=True)
            for place in range(threads)
        ]
        self._started = False
        self._lock = threading.Lock()

    def put(self, job: Callable[[], T], *, first: bool) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(job())
            except BaseException as error:  # the caller gets whatever the job raised
                future.set_exception(error)

        with self._lock:
            (self._first if first else self._others).append(run)
            if not self._started:
                self._started = True
                for thread in self._threads:
                    thread.start()
        self._waiting.release()
        return future

    def stop(self) -> None:
        """Run what is waiting, then end the threads."""
        if not self._started:
            return
        for _ in self._threads:
            self._waiting.release()  # for nothing
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            self._waiting.acquire()
            run = self._next()
            if run is None:
                return
            run()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            first = bool(self._first) and not (self._others and self._their_turn)
            self._their_turn = first
            jobs = self._first if first else self._others
            return jobs.popleft() if jobs else None
