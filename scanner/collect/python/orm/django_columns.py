"""The columns of a QuerySet of Django: ``values``, ``annotate``, ``select_related`` and so on."""

from __future__ import annotations

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_functions import truncated
from scanner.collect.python.orm.django_many import parent
from scanner.collect.python.orm.django_orders import ordered, quoted_name
from scanner.collect.python.orm.django_values import AggregateValue, PathValue
from scanner.collect.python.orm.lookups import expression
from scanner.collect.python.orm.paths import joining, resolve, target_of, whole_row
from scanner.collect.python.orm.queries import Annotation, QueryValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    Gap,
    Literal,
    MapperValue,
    Sql,
    TextValue,
    Unknown,
    Value,
)


def only(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.only(…)``."""
    wanted = {constant_text(each) for each in given.positional}
    names = Names(query.mapped, world.family)
    kept = [c for c in query.mapped.read if c.primary_key or c.attribute in wanted or c.name in wanted]
    return replace(query, columns=tuple(pieces(names.column(column.name)) for column in kept))


def defer(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.defer(…)``."""
    left_out = {constant_text(each) for each in given.positional}
    names = Names(query.mapped, world.family)
    kept = [column for column in query.mapped.read if column.attribute not in left_out]
    return replace(query, columns=tuple(pieces(names.column(column.name)) for column in kept))


def values(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.values(…)`` and ``query.values_list(…)``."""
    named = {name: each for name, each in given.named.items() if name not in ("flat", "named")}
    if not given.positional and not named:
        return replace(query, whole=False)
    columns: list[Sql] = []
    names: list[str] = []
    unnamed = [(constant_text(values) or _default_name(values[0]), values[0]) for values in given.positional]
    for name, value in (*unnamed, *((name, values[0]) for name, values in named.items())):
        source = PathValue(name) if isinstance(value, TextValue) else value
        query, made = expression(query, source, world)
        columns.append(pieces(made, f" AS {quoted_name(name, query, world)}"))
        names.append(name)
    groups = query.groups and _grouped_by_place(query, columns, names)
    return replace(query, columns=tuple(columns), whole=False, entities=(), groups=groups)


def _default_name(value: Value) -> str:
    """What a column is called that was given no name."""
    if isinstance(value, PathValue):
        return value.path
    if isinstance(value, AggregateValue):
        return f"{_default_name(value.of) if value.of else ''}__{value.function.lower()}"
    return "…"


def _grouped_by_place(query: QueryValue, columns: list[Sql], names: list[str]) -> tuple[Sql, ...]:
    """GROUP BY once columns are chosen: those among them by their place in the select list."""
    places = [number for number, name in enumerate(names, 1) if not _is_aggregate(query, name)]
    chosen = ["".join(p.text for p in column if isinstance(p, Literal)) for column in columns]
    others = [
        group
        for group in (query.groups if query.whole else ())
        if not any(text.startswith("".join(p.text for p in group if isinstance(p, Literal))) for text in chosen)
    ]
    return (*others, *(pieces(str(place)) for place in places))


def _is_aggregate(query: QueryValue, name: str) -> bool:
    known = query.annotation(name)
    return known is not None and known.aggregated


def annotate(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.annotate(…)``."""
    unnamed = ((_default_name(values[0]), values) for values in given.positional)
    for name, values in (*unnamed, *given.named.items()):
        query = _annotated(query, name, values[0], world)
    return query


def alias(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.alias(…)``."""
    return replace(annotate(query, given, world), columns=query.columns)


def _annotated(query: QueryValue, name: str, value: Value, world: World) -> QueryValue:
    groups, aggregated = query.groups, isinstance(value, AggregateValue)
    if isinstance(value, MapperValue):
        query, made = expression(query, value, world, outer=True)
    else:
        made = pieces(Gap(value.source if isinstance(value, Unknown) else "…", "value"))
    if aggregated:
        groups = groups or _grouped(query, world)
        by_default = ordered(replace(query, orders=()), query.mapped.ordering, world).orders
        query = query if query.orders != by_default else replace(query, orders=())  # Django leaves it out
    column = pieces(made, f" AS {quoted_name(name, query, world)}")
    annotations = (*query.annotations, Annotation(name, made, aggregated))
    return replace(query, columns=(*query.columns, column), annotations=annotations, groups=groups)


def _grouped(query: QueryValue, world: World) -> tuple[Sql, ...]:
    if query.whole and query.mapped.managed and query.mapped.key is not None:
        models = [query.mapped]
        while (link := parent(models[0], world)) is not None:
            models.insert(0, link[1])
        return tuple(pieces(Names(m, world.family).column(m.key.name)) for m in models if m.key)
    if query.whole:
        return query.columns
    return tuple(pieces(str(place)) for place in range(1, len(query.columns) + 1))


def related(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.select_related(…)``."""
    for values in given.positional:
        steps = (constant_text(values) or "").split("__")
        for length in range(1, len(steps) + 1):
            query = _with_related(query, "__".join(steps[:length]), world)
    return query


def _with_related(query: QueryValue, path: str, world: World) -> QueryValue:
    """The query with all columns of what a path leads to, each once."""
    target = target_of(path, query.mapped, world)
    found = resolve(f"{path}__{target.columns[-1].attribute}", query.mapped, world) if target else None
    if found is None or target is None:
        return query
    columns, joins = whole_row(target, world)
    more = tuple(column for column in columns if column not in query.columns)
    query = replace(query, columns=(*query.columns, *more), along=(*query.along, path))
    return joining(query, (*found.joins, *joins))


def dates(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.dates(…)``."""
    return _moments(query, given, world, "datefield")


def datetimes(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.datetimes(…)``."""
    return _moments(query, given, world, "datetimefield")


def _moments(query: QueryValue, given: Given, world: World, alias: str) -> QueryValue:
    names = ("field_name", "kind", "order")
    named = {**dict(zip(names, given.positional, strict=False)), **given.named}
    name, kind, order = (constant_text(named[each]) if each in named else None for each in names)
    query, column = expression(query, PathValue(name or "…"), world)
    made = pieces(truncated(column, kind or "…", world.family), f" AS {quoted_name(alias, query, world)}")
    wheres = (*query.wheres, pieces(column, " IS NOT NULL"))
    orders = (pieces(f"1 {order or 'ASC'}"),)
    query = replace(query, columns=(made,), wheres=wheres, orders=orders)
    return replace(query, distinct=True, whole=False, entities=())
