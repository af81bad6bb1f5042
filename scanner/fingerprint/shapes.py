"""What statements have in common that differ in their values alone, found faster than their normalised text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scanner.fingerprint.lexer import Dialect
from scanner.fingerprint.words import COMPARISONS, MODIFIED_TYPES, PRECISIONS

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
    if _COUNTED.isdisjoint(words):
        return tuple([_number(t) if (first := t[0]) in _DIGITS else strings.get(first, t) for t in tokens])
    shortest = _shortest(tokens)
    return tuple(
        [_number(t, n) if t[0] in _DIGITS else strings.get(t[0], t) for t, n in zip(tokens, shortest, strict=True)]
    )


def _shortest(tokens: list[str]) -> Iterator[int]:
    """How long each token must be to be a value, were it a number: of any length where it is compared."""
    previous = ""
    lists: list[bool] = []  # of each open parenthesis: whether it follows IN
    for token in tokens:
        alone = previous in COMPARISONS or (previous in ("(", ",") and bool(lists) and lists[-1])
        yield 0 if alone else _SHORT
        if token == "(":
            lists.append(previous == "IN")
        elif token == ")" and lists:
            lists.pop()
        previous = token.upper()


def _has_string_alias(tokens: list[str]) -> bool:
    """MySQL: a AS 'x'."""
    return any(name[0] in "'\"" and word.upper() == "AS" for word, name in pairwise(tokens))


def _number(lexeme: str, shortest: int = 0) -> str:
    """0 for a number of at least so many characters; MySQL's names may begin with digits, too."""
    return _NUMBER if len(lexeme) >= shortest and (lexeme.isdigit() or "." in lexeme) else lexeme
