"""A tree of Python source → observations of the SQL it can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

from scanner.collect.python.cache import Kept
from scanner.collect.python.facts import Facts
from scanner.collect.python.files import Walk, python_files
from scanner.collect.python.in_file import Found
from scanner.collect.python.layout import Layout
from scanner.collect.python.moving import NotMovedError, moved, moves
from scanner.collect.python.not_given import not_given
from scanner.collect.python.not_read import not_read
from scanner.collect.python.packing import DamagedError
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
            return (*known, *blind, *kept.blind_spots, kept.coverage)
    readings.read()
    before = cache.found(options)
    found = _still_found(before, kept, readings)
    if kept is None or found is None:
        # Loaded only where something is linked: neither processes that read nor most scans of known files need it.
        from scanner.collect.python.linking import linked

        blocks = cache.blocks(str(family))
        try:
            made = linked(readings, family, database, blocks, before.files if before is not None else {})
        except DamagedError:
            made = linked(readings, family, database, {}, {})
        cache.keep_blocks(str(family), made.blocks, blocks)
        found, asked, leading = made.found, made.asked, made.leading
    else:
        asked, leading = tuple(kept.asked), kept.leading
    everything = tuple(found)
    statements = sum(isinstance(each, Observation) for each in everything)
    files, lines, size = readings.counts
    coverage = Coverage("python", str(root), statements, files=files, lines=lines, bytes=size, ignored=found.ignored)
    unknown, digests = (*not_read(readings), *not_given(readings)), {path: readings.digests[path] for path in asked}
    now = Kept(_everything(readings), _touching(readings, leading, {}), digests, leading, coverage, unknown)
    cache.keep(readings.stamped(), readings.new(), options, now, found)
    return (*everything, *blind, *unknown, coverage)


def _still_found(found: Found | None, kept: Kept | None, readings: Readings) -> Found | None:
    """The last result, with its places as they are now; None where linking may give another."""
    if found is None or kept is None:
        return None
    before = {path: digest for path, digest in kept.asked.items() if readings.digests.get(path) != digest}
    if kept.touching != _touching(readings, kept.leading, before):
        return None
    try:
        files = {
            path: moves(readings.cache.facts(digest) or Facts(), readings.parsed(path))
            for path, digest in before.items()
        }
        return moved(found, files) if files else found
    except NotMovedError:
        return None


def _everything(readings: Readings) -> str:
    """The digest of all files, and of what stands beside them."""
    return _digest(sorted(readings.digests.items()), readings)


def _touching(readings: Readings, leading: frozenset[str], before: Mapping[str, str]) -> str:
    """The digest of the files that linking begins with, of the names of all, and of what stands beside them.

    `leading` are names of functions and classes that work with a database. `before` has the digests of files as they
    were, to be taken for those of now.
    """
    facts = ((path, readings.facts(path)) for path in readings.paths)
    begun = [(path, before.get(path, each.digest), each.problem) for path, each in facts if each.is_linked(leading)]
    return _digest(begun, readings)


def _digest(files: object, readings: Readings) -> str:
    told = repr((files, readings.manifests.everything, readings.paths)).encode("utf-8", "surrogateescape")
    return blake2b(told, digest_size=16).hexdigest()


def _relative(path: Path, root: Path) -> str:
    return path.name if path == root else path.relative_to(root).as_posix()
