"""The methods of a statement of SQLAlchemy that give another: ``where``, ``join``, ``values`` and so on."""

from __future__ import annotations

from collections.abc import Callable

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.peewee_joins import switched
from scanner.collect.python.orm.queries import QueryValue, RelationValue, SqlValue
from scanner.collect.python.orm.sql import Names, joined, pieces
from scanner.collect.python.orm.sqlalchemy_expressions import bracketed, condition, kinds_in, operand, operated
from scanner.collect.python.orm.sqlalchemy_inheritance import of_kind
from scanner.collect.python.orm.sqlalchemy_joins import join, outer_join
from scanner.collect.python.orm.sqlalchemy_select import mapped_of
from scanner.collect.python.orm.sqlalchemy_writes import insertion, made_key, without_returning
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    Gap,
    ListValue,
    Literal,
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
    changed = change(query, given, frame.world)
    if changed != query:  # values of all columns are what an INSERT has anyway
        frame.world.journal.derived(query)
    return changed


def _where(query: QueryValue, given: Given, _: World) -> QueryValue:
    values = [each[0] for each in given.positional]
    tables = [table for value in values if isinstance(value, SqlValue) for table in value.tables]
    if query.verb in ("select", "exists"):
        known = (*query.tables, *(join.table for join in query.joins))
        more = tuple(table for table in dict.fromkeys(tables) if table not in known)
        query = replace(query, tables=query.tables + more, kinds=_kinds(query, values))
    around = (*query.tables, *(join.table for join in query.joins))
    made = tuple(condition(value, around) for value in values)
    if len(made) + len(query.wheres) == 1:
        return replace(
            query, wheres=made, either=any(isinstance(each, SqlValue) and each.word == "OR" for each in values)
        )
    made = tuple(bracketed(value, each, "AND") for value, each in zip(values, made, strict=True))
    return replace(query, wheres=(*query.wheres, *made))


def _kinds(query: QueryValue, values: list[Value]) -> tuple[Sql, ...]:
    """Those of the query and of its conditions, but for what a join says already."""
    told = " ".join(_text(join.condition) for join in query.joins)
    more = (kind for kind in kinds_in(values) if _text(kind) not in told)
    return tuple(dict.fromkeys((*query.kinds, *more)))


def _text(sql: Sql) -> str:
    return "".join(piece.text for piece in sql if isinstance(piece, Literal))


def _filter_by(query: QueryValue, given: Given, world: World) -> QueryValue:
    names = Names(query.mapped, world.family)
    wheres: list[Sql] = []
    for attribute, values in given.named.items():
        column = query.mapped.column(attribute) if query.mapped.table else None
        along = None if column else operated(RelationValue(query.mapped, attribute), "==", values[0], world)
        if isinstance(along, SqlValue):
            wheres.append(along.sql)
        elif column is None:
            wheres.append((Gap(f"{attribute}=…", "clause"),))
        else:
            beside = SqlValue((), (), column.name)
            wheres.append(pieces(f"{names.column(column.name)} = ", operand(values[0], beside)))
    return replace(query, wheres=(*query.wheres, *wheres))


def _select_from(query: QueryValue, given: Given, world: World) -> QueryValue:
    mapped = [mapped_of(each[0], world) for each in given.positional]
    named = tuple(Names(each, world.family).table for each in mapped if each)
    tables = tuple(dict.fromkeys((*named, *query.tables)))
    more = (kind for each in mapped if each for kind in of_kind(each, world))
    kinds = tuple(dict.fromkeys((*query.kinds, *more)))
    return replace(query, tables=tables, kinds=kinds, mapped=next((m for m in mapped if m), query.mapped))


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


def _distinct(query: QueryValue, given: Given, world: World) -> QueryValue:
    """With columns it is PostgreSQL's DISTINCT ON; on others they are left out."""
    if given.positional and world.family != "mysql":
        return replace(query, distinct_on=tuple(_expression(each[0]) for each in given.positional))
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
        statement = without_returning(insertion(query.mapped, known, world))
        several = any(isinstance(each[0], ListValue) for each in given.positional)
        key = () if several else made_key(query.mapped, known or (), world)
        return replace(query, columns=(statement,), made_key=key)
    names = Names(query.mapped, world.family)
    sets: list[Sql] = []
    for attribute, values in named.items():
        column = query.mapped.column(attribute)
        name = column.name if column else attribute
        if not name.startswith(" "):
            beside = SqlValue((), (), name)
            sets.append(pieces(f"{names.quoted(name)} = ", _assigned(values[0], beside)))
    return replace(query, sets=(*query.sets, *(sets or [(Gap("…", "clause"),)])))


def _assigned(value: Value, beside: SqlValue) -> Sql:
    if isinstance(value, ConstantValue):
        return pieces(f"%({beside.name})s")
    made = operand(value, beside)
    return pieces("(", made, ")") if isinstance(value, SqlValue) and value.word else made


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
        return replace(query, returning=pieces(query.returning, clause), made_key=())
    return replace(query, returning=clause)


def _from_select(query: QueryValue, given: Given, world: World) -> QueryValue:
    listed = given.positional[0][0] if given.positional else None
    rows = given.positional[1][0] if len(given.positional) > 1 else None
    if not isinstance(listed, ListValue) or not isinstance(rows, QueryValue):
        return query
    attributes = (item[0].name if isinstance(item[0], SqlValue) else constant_text(item) for item in listed.items)
    columns = [column for name in attributes if name and (column := query.mapped.column(name))]
    names = Names(query.mapped, world.family)
    written = ", ".join(names.quoted(column.name) for column in columns)
    return replace(query, columns=(pieces(f"INSERT INTO {names.table} ({written}) ", rows.sql),), made_key=())


def _on_conflict(query: QueryValue, given: Given, world: World) -> QueryValue:
    names = Names(query.mapped, world.family)
    elements = next((v for v in given.named.get("index_elements", ()) if isinstance(v, ListValue)), ListValue(()))
    keys = [v.name if isinstance(v := item[0], SqlValue) else constant_text(item) for item in elements.items]
    entries = _entries(given.named["set_"][0]) if "set_" in given.named else {}
    sets = [
        pieces(f"{names.quoted(column.name)} = ", operand(values[0], SqlValue((), (), column.name)))
        for name, values in entries.items()
        if (column := query.mapped.column(name))
    ]
    target = f" ({', '.join(names.quoted(key) for key in keys if key)})" if keys else ""
    action = pieces("DO UPDATE SET ", joined(", ", sets)) if sets else pieces("DO NOTHING")
    return replace(query, returning=pieces(f" ON CONFLICT{target} ", action, query.returning))


_STEPS: dict[str, Callable[[QueryValue, Given, World], QueryValue]] = {
    "where": _where,
    "filter": _where,
    "filter_by": _filter_by,
    "join": join,
    "outerjoin": outer_join,
    "switch": switched,
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
    "from_select": _from_select,
    "on_conflict_do_nothing": _on_conflict,
    "on_conflict_do_update": _on_conflict,
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
        "on_conflict",
        "on_conflict_ignore",
        "on_conflict_replace",
        "iterator",
    )
)
