"""Normalised SQL → the hash that names it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache

from scanner.fingerprint.lexer import dialect_of, tokenize
from scanner.fingerprint.words import HOLE, RESERVED, SCALAR_TYPES
from scanner.model import Engine

_PLAIN_NAME = {
    '"': re.compile(r'"([a-z_][a-z0-9_$]*)"'),
    "`": re.compile(r"`([^\W\d][\w$]*)`"),
}
# MySQL, lower case: after these come tables, whose names keep their case; after those they end.
_TABLES_BEGIN = frozenset(("from", "join", "into", "update", "table", "straight_join"))
_TABLES_END = frozenset(
    ("on", "using", "where", "set", "select", "values", "value", "group", "order", "limit", "having")
)
_INTERVAL_FIELDS = frozenset(("year", "month", "day", "hour", "minute", "second", "to"))
_TYPE_ENDS = frozenset(("with", "without", "time", "zone", "varying", "precision"))
# Of words that mean the same, MySQL and MariaDB write one in their digests.
_DIGEST_SPELLING = {
    "character": "char",
    "curdate": "current_date",
    "curtime": "current_time",
    "current_timestamp": "now",
    "distinctrow": "distinct",
    "fields": "columns",
    "integer": "int",
    "localtime": "now",
    "localtimestamp": "now",
    "schema": "database",
    "session_user": "user",
    "some": "any",
    "system_user": "user",
}


@lru_cache(maxsize=4096)
def fingerprint(normalised: str, engine: Engine) -> str:
    """16 hex digits that name a normalised statement.

    Ignored: the case the engine ignores, quotes that change nothing, the numbers of placeholders, casts of a
    placeholder to a plain type (drivers add them), ARRAY around one placeholder, `!=` for `<>`.
    """
    return _hash(folded(normalised, engine))


def folded(normalised: str, engine: Engine) -> list[str]:
    """The tokens of a normalised statement with what a fingerprint ignores made alike; a placeholder is ``?``."""
    tokens = tokenize(normalised, dialect_of(engine, None))
    return _fold_postgres(tokens) if engine.family == "postgres" else list(_fold_mysql(tokens))


def digest_tokens(normalised: str, engine: Engine) -> list[str]:
    """The tokens in which a MySQL digest agrees with the statement it was made of.

    Digests count no values, keep no ordinals and lose the case of names that are keywords somewhere.
    """
    tokens = [_digest_spelling(t) for t in tokenize(normalised, dialect_of(engine, None))]
    kept: list[str] = []
    for lexeme in tokens:
        if lexeme == "?" and kept[-2:] == ["?", ","]:
            kept.pop()
        else:
            kept.append(lexeme)
    return kept


def _hash(tokens: list[str]) -> str:
    return hashlib.blake2b(" ".join(tokens).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _fold_postgres(tokens: list[str]) -> list[str]:
    out: list[str] = []
    lower = [_unquoted(t, "postgres") if t[0] == '"' else t.lower() for t in tokens]
    at = 0
    while at < len(lower):
        lexeme = lower[at]
        if lexeme[0] == "$" and lexeme[1:].isdigit():
            out.append("?")
            at = _after_casts(lower, at + 1)
            if out[-3:-1] == ["array", "["] and lower[at : at + 1] == ["]"]:
                out[-3:] = ["?"]
                at = _after_casts(lower, at + 1)
            continue
        out.append(_same_as(lexeme, out, lower, at))
        at += 1
    return out


def _same_as(lexeme: str, out: list[str], lower: list[str], at: int) -> str:
    """What a token counts as; a NULL that is cast and EXTRACT's field are values to pg_stat_statements."""
    if lexeme == "!=":
        return "<>"
    if lexeme == "null" and (lower[at + 1 : at + 2] == ["::"] or out[-2:] == ["cast", "("]):
        return "?"
    if out[-2:] == ["extract", "("] and lower[at + 1 : at + 2] == ["from"]:
        return "?"
    return lexeme


def _after_casts(lower: list[str], at: int) -> int:
    """The index after the casts to plain types that begin here."""
    while lower[at : at + 1] == ["::"]:
        start = at + 3 if lower[at + 1 : at + 3] == ["pg_catalog", "."] else at + 1
        name = lower[start] if start < len(lower) else ""
        if name.upper() not in SCALAR_TYPES:
            break
        at = start + 1
        endings = _INTERVAL_FIELDS if name == "interval" else _TYPE_ENDS
        while at < len(lower) and (lower[at] in endings or lower[at] in "([])" or lower[at].isdigit()):
            if lower[at] == ")" and "(" not in lower[start:at]:
                break
            at += 1
    return at


def _fold_mysql(tokens: list[str]) -> Iterator[str]:
    tables = False
    for index, written in enumerate(tokens):
        lexeme = _unquoted(written, "mysql") if written[0] == "`" else written
        lower = lexeme.lower()
        if lower in _TABLES_BEGIN:
            tables = True
        elif lower in _TABLES_END or lexeme == "(":
            tables = False
        names_table = tables or tokens[index + 1 : index + 2] == ["."]
        keyword = written[0] != "`" and lower in RESERVED["mysql"]
        if lexeme == "!=":
            yield "<>"
        else:
            yield lexeme if (names_table and not keyword) or lexeme[0] in "'\"`" else lower


def _unquoted(lexeme: str, family: str) -> str:
    """A quoted name without its quotes, if the bare word means the same."""
    match = _PLAIN_NAME[lexeme[0]].fullmatch(lexeme) if lexeme[0] in _PLAIN_NAME else None
    return match[1] if match and match[1].lower() not in RESERVED[family] else lexeme


def _digest_spelling(lexeme: str) -> str:
    if lexeme[0] == "@" and lexeme[1:2] not in ("", "@"):
        return "@ ?"
    if lexeme.isdigit() or HOLE.fullmatch(lexeme):
        return "?"
    lower = lexeme.strip("`").lower()
    if lower.startswith("sql_tsi_"):
        return lower.removeprefix("sql_tsi_")
    return {"!=": "<>"}.get(lexeme) or _DIGEST_SPELLING.get(lower, lower)
