"""The process that does tasks for another: they come in by stdin, what they give goes out by stdout."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from typing import IO


def main() -> None:
    """Does tasks until there are no more."""
    with open(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # nothing else may be written there
        _send(answers, None)
        while True:
            try:
                task, argument = pickle.load(sys.stdin.buffer)  # noqa: S301  # of the process that started this one
            except EOFError:
                return
            _send(answers, _done(task, argument))


def _done(task: Callable[[object], object], argument: object) -> tuple[object, OSError | None]:
    try:
        return task(argument), None
    except OSError as error:
        return None, error


def _send(stream: IO[bytes], value: object) -> None:
    stream.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
    stream.flush()
