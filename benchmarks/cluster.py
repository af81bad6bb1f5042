"""What a Dask cluster costs beside processes of this machine, and what a second worker brings, on the same data.

python -m benchmarks.cluster [MEGABYTES]

Scheduler and workers run on this machine: what a network costs is not in these figures. The log is the one of
benchmarks/slow_log.py. Measured is the scan from Python, the schema's and the log's reading and all resolving included,
when everything is loaded: the second of two scans.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
from distributed import LocalCluster

from benchmarks.slow_log import TABLE, TABLES, generate
from benchmarks.table import Figure, Measured, cells, markdown
from scanner.config import Config
from scanner.config.options import config_from_options
from scanner.scanning import scan_databases
from scanner.workers import Workers, local, workers

DATA = "a slow log of 200 MB, as above; scheduler and workers on one machine"
FIGURES = (
    Figure("a scan by a Dask cluster of two workers: wall", "s", "two processes"),
    Figure("the same: CPU of all", "s", "two processes"),
    Figure("the same as the first: wall", "s", "a cluster of one worker"),
)


def main() -> int:
    """Prints the figures."""
    measured = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    print(markdown(cells(figure, DATA, each) for figure, each in zip(FIGURES, measured, strict=True)), end="")
    return 0


def measure(size: int = 200) -> Iterator[Measured]:
    """The figures, of a log of so many MB."""
    with tempfile.TemporaryDirectory() as folder:
        log, schema = Path(folder, "slow.log"), Path(folder, "schema.sql")
        schema.write_text("\n".join(map(TABLE.format, TABLES)))
        generate(log, size * 1_000_000)
        config = config_from_options("mysql:8.0", [str(schema)], sources=[("mysql_slow_log", str(log))])
        here = {count: _measured(f"{count} processes", local(count), config) for count in (1, 2)}
        there = {}
        for count in (1, 2):
            with LocalCluster(
                n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
            ) as cluster:
                there[count] = _measured(f"{count} workers", workers(cluster.scheduler_address), config)
    yield there[2][0], here[2][0]
    yield there[2][1], here[2][1]
    yield there[2][0], there[1][0]


def _measured(name: str, found: AbstractContextManager[Workers], config: Config) -> tuple[float, float]:
    """Seconds, and seconds of processors."""
    with found as each:
        scan_databases(config, workers=each)
        processor, start = _processor(), time.perf_counter()
        scan_databases(config, workers=each)
        wall, processor = time.perf_counter() - start, _processor() - processor
    print(f"{name:12} {wall:6.2f} s, {processor:6.2f} s of CPU", flush=True)
    return wall, processor


def _processor() -> float:
    """Seconds of this process and all below it that are alive, as the workers are."""
    own = psutil.Process()
    times = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return sum(each.user + each.system for each in times)


if __name__ == "__main__":
    sys.exit(main())
