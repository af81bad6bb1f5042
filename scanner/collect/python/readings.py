"""The facts of all files of a root: from the cache, from worker processes, or read here."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from scanner.collect.python.cache import Cache, Stamp
from scanner.collect.python.facts import Facts, digest_of, read_facts
from scanner.collect.python.groups import Groups
from scanner.collect.python.layout import Layout
from scanner.collect.python.leading import leading
from scanner.collect.python.manifests import Manifests
from scanner.workers import Workers, local

# Less than this is read sooner than processes start, and than a cache is worth keeping.
SMALL = 500_000  # bytes


class Readings:
    """What stands in the files, each read once. Of a root of no more than `small` bytes nothing is kept."""

    def __init__(self, layout: Layout, small: int, workers: Workers | None = None) -> None:
        self.layout = layout
        self._workers = workers
        self.paths = layout.paths
        self.stamps = {path: Stamp.of(layout.file(path)) for path in self.paths}
        self.digests: dict[str, str] = {}  # of the files whose content is known
        self._facts: dict[str, Facts] = {}
        self._new: set[str] = set()
        self.cache = Cache.of(layout.root) if self._bytes(self.paths) > small else Cache()
        for path, stamp in self.stamps.items():
            digest = self.cache.digest(path, stamp)
            if digest is not None:
                self.digests[path] = digest

    @classmethod
    def told(cls, layout: Layout, facts: Mapping[str, Facts]) -> Readings:
        """What another process has read. Nothing is kept."""
        made = cls(layout, sys.maxsize)
        made._facts = dict(facts)
        made.digests = {path: each.digest for path, each in facts.items()}
        return made

    @cached_property
    def manifests(self) -> Manifests:
        """What stands beside the files."""
        return Manifests(self.layout.root, self.paths)

    def everything(self) -> Mapping[str, Facts]:
        """The facts of all files, by path."""
        return self._facts

    @property
    def are_known(self) -> bool:
        """Whether all files are what they were."""
        return len(self.digests) == len(self.paths) > 0

    def read(self) -> None:
        """Reads all files, and parses those that may touch a database and what they import."""
        waiting = [path for path in self.paths if not self._is_known(path)]
        if self._bytes(waiting) <= SMALL:
            for path in waiting:
                self._take(path, self._here(path, always=False))
        else:
            with self._at_work() as workers:
                self._by_workers(waiting, workers)
                _ = self.linked  # while there are processes

    @cached_property
    def linked(self) -> tuple[tuple[str, ...], frozenset[str]]:
        """The files that are looked into, parsed, in the order of coming across them, and the names that lead to them.

        They are those that may touch a database, who calls or imports what they have, and what all these import.
        """
        seen: dict[str, None] = {}
        names = frozenset[str]()
        if not any(self._facts[each].states for each in self.paths):  # nothing that any call could run
            return (), names
        while begun := [each for each in self.paths if each not in seen and self._facts[each].is_linked(names)]:
            seen.update(dict.fromkeys(begun))
            self.parse(begun)
            for path in begun:
                self.parsed(path)
                new = dict.fromkeys(each for each in self.imported(path) if each not in seen)
                seen.update(new)
                begun.extend(new)
            names = leading(seen, self)
        return tuple(seen), names

    def facts(self, path: str) -> Facts:
        """What stands in a file, parsed or not."""
        return self._facts[path]

    def parse(self, paths: Iterable[str]) -> None:
        """Parses these files, whatever they are."""
        waiting = [path for path in paths if not self._facts[path].parsed]
        if self._bytes(waiting) > SMALL:
            with self._at_work() as workers:
                self._by_workers(waiting, workers, always=True)

    def parsed(self, path: str) -> Facts:
        """What stands in a file, parsed whatever it is."""
        if not self._facts[path].parsed:
            self._take(path, self._here(path, always=True))
        return self._facts[path]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many files, lines and bytes there are."""
        facts = [self._facts[path] for path in self.paths]
        return len(facts), sum(each.lines for each in facts), sum(each.size for each in facts)

    def stamped(self) -> dict[str, tuple[Stamp | None, str]]:
        """Every path with its stamp and digest."""
        return {path: (self.stamps[path], self.digests[path]) for path in self.paths}

    def new(self) -> Iterator[Facts]:
        """What the cache does not have yet."""
        return (self._facts[path] for path in sorted(self._new) if self._facts[path].digest)

    def _take(self, path: str, facts: Facts) -> None:
        self._facts[path] = facts
        self.digests[path] = facts.digest
        self._new.add(path)

    def _is_known(self, path: str) -> bool:
        digest = self.digests.get(path) or self._digest(path)
        facts = self.cache.facts(digest) if digest else None
        if facts is None or digest is None:
            return False
        self._facts[path], self.digests[path] = facts, digest
        return True

    def _digest(self, path: str) -> str | None:
        """That of a file whose stamp is new: it may hold what it held, or what another file held."""
        if self.cache.is_empty:
            return None
        try:
            return digest_of(self.layout.file(path).read_bytes(), path)
        except OSError:
            return None

    def _here(self, path: str, *, always: bool) -> Facts:
        return read_facts(self.layout.file(path), path, always=always)

    @contextmanager
    def _at_work(self) -> Iterator[Workers]:
        """Those that were given, or processes that end with the outermost of these."""
        if self._workers is not None:
            yield self._workers
            return
        with local() as self._workers:
            try:
                yield self._workers
            finally:
                self._workers = None

    def _by_workers(self, paths: Iterable[str], workers: Workers, *, always: bool = False) -> None:
        wanted: set[str] = set()  # imported by what may touch a database
        asked: set[str] = set()
        is_some = False  # something stands anywhere that could be run
        groups = Groups(workers)
        # The largest first: none is left to the end, when the other processes have nothing to do.
        for path in sorted(paths, key=self._size, reverse=True):
            groups.put((str(self.layout.file(path)), path, always), self._size(path))
        for path, facts in groups.answers():
            self._take(path, facts)
            if facts.relevant or path in asked:
                wanted.update(self.imported(path))
            is_some = is_some or facts.states
            waiting = wanted - asked if is_some else ()
            ready = {each for each in waiting if each in self._facts and not self._facts[each].parsed}
            asked |= ready
            for each in sorted(ready):
                groups.put((str(self.layout.file(each)), each, True), self._size(each))

    def imported(self, path: str) -> Iterator[str]:
        """The files that a parsed file imports, or whose members it does."""
        for module, member, level in self._facts[path].imports:
            dotted = f"{module}.{member}" if module and member else member or module
            for name in (module, dotted):
                found = self.layout.find(name, path, level) if name or level else None
                if found is not None:
                    yield found

    def _bytes(self, paths: Iterable[str]) -> int:
        return sum(map(self._size, paths))

    def _size(self, path: str) -> int:
        stamp = self.stamps[path]
        return stamp.size if stamp else 0
