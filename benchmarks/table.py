"""The rows that benchmarks give, as one table."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HEAD = ("what", "data", "scanner", "beside it", "costs", "ratio")


class Figure(NamedTuple):
    """What is measured, and beside what."""

    what: str
    unit: str
    beside: str  # what a user has otherwise, or the least that it can cost


# Of the scanner, and of what stands beside it, in the same run on the same data; None: that is not installed.
Measured = tuple[float, float | None]


def cells(figure: Figure, data: str, measured: Measured) -> tuple[str, ...]:
    """A row; the ratio is the other's figure by the scanner's."""
    ours, theirs = measured
    ratio = "" if theirs is None else _rounded(theirs / ours)
    return figure.what, data, _shown(ours, figure.unit), figure.beside, _shown(theirs, figure.unit), ratio


def _shown(value: float | None, unit: str) -> str:
    return "not installed" if value is None else f"{_rounded(value)} {unit}"


def _rounded(value: float) -> str:
    """Two digits of what is small, all before the point of what is large."""
    return f"{value:,.0f}" if value >= 10 else f"{float(f'{value:.2g}'):g}"


def markdown(rows: Iterable[Sequence[str]]) -> str:
    """The table."""
    return "".join(f"| {' | '.join(row)} |\n" for row in (HEAD, ("---",) * len(HEAD), *rows))


@dataclass(frozen=True)
class Cost:
    """Of a command and its children."""

    processor: float  # seconds
    wall: float  # seconds
    memory: float  # MB, the largest process's


def cost(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Runs a command; its output is thrown away. Ends the benchmark when the command fails."""
    # A process is as large as the one it was started by, at first: so that is a small one.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _MEASURED, *command],
        env=os.environ | dict(environment or {}),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr}")
    return Cost(*json.loads(done.stdout))


_MEASURED = """
import json, os, resource, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
wall = time.perf_counter() - start
everything = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([everything.ru_utime + everything.ru_stime, wall, everything.ru_maxrss / 1000]))
sys.exit(status != 0)
"""


def installed(command: str, package: str) -> str | None:
    """Where a command is; installed from Debian's package where that may be done."""
    if shutil.which(command) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", package]
        subprocess.run(install, env=os.environ | quiet, check=False, capture_output=True)
    return shutil.which(command)
