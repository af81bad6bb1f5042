"""Django's conditions and expressions as SQL: ``name__icontains="x"``, ``Case(When(…))``, ``Exists(query)``."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python.frames import World
from scanner.collect.python.light import replace
from scanner.collect.python.orm import django_functions
from scanner.collect.python.orm.django_values import (
    AggregateValue,
    ArithmeticValue,
    CallValue,
    ConditionValue,
    OuterGap,
    PathValue,
)
from scanner.collect.python.orm.paths import COMPARISONS, joining, resolve
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, joined, pieces
from scanner.collect.python.orm.subqueries import aliased, filled, keys, outer_paths
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ClassValue,
    ConstantValue,
    Gap,
    ListValue,
    MapperValue,
    Sql,
    TextValue,
    Unknown,
    Value,
    Variants,
)

_TRUE, _FALSE, _NONE = (ConstantValue(name) for name in ("True", "False", "None"))
_SUFFIXES = {"asc": " ASC", "desc": " DESC"}
# Of a year Django asks for the days from its first to its last.
_YEARS = {"exact": "{0} BETWEEN {1} AND {1}", "gt": "{0} > {1}", "gte": "{0} >= {1}", "lt": "{0} < {1}"}
_BARE = frozenset(("Value", "OuterRef", "Subquery"))
Made = tuple[QueryValue, Sql]


def conditions(
    query: QueryValue, lookups: Iterable[tuple[str, Variants]], world: World, *, negated: bool = False
) -> QueryValue:
    """The query with these lookups among its conditions, by name as Django sorts them."""
    ordered = sorted(lookups, key=lambda lookup: lookup[0])
    of_groups = [each for each in ordered if query.groups and _is_aggregated(each[0], query)]
    for path, values in of_groups:
        query, made = _lookup(query, path, values[0], world)
        query = replace(query, havings=(*query.havings, made))
    rows = tuple(each for each in ordered if each not in of_groups)
    return condition(query, ConditionValue("AND", rows, negated=negated), world)


def condition(query: QueryValue, value: Value, world: World) -> QueryValue:
    """The query with a ``Q``, or an expression that is true or false, among its conditions."""
    query, made = expression(query, value, world)
    return replace(query, wheres=(*query.wheres, made)) if made else query


def expression(query: QueryValue, value: Value, world: World, *, outer: bool = False) -> Made:
    """An expression as SQL, and the query with the joins it needs."""
    if isinstance(value, PathValue):
        return _path(query, value.path, world, outer=outer)
    if isinstance(value, ConditionValue):
        return _conditions(query, value, world, outer=outer)
    if isinstance(value, AggregateValue):
        return _aggregate(query, value, world)
    if isinstance(value, ArithmeticValue):
        query, left = expression(query, value.left, world, outer=outer)
        query, right = expression(query, value.right, world, outer=outer)
        return query, pieces("(", left, f" {value.operator} ", right, ")")
    if isinstance(value, QueryValue):
        query, inner = _subquery(query, keys(value, Names(value.mapped, world.family)), world)
        return query, pieces("(", inner, ")")
    return _call(query, value, world, outer=outer) if isinstance(value, CallValue) else (query, pieces("%s"))


def ordering(query: QueryValue, value: Value, world: World) -> Made:
    """An expression of ORDER BY, with its direction."""
    if not isinstance(value, CallValue) or value.name not in _SUFFIXES:
        query, made = expression(query, value, world)
        return query, pieces(made, " ASC")
    query, made = expression(query, value.positional[0], world)
    nulls = (word for word in ("first", "last") if value.argument(f"nulls_{word}") == _TRUE)
    return query, pieces(made, _SUFFIXES[value.name], *(f" NULLS {word.upper()}" for word in nulls))


def _is_aggregated(path: str, query: QueryValue) -> bool:
    annotation = query.annotation(path.split("__")[0])
    return annotation is not None and annotation.aggregated


def _path(query: QueryValue, path: str, world: World, *, outer: bool) -> Made:
    known = query.annotation(path)
    if known is not None:
        return query, known.sql
    found = resolve(path, query.mapped, world, outer=outer)
    if found is None:
        return query, pieces(Gap(f'F("{path}")', "value"))
    made = pieces(found.sql)
    for name in found.rest:
        made = django_functions.part(made, name, world.family)
    return joining(query, found.joins), made


def _aggregate(query: QueryValue, value: AggregateValue, world: World) -> Made:
    if value.of is None:
        made = pieces("*")
    else:
        query, made = expression(query, value.of, world, outer=True)
    made = pieces(f"{value.function}({'DISTINCT ' if value.distinct else ''}", made, ")")
    if value.filter is not None:
        query, only = _conditions(query, value.filter, world, outer=True)
        made = pieces(made, " FILTER (WHERE ", only, ")")
    return query, made


def _call(query: QueryValue, value: CallValue, world: World, *, outer: bool) -> Made:
    first = value.positional[0] if value.positional else Unknown("…")
    if value.name == "OuterRef":
        path = constant_text((first,)) or ""
        return query, (OuterGap(f'OuterRef("{path}")', "value", path),)
    if value.name in ("Exists", "Subquery") and isinstance(first, QueryValue):
        return _inner(query, value, first, world)
    if value.name == "RawSQL":
        return query, pieces("(", first.pieces if isinstance(first, TextValue) else Gap("RawSQL(…)", "value"), ")")
    if value.name == "ExpressionWrapper":
        return expression(query, first, world, outer=outer)
    if value.name in ("Case", "Window"):
        return (_case if value.name == "Case" else _window)(query, value, world, outer=outer)
    arguments: list[Sql] = []
    for each in value.positional:
        query, made = _argument(query, each, world, outer=outer)
        arguments.append(made)
    if value.name == "Value" or (not arguments and value.positional):
        return query, pieces("%s")
    if value.name == "Cast":
        to = value.argument("output_field") or value.positional[-1]
        type_name = to.source.partition("(")[0] if isinstance(to, Unknown) else "…"
        return query, django_functions.cast(arguments[0], type_name, world.family)
    if value.name in ("Trunc", "Extract") and len(value.positional) > 1:
        kind = constant_text(value.positional[1:2]) or "…"
        make = django_functions.truncated if value.name == "Trunc" else django_functions.part
        return query, make(arguments[0], kind, world.family)
    given = value.argument("function") if value.name == "Func" else None
    name = constant_text((given,)) if given else None
    return query, django_functions.function(name or value.name, arguments, world.family)


def _argument(query: QueryValue, value: Value, world: World, *, outer: bool) -> Made:
    """An argument of a function: a string there is a path."""
    path = constant_text((value,))
    return expression(query, PathValue(path) if path is not None else value, world, outer=outer)


def _inner(query: QueryValue, value: CallValue, inner: QueryValue, world: World) -> Made:
    if value.name == "Subquery":
        query, made = _subquery(query, inner, world)
        return query, pieces("(", made, ")")
    one = replace(inner, columns=(pieces(f"1 AS {Names(inner.mapped, world.family).quoted('a')}"),), orders=())
    query, made = _subquery(query, replace(one, groups=(), limit="LIMIT 1"), world)
    return query, pieces("NOT EXISTS(" if value.negated else "EXISTS(", made, ")")


def _subquery(query: QueryValue, inner: QueryValue, world: World) -> Made:
    """A query inside this one, with the columns of this one that it refers to."""
    sql = aliased(inner)
    columns: dict[str, Sql] = {}
    for path in outer_paths(sql):
        query, columns[path] = _path(query, path, world, outer=False)
    return query, filled(sql, columns)


def _case(query: QueryValue, value: CallValue, world: World, *, outer: bool) -> Made:
    parts = [pieces("CASE")]
    for each in value.positional:
        if not isinstance(each, CallValue) or each.name != "When":
            parts.append(pieces("WHEN ", Gap("…", "value"), " THEN %s"))
            continue
        lookups = tuple((name, (one,)) for name, one in each.named if name not in ("condition", "then"))
        named = each.argument("condition")
        given = (*each.positional[:1], *((named,) if named else ()))
        query, made = _conditions(query, ConditionValue("AND", lookups, given), world, outer=outer)
        then = each.argument("then") or (each.positional[1] if len(each.positional) > 1 else Unknown("…"))
        query, result = expression(query, then, world, outer=outer)
        parts.append(pieces("WHEN ", made, " THEN ", result))
    default = value.argument("default")
    query, otherwise = expression(query, default, world, outer=outer) if default else (query, pieces("NULL"))
    return query, joined(" ", [*parts, pieces("ELSE ", otherwise), pieces("END")])


def _window(query: QueryValue, value: CallValue, world: World, *, outer: bool) -> Made:
    query, made = expression(query, value.positional[0], world, outer=outer) if value.positional else (query, ())
    over: list[Sql] = []
    for keyword, words in (("partition_by", "PARTITION BY "), ("order_by", "ORDER BY ")):
        given = value.argument(keyword)
        values = [item[0] for item in given.items] if isinstance(given, ListValue) else [given] if given else []
        columns: list[Sql] = []
        for each in values:
            query, column = _argument(query, each, world, outer=outer)
            columns.append(column)
        over.extend([pieces(words, joined(", ", columns))] if columns else [])
    return query, pieces(made, " OVER (", joined(" ", over), ")")


def _conditions(query: QueryValue, value: ConditionValue, world: World, *, outer: bool = False) -> Made:
    parts: list[Sql] = []
    for inner in value.inner:
        query, part = _condition_of(query, inner, world, outer=outer)
        parts.extend([part] if part else [])
    for path, values in sorted(value.lookups, key=lambda lookup: lookup[0]):
        query, part = _lookup(query, path, values[0], world, outer=outer)
        parts.append(part)
    if not parts:
        return query, ()
    together = joined(f" {value.connector} ", parts)
    if len(parts) > 1 or value.negated:
        together = pieces("(", together, ")")
    return query, pieces("NOT ", together) if value.negated else together


def _condition_of(query: QueryValue, value: Value, world: World, *, outer: bool) -> Made:
    if isinstance(value, MapperValue) and not isinstance(value, QueryValue):
        return expression(query, value, world, outer=outer)
    return query, pieces(Gap(value.source if isinstance(value, Unknown) else "…", "clause"))


def _lookup(query: QueryValue, path: str, value: Value, world: World, *, outer: bool = False) -> Made:
    name, *rest = path.split("__")
    known = query.annotation(name)
    if known is not None:
        return _compared(query, known.sql, tuple(rest), value, world)
    found = resolve(path, query.mapped, world, outer=outer)
    if found is None:
        return query, pieces(Gap(f"{path}=…", "clause"))
    return _compared(joining(query, found.joins), pieces(found.sql), found.rest, value, world)


def _compared(query: QueryValue, column: Sql, rest: tuple[str, ...], value: Value, world: World) -> Made:
    lookup = rest[-1] if rest and rest[-1] in (*COMPARISONS, "in", "isnull") else "exact"
    for name in rest[: len(rest) - (bool(rest) and rest[-1] == lookup)]:
        if name == "year" and lookup in _YEARS:
            return query, _filled_in(_YEARS[lookup], column, pieces("%s"))
        column = django_functions.part(column, name, world.family)
    if lookup == "isnull":
        return query, pieces(column, " IS NULL" if value != _FALSE else " IS NOT NULL")
    if value == _NONE:
        return query, pieces(column, " IS NULL")
    if lookup == "exact" and value in (_TRUE, _FALSE):
        return query, column if value == _TRUE else pieces("NOT ", column)
    if lookup == "in":
        query, members = _members(query, value, world)
        return query, pieces(column, " IN ", members)
    pattern = COMPARISONS[lookup].replace("::text", "") if world.family == "mysql" else COMPARISONS[lookup]
    query, right = expression(query, value, world)
    right = pieces("(", right, ")") if isinstance(value, CallValue) and value.name not in _BARE else right
    return query, _filled_in(pattern, column, right)


def _filled_in(pattern: str, column: Sql, right: Sql) -> Sql:
    parts: list[str | Sql] = []
    for number, text in enumerate(pattern.split("{1}")):
        before, _, behind = text.partition("{0}")
        parts += [right] if number else []
        parts += [before, column, behind] if "{0}" in text else [text]
    return pieces(*parts)


def _members(query: QueryValue, value: Value, world: World) -> Made:
    if isinstance(value, CallValue) and value.name == "Subquery" and value.positional:
        value = value.positional[0]
    if isinstance(value, QueryValue):
        needs_order = value.limit or value.distinct_on or value.lock
        return expression(query, value if needs_order else replace(value, orders=()), world)
    if isinstance(value, ListValue) and not value.open and value.items:
        return query, pieces(f"({', '.join(['%s'] * len(value.items))})")
    shown = value.source if isinstance(value, Unknown) else value.name if isinstance(value, ClassValue) else "…"
    return query, pieces("(", Gap(shown, "list"), ")")
