"""Reads fixtures/rules/<rule>.sql: SQL with comments that say what a change does to each statement.

Below the directives that are explained in tests/fixture.py:

    -- yes breaks: why                        the rule finds it, with this effect …
    SELECT …;
    -- yes breaks mariadb: why                … here on this engine only
    SELECT …;
    -- no: why not                            the rule does not find it
    SELECT …;
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.model import Effect
from tests.fixture import Block, Passage, Situation, passages

DIRECTORY = Path(__file__).parents[2] / "fixtures" / "rules"


@dataclass(frozen=True, slots=True)
class Example:
    """One statement and what the rule has to say of it on one engine."""

    situation: Situation
    sql: str
    effect: Effect | None  # None: the rule does not find it
    why: str
    line: int  # of its directive, 1-based

    def __str__(self) -> str:
        return f"{self.situation}-line{self.line}"


def examples() -> list[Example]:
    """The examples of every fixture."""
    return [example for path in sorted(DIRECTORY.glob("*.sql")) for example in read(path)]


def read(path: Path) -> list[Example]:
    """The examples of one fixture, one an engine. Raises ValueError with file and line."""
    return list(parse(path.stem, path.read_text(encoding="utf-8")))


def parse(rule: str, text: str) -> Iterator[Example]:
    """The examples of a fixture's text. Raises ValueError with the line."""
    block = Block()
    for passage in passages(text):
        if passage.directive in ("yes", "no"):
            yield from _examples(rule, block, passage)
        else:
            block.take(passage)


def _examples(rule: str, block: Block, passage: Passage) -> Iterator[Example]:
    found = passage.directive == "yes"
    effect = Effect(" ".join(passage.words[:1])) if found else None
    names = passage.words[1:] if found else passage.words
    if not block.complete:
        raise ValueError(f"{rule}.sql:{passage.line}: needs engines, schema and change above it.")
    unknown = set(names) - {engine.name for engine in block.engines}
    if unknown or not passage.body or not passage.note:
        raise ValueError(f"{rule}.sql:{passage.line}: needs a reason, a statement and only the block's engines.")
    for engine in block.engines:
        if not names or engine.name in names:
            situation = block.situation(rule, engine)
            yield Example(situation, passage.body.rstrip(";"), effect, passage.note, passage.line)
