"""A migration as every tool's reader gives it: the SQL its tool would send, and what of it is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Tool = Literal["sql", "flyway", "liquibase", "django", "alembic"]


@dataclass(frozen=True, slots=True)
class Step:
    """One or several statements of SQL, in the dialect of the database's engine."""

    sql: str
    line: int  # of the file, 1-based


@dataclass(frozen=True, slots=True)
class NotAnalysed:
    """An operation of a migration that has no SQL which could be read off its file."""

    line: int
    what: str  # as the tool names it: "RunPython"
    why: str  # a sentence without its full stop


@dataclass(frozen=True, slots=True)
class Migration:
    """What one file of migrations does when it is applied."""

    name: str  # as the tool calls it: "V7__status.sql", "shop.0007_status", a revision
    path: Path
    tool: Tool
    steps: tuple[Step, ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()

    @property
    def first_line(self) -> int:
        """The line of the file at which its SQL begins; of tools that write the SQL themselves, of that."""
        return self.steps[0].line if self.tool == "sql" and self.steps else 1

    @property
    def sql(self) -> str:
        """All of it as one script; plain SQL keeps the lines of its file."""
        if self.tool in ("sql", "flyway"):
            return "\n".join(step.sql for step in self.steps)
        return "\n".join(f"{step.sql.rstrip().rstrip(';')};" for step in self.steps)


@dataclass(slots=True)
class Recorder:
    """Collects the steps of a migration while it is read."""

    quote: Callable[[str], str]
    steps: list[Step] = field(default_factory=list)
    not_analysed: list[NotAnalysed] = field(default_factory=list)

    def add(self, sql: str, line: int) -> None:
        """A statement."""
        self.steps.append(Step(sql, line))

    def skip(self, line: int, what: str, why: str) -> None:
        """An operation without known SQL."""
        self.not_analysed.append(NotAnalysed(line, what, why))

    def table(self, name: str, schema: str | None = None) -> str:
        """A table's name, quoted."""
        return f"{self.quote(schema)}.{self.quote(name)}" if schema else self.quote(name)

    def names(self, names: object) -> str:
        """Several names in parentheses' order, quoted."""
        return ", ".join(self.quote(str(name)) for name in (names if isinstance(names, list | tuple) else [names]))


def quoting(family: str) -> Callable[[str], str]:
    """How an engine's family quotes a name."""
    mark = "`" if family == "mysql" else '"'
    return lambda name: f"{mark}{name.replace(mark, mark * 2)}{mark}"


def literal(value: object) -> str | None:
    """A Python constant as SQL; None for what is none."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        doubled = value.replace("'", "''")
        return f"'{doubled}'"
    return None
