"""Files read in groups, by workers."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue

from scanner.collect.python.facts import Facts, digest_of, read_facts
from scanner.workers import EndedError, NoProcessError, TaskError, TooSlowError, Workers, apart

GROUP_BYTES = 100_000  # of source: some tenths of a second, so that what a task costs beside does not count

# A file, its path relative to the root, and whether it is parsed whatever stands in it.
Request = tuple[str, str, bool]
_Group = tuple[Request, ...]

_CRASHED = "The file was not read because reading it ended the process that did, twice; it may be nested too deeply."
_TOO_SLOW = "The file was not read because that took longer than {limit:g} seconds."
_NOT_THERE = (
    "A worker of the cluster found another file there, or none: give all workers the same files, at the same path."
)


def read_group(group: _Group) -> list[Facts]:
    """Reads files, in a process that does nothing else."""
    _prepare()
    return [_read(request) for request in group]


@cache
def _prepare() -> None:
    # libcst's trees have no circles: looking for garbage among their millions of nodes costs a seventh of the time.
    gc.disable()
    import_module("scanner.collect.python.reading")
    _trust_the_parser()
    _write_plainly()


def _read(request: Request) -> Facts:
    file, path, always = request
    return read_facts(Path(file), path, always=always)


def _trust_the_parser() -> None:
    """Leaves out that every node checks itself when it is made, a fifth of the time: the parser makes no wrong ones."""
    node = import_module("libcst").CSTNode
    node.__post_init__ = lambda _: None


def _write_plainly() -> None:
    """Leaves out a context for every expression that stands in no parentheses, a quarter of what `offsets` takes."""
    kind, nothing = import_module("libcst").BaseExpression, nullcontext()
    enclosed = kind._parenthesize
    kind._parenthesize = lambda node, state: enclosed(node, state) if node.lpar else nothing


@dataclass(slots=True)
class Groups:
    """Reads what is put in, in any order, while more is put in."""

    workers: Workers
    _pending: list[Request] = field(default_factory=list)
    _bytes: int = 0  # of the pending files
    _alone: set[Request] = field(default_factory=set)  # files tried once more by themselves
    _waiting: dict[Future[list[Facts]], _Group] = field(default_factory=dict)
    _done: SimpleQueue[Future[list[Facts]]] = field(default_factory=SimpleQueue)

    def put(self, request: Request, size: int) -> None:
        """Asks for a file of so many bytes."""
        if self._pending and self._bytes + size > GROUP_BYTES:
            self._submit_pending()
        self._pending.append(request)
        self._bytes += size

    def answers(self) -> Iterator[tuple[str, Facts]]:
        """Yields path and facts of every file asked for, as they come."""
        while self._waiting or self._pending:
            if self._pending and len(self._waiting) < self.workers.count:  # somebody has nothing to do
                self._submit_pending()
            future = self._done.get()
            group = self._waiting.pop(future)
            for request, facts in zip(group, self._facts(future, group), strict=False):
                yield request[1], facts

    def _submit_pending(self) -> None:
        group, self._pending, self._bytes = tuple(self._pending), [], 0
        self._submit(group)

    def _submit(self, group: _Group) -> None:
        future = self.workers.submit(read_group, group)
        self._waiting[future] = group
        future.add_done_callback(self._done.put)

    def _facts(self, future: Future[list[Facts]], group: _Group) -> Iterable[Facts]:
        try:
            return list(map(self._checked, group, future.result()))
        except NoProcessError:
            return map(_read, group)
        except TaskError as error:
            if len(group) == 1 and (group[0] in self._alone or not isinstance(error, EndedError)):
                return (Facts(relevant=True, states=True, parsed=True, problem=("", _reason(error))),)
            for request in group:
                self._alone.add(request)
                self._submit((request,))
            return ()

    def _checked(self, request: Request, facts: Facts) -> Facts:
        """The facts, if the worker has read the file that stands here."""
        file, path, _ = request
        try:
            same = not self.workers.elsewhere or digest_of(Path(file).read_bytes(), path) == facts.digest
        except OSError:
            return facts  # it cannot be read here either
        return facts if same else Facts(states=True, parsed=True, problem=("", _NOT_THERE))


def _reason(error: TaskError) -> str:
    return _TOO_SLOW.format(limit=apart.TIME_LIMIT) if isinstance(error, TooSlowError) else _CRASHED
