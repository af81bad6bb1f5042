"""How many bytes of MySQL's and MariaDB's row limit of 65,535 the columns of a table take.

https://dev.mysql.com/doc/refman/8.4/en/storage-requirements.html and column-count-limit.html: BLOB, TEXT, JSON and
GEOMETRY count with their length and pointer alone. The limit is found to the byte on a real MariaDB
(tests/engine/test_hazards.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.model import Column

MOST_BYTES = 65_535
_POINTER = 8
_FIXED = {
    "tinyint": 1, "bool": 1, "boolean": 1, "smallint": 2, "mediumint": 3, "int": 4, "integer": 4, "bigint": 8,
    "float": 4, "double": 8, "real": 8, "year": 1, "date": 3, "uuid": 16, "inet6": 16, "inet4": 4,
    "tinytext": 1 + _POINTER, "tinyblob": 1 + _POINTER, "text": 2 + _POINTER, "blob": 2 + _POINTER,
    "mediumtext": 3 + _POINTER, "mediumblob": 3 + _POINTER, "longtext": 4 + _POINTER, "longblob": 4 + _POINTER,
    "json": 4 + _POINTER, "geometry": 4 + _POINTER, "point": 4 + _POINTER,
}  # fmt: skip
_TIMES = {"time": 3, "datetime": 5, "timestamp": 4}  # and a byte for each two digits of a second's fraction
_DECIMALS = ("decimal", "numeric", "dec", "fixed")
_DIGITS = (0, 1, 1, 2, 2, 3, 3, 4, 4)  # bytes of so many digits; nine take four
_CHARACTERS = re.compile(r"n?(?:var)?char(?:acter)?(?: varying)?\((\d+)\)")
_BYTES = re.compile(r"(?:var)?binary\((\d+)\)")


def row_bytes(columns: Iterable[Column], bytes_of_character: int) -> int:
    """The bytes that count towards the limit; virtual columns count like others."""
    counted = list(columns)
    nulls = (sum(column.nullable for column in counted) + 7) // 8
    return nulls + sum(_column_bytes(column.type, bytes_of_character) for column in counted)


def _column_bytes(type_: str, bytes_of_character: int) -> int:
    if found := _CHARACTERS.match(type_):
        return _with_length(int(found[1]) * bytes_of_character, type_)
    if found := _BYTES.match(type_):
        return _with_length(int(found[1]), type_)
    word = re.match(r"\w*", type_)
    name, numbers = word[0] if word else "", [int(number) for number in re.findall(r"\d+", type_)]
    if name in _TIMES:
        return _TIMES[name] + ((numbers or [0])[0] + 1) // 2
    if name in _DECIMALS:
        digits, fraction = (*numbers, 0)[:2] if numbers else (10, 0)
        return _digits(digits - fraction) + _digits(fraction)
    if name == "bit":
        return ((numbers or [1])[0] + 7) // 8
    if name in ("enum", "set"):
        return _members(name, type_.count("'") // 2)
    return _FIXED.get(name, 8)


def _with_length(size: int, type_: str) -> int:
    return size + (1 if size < 256 else 2) * ("var" in type_)


def _digits(count: int) -> int:
    return count // 9 * 4 + _DIGITS[count % 9]


def _members(name: str, count: int) -> int:
    if name == "enum":
        return 1 if count < 256 else 2
    return next((size for size in (1, 2, 3, 4) if count <= size * 8), 8)
