"""A task in a process of its own: whatever becomes of it costs that process, and nothing else.

The process is no fork: so it works under notebooks and threads, and scripts need no guard against being imported
again.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from threading import Lock, Timer
from time import monotonic
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")

# The longest tasks take some ten seconds on a slow machine.
TIME_LIMIT = 120.0  # seconds
IDLE = 10.0  # seconds, after which a process that has nothing to do ends
_CODE = "import sys; sys.path[:] = {path!r}; from scanner.workers.process import main; main()"


class TaskError(Exception):
    """A task has no answer, through no error of its own."""


class NoProcessError(TaskError):
    """No process could be started for it."""


class EndedError(TaskError):
    """It ended the process it was done in, or something else did."""


class TooSlowError(TaskError):
    """It was ended after `TIME_LIMIT`."""


class Processes:
    """Processes that do one task at a time each; any thread may ask."""

    def __init__(self) -> None:
        self._own()

    def _own(self) -> None:
        self._lock = Lock()
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._closed = False
        self._owner = os.getpid()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._all)

    def run(self, task: Callable[[A], B], argument: A) -> B:
        """What a function of a module gives; function, argument and answer are pickled on their way.

        Raises the function's OSErrors, EndedError when it raises anything else, NoProcessError and TooSlowError.
        """
        if self._owner != os.getpid():  # a fork: they are its parent's
            self._own()
        request = pickle.dumps((task, argument), pickle.HIGHEST_PROTOCOL)
        process = self._taken()
        answered = False
        try:
            answer, error = process.answer(request)
            answered = True
        finally:
            if answered:
                self._give_back(process)
            else:
                self._end(process)
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends all processes, those too that are at work."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for process in self._all:
                process.kill()  # whoever asked it for something ends it
        for process in idle:
            self._end(process)

    def _taken(self) -> _Process:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                process.idle.cancel()
                if process.is_alive:
                    return process
                self._all.discard(process)
        started = _Process()
        with self._lock:
            if not self._closed:
                self._all.add(started)
                return started
        started.end()
        raise NoProcessError("The processes have been ended.")

    def _give_back(self, process: _Process) -> None:
        process.idle = _timer(IDLE, self._end_idle, process)
        with self._lock:
            if not self._closed and process.is_alive:
                self._idle.append(process)
                process.idle.start()
                return
        self._end(process)

    def _end_idle(self, process: _Process) -> None:
        with self._lock:
            if process not in self._idle:  # it was just taken
                return
            self._idle.remove(process)
        self._end(process)

    def _end(self, process: _Process) -> None:
        with self._lock:
            self._all.discard(process)
        process.end()


class _Process:
    """One process, and the pipes to it."""

    def __init__(self) -> None:
        # Isolated, so that no module of the folder it is started in is imported in place of a library's.
        code = _CODE.format(path=[os.path.abspath(folder) for folder in sys.path])
        command = [sys.executable, "-I", "-c", code]
        try:
            self._process = subprocess.Popen(  # noqa: S603  # this very Python, and a module of ours
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            raise NoProcessError(str(error)) from error
        self.idle = _timer(IDLE, self.end)
        assert self._process.stdin
        assert self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout
        try:
            pickle.load(self._answers)  # noqa: S301  # that it is ready
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self.end()
            raise NoProcessError("A process ended as soon as it was started.") from error

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def answer(self, request: bytes) -> Any:  # noqa: ANN401  # what the task gives, and what it raises
        since, limit = monotonic(), _timer(TIME_LIMIT, self._process.kill)
        limit.start()
        try:
            self._requests.write(request)
            self._requests.flush()
            return pickle.load(self._answers)  # noqa: S301  # of a process of ours
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            raise (TooSlowError if monotonic() - since >= TIME_LIMIT else EndedError) from None
        finally:
            limit.cancel()
            limit.join()  # now it cannot end the next task

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def _timer(seconds: float, work: Callable[..., None], *arguments: object) -> Timer:
    timer = Timer(seconds, work, arguments)
    timer.daemon = True
    return timer
