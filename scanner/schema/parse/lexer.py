"""SQL text → tokens, as the two families of engines cut it.

The tokens keep their offsets, so that expressions, types and bodies can be taken from the text as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model import Engine

WORD, QUOTED, STRING, NUMBER, OTHER, META = "word", "quoted", "string", "number", "other", "meta"

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

    def __init__(self, what: str, offset: int) -> None:
        super().__init__(f"{what} is not closed")
        self.offset = offset


_POSTGRES = re.compile(
    r"""(?P<space>(?:\s++|--[^\n]*+)++)
    |(?P<comment>/\*)
    |(?P<string>[eE]'(?:[^'\\]++|\\.|'')*+' | (?:[bBxXnN]|[uU]&)?'(?:[^']++|'')*+')
    |(?P<quoted>(?:[uU]&)?"(?:[^"]++|"")*+")
    |(?P<dollar>\$(?:[^\W\d]\w*+)?\$)
    |(?P<word>[^\W\d][\w$]*+)
    |(?P<number>\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)
    |(?P<meta>\\[^\n]*+)
    |(?P<other>::|.)""",
    re.VERBOSE | re.DOTALL,
)
_MYSQL_STRING = r"""'(?:[^'\\]++|\\.|'')*+'"""
_MYSQL_DOUBLE = r'''"(?:[^"\\]++|\\.|"")*+"'''
_MYSQL_TEMPLATE = r"""(?P<space>(?:\s++|--(?=\s|\Z)[^\n]*+|\#[^\n]*+)++)
    |(?P<versioned>/\*M?!(?:\d{{5,6}})?)
    |(?P<comment>/\*)
    |(?P<string>{string})
    |(?P<quoted>{quoted})
    |(?P<number>\d++(?:\.\d++)?(?:[eE][+-]?\d++)?(?![\w$]))
    |(?P<word>[\w$]++)
    |(?P<close>\*/)
    |(?P<other>.)"""


def lexer_for(engine: Engine, sql_mode: frozenset[str] | None) -> Lexer:
    """The lexer of an engine; MySQL's ANSI_QUOTES and NO_BACKSLASH_ESCAPES change what a quote means."""
    if engine.family == "postgres":
        return Lexer(_POSTGRES, nested_comments=True, mariadb=False)
    return Lexer(
        _mysql_pattern(sql_mode or frozenset()), nested_comments=False, mariadb=engine.name == "mariadb"
    )


def _mysql_pattern(modes: frozenset[str]) -> re.Pattern[str]:
    string, double, quoted = _MYSQL_STRING, _MYSQL_DOUBLE, r"`(?:[^`]++|``)*+`"
    if "NO_BACKSLASH_ESCAPES" in modes:
        string, double = (
            string.replace(r"\\.|", "").replace(r"\\", ""),
            double.replace(r"\\.|", "").replace(r"\\", ""),
        )
    if modes & {"ANSI", "ANSI_QUOTES"}:
        quoted = f"{quoted}|{double}"
    else:
        string = f"{string}|{double}"
    return re.compile(_MYSQL_TEMPLATE.format(string=string, quoted=quoted), re.VERBOSE | re.DOTALL)


class Lexer:
    """Cuts a text into tokens; one instance can be used for many texts."""

    def __init__(self, pattern: re.Pattern[str], *, nested_comments: bool, mariadb: bool) -> None:
        self._match = pattern.match
        self._nested_comments = nested_comments
        self._mariadb = mariadb

    def tokens(self, source: str, start: int = 0) -> Iterator[Token]:
        """The tokens from an offset on; what stands in an executed comment counts. Raises UnclosedError."""
        offset, open_comments, end = start, 0, len(source)
        while offset < end:
            found = self._match(source, offset)
            if found is None:  # pragma: no cover - the last alternative takes any character
                return
            kind, begin, offset = found.lastgroup, offset, found.end()
            if kind == "space":
                continue
            if kind == WORD:
                yield Token(WORD, found[0].upper(), begin, offset)
            elif kind in (STRING, QUOTED):
                yield Token(kind, "", begin, offset)
            elif kind in (NUMBER, META):
                yield Token(kind, found[0], begin, offset)
            elif kind == "dollar":
                offset = self._after(source, found[0], offset, "The dollar quote", begin)
                yield Token(STRING, "", begin, offset)
            elif kind == "comment":
                offset = self._after_comment(source, begin)
            elif kind == "versioned":
                executed = self._executes(found[0])
                open_comments += executed
                offset = offset if executed else self._after_comment(source, begin)
            elif kind == "close" and open_comments:
                open_comments -= 1
            else:
                offset = begin + 1 if kind == "close" else offset
                if source[begin] in "'\"`":
                    raise UnclosedError(f"The quote {source[begin]}", begin)
                yield Token(OTHER, source[begin:offset], begin, offset)

    def _executes(self, opening: str) -> bool:
        version = int(opening.lstrip("/*M!") or 0)
        if opening.startswith("/*M"):
            return self._mariadb and version < _NEVER
        return not (self._mariadb and version in _MYSQL_ONLY)

    def _after_comment(self, source: str, begin: int) -> int:
        if not self._nested_comments:
            return self._after(source, "*/", begin + 2, "The comment", begin)
        depth = 0
        for found in re.compile(r"/\*|\*/").finditer(source, begin):
            depth += 1 if found[0] == "/*" else -1
            if depth == 0:
                return found.end()
        raise UnclosedError("The comment", begin)

    def _after(self, source: str, closing: str, offset: int, what: str, begin: int) -> int:
        found = source.find(closing, offset)
        if found < 0:
            raise UnclosedError(what, begin)
        return found + len(closing)
