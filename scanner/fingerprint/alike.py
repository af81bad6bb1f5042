"""Which statements differ in their values alone, told from their bytes: many times faster than by normalised text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

from scanner.fingerprint.lexer import comment_pattern, dialect_of, mysql_string, tokenize
from scanner.fingerprint.shapes import shape_of
from scanner.model import Database
from scanner.tags import Tags, tags_of

Key = int | bytes | tuple[int | bytes, ...]
_Meant = tuple[int, ...] | None  # numbers that mean something, by their place among all; None: nothing is known
_Known = int | tuple[int, _Meant]  # a name, with what else is a part of the key

_LONGEST = 4_000  # bytes; a longer statement is hardly repeated
_MOST = 20_000  # reductions remembered
_ZEROS = bytes.maketrans(b"0123456789", b"0" * 10)
_BETWEEN = b"\0"
_RUN = re.compile(rb"00+")
_NUMBER = re.compile(rb"[0-9]+")


class Alike:
    """A key for statements of a MySQL or MariaDB: those with the same key have the same normalised text.

    They have the same `tags` in their comments, too, where some are asked for; what else a comment says, such as the
    request that each entry is of, does not count. A statement that cannot be reduced safely is a key of its own.

    A statement is reduced to its bytes outside of strings and comments, with each number a 0.

    Statements that are reduced to the same bytes go through the same states of the lexer, if no quote of them
    stands anywhere but around a string. So what the first of them shows holds for all: which numbers are values, and
    which a part of a name, an ordinal …, that is, of the key.
    """

    def __init__(self, database: Database, tags: frozenset[str] = frozenset()) -> None:
        self._database = database
        self._tags = tags
        self._dialect = dialect_of(database.engine, database.sql_mode)
        quotes = "'\"" if self._dialect.double_quoted_strings else "'"
        strings = "|".join(mysql_string(self._dialect, quote) for quote in quotes)
        self._strings = re.compile(strings.encode())
        self._comments = comment_pattern(self._dialect)
        self._known: dict[bytes, _Known] = {}
        self._names = count()  # short ones, which are found faster

    def __call__(self, statement: bytes) -> Key | tuple[Tags, Key]:
        """The key of a statement."""
        tags = self._asked(statement) if self._tags and b"/*" in statement else ()
        return (tags, self._key(statement)) if tags else self._key(statement)

    def each(self, statements: Sequence[bytes]) -> list[Key | tuple[Tags, Key]]:
        """The keys of statements, the same as one by one, and faster where their quotes are closed."""
        joined = _BETWEEN.join(statements)
        code = None if self._tags and b"/*" in joined else self._without_strings(joined)
        if code is None or not code.count(_BETWEEN) == joined.count(_BETWEEN) == len(statements) - 1:
            return [self(statement) for statement in statements]
        known = [*map(self._known.get, _zeroed(code).split(_BETWEEN))]
        if {*map(type, known)} == {int}:
            return known  # type: ignore[return-value]
        codes = code.split(_BETWEEN)
        return [self._key_of(*each) for each in zip(statements, codes, known, strict=True)]

    def _asked(self, statement: bytes) -> Tags:
        found = tags_of(statement.decode("utf-8", "replace"), self._database.engine.family)
        return tuple(tag for tag in found if tag[0] in self._tags)

    def _key(self, statement: bytes) -> Key:
        code = self._without_strings(statement)
        return self._key_of(statement, code, None if code is None else self._known.get(_zeroed(code)))

    def _key_of(self, statement: bytes, code: bytes | None, known: _Known | None) -> Key:
        if isinstance(known, int):
            return known
        if known is None or code is None:
            return self._new_key(statement, code)
        name, meant = known
        if meant is None:
            return statement
        numbers = _NUMBER.findall(code)
        return (name, *[numbers[place] for place in meant])

    def _new_key(self, statement: bytes, code: bytes | None) -> Key:
        """The key of a statement that is not known as it is written: what is known has no comments."""
        if len(statement) > _LONGEST:
            return statement
        plain = self._without_comments(statement)
        if plain != statement:
            return self._key(plain)
        if code is None:
            return statement
        self._learn(statement, code)
        return self._key(statement)

    def __reduce__(self) -> tuple[type[Alike], tuple[Database, frozenset[str]]]:
        return Alike, (self._database, self._tags)

    def _without_comments(self, statement: bytes) -> bytes:
        executed = b"/*!" in statement or b"/*M" in statement  # what is in these may end elsewhere
        return statement if executed else self._comments.sub(_without_comment, statement)

    def _without_strings(self, statement: bytes) -> bytes | None:
        """The bytes outside of strings; None when one has no end."""
        if b'"' in statement or b"\\" in statement:
            return self._strings.sub(b'""', statement)  # another mark: 'a'"b" is two strings, 'a''b' one
        parts = statement.split(b"'")
        return b"''".join(parts[::2]) if len(parts) % 2 else None

    def _learn(self, statement: bytes, code: bytes) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        name, meant = next(self._names), self._look(statement.decode("utf-8", "replace"), code)
        self._known[_zeroed(code)] = name if meant == () else (name, meant)

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
        return tuple(meant) if place == _numbers(code) else tuple(range(_numbers(code)))


def _without_comment(found: re.Match[bytes]) -> bytes:
    return b" " if found.lastgroup else found[0]


def _zeroed(code: bytes) -> bytes:
    """Each run of digits as one 0."""
    return _RUN.sub(b"0", code.translate(_ZEROS))


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')


def _numbers(code: bytes) -> int:
    return len(_NUMBER.findall(code))
