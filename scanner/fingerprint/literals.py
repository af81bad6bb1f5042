"""Replaces every literal and parameter of a statement by a placeholder; what only looks like one stays."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.fingerprint.places import clause_inside, is_ordinal, is_value_hole, keeps_null
from scanner.fingerprint.quotes import is_closed, quoted_name
from scanner.fingerprint.reading import Level, Reading
from scanner.fingerprint.strings import kept_string
from scanner.fingerprint.values import write_value
from scanner.fingerprint.words import CLAUSES, LISTING, QUERY_STARTERS

_KEYWORDS = CLAUSES | LISTING | {"BY", "NULL", "TRUE", "FALSE", "ALL", "EXECUTE", "FUNCTION", "PROCEDURE"}
_NAME_WITH_DIGITS_FIRST = re.compile(r"(?!0[xX][0-9a-fA-F]+$|0b[01]+$|\d+[eE]\d+$)\d+[^\W\d][\w$]*|\d+\$[\w$]*")
_SHORT_INTEGER = re.compile(r"[0-9]{1,5}")


def replace_literals(reading: Reading) -> None:
    """Writes the tokens to the reading's output, with PLACEHOLDER for every literal and parameter."""
    handlers = _HANDLERS
    for at, lexeme in enumerate(reading.tokens):
        reading.at = at
        handlers.get(lexeme[0], _word)(reading, lexeme)


def _word(reading: Reading, lexeme: str) -> None:
    if lexeme[1:2] in ("'", "&"):
        return _quoted(reading, lexeme)
    upper = lexeme.upper()
    level = reading.levels[-1]
    if len(reading.out) == level.start and upper in QUERY_STARTERS:
        level.query = True
    if not reading.statement and not lexeme.startswith("__hole_"):
        reading.statement = upper
    if upper in _KEYWORDS:
        _keyword(reading, lexeme, upper)
    elif lexeme.startswith("__hole_") and is_value_hole(reading, lexeme):
        write_value(reading)
    else:
        reading.out.append(lexeme)
    return None


def _keyword(reading: Reading, lexeme: str, upper: str) -> None:
    level = reading.levels[-1]
    if upper in ("NULL", "TRUE", "FALSE"):
        return _constant(reading, lexeme, upper)
    if upper == "ALL" and reading.back() == "LIMIT":
        return write_value(reading)
    if upper == "BY":
        level.clause = "BY" if level.query and reading.back() in ("ORDER", "GROUP") else ""
    elif upper in CLAUSES:
        level.clause = upper
    elif upper == "EXECUTE":
        reading.executing = True
    elif upper in ("FUNCTION", "PROCEDURE"):
        reading.routine = reading.routine or reading.statement == "CREATE"
    reading.listing = reading.listing or upper in LISTING
    return reading.out.append(lexeme)


def _constant(reading: Reading, lexeme: str, upper: str) -> None:
    """NULL is a value as pg_stat_statements sees it; so are TRUE and FALSE, but not in MySQL's digests."""
    test = reading.back() == "IS" or (reading.back() == "NOT" and reading.back(2) == "IS")
    kept = keeps_null(reading) if upper == "NULL" else not reading.dialect.postgres
    if test or kept:
        reading.out.append(lexeme)
    else:
        write_value(reading)


def _quoted(reading: Reading, lexeme: str) -> None:
    """N'…', E'…', U&'…', U&"…"."""
    if lexeme[2:3] == '"':
        _name(reading, lexeme, '"')
    else:
        _string(reading, lexeme)


def _string(reading: Reading, lexeme: str) -> None:
    if reading.at and _is_string(reading, reading.tokens[reading.at - 1]):  # adjacent strings are one
        return
    kept = kept_string(reading, lexeme)
    if kept is None:
        write_value(reading)
    else:
        reading.out.append(kept)


def _is_string(reading: Reading, lexeme: str) -> bool:
    return "'" in (lexeme[0], lexeme[1:2]) or (lexeme[0] == '"' and reading.dialect.double_quoted_strings)


def _double_quote(reading: Reading, lexeme: str) -> None:
    if reading.dialect.double_quoted_strings:
        _string(reading, lexeme)
    else:
        _name(reading, lexeme, '"')


def _backtick(reading: Reading, lexeme: str) -> None:
    if reading.dialect.postgres:
        reading.out.append(lexeme)
    else:
        _name(reading, lexeme, "`")


def _name(reading: Reading, lexeme: str, quote: str) -> None:
    if not is_closed(lexeme, quote, backslash=False):  # cut off: it may have swallowed literals
        write_value(reading)
    elif quote == '"' and not reading.dialect.postgres:
        reading.out.append(quoted_name(lexeme[1:-1].replace('""', '"')))
    else:
        reading.out.append(lexeme)


def _number(reading: Reading, lexeme: str) -> None:
    clause = reading.levels[-1].clause
    counts = clause == "TYPE" or (clause == "BY" and is_ordinal(reading))
    name = not reading.dialect.postgres and _NAME_WITH_DIGITS_FIRST.fullmatch(lexeme)
    if name or (counts and _SHORT_INTEGER.fullmatch(lexeme)):
        reading.out.append(lexeme)
    else:
        write_value(reading)


def _dot(reading: Reading, lexeme: str) -> None:
    if lexeme[1:2].isdigit():
        return write_value(reading)
    reading.listing = reading.listing or lexeme == "..."
    return reading.out.append(lexeme)


def _dollar(reading: Reading, lexeme: str) -> None:
    if len(lexeme) == 1:
        reading.out.append(lexeme)
    elif lexeme[1].isdigit():
        write_value(reading)
    else:
        _string(reading, lexeme)


def _percent(reading: Reading, lexeme: str) -> None:
    if lexeme == "%s" or lexeme[1:2] == "(":
        write_value(reading)
    else:
        _symbol(reading, lexeme)


def _colon(reading: Reading, lexeme: str) -> None:
    if lexeme in (":", "::", ":="):
        reading.out.append(lexeme)
    else:
        write_value(reading)


def _question(reading: Reading, lexeme: str) -> None:
    """A parameter; in PostgreSQL an operator of jsonb where a value stands before it."""
    operator = reading.dialect.postgres and reading.after_operand(len(reading.out))
    if lexeme == "?" and not operator:
        write_value(reading)
    else:
        reading.out.append(lexeme)


def _symbol(reading: Reading, lexeme: str) -> None:
    reading.out.append("%" if lexeme == "%%" else lexeme)


def _backslash(reading: Reading, lexeme: str) -> None:
    if len(lexeme) > 1:  # MySQL: \N is NULL
        write_value(reading)
    else:
        reading.out.append(lexeme)


def _semicolon(reading: Reading, lexeme: str) -> None:
    reading.out.append(lexeme)
    reading.statement = reading.levels[-1].clause = ""
    reading.routine = reading.executing = False


def _open(reading: Reading, lexeme: str) -> None:
    opener = reading.back()
    clause = clause_inside(reading, opener) if lexeme == "(" else ""
    reading.levels.append(Level(opener, len(reading.out) + 1, clause))
    reading.out.append(lexeme)


def _close(reading: Reading, lexeme: str) -> None:
    if len(reading.levels) > 1:
        level = reading.levels.pop()
        parent = reading.levels[-1]
        # ((SELECT …) UNION … ORDER BY 1): what begins with a query is one.
        parent.query = parent.query or (level.query and level.start - 1 == parent.start)
        if level.clause == "TYPE":
            reading.modifiers = (level.start - 1, len(reading.out))
    reading.out.append(lexeme)


_HANDLERS: dict[str, Callable[[Reading, str], None]] = {
    **dict.fromkeys("0123456789", _number),
    **dict.fromkeys("+-*/<>=~!@#^&|,{}", _symbol),
    **dict.fromkeys("([", _open),
    **dict.fromkeys(")]", _close),
    "'": _string,
    '"': _double_quote,
    "`": _backtick,
    "$": _dollar,
    "%": _percent,
    ":": _colon,
    "?": _question,
    ".": _dot,
    ";": _semicolon,
    "\\": _backslash,
}
