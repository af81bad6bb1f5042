"""The methods of a QuerySet that give another: ``filter``, ``values``, ``annotate`` and so on."""

from __future__ import annotations

from collections.abc import Callable

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_columns import alias, annotate, dates, datetimes, defer, only, related, values
from scanner.collect.python.orm.django_orders import begun, order, ordered, quoted_name, reverse
from scanner.collect.python.orm.django_values import ConditionValue, PathValue
from scanner.collect.python.orm.lookups import condition, conditions, expression
from scanner.collect.python.orm.queries import Join, QueryValue, select
from scanner.collect.python.orm.sql import pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    ListValue,
    Sql,
    TextValue,
    Variants,
)


def filter_by(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.filter(…)``."""
    for each in given.positional:
        query = condition(query, ConditionValue("AND", inner=(each[0],)), world)
    return conditions(query, given.named.items(), world) if given.named else query


def _exclude(query: QueryValue, given: Given, world: World) -> QueryValue:
    inner = tuple(each[0] for each in given.positional)
    return condition(query, ConditionValue("AND", tuple(given.named.items()), inner, negated=True), world)


def _same(query: QueryValue, _: Given, __: World) -> QueryValue:
    return query


def _distinct(query: QueryValue, given: Given, world: World) -> QueryValue:
    columns: list[Sql] = []
    for each in given.positional:
        query, column = expression(query, PathValue(constant_text(each) or "…"), world)
        columns.append(column)
    return replace(query, distinct=not columns, distinct_on=tuple(columns))


def _locked(query: QueryValue, _: Given, __: World) -> QueryValue:
    return replace(query, lock="FOR UPDATE")


def _extra(query: QueryValue, given: Given, world: World) -> QueryValue:
    names = ("select", "where", "params", "tables", "order_by")
    named = {**dict(zip(names, given.positional, strict=False)), **given.named}
    selected = next((v for v in named.get("select", ()) if isinstance(v, DictValue)), DictValue(()))
    listed = {name: _texts(named.get(name, ())) for name in ("where", "tables", "order_by")}
    columns = [
        pieces("(", text.pieces, f") AS {quoted_name(name, query, world)}")
        for name, values in selected.entries
        for text in values[:1]
        if isinstance(text, TextValue)
    ]
    wheres = tuple(pieces("(", text.pieces, ")") for text in listed["where"])
    tables = (constant_text((text,)) for text in listed["tables"])
    more = tuple(Join(quoted_name(table, query, world), ()) for table in tables if table)
    query = replace(query, columns=(*columns, *query.columns), wheres=(*query.wheres, *wheres))
    orders = [name for text in listed["order_by"] if (name := constant_text((text,)))]
    query = ordered(replace(query, orders=()), orders, world) if orders else query
    return replace(query, joins=(*query.joins, *more))


def _texts(values: Variants) -> list[TextValue]:
    listed = next((v for v in values if isinstance(v, ListValue)), ListValue(()))
    return [item[0] for item in listed.items if isinstance(item[0], TextValue)]


def _union(query: QueryValue, given: Given, world: World) -> QueryValue:
    every = " ALL" if given.named.get("all") == (ConstantValue("True"),) else ""
    return _set(query, given, f"UNION{every}", world)


def _intersection(query: QueryValue, given: Given, world: World) -> QueryValue:
    return _set(query, given, "INTERSECT", world)


def _difference(query: QueryValue, given: Given, world: World) -> QueryValue:
    return _set(query, given, "EXCEPT", world)


def _set(query: QueryValue, given: Given, word: str, world: World) -> QueryValue:
    queries = [v for values in given.positional for v in values[:1] if isinstance(v, QueryValue)]
    made = tuple((word, select(numbered(replace(begun(each, world), orders=()), world))) for each in queries)
    return replace(numbered(replace(query, orders=()), world), others=(*query.others, *made))


def numbered(query: QueryValue, world: World) -> QueryValue:
    """Whole rows that are put together with others: Django numbers their columns."""
    if not query.whole or query.others:
        return query
    columns = (
        pieces(column, f" AS {quoted_name(f'col{number}', query, world)}")
        for number, column in enumerate(query.columns, 1)
    )
    return replace(query, columns=tuple(columns))


CHAINED: dict[str, Callable[[QueryValue, Given, World], QueryValue]] = {
    "all": _same,
    "get_queryset": _same,
    "using": _same,
    "prefetch_related": _same,
    "iterator": _same,
    "reverse": reverse,
    "filter": filter_by,
    "complex_filter": filter_by,
    "exclude": _exclude,
    "distinct": _distinct,
    "select_for_update": _locked,
    "order_by": order,
    "only": only,
    "defer": defer,
    "values": values,
    "values_list": values,
    "annotate": annotate,
    "alias": alias,
    "extra": _extra,
    "dates": dates,
    "datetimes": datetimes,
    "union": _union,
    "intersection": _intersection,
    "difference": _difference,
    "select_related": related,
}
