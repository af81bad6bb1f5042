"""Reads fixtures/rules/<rule>.sql: SQL with comments that say what a change does to each statement.

    -- engines: postgres:15 mariadb:10.11    starts a block: the engines its statements are true of
    -- schema                                 the tables and views
    -- rows                                   optional: what is in the tables, for the real engines
    -- change: ALTER TABLE t ADD COLUMN c …   what happens; again in the same block: another change
    -- filled                                 optional, below the change: what the new column holds one day
    -- session: SET sql_mode = ''             optional, repeatable, below the change: what ran before
    -- reads: unpacked 3                      optional, below the change: what the code does with rows
    -- yes breaks: why                        the rule finds it, with this effect …
    SELECT …;
    -- yes breaks mariadb: why                … here on this engine only
    SELECT …;
    -- no: why not                            the rule does not find it
    SELECT …;

Every directive's SQL stands below it. Statements hold literals, no placeholders: the real engines run them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scanner.model import Effect, Engine, RowUse

DIRECTORY = Path(__file__).parents[2] / "fixtures" / "rules"

_DIRECTIVE = re.compile(r"--\s*(engines|schema|rows|change|filled|session|reads|yes|no)\b([^:]*)(?::\s*(.*?))?\s*")


@dataclass(frozen=True, slots=True)
class Situation:
    """What statements are asked about: the same for all statements that follow one change."""

    rule: str  # the fixture's name
    engine: Engine
    schema: str
    rows: str
    change: str
    filled: str
    session: tuple[str, ...]
    reads: RowUse | None

    @property
    def row_uses(self) -> tuple[RowUse, ...]:
        """What the code does with the rows."""
        return (self.reads,) if self.reads else ()

    def __str__(self) -> str:
        return f"{self.rule}-{self.engine}"


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


@dataclass(slots=True)
class _Block:
    """What has been read of the block the reader is in."""

    engines: tuple[Engine, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    session: tuple[str, ...] = ()
    reads: RowUse | None = None


def examples() -> list[Example]:
    """The examples of every fixture."""
    return [example for path in sorted(DIRECTORY.glob("*.sql")) for example in read(path)]


def read(path: Path) -> list[Example]:
    """The examples of one fixture, one an engine. Raises ValueError with file and line."""
    return list(parse(path.stem, path.read_text(encoding="utf-8")))


def parse(rule: str, text: str) -> Iterator[Example]:
    """The examples of a fixture's text. Raises ValueError with the line."""
    block = _Block()
    for line, directive, words, note, body in _passages(text):
        if directive in ("yes", "no"):
            yield from _examples(rule, block, line, directive, words, note, body)
        elif directive == "engines":
            block = _Block(engines=tuple(map(Engine.parse, note.split())))
        elif directive == "session":
            block.session = (*block.session, note or body)
        elif directive == "reads":
            block.reads = _row_use(*note.split())
        else:
            if directive == "change":
                block.session, block.reads = (), None
                block.texts.pop("filled", None)
            block.texts[directive] = note or body


def _passages(text: str) -> Iterator[tuple[int, str, list[str], str, str]]:
    """Each directive: its line, name, words before the colon, the note behind it and the SQL below."""
    lines = text.splitlines()
    found = [(number, match) for number, line in enumerate(lines) if (match := _DIRECTIVE.fullmatch(line))]
    ends = [number for number, _ in found[1:]] + [len(lines)]
    for (number, match), end in zip(found, ends, strict=True):
        body = "\n".join(lines[number + 1 : end]).strip()
        yield number + 1, match[1], match[2].split(), match[3] or "", body


def _row_use(kind: str, *numbers: str) -> RowUse:
    """As in `unpacked 3`, `splatted 2 3` (at least, at most), `indexed 0 -1`, `keywords id total`, `serialised`."""
    if kind == "indexed":
        return RowUse(kind, indexes=tuple(map(int, numbers)))
    if kind == "keywords":
        return RowUse(kind, names=numbers)
    counts = tuple(map(int, numbers))
    least = counts[0] if len(counts) > 1 else None
    return RowUse(kind, count=counts[-1] if counts else None, least=least)  # type: ignore[arg-type]


def _examples(
    rule: str, block: _Block, line: int, directive: str, words: list[str], note: str, body: str
) -> Iterator[Example]:
    effect = Effect(" ".join(words[:1])) if directive == "yes" else None
    names = words[1:] if directive == "yes" else words
    if not block.engines or "schema" not in block.texts or "change" not in block.texts:
        raise ValueError(f"{rule}.sql:{line}: needs engines, schema and change above it.")
    unknown = set(names) - {engine.name for engine in block.engines}
    if unknown or not body or not note:
        raise ValueError(f"{rule}.sql:{line}: needs a reason, a statement and only the block's engines.")
    texts = {name: block.texts.get(name, "") for name in ("schema", "rows", "change", "filled")}
    for engine in block.engines:
        if not names or engine.name in names:
            situation = Situation(rule, engine, session=block.session, reads=block.reads, **texts)
            yield Example(situation, body.rstrip(";"), effect, note, line)
