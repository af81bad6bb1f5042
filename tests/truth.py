"""Reads and writes fixtures/engine: what real engines did to a statement when a column was added.

Below the directives that are explained in tests/fixture.py (of `engines` the oldest versions that a block is for):

    -- case: what it is about                 one statement …
    -- case postgres: what it is about        … for this engine only
    SELECT …;
    -- unseen: why                            optional: it changes results, but no rows can show it
    -- says unresolved postgres: why          optional: the verdict is known to be another, here everywhere or there
    -- postgres:15.20 recorded: breaks 42601
    -- mariadb:10.11.19 recorded: changes-results once filled
    -- mysql:9.7.4 imported: changes-results or changes-shape

The last lines are never typed: `make record-truth` writes `recorded` from the servers that it is pointed at; `imported`
ones were recorded elsewhere. An outcome is the worst that happened, `or` what the engine's behaviour also allows to
say. Four say nothing of what the change does to the statement: alter-fails, error-before (and no other error after),
error-changes and fixed. The lines of a COPY … FROM STDIN stand below it as in a dump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from scanner.model import Effect, Engine
from tests.fixture import Block, Passage, Situation, passages

DIRECTORY = Path(__file__).parents[1] / "fixtures" / "engine"
UNJUDGED = ("alter-fails", "error-before", "error-changes", "fixed")
UNCHANGED = "unchanged"
OUTCOMES = (*map(str, Effect), UNCHANGED, *UNJUDGED)

_OUTCOME = re.compile(
    r"-- ([a-z]+:[\d.]+) (recorded|imported): ([a-z-]+(?: or [a-z-]+)*)((?: \w{4,5})*)( once filled)?"
)
_NOTE = re.compile(r"-- (unseen|says ([a-z-]+)((?: [a-z]+)*)): (.+)")
_ORDER = ("postgres", "mariadb", "mysql")


@dataclass(frozen=True, slots=True)
class Told:
    """What an engine did."""

    engine: Engine  # with its full version
    known: str  # recorded or imported
    accept: tuple[str, ...]  # the outcome first, then what may also be said
    codes: tuple[str, ...] = ()  # SQLSTATE or errno
    once_filled: bool = False  # only when the new column holds data

    @classmethod
    def read(cls, line: str) -> Told | None:
        """The outcome that a line of a fixture holds, if it does. Raises ValueError on an unknown one."""
        match = _OUTCOME.fullmatch(line)
        if match is None:
            return None
        accept = tuple(match[3].split(" or "))
        if not set(accept) <= set(OUTCOMES):
            raise ValueError(f"{line!r} has an outcome other than {', '.join(OUTCOMES)}.")
        return cls(Engine.parse(match[1]), match[2], accept, tuple(match[4].split()), bool(match[5]))

    def __str__(self) -> str:
        words = [" or ".join(self.accept), *self.codes, *["once filled"] * self.once_filled]
        return f"-- {self.engine} {self.known}: {' '.join(words)}"

    @property
    def judged(self) -> bool:
        """Whether it says what the change does to the statement."""
        return self.accept[0] not in UNJUDGED

    @property
    def place(self) -> tuple[int, tuple[int, ...]]:
        """Orders the lines of a case."""
        return _ORDER.index(self.engine.name), self.engine.version

    def replaces(self, other: Told) -> bool:
        """Whether the other is about the same engine and major version, and may be given up."""
        return (self.engine.name, major(self.engine)) == (other.engine.name, major(other.engine))


def major(engine: Engine) -> tuple[int, ...]:
    """PostgreSQL's major version has one number, the others' have two."""
    return engine.version[:1] if engine.name == "postgres" else engine.version[:2]


@dataclass(frozen=True, slots=True)
class Difference:
    """The verdict is known to be another than the outcome."""

    says: str  # an effect, unchanged or unresolved
    engines: tuple[str, ...]  # names; none: all
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """One statement and what became of it."""

    block: Situation  # its engine is one of the engines below
    title: str
    line: int  # of its directive, 1-based
    engines: tuple[Engine, ...]  # the oldest versions it is for
    text: str  # the statement, with the lines of a COPY
    outcomes: tuple[Told, ...]
    unseen: str  # why rows cannot show the change of results
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        return f"{self.block.rule}-line{self.line}"

    @property
    def statement(self) -> str:
        """Without the lines of a COPY."""
        return self.text.partition(";\n")[0] if self.text.startswith("COPY") else self.text

    def situation(self, engine: Engine) -> Situation:
        """What the statement is asked about on this engine."""
        return replace(self.block, engine=engine)

    def is_for(self, engine: Engine) -> bool:
        """Whether a server of this engine and version is to be asked."""
        return any(each.name == engine.name and each.version <= engine.version for each in self.engines)

    def difference(self, engine: Engine) -> Difference | None:
        """What the verdict is known to be instead."""
        return next((each for each in self.differences if not each.engines or engine.name in each.engines), None)


def cases() -> list[Case]:
    """The cases of every file."""
    return [case for path in sorted(DIRECTORY.glob("*.sql")) for case in parse(path.stem, path.read_text("utf-8"))]


def parse(name: str, text: str) -> Iterator[Case]:
    """The cases of a file's text. Raises ValueError with the line."""
    block = Block()
    for passage in passages(text):
        if passage.directive == "case":
            yield _case(name, block, passage)
        else:
            block.take(passage)


def _case(name: str, block: Block, passage: Passage) -> Case:
    engines = tuple(e for e in block.engines if not passage.words or e.name in passage.words)
    lines = passage.body.splitlines()
    notes = [match for line in lines if (match := _NOTE.fullmatch(line))]
    outcomes = tuple(told for line in lines if (told := Told.read(line)))
    sql = "\n".join(line for line in lines if not _NOTE.fullmatch(line) and not _OUTCOME.fullmatch(line)).strip()
    if not block.complete or not engines or not sql or not passage.note:
        raise ValueError(f"{name}.sql:{passage.line}: needs engines, schema and change above it, a title and SQL.")
    return Case(
        block.situation(name, engines[0]), passage.note, passage.line, engines, sql.rstrip(";"), outcomes,
        unseen=next((match[4] for match in notes if match[1] == "unseen"), ""),
        differences=tuple(Difference(m[2], tuple(m[3].split()), m[4]) for m in notes if m[2]),
    )  # fmt: skip


def merged(old: Sequence[Told], new: Told) -> tuple[Told, ...]:
    """The outcomes of a case once a server has been asked: those of the same major version are given up."""
    return tuple(sorted([*(told for told in old if not new.replaces(told)), new], key=lambda told: told.place))


def rewritten(text: str, outcomes: Mapping[int, Sequence[Told]]) -> str:
    """The file's text with other outcomes for the cases at these lines."""
    lines = text.splitlines()
    starts = [passage.line for passage in passages(text)] + [len(lines) + 1]
    for start, end in reversed([*pairwise(starts)]):
        if start in outcomes:
            kept = [line for line in lines[start : end - 1] if not _OUTCOME.fullmatch(line)]
            blank = next((n for n, line in enumerate(reversed(kept)) if line), len(kept))
            kept[len(kept) - blank : len(kept) - blank] = map(str, outcomes[start])
            lines[start : end - 1] = kept
    return "\n".join(lines) + "\n"
