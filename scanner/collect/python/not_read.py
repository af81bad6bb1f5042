"""Files whose queries are not read: what writes them is not understood."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from scanner.collect.python import syntax
from scanner.collect.python.foreign import NAMES
from scanner.collect.python.readings import Readings
from scanner.model import BlindSpot
from scanner.trees import some


def not_read(readings: Readings) -> tuple[BlindSpot, ...]:
    """A library each, with the files that import it or a class made with it."""
    using: dict[str, set[str]] = defaultdict(set)
    for path in readings.paths:
        for name in readings.facts(path).foreign:
            if readings.layout.find(name, path, 0) is None:
                using[name].add(path)
    files: dict[str, set[str]] = defaultdict(set)
    for name, own in using.items():
        files[NAMES[name]] |= own | _importers(own, readings)
    return tuple(
        BlindSpot("python", str(readings.layout.root), _said(library, sorted(paths)))
        for library, paths in sorted(files.items())
    )


def _importers(own: set[str], readings: Readings) -> set[str]:
    """The files that import one of these, or a class that stands in one of them."""
    classes = {name for path in own for name in _classes(readings.parsed(path).statements())}
    modules = {PurePosixPath(path.removesuffix("/__init__.py")).stem for path in own}
    named = re.compile(rb"\b(?:%s)\b" % b"|".join(re.escape(name.encode()) for name in sorted(classes | modules)))
    asking = [path for path in readings.paths if path not in own and named.search(_data(path, readings))]
    readings.parse(asking)
    found: set[str] = set()
    for path in asking:
        imported = readings.parsed(path).imports
        from_here = (member for module, member, level in imported if readings.layout.find(module, path, level))
        if not own.isdisjoint(readings.imported(path)) or not classes.isdisjoint(from_here):
            found.add(path)
    return found


def _data(path: str, readings: Readings) -> bytes:
    try:
        return readings.layout.file(path).read_bytes()
    except OSError:
        return b""


def _classes(statements: tuple[syntax.Statement, ...]) -> Iterator[str]:
    return (each.name for each in statements if isinstance(each, syntax.Class) and each.bases)


def _said(library: str, paths: list[str]) -> str:
    if len(paths) == 1:
        return f"The queries that {library} writes are not read; 1 file works with it: {paths[0]}"
    return f"The queries that {library} writes are not read; {len(paths)} files work with it: {some(paths)}"
