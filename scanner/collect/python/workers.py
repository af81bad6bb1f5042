"""Files read by several processes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from scanner.collect.python.facts import Facts, read_facts
from scanner.collect.python.packing import pack, unpack
from scanner.collect.python.worker import Request, receive, send

# A file of the largest size that is read at all takes some ten seconds on a slow machine.
TIME_LIMIT = 120.0  # seconds
_CODE = "import sys; sys.path[:] = {path!r}; from scanner.collect.python.worker import main; main()"
_CRASHED = "The file was not read because reading it ended the process that did; it may be nested too deeply."
_TOO_SLOW = "The file was not read because that took longer than {limit:g} seconds."


@dataclass(slots=True)
class _Worker:
    """One process, and the thread that speaks to it."""

    process: subprocess.Popen[bytes] | None = None
    since: float | None = None  # when the request it is at began


@dataclass(slots=True)
class Workers:
    """Reads what is put in, in any order, while more is put in."""

    count: int
    time_limit: float = TIME_LIMIT
    _requests: SimpleQueue[Request | None] = field(default_factory=SimpleQueue)
    _answers: SimpleQueue[tuple[str, Facts]] = field(default_factory=SimpleQueue)
    _workers: list[_Worker] = field(default_factory=list)
    _waiting: int = 0

    def put(self, request: Request) -> None:
        """Asks for one file."""
        self._waiting += 1
        self._requests.put(request)

    def answers(self) -> Iterator[tuple[str, Facts]]:
        """Yields path and facts of every file asked for, as they come."""
        self._start()
        while self._waiting:
            try:
                answer = self._answers.get(timeout=1)
            except Empty:
                self._end_slow_ones()
                continue
            self._waiting -= 1
            yield answer

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            _end(worker)
            self._requests.put(None)

    def _start(self) -> None:
        while len(self._workers) < self.count:
            worker = _Worker()
            self._workers.append(worker)
            Thread(target=self._serve, args=(worker,), daemon=True).start()

    def _serve(self, worker: _Worker) -> None:
        while (request := self._requests.get()) is not None:
            self._answers.put((request[1], self._asked(worker, request)))
        _end(worker)

    def _asked(self, worker: _Worker, request: Request) -> Facts:
        worker.process = worker.process or _started()
        if worker.process is None:
            file, path, always = request
            return read_facts(Path(file), path, always=always)
        worker.since = monotonic()
        answer = _answer(worker.process, request)
        slow, worker.since = monotonic() - worker.since >= self.time_limit, None
        if answer is not None:
            return answer
        _end(worker)
        reason = _TOO_SLOW.format(limit=self.time_limit) if slow else _CRASHED
        return Facts(relevant=True, parsed=True, problem=("", reason))

    def _end_slow_ones(self) -> None:
        for worker in self._workers:
            since, process = worker.since, worker.process
            if process is not None and since is not None and monotonic() - since >= self.time_limit:
                process.kill()


def _answer(process: subprocess.Popen[bytes], request: Request) -> Facts | None:
    """What the process reads; None if it ends."""
    assert process.stdin
    assert process.stdout
    try:
        send(process.stdin, pack(request))
        answer = receive(process.stdout)
    except (OSError, ValueError):
        return None
    return None if answer is None else unpack(answer)


def _started() -> subprocess.Popen[bytes] | None:
    """A process that is ready; None where none can be had."""
    # Isolated, so that no module of the folder it is started in is imported in place of a library's.
    code = _CODE.format(path=[os.path.abspath(folder) for folder in sys.path])
    command = [sys.executable, "-I", "-c", code]
    try:
        process = subprocess.Popen(  # noqa: S603  # this very Python, and a module of ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
    assert process.stdout
    if receive(process.stdout) is None:
        process.wait()
        return None
    return process


def _end(worker: _Worker) -> None:
    process, worker.process = worker.process, None
    if process is not None:
        process.kill()
        process.communicate()
