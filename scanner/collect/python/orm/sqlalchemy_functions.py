"""Functions of SQLAlchemy that make expressions: ``func.…``, ``and_``, ``case``, ``cast``, ``over``."""

from __future__ import annotations

import re

from scanner.collect.python.given import Given
from scanner.collect.python.orm.queries import SqlValue
from scanner.collect.python.orm.sql import joined, pieces
from scanner.collect.python.orm.sqlalchemy_expressions import (
    condition,
    connected,
    method,
    negated,
    operand,
    tables_in,
    written,
)
from scanner.collect.python.values import ExternalValue, Gap, ListValue, Sql, Unknown, Value

_ATTRIBUTE = re.compile(r"\w+(?:\.\w+)+")
_TYPES = {
    "String": "VARCHAR",
    "Unicode": "VARCHAR",
    "Text": "TEXT",
    "Integer": "INTEGER",
    "BigInteger": "BIGINT",
    "Float": "FLOAT",
    "Numeric": "NUMERIC",
    "Boolean": "BOOLEAN",
    "Date": "DATE",
    "DateTime": "TIMESTAMP WITHOUT TIME ZONE",
}


def function(name: str, given: Given) -> SqlValue:
    """``func.name(…)``."""
    values = [each[0] for each in given.positional]
    star = not values and name == "count"
    inside = pieces("*") if star else joined(", ", [_argument(value) for value in values])
    return SqlValue(pieces(f"{name}(", inside, ")"), tables_in(values))


def _argument(value: Value) -> Sql:
    # An attribute may well be a column of a class that is not known; anything else is a parameter.
    may_be_column = isinstance(value, Unknown) and _ATTRIBUTE.fullmatch(value.source)
    return (Gap(value.source, "value"),) if isinstance(value, Unknown) and may_be_column else operand(value, None)


def builtin(name: str, given: Given) -> Value | None:
    """``and_``, ``or_``, ``not_``, ``desc`` and the like of sqlalchemy."""
    values = [each[0] for each in given.positional]
    if name in ("and_", "or_"):
        return connected(name.rstrip("_").upper(), values)
    if name == "not_" and values:
        return negated(values[0])
    if (
        name in ("asc", "desc", "distinct", "nullsfirst", "nulls_first", "nullslast", "nulls_last")
        and values
        and isinstance(values[0], SqlValue)
    ):
        return method(values[0], name, given) if name != "distinct" else values[0]
    if name == "case":
        return _case(given)
    if name in ("cast", "type_coerce") and len(values) > 1:
        return _cast(values[0], values[1])
    if name == "over" and values and isinstance(values[0], SqlValue):
        return of_expression(values[0], name, given)
    if name == "literal":
        return SqlValue(pieces("%(param_1)s"), label="anon")
    if name == "literal_column" and values:
        return SqlValue(written(values[0]))
    if name in ("case", "cast", "extract", "over", "type_coerce"):
        first = next((value for value in values if isinstance(value, SqlValue)), None)
        return SqlValue(pieces(Gap(f"{name}(…)", "value")), first.tables if first else ())
    return None


def of_expression(value: SqlValue, name: str, given: Given) -> Value | None:
    """``column.method(…)``."""
    if name == "over":
        return SqlValue(pieces(value.sql, _window(given)), value.tables, label="anon")
    if name == "cast" and given.positional:
        return _cast(value, given.positional[0][0])
    return method(value, name, given)


def _window(given: Given) -> Sql:
    """``OVER (PARTITION BY … ORDER BY …)``."""
    parts: list[Sql] = []
    for keyword, words in (("partition_by", "PARTITION BY "), ("order_by", "ORDER BY ")):
        values = given.named.get(keyword, ())[:1]
        columns = [operand(each, None) for value in values for each in _each(value)]
        parts.extend([pieces(words, joined(", ", columns))] if columns else [])
    return pieces(" OVER (", joined(" ", parts), ")")


def _each(value: Value) -> list[Value]:
    return [item[0] for item in value.items] if isinstance(value, ListValue) else [value]


def _case(given: Given) -> SqlValue:
    """``case((condition, value), …, else_=value)``; before 1.4 the pairs stood in a list."""
    listed = [each[0] for each in given.positional]
    whens = listed[0].items if listed and isinstance(listed[0], ListValue) and _is_pairs(listed[0]) else None
    pairs = [item[0] for item in whens] if whens is not None else listed
    parts, tables = [pieces("CASE")], list[Value]()
    for pair in pairs:
        if isinstance(pair, ListValue) and len(pair.items) == 2:
            test, result = (item[0] for item in pair.items)
            parts.append(pieces("WHEN (", condition(test, ()), ") THEN ", operand(result, None)))
            tables += [test, result]
        else:
            parts.append(pieces("WHEN ", Gap("…", "value"), " THEN ", Gap("…", "value")))
    for values in (given.named.get("else_", ()),):
        parts.extend(pieces("ELSE ", operand(value, None)) for value in values[:1])
        tables += values[:1]
    return SqlValue(joined(" ", [*parts, pieces("END")]), tables_in(tables), label="anon")


def _is_pairs(value: ListValue) -> bool:
    return all(isinstance(item[0], ListValue) for item in value.items)


def _cast(value: Value, to: Value) -> SqlValue:
    kind = to.name if isinstance(to, ExternalValue) else to.source if isinstance(to, Unknown) else "…"
    name = kind.partition("(")[0]
    known = _TYPES.get(name.rsplit(".", 1)[-1])
    label = value.name or "anon" if isinstance(value, SqlValue) else "anon"
    made = pieces("CAST(", operand(value, None), " AS ", known if known else Gap(name, "unknown"), ")")
    return SqlValue(made, tables_in((value,)), label=label)
