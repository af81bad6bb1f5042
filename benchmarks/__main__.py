"""All benchmarks, and the table that README quotes.

python -m benchmarks [--write]

Every figure stands beside that of an alternative, measured in the same run on the same data. With --write the table
takes the place of README's, for which every alternative must be installed.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from benchmarks import assess, cluster, python, slow_log, store
from benchmarks.table import Figure, Measured, cells, markdown

README = Path(__file__).parents[1] / "README.md"
PASSAGE = re.compile(r"(<!-- make bench -->\n).*?(<!-- end -->)", re.DOTALL)


class Benchmark(Protocol):
    """A module that measures."""

    __name__: str
    DATA: str
    FIGURES: tuple[Figure, ...]

    def measure(self) -> Iterator[Measured]:
        """What it measures, in the order of FIGURES."""


BENCHMARKS: tuple[Benchmark, ...] = (slow_log, cluster, store, assess, python)


def main() -> int:
    """Prints the table; 1 when README cannot have it."""
    writes = "--write" in sys.argv[1:]
    if slow_log.digest_command() is None:
        left_out = "README's table stays as it is" if writes else "its figures are left out"
        print(f"pt-query-digest is not installed, so {left_out}: install Debian's package percona-toolkit.")
        if writes:
            return 1
    start = time.monotonic()
    found = [row for benchmark in BENCHMARKS for row in _measured(benchmark)]
    table = markdown(found)
    took = f"{(time.monotonic() - start) / 60:.0f} minutes"
    print(f"\n{table}\n{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {took}")
    if writes:
        README.write_text(with_table(README.read_text(), table))
    return 0


def with_table(text: str, table: str) -> str:
    """A page with this table between its marks. Raises ValueError when it has none."""
    written, count = PASSAGE.subn(lambda found: f"{found[1]}{table}{found[2]}", text)
    if count != 1:
        raise ValueError(f"the marks of the table are there {count} times")
    return written


def rows(benchmark: Benchmark, measured: Iterable[Measured]) -> list[tuple[str, ...]]:
    """The lines of the table that a benchmark gives."""
    return [cells(figure, benchmark.DATA, each) for figure, each in zip(benchmark.FIGURES, measured, strict=True)]


def _measured(benchmark: Benchmark) -> list[tuple[str, ...]]:
    print(f"# {benchmark.__name__.rpartition('.')[2]}", flush=True)
    return rows(benchmark, benchmark.measure())


if __name__ == "__main__":
    # The workers of a cluster load this module again.
    sys.exit(main())
