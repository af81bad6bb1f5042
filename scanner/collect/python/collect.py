"""A tree of Python source → observations of the SQL it can run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from scanner.collect.python.files import Walk, python_files
from scanner.collect.python.layout import Layout
from scanner.collect.python.linking import linked
from scanner.collect.python.manifests import Manifests
from scanner.collect.python.readings import SMALL, Readings
from scanner.model import BlindSpot, Collected, Family, Observation
from scanner.workers import Workers


def collect(
    root: Path,
    *,
    database: str | None = None,
    family: Family | None = None,
    small: int = SMALL,
    workers: Workers | None = None,
) -> Iterator[Collected]:
    """Yields what the Python files below a root can run, then what could not be read, then the coverage.

    `root` may be one file. Locations are relative to it. Files are parsed, never imported or run. `database`
    is copied into every observation; `family` tells how identifiers are quoted and scripts
    split, and defaults to PostgreSQL's way. A file that cannot be read is an `Unread` and never ends the
    collection. A mapped class is an observation whose source is `observations.MODEL`.

    What was read of a root with more than `small` bytes of Python is kept in the user's cache folder. Many files are
    read by `workers`, which without any are processes of this call's own.
    """
    walk = Walk()
    readings = Readings(Layout(root, [_relative(path, root) for path in python_files(root, walk)]), small, workers)
    for item in _collected(readings, walk, family):
        yield replace(item, database=database) if isinstance(item, Observation) else item


def _collected(readings: Readings, walk: Walk, family: Family | None) -> tuple[Collected, ...]:
    cache, root = readings.cache, readings.layout.root
    options = f"{family} {root}"
    if readings.are_known:
        known = cache.result(options, _digest(readings, walk))
        if isinstance(known, tuple):
            return known
    readings.read()
    *found, coverage = linked(readings, root, family)
    blind = (BlindSpot("python", str(root), message) for message in walk.left_out())
    result = (*found, *blind, coverage)
    cache.keep(readings.stamped(), readings.new(), (options, _digest(readings, walk), result))
    return result


def _digest(readings: Readings, walk: Walk) -> str:
    """Of everything that a result is made of."""
    everything = (
        Manifests(readings.layout.root, readings.paths).everything,
        list(walk.left_out()),
        sorted(readings.digests.items()),
    )
    return blake2b(repr(everything).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _relative(path: Path, root: Path) -> str:
    return path.name if path == root else path.relative_to(root).as_posix()
