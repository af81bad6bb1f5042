"""What was found in files before: kept on disk, so that only changed files are looked through again.

One file a root and set of names, in the user's own cache folder. Whatever is wrong with it costs time and nothing else.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from scanner.cache_folder import bound, private_folder
from scanner.collect.mentions.names import Names
from scanner.model import Location, Looked, Mention

# A file written within this time before it was read may be written again without a new time of change.
_RACY = 2_000_000_000  # nanoseconds

Stamp = tuple[int, int, int]  # bytes, nanoseconds since 1970, inode


def stamp_of(file: Path) -> Stamp | None:
    """What tells without reading a file that it is the one it was; None if there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


@dataclass(slots=True)
class Kept:
    """What was found in the files of a root. Without a file it knows nothing and keeps nothing."""

    file: Path | None
    _before: dict[str, Any] = field(default_factory=dict)
    _now: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, names: Names) -> Kept:
        """Those found before with the same names, by the same version."""
        folder = private_folder()
        if folder is None:
            return cls(None)
        columns = sorted((table, sorted(held)) for table, held in names.columns.items())
        told = (str(root.resolve()), sorted(names.tables.items()), sorted(names.classes.items()), columns, _version())
        name = blake2b(repr(told).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        file = folder / f"mentions-{name}.json"
        with suppress(OSError, ValueError):
            known = json.loads(file.read_text("utf-8"))
            if isinstance(known, dict):
                return cls(file, known)
        return cls(file)

    def found(self, place: str, stamp: Stamp | None) -> Looked | None:
        """What is in a file that is what it was; None if it may have changed."""
        try:
            *known, rows, columns, tables = self._before[place]
            if tuple(known) != stamp:
                return None
            mentions = tuple(_mention(place, *row) for row in rows)
            looked = Looked(place, mentions, _lines(columns), _lines(tables))
        except (KeyError, TypeError, ValueError):
            return None
        self._now[place] = [*known, rows, columns, tables]
        return looked

    def keep(self, stamp: Stamp | None, looked: Looked) -> None:
        """Keeps what was found in a file."""
        if stamp is not None and stamp[1] < time.time_ns() - _RACY:
            rows = [[m.location.line, m.location.column, m.text, m.table, m.rank] for m in looked.mentions]
            spoken = ([list(each) for each in lines.items()] for lines in (looked.columns, looked.tables))
            self._now[looked.path] = [*stamp, rows, *spoken]

    def save(self) -> None:
        """Writes what is known now, if that is anything new."""
        if self.file is None or self._now == self._before:
            return
        beside = self.file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            beside.write_text(json.dumps(self._now), "utf-8")
            beside.replace(self.file)
            bound(self.file)


def _mention(place: str, line: int, column: int, text: str, table: str, rank: int) -> Mention:
    return Mention(Location(place, int(line), int(column)), (), str(text), str(table), int(rank))


def _lines(rows: Iterable[Sequence[object]]) -> dict[str, int]:
    return {str(name): int(str(line)) for name, line in rows}


@cache
def _version() -> str:
    """Changes with whatever may make the mentions other than they were."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return blake2b(repr([(file.name, stamp_of(file)) for file in files]).encode(), digest_size=12).hexdigest()
