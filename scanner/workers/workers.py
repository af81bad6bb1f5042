"""Workers: whatever does several tasks at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from scanner.workers.apart import Processes

A = TypeVar("A")
B = TypeVar("B")

VARIABLE = "SCANNER_PROCESSES"  # says how many processes; without it one for each processor


@dataclass(frozen=True, slots=True)
class Workers:
    """An executor whose tasks are done each in a process apart, wherever that is."""

    executor: Executor
    # How a task is called there: (task, argument) → what the task gives. Raises its OSErrors, and TaskError.
    run: Callable[..., object]
    count: int  # tasks at a time
    elsewhere: bool = False  # they may see other files than this machine does

    def submit(self, task: Callable[[A], B], argument: A) -> Future[B]:
        """Asks for what a function of a module gives. Its future raises its OSErrors, and TaskError."""
        return self.executor.submit(self.run, task, argument)  # type: ignore[arg-type]

    def in_order(self, task: Callable[[A], B], arguments: Iterable[A]) -> Iterator[tuple[A, Future[B]]]:
        """Yields every argument with its future, as they come; few wait at a time."""
        rest = iter(arguments)
        waiting = deque((each, self.submit(task, each)) for each in islice(rest, 2 * self.count))
        while waiting:
            yield waiting.popleft()
            waiting.extend((each, self.submit(task, each)) for each in islice(rest, 1))


@contextmanager
def local(count: int | None = None) -> Iterator[Workers]:
    """Processes of this machine; without a count as many as the environment says, or as there are processors."""
    count = count or wanted()
    processes = Processes()
    executor = ThreadPoolExecutor(count, "workers")
    try:
        yield Workers(executor, processes.run, count)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        processes.close()
        executor.shutdown()


def workers(dask: str | None = None) -> AbstractContextManager[Workers]:
    """Those of the Dask cluster whose scheduler is at this address, or of this machine. Raises ClusterError."""
    if dask is None:
        return local()
    from scanner.workers.cluster import cluster

    return cluster(dask)


def wanted() -> int:
    """As many processes as the environment says, or as there are processors."""
    wanted = os.environ.get(VARIABLE, "")
    return (int(wanted) if wanted.isdecimal() else 0) or os.cpu_count() or 1
