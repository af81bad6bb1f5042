"""SQL text → tokens, as the two families of engines cut it.

The tokens keep their offsets, so that expressions, types and bodies can be taken from the text as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model import Engine

WORD, QUOTED, STRING, NUMBER, OTHER = "word", "quoted", "string", "number", "other"

# MariaDB leaves the comments out that are meant for MySQL 5.7 and later:
# https://mariadb.com/kb/en/comment-syntax/
_MYSQL_ONLY = range(50700, 100000)
_NEVER = 999999  # the sandbox line at the head of a MariaDB dump


class Token(NamedTuple):
    """One token and its place in the text."""

    kind: str
    key: str  # a word in upper case, a sign as it is, nothing for a quoted name or a string
    start: int  # 0-based offset
    end: int  # exclusive


class UnclosedError(ValueError):
    """A quote or a comment is opened and never closed."""


_POSTGRES = r"""(?:\s++|--[^\n]*+)*+(?:
    (?P<comment>/\*)
    |(?P<string>[eE]'(?:[^'\\]++|\\.|'')*+' | (?:[bBxXnN]|[uU]&)?'(?:[^']++|'')*+')
    |(?P<quoted>(?:[uU]&)?"(?:[^"]++|"")*+")
    |(?P<dollar>\$(?:[^\W\d]\w*+)?\$)
    |(?P<word>[^\W\d][\w$]*+)
    |(?P<number>\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)
    |(?P<unclosed>['"])
    |(?P<other>::|.)
    |(?P<end>\Z))"""
_MYSQL = r"""(?:\s++|--(?=\s|\Z)[^\n]*+|\#[^\n]*+)*+(?:
    (?P<versioned>/\*M?!(?:\d{{5,6}})?)
    |(?P<comment>/\*)
    |(?P<string>{string})
    |(?P<quoted>{quoted})
    |(?P<number>\d++(?:\.\d++)?(?:[eE][+-]?\d++)?(?![\w$]))
    |(?P<word>[\w$]++)
    |(?P<close>\*/)
    |(?P<unclosed>['"`])
    |(?P<other>.)
    |(?P<end>\Z))"""
_COMMENT_ENDS = re.compile(r"/\*|\*/")


def lexer_for(engine: Engine, sql_mode: frozenset[str] | None) -> Lexer:
    """The lexer of an engine; MySQL's ANSI_QUOTES and NO_BACKSLASH_ESCAPES change what a quote means."""
    if engine.family == "postgres":
        return Lexer(_POSTGRES, nested_comments=True, mariadb=False)
    quotes = _mysql_quotes(sql_mode or frozenset())
    mariadb = engine.name == "mariadb"
    return Lexer(_MYSQL.format(**quotes), nested_comments=False, mariadb=mariadb)


def _mysql_quotes(modes: frozenset[str]) -> dict[str, str]:
    backslash = r"\\" if "NO_BACKSLASH_ESCAPES" in modes else r"\\."
    single, double = (rf"{q}(?:[^{q}\\]++|{backslash}|{q}{q})*+{q}" for q in "'\"")
    if modes & {"ANSI", "ANSI_QUOTES"}:
        return {"string": single, "quoted": f"`(?:[^`]++|``)*+`|{double}"}
    return {"string": f"{single}|{double}", "quoted": "`(?:[^`]++|``)*+`"}


class Lexer:
    """Cuts a text into tokens; one instance can be used for many texts."""

    def __init__(self, pattern: str, *, nested_comments: bool, mariadb: bool) -> None:
        self._match = re.compile(pattern, re.VERBOSE | re.DOTALL).match
        self._nested_comments = nested_comments
        self._mariadb = mariadb

    def tokens(self, source: str, start: int = 0) -> Iterator[Token]:
        """The tokens from an offset on; what stands in an executed comment counts. Raises UnclosedError."""
        offset, open_comments = start, 0
        while (found := self._match(source, offset)) and found.lastgroup != "end":
            kind = found.lastgroup or OTHER
            begin, offset = found.span(kind)
            if kind == WORD:
                yield Token(WORD, source[begin:offset].upper(), begin, offset)
            elif kind in (STRING, QUOTED):
                yield Token(kind, "", begin, offset)
            elif kind in (OTHER, NUMBER):
                yield Token(kind, source[begin:offset], begin, offset)
            elif kind == "versioned" and self._executes(found[kind]):
                open_comments += 1
            elif kind == "close" and open_comments:
                open_comments -= 1
            elif kind == "close":
                yield Token(OTHER, "*", begin, offset := begin + 1)
            else:
                offset = self._after_pair(source, kind, found[kind], begin)
                if kind == "dollar":
                    yield Token(STRING, "", begin, offset)

    def _after_pair(self, source: str, kind: str, opening: str, begin: int) -> int:
        """Behind what closes a comment or a dollar quote."""
        if kind == "unclosed":
            raise UnclosedError(f"a quote {opening} is not closed")
        if kind == "dollar":
            return self._after(source, opening, begin + len(opening), "a dollar quote")
        return self._after_comment(source, begin)

    def _executes(self, opening: str) -> bool:
        version = int(opening.lstrip("/*M!") or 0)
        if opening.startswith("/*M"):
            return self._mariadb and version < _NEVER
        return not (self._mariadb and version in _MYSQL_ONLY)

    def _after_comment(self, source: str, begin: int) -> int:
        if not self._nested_comments:
            return self._after(source, "*/", begin + 2, "a comment")
        depth = 0
        for found in _COMMENT_ENDS.finditer(source, begin):
            depth += 1 if found[0] == "/*" else -1
            if depth == 0:
                return found.end()
        raise UnclosedError("a comment is not closed")

    def _after(self, source: str, closing: str, offset: int, what: str) -> int:
        found = source.find(closing, offset)
        if found < 0:
            raise UnclosedError(f"{what} is not closed")
        return found + len(closing)
