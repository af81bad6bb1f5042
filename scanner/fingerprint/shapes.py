"""What statements have in common that differ in their values alone, found faster than their normalised text."""

from __future__ import annotations

from itertools import pairwise

from scanner.fingerprint.lexer import Dialect
from scanner.fingerprint.words import MODIFIED_TYPES, PRECISIONS

_LONGEST = 500  # tokens; a longer statement is hardly repeated
_QUERIES = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"))
_MEANT = frozenset(("EXECUTE", ";"))  # after these a string may be a statement
# With these a number may be an ordinal or a type's modifier.
_COUNTED = MODIFIED_TYPES | PRECISIONS | {"BY", "::", "INTERVAL"}
_DIGITS = frozenset("0123456789")
_NUMBER = "0"
_SHORT = 6  # longer numbers are neither
_STRINGS = {"'": "''"}
_STRINGS_WITH_DOUBLE = {"'": "''", '"': "''"}


def shape_of(tokens: list[str], dialect: Dialect) -> tuple[str, ...] | None:
    """The tokens of a plain query with all its values alike, or None where values may mean something.

    Its normalised text is the statement's own.
    """
    while tokens and tokens[-1] == ";":
        tokens.pop()
    if not 0 < len(tokens) <= _LONGEST or tokens[0].upper() not in _QUERIES:
        return None
    words = {*map(str.upper, tokens)}
    if not _MEANT.isdisjoint(words) or ("AS" in words and not dialect.postgres and _has_string_alias(tokens)):
        return None
    strings = _STRINGS_WITH_DOUBLE if dialect.double_quoted_strings else _STRINGS
    shortest = 0 if _COUNTED.isdisjoint(words) else _SHORT
    return tuple([_number(t, shortest) if (first := t[0]) in _DIGITS else strings.get(first, t) for t in tokens])


def _has_string_alias(tokens: list[str]) -> bool:
    """MySQL: a AS 'x'."""
    return any(name[0] in "'\"" and word.upper() == "AS" for word, name in pairwise(tokens))


def _number(lexeme: str, shortest: int) -> str:
    """0 for a number of at least so many characters; MySQL's names may begin with digits, too."""
    return _NUMBER if len(lexeme) >= shortest and (lexeme.isdigit() or "." in lexeme) else lexeme
