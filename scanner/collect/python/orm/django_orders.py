"""The order of a QuerySet of Django."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.lookups import ordering
from scanner.collect.python.orm.paths import joining, resolve
from scanner.collect.python.orm.queries import (
    QueryValue,
)
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    Literal,
    MapperValue,
    Sql,
)


def begun(query: QueryValue, world: World) -> QueryValue:
    """The query of a manager that is asked for the first time: in the order of its model."""
    if query.begun:
        return query
    return ordered(replace(query, begun=True), query.mapped.ordering, world)


def order(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.order_by(…)``."""
    query = replace(query, orders=())
    for values in given.positional:
        name = constant_text(values)
        if name is not None:
            query = ordered(query, (name,), world)
        elif isinstance(values[0], MapperValue):
            query, made = ordering(query, values[0], world)
            query = replace(query, orders=(*query.orders, made))
    return query


def ordered(query: QueryValue, names: Iterable[str], world: World) -> QueryValue:
    """The query in the order of these paths behind what it is in; what cannot be followed is left out."""
    for name in names:
        path, direction = name.lstrip("-+"), "DESC" if name.startswith("-") else "ASC"
        found = resolve(path, query.mapped, world)
        if query.annotation(path) is not None:
            made = f"{_position(path, query, world)} {direction}"
        elif path == "?":
            made = f"{'RAND' if world.family == 'mysql' else 'RANDOM'}() ASC"
        elif found is not None:
            query, made = joining(query, found.joins), f"{found.sql} {direction}"
        else:
            continue
        query = replace(query, orders=(*query.orders, pieces(made)))
    return query


def reverse(query: QueryValue, _: Given, __: World) -> QueryValue:
    """``query.reverse()``."""
    return replace(query, orders=tuple(map(_turned, query.orders)))


def _turned(order: Sql) -> Sql:
    last = order[-1]
    text = last.text if isinstance(last, Literal) else ""
    for ending, other in ((" ASC", " DESC"), (" DESC", " ASC")):
        if text.endswith(ending):
            return (*order[:-1], Literal(text.removesuffix(ending) + other))
    return order


def _position(name: str, query: QueryValue, world: World) -> str:
    """An annotation in ORDER BY: Django gives its place in the select list."""
    alias = quoted_name(name, query, world)
    listed = ["".join(p.text for p in column if isinstance(p, Literal)) for column in query.columns]
    return next((str(number) for number, text in enumerate(listed, 1) if text.endswith(f" AS {alias}")), alias)


def quoted_name(name: str, query: QueryValue, world: World) -> str:
    """A name as the query's mapper quotes it."""
    return Names(query.mapped, world.family).quoted(name)
