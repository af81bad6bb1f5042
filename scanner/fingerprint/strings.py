"""Strings that are no data: names, statements inside quotes, the layout of a file."""

from __future__ import annotations

import re
from itertools import count, pairwise

from scanner.fingerprint.quotes import content, is_closed, quoted_name, requoted
from scanner.fingerprint.reading import Reading
from scanner.fingerprint.words import FILE_OPTIONS, NAMING_SETTINGS, STATEMENT_TEXT

_FORMAT = re.compile(r"%(?:\d+\$)?-?\d*[ILs]")
_FIRST_FORMAT_HOLE = 1_000_000  # beyond the source's own; all are renumbered
_FARTHEST_SETTING = 64  # tokens back from a string to the name it is assigned to
_LONGEST_OPTION = 8  # of a file's layout: '\t', 'utf8', '"'


def kept_string(reading: Reading, lexeme: str) -> str | None:
    """A string that stays, with the SQL in it normalised; None for data."""
    before = reading.back()
    if reading.statement == "SET" and _names_something(reading):
        return lexeme if is_closed(lexeme, lexeme[0], backslash=not reading.dialect.postgres) else None
    if reading.statement in ("COPY", "LOAD") and before in FILE_OPTIONS:
        short = len(lexeme) <= _LONGEST_OPTION
        return lexeme if short and is_closed(lexeme, lexeme[0], backslash=True) else None
    if before == "AS" and not reading.dialect.postgres:
        return _alias(reading, lexeme)
    if _is_body(reading, before) or (_is_prepared(reading, before) and _is_statement(reading, lexeme)):
        return _inside(reading, lexeme)
    return None


def _names_something(reading: Reading) -> bool:
    """Whether the setting now assigned holds names."""
    written = [lexeme.upper() for lexeme in reading.out[:-_FARTHEST_SETTING:-1]]
    for at, word in enumerate(written):
        if word in ("=", ":=", "TO"):
            setting = written[at + 1] if at + 1 < len(written) else ""
            return setting.rsplit(".", 1)[-1].lstrip("@") in NAMING_SETTINGS
        if word in ("SET", ";"):
            break
    return reading.back() in NAMING_SETTINGS


def _alias(reading: Reading, lexeme: str) -> str | None:
    name = content(lexeme, reading.dialect)
    return quoted_name(name) if name else None


def _is_body(reading: Reading, before: str) -> bool:
    """Whether a string is the body of a DO or a routine, in a language that is SQL."""
    place = reading.statement == "DO" or (reading.routine and before == "AS")
    if not place or before == "LANGUAGE" or not reading.dialect.postgres:
        return False
    return _language(reading) in ("sql", "plpgsql")


def _language(reading: Reading) -> str:
    """The language a DO or CREATE FUNCTION declares."""
    if reading.language is None:
        declared = (name for word, name in pairwise(reading.tokens) if word.upper() == "LANGUAGE")
        reading.language = next(declared, "plpgsql").strip("'\"").lower()
    return reading.language


def _is_prepared(reading: Reading, before: str) -> bool:
    """Whether a statement may stand in quotes here: EXECUTE '…', PREPARE … FROM '…', SET @s = '…'."""
    if reading.statement == "PREPARE":
        return before == "FROM"
    if reading.statement == "SET" and before in ("=", ":=") and reading.back(2).startswith("@"):
        return True
    return reading.executing


def _is_statement(reading: Reading, lexeme: str) -> bool:
    return STATEMENT_TEXT.match(content(lexeme, reading.dialect) or "") is not None


def _inside(reading: Reading, lexeme: str) -> str | None:
    """The string with the SQL in it normalised."""
    text = content(lexeme, reading.dialect)
    if text is not None and reading.back() == "(" and reading.back(2) == "FORMAT":
        text = _with_holes(text)
    inner = None if text is None else reading.inner(text)
    return None if inner is None else requoted(inner, lexeme, reading.dialect)


def _with_holes(text: str) -> str:
    """The first argument of PostgreSQL's format(): %L is a literal, %I and %s are not known."""
    numbers = count(_FIRST_FORMAT_HOLE)
    return _FORMAT.sub(lambda m: "''" if m[0][-1] == "L" else f"__hole_{next(numbers)}__", text)
