"""A tree of Python source → observations of the SQL it can run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from scanner.collect.python.cache import Kept
from scanner.collect.python.files import Walk, python_files
from scanner.collect.python.layout import Layout
from scanner.collect.python.linking import linked
from scanner.collect.python.manifests import Manifests
from scanner.collect.python.readings import SMALL, Readings
from scanner.model import BlindSpot, Collected, Coverage, Family, Observation
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
    yield from _collected(readings, walk, database, family)


def _collected(readings: Readings, walk: Walk, database: str | None, family: Family | None) -> tuple[Collected, ...]:
    cache, root = readings.cache, readings.layout.root
    options = repr((family, database, str(root)))
    blind = tuple(BlindSpot("python", str(root), message) for message in walk.left_out())
    kept = cache.kept(options)
    if kept is not None and readings.are_known and kept.everything == _everything(readings):
        known = cache.found(options)
        if known is not None:
            return (*known, *blind, kept.coverage)
    readings.read()
    touching = _touching(readings)
    same = kept is not None and kept.touching == touching and kept.asked.items() <= readings.digests.items()
    known = cache.found(options) if same else None
    if kept is None or known is None:
        made = linked(readings, family)
        asked = {path: readings.digests[path] for path in made.asked}
        found = tuple(
            replace(each, database=database) if isinstance(each, Observation) else each for each in made.found
        )
        statements, ignored = made.statements, made.ignored
    else:
        asked, found, statements, ignored = kept.asked, known, kept.coverage.entries, kept.coverage.ignored
    files, lines, size = readings.counts
    coverage = Coverage("python", str(root), statements, files=files, lines=lines, bytes=size, ignored=ignored)
    now = Kept(_everything(readings), touching, asked, coverage)
    cache.keep(readings.stamped(), readings.new(), options, now, found if known is None else None)
    return (*found, *blind, coverage)


def _everything(readings: Readings) -> str:
    """The digest of all files, and of what stands beside them."""
    return _digest(sorted(readings.digests.items()), readings)


def _touching(readings: Readings) -> str:
    """The digest of the files that linking begins with, of the names of all, and of what stands beside them."""
    facts = ((path, readings.facts(path)) for path in readings.paths)
    return _digest([(path, each.digest, each.problem) for path, each in facts if each.is_linked], readings)


def _digest(files: object, readings: Readings) -> str:
    beside = Manifests(readings.layout.root, readings.paths).everything
    told = repr((files, beside, readings.paths)).encode("utf-8", "surrogateescape")
    return blake2b(told, digest_size=16).hexdigest()


def _relative(path: Path, root: Path) -> str:
    return path.name if path == root else path.relative_to(root).as_posix()
