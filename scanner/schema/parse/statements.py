"""A script of SQL → its statements, cut into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.model import Database
from scanner.schema.parse.lexer import WORD, Lexer, Token, UnclosedError, lexer_for
from scanner.statements import split

# Rows: however many there are, nothing of them is looked at.
_DATA = re.compile(r"(?:INSERT|REPLACE|COPY)\b", re.IGNORECASE)
_INCLUDE = re.compile(r"(?:\\ir?|\\include\w*|source|\\\.)\s+(\S+)", re.IGNORECASE)
# Where reading goes on when a quote was never closed, and how often: each time reads all that follows anew.
_RESUME = re.compile(r"^(?:CREATE|ALTER|DROP|SET|INSERT|GRANT|COMMENT|DELIMITER)\b", re.MULTILINE | re.IGNORECASE)
_MOST_RESUMED = 20


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script; its tokens' offsets are those in its text."""

    text: str
    tokens: list[Token] = field(repr=False)
    line: int = 0  # 1-based, of its first token; 0 when it comes from no script
    problem: str | None = None  # why it cannot be read to its end

    @property
    def kind(self) -> str:
        """Its first words, as in CREATE AGGREGATE."""
        words = [token.key for token in self.tokens[:6] if token.kind == WORD]
        if words[1:3] == ["OR", "REPLACE"]:
            del words[1:3]
        return " ".join(words[:2]) or self.text[:20]


def read_script(script: str, database: Database, *, rows: bool = False) -> Iterator[Statement]:
    """The statements of a script in their order; those that only bring rows are left out unless asked for.

    Never raises. A quote that is never closed costs its own statement: reading goes on at the next line that
    begins one.
    """
    lexer = lexer_for(database.engine, database.sql_mode)
    start, line = 0, 1
    for _ in range(_MOST_RESUMED):
        unclosed = None
        for found in split(script[start:], database.engine.family):
            if found.client:
                yield from _read_command(found.text, line + found.line - 1)
            elif rows or not _DATA.match(found.text):
                statement = _read(found.text, line + found.line - 1, lexer)
                yield statement
                if statement.problem:
                    unclosed = _RESUME.search(script, start + found.offset + 1)
                    break
        if unclosed is None:
            return
        line += script.count("\n", start, unclosed.start())
        start = unclosed.start()


def read_statement(text: str, database: Database) -> Statement:
    """A text that is one statement, as a server writes its own DDL. Never raises."""
    return _read(text, 0, lexer_for(database.engine, database.sql_mode))


def _read(text: str, line: int, lexer: Lexer) -> Statement:
    tokens: list[Token] = []
    problem = None
    try:
        tokens.extend(lexer.tokens(text))
    except UnclosedError as error:
        problem = str(error)
    while tokens and tokens[-1].key == ";":
        tokens.pop()
    return Statement(text, tokens, line, problem)


def _read_command(text: str, line: int) -> Iterator[Statement]:
    """Of the commands of psql and mysql, those that read another file matter."""
    included = _INCLUDE.match(text)
    if included:
        yield Statement(text, [], line, f"the file it includes is not read: {included[1][:80]}")
