"""Joins of SQLAlchemy: to a class, along a relation, over the table between two others."""

from __future__ import annotations

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm import peewee_joins
from scanner.collect.python.orm.mapped import Mapped, Relation, Source
from scanner.collect.python.orm.queries import Join, QueryValue, RelationValue, SqlValue
from scanner.collect.python.orm.sql import Names, joined, pieces, unnamed
from scanner.collect.python.orm.sqlalchemy_expressions import bracketed, condition
from scanner.collect.python.orm.sqlalchemy_inheritance import of_kind
from scanner.collect.python.orm.sqlalchemy_relations import relation_of
from scanner.collect.python.orm.sqlalchemy_select import mapped_of
from scanner.collect.python.values import Gap, Place, Sql, Value


def join(query: QueryValue, given: Given, world: World, *, outer: bool = False) -> QueryValue:
    """``query.join(…)``."""
    named = (given.named[name] for name in ("dest", "on", "onclause") if name in given.named)
    values = [each[0] for each in (*given.positional, *named)]
    outer = outer or "isouter" in given.named
    joins = [replace(each, outer=outer) for group in _targets(values, world) for each in _joins(query, group, world)]
    names = {each.table for each in joins}
    there = {*query.tables, *(each.table for each in query.joins)}
    begins = (Names(value.mapped, world.family).table for value in values if isinstance(value, RelationValue))
    tables = tuple(dict.fromkeys((*(each for each in begins if each not in there), *query.tables)))
    left = tuple(each for each in tables if each not in names)
    told = {kind for value in values if (mapped := mapped_of(value, world)) for kind in of_kind(mapped, world)}
    kinds = tuple(kind for kind in query.kinds if kind not in told)  # with the join
    query = replace(query, tables=left or query.tables, joins=(*query.joins, *joins), kinds=kinds)
    return peewee_joins.joined(query, joins, given, world) if query.mapped.framework == "peewee" else query


def outer_join(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.outerjoin(…)``."""
    return join(query, given, world, outer=True)


def _targets(values: list[Value], world: World) -> list[list[Value]]:
    """What is joined, each with its condition; several tables in one call are SQLAlchemy 1's."""
    several = len(values) > 1 and (
        all(mapped_of(value, world) is not None for value in values)
        or all(isinstance(value, RelationValue) for value in values)
    )
    return [[value] for value in values] if several else [values] if values else []


def _joins(query: QueryValue, values: list[Value], world: World) -> list[Join]:
    target = values[0]
    if isinstance(target, RelationValue):
        return along(target, None, query.place, world)
    mapped = mapped_of(target, world)
    if mapped is None:
        return []
    table = Names(mapped, world.family).table
    for value in values[1:]:
        key = peewee_joins.key(value, mapped)
        if key is not None:
            return along(key, mapped, query.place, world)
        if isinstance(value, SqlValue):
            kinds = of_kind(mapped, world)
            first = bracketed(value, value.sql, "AND") if kinds else value.sql
            return [Join(table, joined(" AND ", (first, *kinds)))]
        if isinstance(value, RelationValue):
            return along(value, mapped, query.place, world)
    for source in (query.at or query.mapped, query.mapped, *query.entities):
        relation = next((r for r in source.relations if r.target == mapped.of), None)
        if relation is not None:
            return along(RelationValue(source, relation.attribute), mapped, query.place, world)
    return [Join(table, (Gap("…", "clause"),))]


def along(value: RelationValue, to: Mapped | None, place: Place, world: World) -> list[Join]:
    """The joins of a relation, to the class that it leads to or an alias of that."""
    relation = relation_of(value.mapped, value.attribute, world)
    target = to or (world.model(relation.target) if relation else None)
    if relation is None or target is None:
        return []
    table = Names(target, world.family).table
    if relation.between is None:
        return [Join(table, on(value.mapped, relation, target, world))]
    between = relation.between
    middle = unnamed(between.table, place)
    source = Source.named(middle, pieces(f"{between.table} AS {middle}"))
    ours, theirs = _ends(value.mapped, relation, target, middle, world)
    return [Join(source, ours), Join(table, theirs)]


def on(source: Mapped, relation: Relation, target: Mapped, world: World) -> Sql:
    """The condition that joins the two over a relation, what is referred to on the left."""
    ours, theirs = Names(source, world.family), Names(target, world.family)
    left, right = theirs.column(relation.remote), ours.column(relation.local)
    column = source.column(relation.local)
    first = f"{left} = {right}" if column and (column.refers or column.foreign) else f"{right} = {left}"
    return joined(" AND ", (pieces(first), *of_kind(target, world)))


def related(value: RelationValue, method: str, given: Given, world: World) -> SqlValue | None:
    """``Order.lines.any(…)`` and ``Order.customer.has(…)``."""
    relation = relation_of(value.mapped, value.attribute, world) if method in ("any", "has") else None
    target = world.model(relation.target) if relation else None
    if relation is None or target is None:
        return None
    ours, theirs = Names(value.mapped, world.family).table, Names(target, world.family).table
    conditions = [bracketed(each[0], condition(each[0], (ours, theirs)), "AND") for each in given.positional]
    tables, ways = theirs, [on(value.mapped, relation, target, world)]
    if relation.between is not None:
        tables = f"{theirs}, {relation.between.table}"
        ways = _ends(value.mapped, relation, target, relation.between.table, world)
    wheres = joined(" AND ", (*ways, *conditions, *of_kind(target, world)))  # which the way there says already
    return SqlValue(pieces(f"EXISTS (SELECT 1 FROM {tables} WHERE ", wheres, ")"), (ours,), None, value.mapped)


def _ends(source: Mapped, relation: Relation, target: Mapped, middle: str, world: World) -> list[Sql]:
    """From one side to the table between, and from there to the other."""
    assert relation.between is not None
    ours, theirs, kinds = Names(source, world.family), Names(target, world.family), of_kind(target, world)
    return [
        pieces(f"{ours.column(relation.local)} = {middle}.{relation.between.local}"),
        joined(" AND ", (pieces(f"{theirs.column(relation.remote)} = {middle}.{relation.between.remote}"), *kinds)),
    ]
