"""A script of SQL → its statements, as the engines' own clients split it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.model import Database
from scanner.schema.parse.lexer import META, WORD, Lexer, Token, UnclosedError, lexer_for

_RESUME = re.compile(
    r"^(?:CREATE|ALTER|DROP|SET|INSERT|GRANT|COMMENT|DELIMITER)\b", re.MULTILINE | re.IGNORECASE
)
_COPY_IN = re.compile(r"\bFROM\s+STDIN\b", re.IGNORECASE)
_COPY_END = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE)
_DELIMITER = re.compile(r"[ \t]*([^\s]+)[^\n]*")

_COMPOUND = {"FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "PACKAGE"}
_DATA = {"INSERT", "REPLACE"}
# What a statement inside a body can follow; behind anything else IF is the function and FOR a cursor's.
_BEFORE_STATEMENT = {";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":"}
_BEFORE_BODY = {"ROW", ")", "DATA", "SQL", "DETERMINISTIC", "DEFINER", "INVOKER"}
_BEFORE_NAME = {"(", ",", "=", "SET", "SELECT", "BY", "AND", "OR"}  # BEGIN is a name behind these


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script."""

    source: str  # the whole script
    tokens: list[Token] = field(repr=False)
    problem: str | None = None  # why it could not be cut into tokens to its end

    @property
    def start(self) -> int:
        """Offset of its first token."""
        return self.tokens[0].start

    @property
    def line(self) -> int:
        """Its first line, 1-based."""
        return self.source.count("\n", 0, self.start) + 1

    @property
    def text(self) -> str:
        """The statement as it was written, without its terminator."""
        return self.source[self.start : self.tokens[-1].end]

    @property
    def kind(self) -> str:
        """Its first words, as in CREATE AGGREGATE."""
        words = [token.key for token in self.tokens[:6] if token.kind == WORD]
        if words[1:3] == ["OR", "REPLACE"]:
            del words[1:3]
        return " ".join(words[:2]) or self.text[:20]


def split(source: str, database: Database) -> Iterator[Statement]:
    """The statements of a script in their order, empty ones left out; never raises.

    Understands dollar quotes, BEGIN … END bodies with and without DELIMITER, executed comments,
    meta-commands of psql and the data after COPY … FROM stdin.
    """
    return _Splitter(
        source, lexer_for(database.engine, database.sql_mode), database.engine.family == "mysql"
    ).split()


def whole(text: str, database: Database) -> Statement | None:
    """A text that is one statement, as a server writes its own DDL; None if it is empty."""
    tokens: list[Token] = []
    problem = None
    try:
        tokens.extend(lexer_for(database.engine, database.sql_mode).tokens(text))
    except UnclosedError as error:
        problem = str(error)
    while tokens and tokens[-1].key == ";":
        tokens.pop()
    return Statement(text, tokens, problem) if tokens else None


class _Splitter:
    def __init__(self, source: str, lexer: Lexer, mysql: bool) -> None:
        self._source = source
        self._lexer = lexer
        self._mysql = mysql
        self._delimiter = ";"
        self._offset = 0

    def split(self) -> Iterator[Statement]:
        while self._offset < len(self._source):
            tokens: list[Token] = []
            try:
                self._read(tokens)
                problem = None
            except UnclosedError as error:
                problem = f"{error} (line {self._source.count(chr(10), 0, error.offset) + 1})"
                self._resume_after(tokens[0].start if tokens else error.offset)
                tokens = tokens or [Token("other", "", error.offset, error.offset + 1)]
            if tokens:
                yield Statement(self._source, tokens, problem)

    def _resume_after(self, offset: int) -> None:
        found = _RESUME.search(self._source, offset + 1)
        self._offset = found.start() if found else len(self._source)

    def _read(self, tokens: list[Token]) -> None:
        """Reads one statement into tokens and moves behind its terminator."""
        body = _Body(self._mysql)
        for token in self._lexer.tokens(self._source, self._offset):
            self._offset = token.end
            if self._ends(token, tokens, body):
                break
            if token.kind == META or (self._mysql and not tokens and token.key == "DELIMITER"):
                self._read_command(token, tokens)
                return
            tokens.append(token)
            if len(tokens) == 1 and token.key in _DATA and self._skip_data():
                return
            body.feed(token)
        else:
            self._offset = len(self._source)
            if body.open:
                raise UnclosedError("A BEGIN … END block", tokens[0].start)
        if tokens and tokens[0].key == "COPY":
            self._skip_copied_rows(tokens)

    def _ends(self, token: Token, tokens: list[Token], body: _Body) -> bool:
        if self._delimiter == ";":
            return token.key == ";" and not body.open
        at = self._source.find(
            self._delimiter, token.start, max(token.end, token.start + len(self._delimiter))
        )
        if at < 0 or token.kind not in (WORD, "other"):
            return False
        if at > token.start:
            tokens.append(Token(WORD, self._source[token.start : at].upper(), token.start, at))
        self._offset = at + len(self._delimiter)
        return True

    def _read_command(self, token: Token, tokens: list[Token]) -> None:
        """A line for the client, not for the server: DELIMITER, or a meta-command of psql."""
        if token.kind != META:
            found = _DELIMITER.match(self._source, token.end)
            if found:
                self._delimiter, self._offset = found[1], found.end()
        elif not tokens:
            tokens.append(token)

    def _skip_data(self) -> bool:
        """Moves behind a statement whose rows are of no interest, however many there are."""
        end = self._lexer.skip_data(self._source, self._offset) if self._delimiter == ";" else None
        self._offset = self._offset if end is None else end + 1
        return end is not None

    def _skip_copied_rows(self, tokens: list[Token]) -> None:
        if _COPY_IN.search(self._source, tokens[0].start, self._offset):
            found = _COPY_END.search(self._source, self._offset)
            self._offset = found.end() if found else len(self._source)


class _Body:
    """Knows whether a semicolon is inside the body of a routine.

    MySQL sends compound bodies whole, without DELIMITER; PostgreSQL has them behind BEGIN ATOMIC.
    """

    def __init__(self, mysql: bool) -> None:
        self._mysql = mysql
        self._compound: bool | None = None
        self._first = True
        self._blocks: list[str] = []
        self._before = ""

    @property
    def open(self) -> bool:
        return bool(self._blocks)

    def feed(self, token: Token) -> None:
        if self._compound is False:
            return
        if self._compound is None:
            self._decide(token.key)
        else:
            self._track(token.key)
        self._before = token.key

    def _decide(self, key: str) -> None:
        if self._first:
            self._first = False
            self._compound = None if key in ("CREATE", "ALTER") else False
        elif key in _COMPOUND:
            self._compound = True
        elif key in ("TABLE", "VIEW", "INDEX", "("):
            self._compound = False

    def _track(self, key: str) -> None:
        if key == "END":
            self._close()
        elif self._before not in ("END", ".") and self._opens(key):
            self._blocks.append(key)

    def _opens(self, key: str) -> bool:
        if key == "CASE":
            return self._mysql or self.open
        if not self._mysql:
            return key == "ATOMIC" and self._before == "BEGIN"
        if key == "BEGIN":
            return self._before not in _BEFORE_NAME
        if key in ("LOOP", "FOR"):
            return self._before in _BEFORE_STATEMENT
        return key in ("IF", "WHILE", "REPEAT") and self._before in _BEFORE_STATEMENT | _BEFORE_BODY

    def _close(self) -> None:
        ends_expression = self.open and self._blocks[-1] == "CASE" and self._before != "."
        if self.open and (ends_expression or self._before in (";", "BEGIN", "ATOMIC")):
            self._blocks.pop()
