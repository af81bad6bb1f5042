"""Where the pass over a statement's tokens stands, and what may be asked about that place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.fingerprint.lexer import Dialect
from scanner.fingerprint.words import ends_operand

# Normalises a text inside a text (a routine's body); None where it is nested too deep.
Inner = Callable[[str], str | None]


@dataclass(slots=True)
class Level:
    """A pair of parentheses or brackets that is open."""

    opener: str  # the token before it, upper case
    start: int  # index in the output of its first token
    # The last word of CLAUSES; "BY" in a list of GROUP BY or ORDER BY; "TYPE" in the modifiers of a type.
    clause: str = ""
    query: bool = False  # it holds a query, so numbers in ORDER BY are ordinals


@dataclass(slots=True)
class Reading:
    """One pass over the tokens of a text."""

    tokens: list[str]
    dialect: Dialect
    inner: Inner
    out: list[str] = field(default_factory=list)
    levels: list[Level] = field(default_factory=lambda: [Level("", 0, query=True)])
    at: int = 0  # index of the token being read
    statement: str = ""  # first word of the statement, upper case
    routine: bool = False  # the statement creates a function or procedure
    executing: bool = False  # EXECUTE was read: a string may be a statement
    listing: bool = False  # there may be a list to collapse
    language: str | None = None  # that a body in it is written in, once looked up
    modifiers: tuple[int, int] = (-1, -1)  # indexes in the output of the parentheses of the type read last

    def back(self, distance: int = 1) -> str:
        """A token already written, upper case; empty before the first."""
        return self.out[-distance].upper() if len(self.out) >= distance else ""

    def ahead(self) -> str:
        """The token to be read next, as written; empty at the end."""
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""

    def after_operand(self, end: int) -> bool:
        """Whether the output up to an index ends a value, so that a sign would be an operator."""
        if end == 0:
            return False
        # In PostgreSQL "interval - 1" is a column less 1, in MySQL "INTERVAL -1 DAY" has a sign.
        return ends_operand(self.out[end - 1]) or (self.dialect.postgres and self.out[end - 1].upper() == "INTERVAL")

    def starts_expression(self, index: int) -> bool:
        """Whether what is written at an index of the output begins an expression."""
        return index == 0 or not (ends_operand(self.out[index - 1]) or self.out[index - 1] in (".", "::"))
