"""Which statements differ in their values alone, told from their bytes: many times faster than by normalised text."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.fingerprint.lexer import dialect_of, mysql_string, tokenize
from scanner.fingerprint.shapes import shape_of
from scanner.model import Database

Key = bytes | tuple[bytes, ...]
_Meant = tuple[int, ...] | None  # numbers that mean something, by their place among all; None: nothing is known

_MOST = 50_000  # reductions remembered
_ZEROS = bytes.maketrans(b"0123456789", b"0" * 10)
_NUMBER = re.compile(rb"[0-9]+")


def alike(database: Database) -> Callable[[bytes], Key]:
    """A key for statements of a MySQL or MariaDB: those with the same key have the same normalised text.

    They have the same comments too. A statement that it cannot reduce safely is a key of its own.
    """
    return _Reduction(database).key


class _Reduction:
    """A statement is reduced to its bytes outside of strings, with each number a 0.

    Statements that are reduced to the same bytes go through the same states of the lexer, if no quote of them
    stands anywhere but around a string. So what the first of them shows holds for all: which numbers are values, and
    which a part of a name, an ordinal …, that is, of the key.
    """

    def __init__(self, database: Database) -> None:
        self._dialect = dialect_of(database.engine, database.sql_mode)
        quotes = "'\"" if self._dialect.double_quoted_strings else "'"
        strings = "|".join(mysql_string(self._dialect, quote) for quote in quotes)
        self._strings = re.compile(strings.encode())
        self._meant: dict[bytes, _Meant] = {}

    def key(self, statement: bytes) -> Key:
        code = self._without_strings(statement)
        if code is None:
            return statement
        reduced = _zeroed(code)
        meant = self._meant.get(reduced, ())
        if not meant:
            if meant is None or (reduced not in self._meant and self._learnt(statement, code, reduced) is None):
                return statement
            meant = self._meant[reduced] or ()
        if not meant:
            return reduced
        numbers = _NUMBER.findall(code)
        return (reduced, *[numbers[place] for place in meant])

    def _without_strings(self, statement: bytes) -> bytes | None:
        """The bytes outside of strings; None when one has no end."""
        if b'"' in statement or b"\\" in statement:
            return self._strings.sub(b'""', statement)  # another mark: 'a'"b" is two strings, 'a''b' one
        parts = statement.split(b"'")
        return b"''".join(parts[::2]) if len(parts) % 2 else None

    def _learnt(self, statement: bytes, code: bytes, reduced: bytes) -> _Meant:
        if len(self._meant) >= _MOST:
            self._meant.clear()
        self._meant[reduced] = meant = self._look(statement.decode("utf-8", "replace"), code)
        return meant

    def _look(self, sql: str, code: bytes) -> _Meant:
        if self._dialect.postgres:
            return None
        tokens = ["1" if token == "0" else token for token in tokenize(sql, self._dialect)]
        shape = shape_of(tokens, self._dialect)
        if shape is None or _quotes(sql) != sum(map(_quotes, tokens)):
            return None
        meant: list[int] = []
        place = 0
        for token, kept in zip(tokens, shape, strict=True):
            if _quotes(token):
                if kept != "''":
                    return None
                continue
            count = _numbers(token.encode("utf-8", "surrogatepass"))
            if token == kept:
                meant.extend(range(place, place + count))
            place += count
        everything = _numbers(code)
        return tuple(meant) if place == everything else tuple(range(everything))  # there are some in comments


def _zeroed(code: bytes) -> bytes:
    """Each run of digits as one 0."""
    code = code.translate(_ZEROS).replace(b"0000", b"0")
    while b"00" in code:
        code = code.replace(b"00", b"0")
    return code


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')


def _numbers(code: bytes) -> int:
    return len(_NUMBER.findall(code))
