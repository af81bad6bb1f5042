"""Tasks in processes apart: what they give, what they raise, and what becomes of those that give nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from scanner.workers import EndedError, NoProcessError, TaskError, TooSlowError, Workers, apart, local
from scanner.workers.apart import Processes

PID = "__import__('os').getpid()"


@pytest.fixture
def processes() -> Iterator[Processes]:
    made = Processes()
    yield made
    made.close()


def test_a_task_is_done_in_another_process(processes: Processes) -> None:
    first = processes.run(eval, PID)
    assert first != os.getpid()
    assert processes.run(eval, PID) == first


def test_what_it_raises_is_raised(processes: Processes) -> None:
    with pytest.raises(FileNotFoundError, match="no such place"):
        processes.run(os.path.getsize, "/no such place")
    assert processes.run(len, "abc") == 3


def test_what_it_prints_disturbs_nobody(processes: Processes) -> None:
    assert processes.run(print, "hello") is None
    assert processes.run(len, "abc") == 3


def test_a_task_that_ends_its_process_ends_nothing_else(processes: Processes) -> None:
    with pytest.raises(EndedError):
        processes.run(os._exit, 0)
    assert processes.run(len, "abc") == 3


def test_a_task_that_does_not_end_is_ended(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "TIME_LIMIT", 0.2)
    with pytest.raises(TooSlowError):
        processes.run(time.sleep, 60)
    monkeypatch.setattr(apart, "TIME_LIMIT", 60)
    assert processes.run(len, "abc") == 3


def test_where_no_process_can_be_started(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    for executable in ("/no/such/python", "/bin/false"):
        monkeypatch.setattr(sys, "executable", executable)
        with pytest.raises(NoProcessError):
            processes.run(len, "abc")


def test_processes_with_nothing_to_do_end(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "IDLE", 0.05)
    first = processes.run(eval, PID)
    deadline = time.monotonic() + 30
    while processes.count and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes.count == 0
    assert processes.run(eval, PID) != first


def test_at_the_end_no_process_is_left_and_no_task_waited_for() -> None:
    start = time.monotonic()
    with local(2) as workers:
        futures = [workers.submit(time.sleep, 60) for _ in range(6)]
        time.sleep(0.5)
    assert time.monotonic() - start < 20
    assert all(future.cancelled() or isinstance(future.exception(), TaskError) for future in futures)


def test_in_order_and_few_at_a_time() -> None:
    asked: list[int] = []

    def arguments() -> Iterator[int]:
        for number in range(50):
            asked.append(number)
            yield number

    with ThreadPoolExecutor(3) as threads:
        workers = Workers(threads, lambda task, argument: task(argument), 3)
        for number, (argument, future) in enumerate(workers.in_order(str, arguments())):
            assert (argument, future.result()) == (number, str(number))
            assert len(asked) <= number + 7
    assert len(asked) == 50
