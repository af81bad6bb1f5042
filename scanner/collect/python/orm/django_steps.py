"""The methods of a QuerySet that give another: ``filter``, ``values``, ``annotate`` and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.orm.lookups import aggregate, condition, conditions, joining, operand, resolve
from scanner.collect.python.orm.queries import (
    AggregateValue,
    ConditionValue,
    PathValue,
    QueryValue,
)
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    Gap,
    Literal,
    Sql,
    Unknown,
    Value,
)


def begun(query: QueryValue, world: World) -> QueryValue:
    """The query of a manager that is asked for the first time: in the order of its model."""
    if query.begun:
        return query
    return ordered(replace(query, begun=True), query.mapped.ordering, world)


def filter_by(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.filter(…)``."""
    for values in given.positional:
        query = _positional(query, values[0], world)
    return conditions(query, given.named.items(), world)


def _positional(query: QueryValue, value: Value, world: World) -> QueryValue:
    if isinstance(value, ConditionValue):
        return condition(query, value, world)
    gap = Gap(value.source if isinstance(value, Unknown) else "…", "clause")
    return replace(query, wheres=(*query.wheres, (gap,)))


def _exclude(query: QueryValue, given: Given, world: World) -> QueryValue:
    if given.named:
        return conditions(query, given.named.items(), world, negated=True)
    inner = [v for each in given.positional for v in each[:1] if isinstance(v, ConditionValue)]
    return condition(query, ConditionValue("AND", inner=tuple(inner), negated=True), world)


def _same(query: QueryValue, _: Given, __: World) -> QueryValue:
    return query


def _distinct(query: QueryValue, _: Given, __: World) -> QueryValue:
    return replace(query, distinct=True)


def _locked(query: QueryValue, _: Given, __: World) -> QueryValue:
    return replace(query, lock="FOR UPDATE")


def _order(query: QueryValue, given: Given, world: World) -> QueryValue:
    names = [constant_text(each) for each in given.positional]
    return ordered(replace(query, orders=()), tuple(name for name in names if name), world)


def ordered(query: QueryValue, names: tuple[str, ...], world: World) -> QueryValue:
    """The query in the order of these paths; what cannot be followed is left out."""
    orders: list[Sql] = []
    for name in names:
        path, direction = name.lstrip("-"), "DESC" if name.startswith("-") else "ASC"
        annotated = dict(query.annotations).get(path)
        found = resolve(path, query.mapped, world)
        if annotated is not None:
            orders.append(pieces(f"{_position(path, query, world)} {direction}"))
        elif found is not None:
            query = joining(query, found.joins)
            orders.append(pieces(f"{found.sql} {direction}"))
    return replace(query, orders=tuple(orders))


def _position(name: str, query: QueryValue, world: World) -> str:
    """An annotation in ORDER BY: Django gives its place in the select list."""
    alias = quoted_name(name, query, world)
    listed = ["".join(p.text for p in column if isinstance(p, Literal)) for column in query.columns]
    return next((str(number) for number, text in enumerate(listed, 1) if text.endswith(f" AS {alias}")), alias)


def quoted_name(name: str, query: QueryValue, world: World) -> str:
    """A name as the query's mapper quotes it."""
    return Names(query.mapped, world.family).quoted(name)


def _only(query: QueryValue, given: Given, world: World) -> QueryValue:
    wanted = {constant_text(each) for each in given.positional}
    names = Names(query.mapped, world.family)
    kept = [c for c in query.mapped.read if c.primary_key or c.attribute in wanted or c.name in wanted]
    return replace(query, columns=tuple(pieces(names.column(column.name)) for column in kept))


def _defer(query: QueryValue, given: Given, world: World) -> QueryValue:
    left_out = {constant_text(each) for each in given.positional}
    names = Names(query.mapped, world.family)
    kept = [column for column in query.mapped.read if column.attribute not in left_out]
    return replace(query, columns=tuple(pieces(names.column(column.name)) for column in kept))


def _values(query: QueryValue, given: Given, world: World) -> QueryValue:
    columns: list[Sql] = []
    for values in given.positional:
        name = constant_text(values)
        query, column = _value(query, name, values[0], world)
        columns.append(column)
    if not columns:
        return replace(query, whole=False)
    groups = query.groups and _grouped_by_place(query, columns, given)
    return replace(query, columns=tuple(columns), whole=False, entities=(), groups=groups)


def _grouped_by_place(query: QueryValue, columns: list[Sql], given: Given) -> tuple[Sql, ...]:
    """GROUP BY once columns are chosen: those among them by their place in the select list."""
    annotated = dict(query.annotations)
    places = [number for number, v in enumerate(given.positional, 1) if constant_text(v) not in annotated]
    chosen = ["".join(p.text for p in column if isinstance(p, Literal)) for column in columns]
    others = [
        group
        for group in (query.groups if query.whole else ())
        if not any(text.startswith("".join(p.text for p in group if isinstance(p, Literal))) for text in chosen)
    ]
    return (*others, *(pieces(str(place)) for place in places))


def _value(query: QueryValue, name: str | None, value: Value, world: World) -> tuple[QueryValue, Sql]:
    annotated = dict(query.annotations).get(name or "")
    if annotated is not None:
        return query, pieces(annotated, f" AS {quoted_name(name or '', query, world)}")
    path = name or (value.path if isinstance(value, PathValue) else "")
    found = resolve(path, query.mapped, world, outer=False) if path else None
    if found is None:
        return query, pieces(Gap(path or "…", "value"))
    return joining(query, found.joins), pieces(f"{found.sql} AS {quoted_name(path, query, world)}")


def annotate(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.annotate(…)``."""
    named = dict(given.named)
    for values in given.positional:
        if isinstance(values[0], AggregateValue):
            named[f"{values[0].path}__{values[0].function.lower()}"] = values
    for name, values in named.items():
        query = _annotated(query, name, values[0], world)
    return query


def _annotated(query: QueryValue, name: str, value: Value, world: World) -> QueryValue:
    groups = query.groups
    if isinstance(value, AggregateValue):
        query, made = aggregate(value, query, world)
        groups = groups or _grouped(query, world)
        by_default = ordered(query, query.mapped.ordering, world).orders
        query = query if query.orders != by_default else replace(query, orders=())  # Django leaves it out
    elif isinstance(value, PathValue):
        made = operand(value, query, world)
    else:
        made = pieces(Gap(value.source if isinstance(value, Unknown) else "…", "value"))
    column = pieces(made, f" AS {quoted_name(name, query, world)}")
    annotations = (*query.annotations, (name, made))
    return replace(query, columns=(*query.columns, column), annotations=annotations, groups=groups)


def _grouped(query: QueryValue, world: World) -> tuple[Sql, ...]:
    if query.whole and query.mapped.managed and query.mapped.key is not None:
        return (pieces(Names(query.mapped, world.family).column(query.mapped.key.name)),)
    if query.whole:
        return query.columns
    return tuple(pieces(str(place)) for place in range(1, len(query.columns) + 1))


def _related(query: QueryValue, given: Given, world: World) -> QueryValue:
    for values in given.positional:
        path = constant_text(values)
        relation = query.mapped.relation(path.split("__")[0]) if path else None
        target = world.model(relation.target) if relation else None
        found = resolve(f"{path}__{target.columns[-1].attribute}", query.mapped, world) if target else None
        if found is not None and target is not None:
            more = Names(target, world.family).all_columns()
            query = joining(replace(query, columns=(*query.columns, *more)), found.joins)
    return query


CHAINED: dict[str, Callable[[QueryValue, Given, World], QueryValue]] = {
    "all": _same,
    "get_queryset": _same,
    "using": _same,
    "prefetch_related": _same,
    "iterator": _same,
    "reverse": _same,
    "filter": filter_by,
    "complex_filter": filter_by,
    "exclude": _exclude,
    "distinct": _distinct,
    "select_for_update": _locked,
    "order_by": _order,
    "only": _only,
    "defer": _defer,
    "values": _values,
    "values_list": _values,
    "annotate": annotate,
    "alias": annotate,
    "select_related": _related,
}
