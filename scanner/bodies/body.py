"""What a body holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Who wins when a parameter or variable and a column have one name (measured on the engines).
VariableRule = Literal["column", "variable", "error"]
PartKind = Literal[
    "run",
    "test",
    "return query",
    "return",
    "return next",
    "into",
    "loop",
    "fetch",
    "call",
    "dynamic",
    "assign",
]


@dataclass(frozen=True, slots=True)
class Part:
    """One statement or expression of a body, in the order of the text."""

    kind: PartKind
    sql: str  # expressions stand in a SELECT
    into: tuple[str, ...] = ()  # variables that take the result
    maybe: bool = False  # in a branch, a loop or a handler that may not be run
    caught: tuple[str, ...] = ()  # conditions whose errors a handler takes: names, SQLSTATEs, errnos, in lower case


@dataclass(frozen=True, slots=True)
class Body:
    """Statements, and the names they can use beside columns."""

    parts: tuple[Part, ...]
    variables: tuple[tuple[str, str], ...] = ()  # name → type: "integer", "t%rowtype", "record"
    rule: VariableRule = "error"
    procedural: bool = True  # PL/pgSQL and MySQL; False for LANGUAGE sql, whose last statement is the result
    frozen: bool = False  # BEGIN ATOMIC: parsed when the routine was created
    unread: str | None = None  # what of it could not be read
