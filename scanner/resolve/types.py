"""Families of SQL types: enough to know which comparisons an engine refuses."""

from __future__ import annotations

import re
from functools import lru_cache

_FAMILIES = {
    "number": "int integer bigint smallint tinyint mediumint int2 int4 int8 serial bigserial smallserial "
    "numeric decimal dec real float float4 float8 double money fixed oid",
    "bits": "bit varbit",
    "text": "text varchar char character bpchar name citext tinytext mediumtext longtext nvarchar string",
    "bool": "bool boolean",
    "time": "date timestamp timestamptz time timetz datetime year interval",
    "json": "json jsonb",
    "uuid": "uuid",
    "bytes": "bytea blob tinyblob mediumblob longblob binary varbinary",
}
_WORD = re.compile(r"[\w.]+")
_POLYMORPHIC = re.compile(r"any(?:compatible)?(?:element|nonarray|array|enum|(?:multi)?range)?\b")
_FAMILY_OF = {word: family for family, words in _FAMILIES.items() for word in words.split()}


@lru_cache(maxsize=4096)
def family(sql_type: str | None) -> str | None:
    """number, text, bool, time, json, uuid, bytes, array, or the type's own name; None when unknown or any."""
    if not sql_type:
        return None
    lowered = sql_type.lower()
    if _POLYMORPHIC.match(lowered):
        return None
    if lowered.endswith("]"):
        return "array"
    word = _WORD.match(lowered)
    return _FAMILY_OF.get(word[0], word[0]) if word else lowered


def is_plain(sql_type: str | None) -> bool:
    """Whether it is known as one of the engines' own types that have no fields."""
    return family(sql_type) in _FAMILIES


def assignable(value: str | None, target: str | None) -> bool:
    """Whether PostgreSQL stores a value of one type in a column of another: any as text, others within their family."""
    families = family(value), family(target)
    if families[1] == "text" or not {*families} <= {*_FAMILIES, "array"}:
        return True
    return families[0] == families[1]


def comparable(left: str | None, right: str | None) -> bool:
    """Whether PostgreSQL has `left = right` for the two types; unknown types are taken as comparable.

    text with number, bool, time, json or uuid has no operator (42883); json has none even with itself.
    """
    families = family(left), family(right)
    if None in families:
        return True
    if "json" in families and "jsonb" not in ((left or "").lower(), (right or "").lower()):
        return False
    known = {*_FAMILIES, "array"}
    if not known.issuperset(f for f in families if f):
        return families[0] == families[1]
    return families[0] == families[1]
