"""The columns that the code of a file speaks of, whatever it does with them."""

from __future__ import annotations

import re
from collections.abc import Set

from scanner.collect.mentions.names import Names

_PROGRAM = (".py", ".spt")
# What does not tell which code handles a table: tests follow the code, and migrations name every column once.
_APART = re.compile(
    r"(?:^|/)(?:tests?|testing|docs?|examples?|migrations|alembic|versions)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
)


def is_program(place: str) -> bool:
    """Whether a path is that of a program's own code: neither a test nor a migration."""
    return place.endswith(_PROGRAM) and _APART.search(place) is None


def columns_in(lowered: bytes, words: Set[bytes], names: Names) -> dict[str, int]:
    """Of the columns of all tables those that the file names, with the line of the first, from 1."""
    found = sorted(names.column_words & words)
    return {column.decode(): _line(lowered, column) for column in found}


def _line(lowered: bytes, word: bytes) -> int:
    match = re.search(rb"(?<![a-z0-9_])" + re.escape(word) + rb"(?![a-z0-9_])", lowered)
    return lowered.count(b"\n", 0, match.start()) + 1 if match else 1
