"""Quoted tokens: whether they are closed, and the text inside them."""

from __future__ import annotations

import re
from functools import cache

from scanner.fingerprint.lexer import Dialect

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


def is_closed(lexeme: str, quote: str, *, backslash: bool) -> bool:
    """Whether a quoted token ends with its own quote, not with the text's end."""
    return _closed(quote, backslash).fullmatch(lexeme) is not None


@cache
def _closed(quote: str, backslash: bool) -> re.Pattern[str]:
    plain = rf"[^{quote}\\]++|\\(?s:.)" if backslash else rf"[^{quote}]++"
    return re.compile(rf"(?:[eEnN]|[uU]&)?+{quote}(?:{plain}|{quote}{quote})*+{quote}")


def content(lexeme: str, dialect: Dialect) -> str | None:
    """What a string literal holds; None if it is cut off or of a kind that holds no text."""
    if lexeme[0] == "$":
        tag = lexeme[: lexeme.index("$", 1) + 1]
        closed = len(lexeme) >= 2 * len(tag) and lexeme.endswith(tag)
        return lexeme[len(tag) : -len(tag)] if closed else None
    backslash = lexeme[0] in "eE" if dialect.postgres else dialect.backslash
    quote = lexeme[-1]
    if lexeme[0] not in "'\"eE" or quote not in "'\"" or not is_closed(lexeme, quote, backslash=backslash):
        return None
    text = lexeme[lexeme.index(quote) + 1 : -1].replace(quote * 2, quote)
    return re.sub(r"\\(.)", _unescape, text, flags=re.DOTALL) if backslash else text


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[1], match[1])


def requoted(text: str, lexeme: str, dialect: Dialect) -> str:
    """A text in the kind of quotes a token has: a dollar quote or else single quotes."""
    if lexeme[0] == "$":
        tag = lexeme[: lexeme.index("$", 1) + 1]
        return f"{tag} {text} {tag}"
    escaped = text.replace("\\", "\\\\") if not dialect.postgres and dialect.backslash else text
    return "'" + escaped.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """A MySQL name in backticks."""
    return "`" + name.replace("`", "``") + "`"
