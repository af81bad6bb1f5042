"""SQL expressions of SQLAlchemy: columns, comparisons, functions."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import QueryValue, RelationValue, SqlValue, select
from scanner.collect.python.orm.sql import Names, joined, pieces
from scanner.collect.python.orm.sqlalchemy_inheritance import of_kind
from scanner.collect.python.orm.sqlalchemy_relations import relation_of
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ConstantValue,
    Gap,
    ListValue,
    Sql,
    TextValue,
    Unknown,
    Value,
)

_OPERATORS = {
    "==": "=",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "+": "+",
    "*": "*",
    "%": "%",
    "/": "/",
    "<<": "IN",
    "?": "-",
}
_OPPOSITES = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
SUFFIXES = {
    "desc": " DESC",
    "asc": " ASC",
    "nullsfirst": " NULLS FIRST",
    "nulls_first": " NULLS FIRST",
    "nullslast": " NULLS LAST",
    "nulls_last": " NULLS LAST",
}
_PATTERNS = {
    "contains": ("'%%' || ", " || '%%'"),
    "startswith": ("", " || '%%'"),
    "endswith": ("'%%' || ", ""),
}
_COMPARED = {
    "like": "LIKE",
    "ilike": "ILIKE",
    "not_like": "NOT LIKE",
    "notlike": "NOT LIKE",
    "is_distinct_from": "IS DISTINCT FROM",
}


def column(mapped: Mapped, attribute: str, world: World) -> SqlValue | RelationValue | None:
    """``Order.total`` or ``Order.customer``."""
    found = mapped.column(attribute)
    if found is not None:
        names = Names(mapped, world.family)
        sql, kinds = pieces(names.column(found.name)), of_kind(mapped, world)
        return SqlValue(sql, (names.table,), found.name, mapped, kinds=kinds)
    return RelationValue(mapped, attribute) if relation_of(mapped, attribute, world) else None


def operated(left: Value, operator: str, right: Value, world: World) -> Value | None:
    """``left operator right`` where one of them is an SQL expression."""
    if isinstance(left, RelationValue) and (key := _foreign_key(left, world)):
        if operator in ("==", "!=") and right != ConstantValue("None"):
            return _same_row(key, operator)
        left = key
    if not isinstance(left, SqlValue | QueryValue) and not isinstance(right, SqlValue | QueryValue):
        return None
    if operator in ("&", "|"):
        return connected("AND" if operator == "&" else "OR", (left, right))
    sign = _OPERATORS.get(operator)
    if sign is None:
        return None
    one, other = (left, right) if isinstance(left, SqlValue) else (right, left)
    if not isinstance(one, SqlValue):
        return None
    if operator == "<<":  # peewee's IN
        return method(one, "in_", Given(((other,),), {}))
    if other == ConstantValue("None"):
        empty = pieces(one.sql, " IS NULL" if operator == "==" else " IS NOT NULL")
        return SqlValue(empty, one.tables, kinds=one.kinds)
    sides = (one.sql, operand(other, one)) if one is left else (operand(other, one), one.sql)
    opposite = _OPPOSITES.get(sign)
    inverse = pieces(sides[0], f" {opposite} ", sides[1]) if opposite else ()
    arithmetic = "" if opposite else operator
    made = pieces(sides[0], f" {sign} ", sides[1])
    kinds = kinds_in((left, right))
    return SqlValue(made, tables_in((left, right)), word=arithmetic, inverse=inverse, kinds=kinds)


def _same_row(key: SqlValue, operator: str) -> SqlValue:
    """A relation that leads to a certain row, or to another one or none."""
    if operator == "==":
        return replace(key, sql=pieces("%(param_1)s = ", key.sql), name=None)
    other = pieces(key.sql, " != %(param_1)s OR ", key.sql, " IS NULL")
    return replace(key, sql=other, name=None, word="OR")


def _foreign_key(value: RelationValue, world: World) -> SqlValue | None:
    """``Order.customer``, compared with an instance, is its foreign key."""
    relation = relation_of(value.mapped, value.attribute, world)
    column = value.mapped.column(relation.local) if relation else None
    if column is None or column.primary_key:
        return None
    names = Names(value.mapped, world.family)
    return SqlValue(pieces(names.column(column.name)), (names.table,), None, value.mapped)


def negated(value: Value) -> Value | None:
    """``~value``."""
    if isinstance(value, QueryValue) and value.verb == "exists":
        return replace(value, negated=not value.negated)
    if not isinstance(value, SqlValue):
        return None
    made = value.inverse or pieces("NOT (" if value.word else "NOT ", value.sql, ")" if value.word else "")
    return SqlValue(made, value.tables, inverse=value.sql, kinds=value.kinds)


def method(value: SqlValue, name: str, given: Given) -> Value | None:
    """``column.method(…)``."""
    made = _method(value, name, given)
    return replace(made, kinds=value.kinds) if isinstance(made, SqlValue) else made


def _method(value: SqlValue, name: str, given: Given) -> Value | None:
    first = given.positional[0][0] if given.positional else None
    if name in SUFFIXES:
        return SqlValue(pieces(value.sql, SUFFIXES[name]), value.tables)
    if name == "label":
        label = constant_text(given.positional[0]) if given.positional else None
        return replace(value, name=label, label=label) if label else value
    if name in ("is_", "is_not", "isnot") and first is not None:
        word = "IS" if name == "is_" else "IS NOT"
        constant = first.source.upper() if isinstance(first, ConstantValue) else "NULL"
        return SqlValue(pieces(value.sql, f" {word} {'NULL' if constant == 'NONE' else constant}"), value.tables)
    if name == "is_null":
        return SqlValue(
            pieces(value.sql, " IS NULL" if first != ConstantValue("False") else " IS NOT NULL"), value.tables
        )
    if name in ("in_", "not_in", "notin_") and first is not None:
        word = "IN" if name == "in_" else "NOT IN"
        return SqlValue(pieces(value.sql, f" {word} (", _members(first, value), ")"), value.tables)
    if name in _PATTERNS and first is not None:
        before, after = _PATTERNS[name]
        made = pieces("(", value.sql, f" LIKE {before}", operand(first, value), f"{after})")
        return SqlValue(made, tables_in((value, first)))
    if name in _COMPARED and first is not None:
        return SqlValue(pieces(value.sql, f" {_COMPARED[name]} ", operand(first, value)), tables_in((value, first)))
    if name == "between" and len(given.positional) > 1:
        low, high = (operand(each[0], value) for each in given.positional[:2])
        return SqlValue(pieces(value.sql, " BETWEEN ", low, " AND ", high), value.tables)
    if name == "filter":
        only = joined(" AND ", (condition(each[0], value.tables) for each in given.positional))
        return SqlValue(pieces(value.sql, " FILTER (WHERE ", only, ")"), value.tables, label="anon")
    return value if name in ("op", "collate", "distinct", "self_group") else None


def named(value: SqlValue, name: str) -> SqlValue:
    """The expression with a name among the columns of a query."""
    return replace(value, label=name)


def operand(value: Value, beside: SqlValue | None) -> Sql:
    """The expression, or the parameter that a plain value becomes."""
    if isinstance(value, SqlValue):
        return value.sql
    if isinstance(value, QueryValue):
        return pieces("(", select(value, without=beside.tables if beside else ()), ")")
    if isinstance(value, ConstantValue) and value.source in ("True", "False", "None"):
        return pieces({"True": "true", "False": "false"}.get(value.source, "NULL"))
    name = beside.name if beside is not None and beside.name else "param"
    return pieces(f"%({name}_1)s")


def written(value: Value) -> Sql:
    """Text that stands in the statement as it is. The first piece is empty: the mapper gives it no name."""
    return pieces(
        "", value.pieces if isinstance(value, TextValue) else Gap(value.source if isinstance(value, Unknown) else "…")
    )


def condition(value: Value, around: tuple[str, ...]) -> Sql:
    """A value as one condition of WHERE; `around` are the tables of the query it stands in."""
    if isinstance(value, QueryValue) and value.verb == "exists":
        return pieces(
            "NOT (EXISTS (" if value.negated else "EXISTS (",
            select(value, without=around),
            "))" if value.negated else ")",
        )
    if isinstance(value, SqlValue):
        return value.sql
    if isinstance(value, TextValue):
        return value.pieces
    return (Gap(value.source if isinstance(value, Unknown) else "…", "clause"),)


def connected(word: str, values: Iterable[Value]) -> Value:
    """The conditions with AND or OR between them."""
    values = tuple(values)
    around = tables_in(values)
    parts = [bracketed(value, condition(value, around), word) for value in values]
    made = joined(f" {word} ", parts)
    return SqlValue(made, around, word=word if len(parts) > 1 else "", kinds=kinds_in(values))


def bracketed(value: Value, made: Sql, word: str) -> Sql:
    """The condition in brackets where OR stands beside AND."""
    return pieces("(", made, ")") if word == "AND" and isinstance(value, SqlValue) and value.word == "OR" else made


def tables_in(values: Iterable[Value]) -> tuple[str, ...]:
    """The tables that any of the values reads."""
    return tuple(dict.fromkeys(table for v in values if isinstance(v, SqlValue) for table in v.tables))


def kinds_in(values: Iterable[Value]) -> tuple[Sql, ...]:
    """The kinds of classes whose columns any of the values compares."""
    return tuple(dict.fromkeys(kind for v in values if isinstance(v, SqlValue) for kind in v.kinds))


def _members(value: Value, beside: SqlValue) -> Sql:
    if isinstance(value, QueryValue):
        return select(value)
    if isinstance(value, ListValue) and not value.open and value.items:
        name = beside.name or "param"
        return pieces(", ".join(f"%({name}_1_{number})s" for number in range(1, len(value.items) + 1)))
    return (Gap(value.source if isinstance(value, Unknown) else "…", "list"),)
