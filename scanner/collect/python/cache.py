"""What was read before, kept on disk for the next scan of the same root.

One SQLite file a root, in the user's own cache folder. It holds facts of source code, string literals among them,
so nobody else may read the folder. Whatever is wrong with the cache costs time and nothing else: it is made anew.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import scanner
from scanner.cache_folder import bound, private_folder
from scanner.collect.python.facts import Facts
from scanner.collect.python.in_file import Found, InFile
from scanner.collect.python.light import no_garbage_collection
from scanner.collect.python.packing import DamagedError, pack, unpack
from scanner.model import BlindSpot, Coverage

# A file written within this time before it was read may be written again without a new time of change.
_RACY = 2_000_000_000  # nanoseconds
_OTHERS = "/"  # stands for a path where what belongs to no file is kept
_WAIT = 5.0  # seconds, for another scan that is writing
_TABLES = """
CREATE TABLE IF NOT EXISTS made_by (version TEXT);
CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, inode INTEGER, digest TEXT);
CREATE TABLE IF NOT EXISTS facts (digest TEXT PRIMARY KEY, content BLOB);
CREATE TABLE IF NOT EXISTS linked (options TEXT PRIMARY KEY, kept BLOB);
CREATE TABLE IF NOT EXISTS found (options TEXT, path TEXT, content BLOB, PRIMARY KEY (options, path));
CREATE TABLE IF NOT EXISTS block (family TEXT, path TEXT, content BLOB, PRIMARY KEY (family, path));
"""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells without reading a file that it is the one it was."""

    size: int  # bytes
    changed: int  # nanoseconds since 1970
    inode: int

    @classmethod
    def of(cls, file: Path) -> Stamp | None:
        """That of a file; None if there is none."""
        try:
            found = file.stat()
        except OSError:
            return None
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


@dataclass(frozen=True, slots=True)
class Kept:
    """What tells whether a result is still the one that linking would give."""

    everything: str  # digest of all files
    touching: str  # digest of those that linking begins with
    asked: dict[str, str]  # the digests of the files that it asked for, by path
    leading: frozenset[str]  # names of what works with a database: linking begins with who asks for them, too
    coverage: Coverage
    blind_spots: tuple[BlindSpot, ...]  # libraries that are not understood


@dataclass(slots=True)
class Cache:
    """What is known of a root. Without a file it knows nothing and keeps nothing."""

    file: Path | None = None
    _known: dict[str, tuple[Stamp, str]] = field(default_factory=dict)
    _facts: dict[str, bytes] | None = None  # by digest, once they were asked for
    _kept: bytes = b""  # as it stands in the file, so that nothing is taken for it that another scan has written
    _found: Found | None = None  # as it stands in the file, if it was asked for

    @classmethod
    def of(cls, root: Path) -> Cache:
        """The cache of a root, in the folder that the environment names."""
        folder = private_folder()
        if folder is None:
            return cls()
        name = blake2b(str(root.resolve()).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
        found = cls(folder / f"python-{name}.sqlite")
        for path, size, changed, inode, digest in found._rows("SELECT path, size, changed, inode, digest FROM file"):
            found._known[path] = Stamp(size, changed, inode), digest
        return found

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not self._known

    def digest(self, path: str, now: Stamp | None) -> str | None:
        """The digest of a file that is what it was; None if it may have changed."""
        stamp, digest = self._known.get(path, (None, None))
        return digest if stamp == now else None

    def facts(self, digest: str) -> Facts | None:
        """What was read in a file of this content."""
        if self._facts is None:
            self._facts = dict(self._rows("SELECT digest, content FROM facts"))
        content = self._facts.get(digest)
        found = _restored(content) if content is not None else None
        return found if isinstance(found, Facts) else None

    def kept(self, options: str) -> Kept | None:
        """What the last result with these options was made of."""
        rows = self._rows("SELECT kept FROM linked WHERE options = ?", (options,))
        self._kept = rows[0][0] if rows else b""
        made = _restored(self._kept)
        return Kept(*made) if isinstance(made, tuple) else None

    def found(self, options: str) -> Found | None:
        """The result that was made of what `kept` told last."""
        of = "FROM found JOIN linked USING (options) WHERE options = ? AND kept = ?"
        with no_garbage_collection():
            rows = self._rows(f"SELECT path, content {of}", (options, self._kept))
            made = {path: _restored(content) for path, content in rows}
        others = made.pop(_OTHERS, None)
        if not isinstance(others, tuple) or not all(isinstance(each, InFile) for each in made.values()):
            return None
        self._found = Found(cast("dict[str, InFile]", made), others)
        return self._found

    def blocks(self, family: str) -> dict[str, Any]:
        """What the functions of each module came to."""
        rows = self._rows("SELECT path, content FROM block WHERE family = ?", (family,))
        with no_garbage_collection():
            return {path: found for path, content in rows if (found := _restored(content)) is not None}

    def keep_blocks(self, family: str, blocks: Mapping[str, object], known: Mapping[str, object]) -> None:
        """Keeps those that are others than were `known`."""
        if self.file is None:
            return
        with no_garbage_collection():
            new = [(family, path, pack(each)) for path, each in blocks.items() if known.get(path) is not each]
        gone = [(family, path) for path in known if path not in blocks]
        with suppress(sqlite3.Error, OSError), _writing(self.file) as connection:
            connection.executemany("REPLACE INTO block VALUES (?, ?, ?)", new)
            connection.executemany("DELETE FROM block WHERE family = ? AND path = ?", gone)

    def keep(
        self,
        files: Mapping[str, tuple[Stamp | None, str]],
        new: Iterable[Facts],
        options: str,
        kept: Kept,
        found: Found,
    ) -> None:
        """Keeps stamps and digests of all files, facts that are new, and the result, as far as it is new."""
        if self.file is None:
            return
        soon = time.time_ns() - _RACY
        rows = [
            (path, at.size, at.changed if at.changed < soon else -1, at.inode, digest)
            for path, (at, digest) in files.items()
            if at is not None and digest
        ]
        made_of = pack((kept.everything, kept.touching, kept.asked, kept.leading, kept.coverage, kept.blind_spots))
        try:
            with _writing(self.file) as connection, no_garbage_collection():
                connection.execute("DELETE FROM file")
                connection.executemany("INSERT INTO file VALUES (?, ?, ?, ?, ?)", rows)
                connection.executemany("REPLACE INTO facts VALUES (?, ?)", ((each.digest, pack(each)) for each in new))
                connection.execute("DELETE FROM facts WHERE digest NOT IN (SELECT digest FROM file)")
                self._write(connection, options, found)
                connection.execute("REPLACE INTO linked VALUES (?, ?)", (options, made_of))
        except sqlite3.OperationalError:  # another scan is writing, or the disk is full
            return
        except (sqlite3.Error, OSError):
            self.file.unlink(missing_ok=True)
        bound(self.file)

    def _write(self, connection: sqlite3.Connection, options: str, found: Found) -> None:
        """What was found, but what stands there already."""
        now = connection.execute("SELECT kept FROM linked WHERE options = ?", (options,)).fetchall()
        was = self._found if now == [(self._kept,)] else None
        if was is None:
            connection.execute("DELETE FROM found WHERE options = ?", (options,))
        known = was.files if was is not None else {}
        new = [(options, path, pack(each)) for path, each in found.files.items() if known.get(path) is not each]
        gone = [(options, path) for path in known if path not in found.files]
        new.append((options, _OTHERS, pack(found.others)))
        connection.executemany("REPLACE INTO found VALUES (?, ?, ?)", new)
        connection.executemany("DELETE FROM found WHERE options = ? AND path = ?", gone)

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Nothing where the file cannot be read, or is of another version."""
        if self.file is None or not self.file.exists():
            return []
        with suppress(sqlite3.Error, OSError), closing(sqlite3.connect(self.file, timeout=_WAIT)) as connection:
            if connection.execute("SELECT version FROM made_by").fetchall() == [(_version(),)]:
                return connection.execute(query, values).fetchall()
        return []


@contextmanager
def _writing(file: Path) -> Iterator[sqlite3.Connection]:
    """One transaction, on tables of this version."""
    with closing(sqlite3.connect(file, timeout=_WAIT, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        if connection.execute("SELECT version FROM made_by").fetchall() != [(_version(),)]:
            for table in ("made_by", "facts", "linked", "found", "block"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("INSERT INTO made_by VALUES (?)", (_version(),))
        yield connection
        connection.execute("COMMIT")


def _restored(content: object) -> object:
    try:
        return unpack(content) if isinstance(content, bytes) else None
    except DamagedError:
        return None


@cache
def _version() -> str:
    """Changes with whatever may make facts or results other than they were."""
    files = sorted(Path(scanner.__file__).parent.rglob("*.py"))
    libcst = find_spec("libcst")  # its files too: asking for its version takes as long as a small scan
    for folder in (libcst.submodule_search_locations or ()) if libcst else ():
        files.extend(sorted(Path(folder).glob("*.*")))
    seen = [(str(file), stamp.size, stamp.changed) for file in files if (stamp := Stamp.of(file))]
    return blake2b(repr(seen).encode(), digest_size=16).hexdigest()
