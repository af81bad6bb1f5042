"""How many bytes of MySQL's and MariaDB's row limit of 65,535 the columns of a table take.

https://dev.mysql.com/doc/refman/8.4/en/column-count-limit.html and storage-requirements.html: BLOB, TEXT, JSON and
GEOMETRY count with their length and pointer alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.model import Column

MOST_BYTES = 65_535
_POINTER = 12
_FIXED = {
    "tinyint": 1, "bool": 1, "boolean": 1, "smallint": 2, "mediumint": 3, "int": 4, "integer": 4, "bigint": 8,
    "float": 4, "double": 8, "real": 8, "year": 1, "date": 3, "time": 6, "datetime": 8, "timestamp": 7, "bit": 8,
    "enum": 2, "set": 8, "uuid": 16, "inet6": 16, "inet4": 4,
}  # fmt: skip
_POINTERS = re.compile(r"(?:tiny|medium|long)?(?:text|blob)|json|geometry|point|linestring|polygon|vector")
_CHARACTERS = re.compile(r"(?:var)?char(?:acter)?(?: varying)?\((\d+)\)|n(?:var)?char\((\d+)\)")
_BYTES = re.compile(r"(?:var)?binary\((\d+)\)")
_DECIMAL = re.compile(r"(?:decimal|numeric|dec|fixed)(?:\((\d+))?")


def row_bytes(columns: Iterable[Column], bytes_of_character: int) -> int:
    """The bytes that count towards the limit; a virtual column takes none."""
    stored = [column for column in columns if column.generated != "virtual"]
    nulls = (sum(column.nullable for column in stored) + 7) // 8
    return nulls + sum(_column_bytes(column.type, bytes_of_character) for column in stored)


def _column_bytes(type_: str, bytes_of_character: int) -> int:
    if found := _CHARACTERS.match(type_):
        return _with_length(int(found[1] or found[2]) * bytes_of_character, type_)
    if found := _BYTES.match(type_):
        return _with_length(int(found[1]), type_)
    if _POINTERS.match(type_):
        return _POINTER
    if found := _DECIMAL.match(type_):
        return int(found[1] or 10) // 2 + 1
    word = re.match(r"\w*", type_)
    return _FIXED.get(word[0] if word else "", 8)


def _with_length(size: int, type_: str) -> int:
    return size + (1 if size < 256 else 2) * ("var" in type_)
