"""What fixtures/rules and fixtures/engine have in common: directives in comments, and blocks of them.

    -- engines: postgres:15 mariadb:10.11    starts a block: the engines its statements are true of
    -- schema                                 the tables and views
    -- rows                                   optional: what is in the tables, for the real engines
    -- change: ALTER TABLE t ADD COLUMN c …   what happens; again in the same block: another change
    -- filled                                 optional, below the change: what the new column holds one day
    -- session: SET sql_mode = ''             optional, repeatable, below the change: what ran before
    -- reads: unpacked 3                      optional, below the change: what the code does with rows

Every directive's SQL stands below it. Statements hold literals, no placeholders: the real engines run them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.model import Engine, RowUse

_DIRECTIVE = re.compile(r"--\s*(engines|schema|rows|change|filled|session|reads|yes|no|case)\b([^:]*)(?::\s*(.*?))?\s*")


@dataclass(frozen=True, slots=True)
class Situation:
    """What statements are asked about: the same for all statements that follow one change."""

    rule: str  # the name of the fixture, which may be of another kind than a rule
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
class Passage:
    """A directive with what belongs to it."""

    line: int  # 1-based
    directive: str
    words: list[str]  # before the colon
    note: str  # behind it
    body: str  # the SQL below


@dataclass(slots=True)
class Block:
    """What has been read of the block the reader is in."""

    engines: tuple[Engine, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    session: tuple[str, ...] = ()
    reads: RowUse | None = None

    def take(self, passage: Passage) -> None:
        """Reads a directive that is about the statements to come."""
        text = passage.note or passage.body
        match passage.directive:
            case "engines":
                self.engines, self.texts = tuple(map(Engine.parse, passage.note.split())), {}
            case "session":
                self.session = (*self.session, text)
            case "reads":
                self.reads = _row_use(*passage.note.split())
            case directive:
                self.texts[directive] = text
        if passage.directive in ("engines", "change"):
            self.session, self.reads = (), None
            self.texts.pop("filled", None)

    @property
    def complete(self) -> bool:
        """Whether statements may follow."""
        return bool(self.engines) and {"schema", "change"} <= self.texts.keys()

    def situation(self, name: str, engine: Engine) -> Situation:
        """What the statement that follows is asked about."""
        texts = {key: self.texts.get(key, "") for key in ("schema", "rows", "change", "filled")}
        return Situation(name, engine, session=self.session, reads=self.reads, **texts)


def passages(text: str) -> Iterator[Passage]:
    """Each directive of a fixture, with the SQL below it."""
    lines = text.splitlines()
    found = [(number, match) for number, line in enumerate(lines) if (match := _DIRECTIVE.fullmatch(line))]
    ends = [number for number, _ in found[1:]] + [len(lines)]
    for (number, match), end in zip(found, ends, strict=True):
        body = "\n".join(lines[number + 1 : end]).strip()
        yield Passage(number + 1, match[1], match[2].split(), match[3] or "", body)


def _row_use(kind: str, *numbers: str) -> RowUse:
    """As in `unpacked 3`, `splatted 2 3` (at least, at most), `indexed 0 -1`, `keywords id total`, `serialised`.

    And `by-name last status`: of two columns of one name the last is read.
    """
    if kind == "indexed":
        return RowUse(kind, indexes=tuple(map(int, numbers)))
    if kind == "keywords":
        return RowUse(kind, names=numbers)
    if kind == "by-name" and numbers:
        return RowUse(kind, namesakes=numbers[0], keys=numbers[1:])  # type: ignore[arg-type]
    counts = tuple(map(int, numbers))
    least = counts[0] if len(counts) > 1 else None
    return RowUse(kind, count=counts[-1] if counts else None, least=least)  # type: ignore[arg-type]
