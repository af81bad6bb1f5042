"""The methods of a statement of SQLAlchemy that give another: ``where``, ``join``, ``values`` and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.orm.mapped import Mapped, Relation
from scanner.collect.python.orm.queries import Join, QueryValue, RelationValue, SqlValue
from scanner.collect.python.orm.sql import Names, joined, pieces
from scanner.collect.python.orm.sqlalchemy_expressions import condition, operand
from scanner.collect.python.orm.sqlalchemy_select import mapped_of
from scanner.collect.python.orm.sqlalchemy_writes import insertion, without_returning
from scanner.collect.python.values import (
    DictValue,
    Gap,
    ListValue,
    Sql,
    TextValue,
    Unknown,
    Value,
    Variants,
)


def step(query: QueryValue, method: str, given: Given, frame: Frame) -> Value | None:
    """``query.method(…)``; None if SQLAlchemy knows no such method of a statement."""
    change = _STEPS.get(method)
    if change is None:
        return query if method in _WITHOUT_EFFECT else None
    frame.world.record.derived(query)
    return change(query, given, frame.world)


def _where(query: QueryValue, given: Given, _: World) -> QueryValue:
    values = [each[0] for each in given.positional]
    tables = [table for value in values if isinstance(value, SqlValue) for table in value.tables]
    if query.verb in ("select", "exists"):
        known = (*query.tables, *(join.table for join in query.joins))
        more = tuple(table for table in dict.fromkeys(tables) if table not in known)
        query = replace(query, tables=query.tables + more)
    around = (*query.tables, *(join.table for join in query.joins))
    return replace(query, wheres=(*query.wheres, *(condition(value, around) for value in values)))


def _filter_by(query: QueryValue, given: Given, world: World) -> QueryValue:
    names = Names(query.mapped, world.family)
    wheres: list[Sql] = []
    for attribute, values in given.named.items():
        column = query.mapped.column(attribute)
        if column is None:
            wheres.append((Gap(f"{attribute}=…", "clause"),))
        else:
            beside = SqlValue((), (), column.name)
            wheres.append(pieces(f"{names.column(column.name)} = ", operand(values[0], beside)))
    return replace(query, wheres=(*query.wheres, *wheres))


def _join(query: QueryValue, given: Given, world: World, *, outer: bool = False) -> QueryValue:
    named = (given.named[name] for name in ("dest", "on", "onclause") if name in given.named)
    values = [each[0] for each in (*given.positional, *named)]
    if not values:
        return query
    outer = outer or "isouter" in given.named
    found = _joined(query, values, world)
    if found is None:
        return query
    mapped, on = found
    table = Names(mapped, world.family).table
    tables = tuple(each for each in query.tables if each != table)
    return replace(query, tables=tables or query.tables, joins=(*query.joins, Join(table, on, outer)))


def _joined(query: QueryValue, values: list[Value], world: World) -> tuple[Mapped, Sql] | None:
    target = values[0]
    if isinstance(target, RelationValue):
        relation = target.mapped.relation(target.attribute)
        mapped = world.model(relation.target) if relation else None
        return (mapped, _on(target.mapped, relation, mapped, world)) if relation and mapped else None
    mapped = mapped_of(target, world)
    if mapped is None:
        return None
    on = next((value for value in values[1:] if isinstance(value, SqlValue)), None)
    if isinstance(on, SqlValue):
        return mapped, on.sql
    for source in (query.mapped, *query.entities):
        relation = next((r for r in source.relations if r.target == mapped.of), None)
        if relation is not None:
            return mapped, _on(source, relation, mapped, world)
    return mapped, (Gap("…", "clause"),)


def _on(source: Mapped, relation: Relation, target: Mapped, world: World) -> Sql:
    ours, theirs = Names(source, world.family), Names(target, world.family)
    return pieces(f"{theirs.column(relation.remote)} = {ours.column(relation.local)}")


def related(value: RelationValue, method: str, given: Given, world: World) -> SqlValue | None:
    """``Order.lines.any(…)`` and ``Order.customer.has(…)``."""
    relation = value.mapped.relation(value.attribute) if method in ("any", "has") else None
    target = world.model(relation.target) if relation else None
    if relation is None or target is None:
        return None
    ours, theirs = Names(value.mapped, world.family).table, Names(target, world.family).table
    conditions = [condition(each[0], (ours, theirs)) for each in given.positional]
    wheres = joined(" AND ", (_on(value.mapped, relation, target, world), *conditions))
    return SqlValue(pieces(f"EXISTS (SELECT 1 FROM {theirs} WHERE ", wheres, ")"), (ours,), None, value.mapped)


def _outer_join(query: QueryValue, given: Given, world: World) -> QueryValue:
    return _join(query, given, world, outer=True)


def _select_from(query: QueryValue, given: Given, world: World) -> QueryValue:
    mapped = [mapped_of(each[0], world) for each in given.positional]
    named = tuple(Names(each, world.family).table for each in mapped if each)
    tables = tuple(dict.fromkeys((*named, *query.tables)))
    return replace(query, tables=tables, mapped=next((m for m in mapped if m), query.mapped))


def _order(query: QueryValue, given: Given, _: World) -> QueryValue:
    orders = tuple(_expression(each[0]) for each in given.positional)
    return replace(query, orders=(*query.orders, *orders))


def _group(query: QueryValue, given: Given, _: World) -> QueryValue:
    return replace(query, groups=(*query.groups, *(_expression(each[0]) for each in given.positional)))


def _having(query: QueryValue, given: Given, _: World) -> QueryValue:
    return replace(query, havings=(*query.havings, *(_expression(each[0]) for each in given.positional)))


def _expression(value: Value) -> Sql:
    if isinstance(value, SqlValue):
        return value.sql
    if isinstance(value, TextValue):
        return value.pieces
    return (Gap(value.source if isinstance(value, Unknown) else "…", "unknown"),)


def _limit(query: QueryValue, _: Given, __: World) -> QueryValue:
    return replace(query, limit=f"LIMIT %(param_1)s {query.limit}".strip())


def _offset(query: QueryValue, _: Given, __: World) -> QueryValue:
    return replace(query, limit=f"{query.limit} OFFSET %(param_2)s".strip())


def _distinct(query: QueryValue, _: Given, __: World) -> QueryValue:
    return replace(query, distinct=True)


def _locked(query: QueryValue, _: Given, __: World) -> QueryValue:
    return replace(query, lock="FOR UPDATE")


def _with_entities(query: QueryValue, given: Given, world: World) -> QueryValue:
    columns: list[Sql] = []
    for each in given.positional:
        mapped = mapped_of(each[0], world)
        columns.extend(Names(mapped, world.family).all_columns() if mapped else (operand(each[0], None),))
    return replace(query, columns=tuple(columns), whole=False, entities=())


def _set(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``.values(…)``."""
    named = dict(given.named)
    for each in given.positional:
        named.update(_entries(each[0]))
    if query.verb == "insert":
        known = named if named and not any(name.startswith(" ") for name in named) else None
        return replace(query, columns=(without_returning(insertion(query.mapped, known, world)),))
    names = Names(query.mapped, world.family)
    sets: list[Sql] = []
    for attribute, values in named.items():
        column = query.mapped.column(attribute)
        name = column.name if column else attribute
        if not name.startswith(" "):
            beside = SqlValue((), (), name)
            sets.append(pieces(f"{names.quoted(name)} = ", operand(values[0], beside)))
    return replace(query, sets=(*query.sets, *(sets or [(Gap("…", "clause"),)])))


def _entries(value: Value) -> dict[str, Variants]:
    if isinstance(value, ListValue) and value.items:
        value = value.items[0][0]
    return dict(value.entries) if isinstance(value, DictValue) else {}


def _returning(query: QueryValue, given: Given, world: World) -> QueryValue:
    columns: list[Sql] = []
    for each in given.positional:
        mapped = mapped_of(each[0], world)
        columns.extend(Names(mapped, world.family).all_columns() if mapped else (operand(each[0], None),))
    clause = pieces(" RETURNING ", joined(", ", columns))
    if query.verb == "insert":
        bare = without_returning(query.columns[0])
        return replace(query, columns=(pieces(bare, clause),))
    return replace(query, wheres=(*query.wheres[:-1], pieces(query.wheres[-1], clause))) if query.wheres else query


_STEPS: dict[str, Callable[[QueryValue, Given, World], QueryValue]] = {
    "where": _where,
    "filter": _where,
    "filter_by": _filter_by,
    "join": _join,
    "outerjoin": _outer_join,
    "select_from": _select_from,
    "order_by": _order,
    "group_by": _group,
    "having": _having,
    "limit": _limit,
    "offset": _offset,
    "distinct": _distinct,
    "with_for_update": _locked,
    "with_entities": _with_entities,
    "with_only_columns": _with_entities,
    "values": _set,
    "returning": _returning,
}


_WITHOUT_EFFECT = frozenset(
    (
        "options",
        "execution_options",
        "correlate",
        "enable_eagerloads",
        "yield_per",
        "populate_existing",
        "scalar_subquery",
        "params",
        "prefix_with",
        "unique",
        "with_hint",
        "dicts",
        "tuples",
        "namedtuples",
        "objects",
        "switch",
        "on_conflict",
        "on_conflict_ignore",
        "on_conflict_replace",
        "on_conflict_do_nothing",
        "on_conflict_do_update",
        "iterator",
    )
)
