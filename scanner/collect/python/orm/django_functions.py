"""The SQL that Django writes for the functions of django.db.models.functions, once their arguments are SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.collect.python.orm.sql import joined, pieces
from scanner.collect.python.values import Gap, Sql
from scanner.model import Family

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Those whose name in SQL is not their own in capitals.
_NAMES = {
    "Ceil": "CEILING",
    "CurrentTimestamp": "CURRENT_TIMESTAMP",
    "Substr": "SUBSTRING",
    "StrIndex": "STRPOS",
    "Trim": "BTRIM",
    "Pi": "PI",
    "RandomUUID": "GEN_RANDOM_UUID",
    "TransactionNow": "CURRENT_TIMESTAMP",
}
_PARTS = {
    **{part: part.upper() for part in ("year", "quarter", "month", "week", "day", "hour", "minute", "second")},
    "week_day": "DOW",
    "iso_week_day": "ISODOW",
    "iso_year": "ISOYEAR",
}
# PostgreSQL's names of the types that Cast is used with; of others the type is a hole.
_TYPES = {
    "TextField": "text",
    "IntegerField": "integer",
    "BigIntegerField": "bigint",
    "FloatField": "double precision",
    "BooleanField": "boolean",
    "DateField": "date",
    "DateTimeField": "timestamp with time zone",
    "UUIDField": "uuid",
    "JSONField": "jsonb",
}


def function(name: str, arguments: Sequence[Sql], family: Family | None) -> Sql:
    """A function of Django by the name of its class."""
    first: Sequence[Sql] = arguments[:1] or (pieces("%s"),)
    if name in ("Now", "Random"):
        return pieces(_without_arguments(name, family))
    if name == "Concat":
        return _concatenated(arguments, family)
    if name.startswith("Trunc"):
        return truncated(first[0], name.removeprefix("Trunc").lower(), family)
    if name.startswith("Extract"):
        return part(first[0], _CAMEL.sub("_", name.removeprefix("Extract")).lower(), family)
    return pieces(f"{_NAMES.get(name) or _CAMEL.sub('_', name).upper()}(", joined(", ", arguments), ")")


def cast(value: Sql, type_name: str, family: Family | None) -> Sql:
    """``Cast("total", TextField())``."""
    if family == "mysql":
        return pieces("CAST(", value, " AS ", Gap(type_name, "unknown"), ")")
    known = _TYPES.get(type_name)
    return pieces("(", value, ")::", known if known else Gap(type_name, "unknown"))


def part(value: Sql, name: str, family: Family | None) -> Sql:
    """The year, the month or another part of a date; of anything else, such as a key of JSON, what stands for it."""
    if name == "date":
        return pieces("DATE(", value, ")") if family == "mysql" else pieces("(", value, ")::date")
    if name in _PARTS:
        return pieces(f"EXTRACT({_PARTS[name]} FROM ", value, ")")
    return value


def truncated(value: Sql, kind: str, family: Family | None) -> Sql:
    """The first moment of the month, the year and so on."""
    if kind in ("date", "time"):
        return part(value, kind, family) if kind == "date" else pieces("(", value, ")::time")
    if family == "mysql":
        return pieces("CAST(DATE_FORMAT(", value, ", %s) AS DATE)")
    return pieces("DATE_TRUNC(%s, ", value, ")")


def _without_arguments(name: str, family: Family | None) -> str:
    if name == "Random":
        return "RAND()" if family == "mysql" else "RANDOM()"
    return "CURRENT_TIMESTAMP(6)" if family == "mysql" else "STATEMENT_TIMESTAMP()"


def _concatenated(arguments: Sequence[Sql], family: Family | None) -> Sql:
    if family == "mysql":
        return pieces("CONCAT_WS('', ", joined(", ", arguments), ")")
    if len(arguments) < 2:
        return arguments[0] if arguments else pieces("%s")
    rest = _concatenated(arguments[1:], family)
    return pieces("(COALESCE(", arguments[0], ", %s) || COALESCE(", rest, ", %s))")
