"""``select``, ``insert``, ``update``, ``delete`` and ``session.query`` of SQLAlchemy → SQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.orm.mapped import Mapped, Relation
from scanner.collect.python.orm.queries import Join, QueryValue, RelationValue, SqlValue
from scanner.collect.python.orm.sql import Names, insert, joined, pieces
from scanner.collect.python.orm.sqlalchemy_expressions import condition, operand
from scanner.collect.python.values import (
    ClassValue,
    DictValue,
    Gap,
    InstanceValue,
    ListValue,
    Literal,
    Place,
    Sql,
    TextValue,
    Unknown,
    Value,
    Variants,
)


_FUNCTION = re.compile(r"(\w+)\(")
_PLAIN_COLUMN = re.compile(r"[\w.]+\.\w+")


def mapped_of(value: Value, world: World) -> Mapped | None:
    """The mapped class or table that a value names."""
    if isinstance(value, Mapped):
        return value
    mapped = (
        world.model(value)
        if isinstance(value, ClassValue | InstanceValue) and isinstance(value, ClassValue)
        else None
    )
    return mapped if mapped and mapped.framework == "sqlalchemy" else None


def selected(
    given: Given, place: Place, call: str, frame: Frame, *, labels: bool = False
) -> QueryValue | None:
    """``select(…)`` or ``session.query(…)`` of mapped classes and expressions; labels as the latter writes them."""
    values = [each[0] for each in given.positional]
    if values and isinstance(values[0], ListValue):  # select([…]) of SQLAlchemy 1.3
        values = [item[0] for item in values[0].items]
    subject = _subject(values, frame.world)
    if subject is None:
        return None
    columns: list[Sql] = []
    tables: list[str] = []
    entities: list[Mapped] = []
    for value in values:
        mapped = mapped_of(value, frame.world)
        if mapped is not None:
            entities.append(mapped)
            tables.append(Names(mapped, frame.world.family).table)
            columns.extend(_columns(mapped, frame.world, labels=labels))
        else:
            columns.append(_selected_expression(value, labels=labels))
            tables.extend(value.tables if isinstance(value, SqlValue) else ())
    if not labels:
        columns = _distinguished(columns)
    whole = len(entities) == len(values)
    return QueryValue(
        subject,
        place,
        call,
        tables=tuple(dict.fromkeys(tables)),
        columns=tuple(columns),
        begun=True,
        whole=whole,
        entities=tuple(entities),
    )


def _distinguished(columns: list[Sql]) -> list[Sql]:
    """Columns of one name get a number from the second on, functions from the first, as SQLAlchemy 2 does."""
    seen: Counter[str] = Counter()
    told: list[Sql] = []
    for column in columns:
        text = column[0].text if isinstance(column[0], Literal) else ""
        function = _FUNCTION.match(text)
        if function and not _labelled(column):
            seen[f"{function[1]}()"] += 1
            told.append(pieces(column, f" AS {function[1]}_{seen[f'{function[1]}()']}"))
            continue
        text = text if len(column) == 1 else ""
        name = text.rsplit(".", 1)[-1] if _PLAIN_COLUMN.fullmatch(text) else ""
        told.append(pieces(text, f" AS {name}_{seen[name]}") if name and seen[name] else column)
        seen[name] += 1
    return told


def _selected_expression(value: Value, *, labels: bool) -> Sql:
    if isinstance(value, Unknown):
        return (Gap(value.source, "value"),)
    made = operand(value, None)
    if labels and isinstance(value, SqlValue) and value.mapped is not None and value.name:
        return pieces(made, f" AS {_label(value.mapped, value.name)}")
    return made


def _labelled(column: Sql) -> bool:
    last = column[-1]
    return isinstance(last, Literal) and " AS " in last.text


def written(verb: str, given: Given, place: Place, call: str, frame: Frame) -> QueryValue | None:
    """``insert(Model)``, ``update(Model)``, ``delete(Model)``."""
    mapped = mapped_of(given.positional[0][0], frame.world) if given.positional else None
    if mapped is None:
        return None
    names = Names(mapped, frame.world.family)
    query = QueryValue(mapped, place, call, tables=(names.table,), begun=True, entities=())
    if verb == "insert":
        columns = _without_returning(_insertion(mapped, None, frame.world))
        return replace(query, verb="insert", columns=(columns,))
    return replace(query, verb="update" if verb == "update" else "delete")


def existing(given: Given, place: Place, frame: Frame) -> QueryValue | None:
    """``exists()`` or ``exists(select(…))``; what it reads shows from its conditions."""
    inner = given.positional[0][0] if given.positional else None
    if isinstance(inner, QueryValue):
        return replace(inner, verb="exists")
    mapped = next((mapped for mapped in frame.world.models() if mapped.framework == "sqlalchemy"), None)
    return QueryValue(mapped, place, "exists", "exists", columns=(pieces("*"),)) if mapped else None


def got(mapped: Mapped, place: Place, call: str, world: World) -> QueryValue:
    """``session.get(Model, key)``."""
    names = Names(mapped, world.family)
    key = mapped.key
    where = (pieces(f"{names.column(key.name)} = %(pk_1)s"),) if key else ()
    return QueryValue(
        mapped,
        place,
        call,
        tables=(names.table,),
        columns=names.all_columns(),
        wheres=where,
        begun=True,
        entities=(mapped,),
    )


def added(mapped: Mapped, place: Place, call: str, world: World) -> QueryValue:
    """``session.add(Model(…))``."""
    names = Names(mapped, world.family)
    return QueryValue(
        mapped,
        place,
        call,
        verb="insert",
        tables=(names.table,),
        columns=(_insertion(mapped, None, world),),
        begun=True,
    )


def removed(mapped: Mapped, place: Place, call: str, world: World) -> QueryValue:
    """``session.delete(instance)``."""
    query = got(mapped, place, call, world)
    wheres = (pieces(f"{query.tables[0]}.{mapped.key.name} = %({mapped.key.name})s"),) if mapped.key else ()
    return replace(query, verb="delete", wheres=wheres, entities=())


def changed(mapped: Mapped, attribute: str, place: Place, world: World) -> QueryValue | None:
    """``instance.attribute = …``, which the session writes when it is flushed."""
    column, key, names = mapped.column(attribute), mapped.key, Names(mapped, world.family)
    if column is None or key is None:
        return None
    sets = (pieces(f"{names.quoted(column.name)} = %({column.name})s"),)
    where = (pieces(f"{names.column(key.name)} = %({mapped.table}_{key.name})s"),)
    return QueryValue(
        mapped, place, "flush", "update", tables=(names.table,), sets=sets, wheres=where, begun=True
    )


def step(query: QueryValue, method: str, given: Given, frame: Frame) -> Value | None:
    """``query.method(…)``; None if SQLAlchemy knows no such method of a statement."""
    change = _STEPS.get(method)
    if change is None:
        return query if method in _WITHOUT_EFFECT else None
    frame.world.record.derived(query)
    return change(query, given, frame.world)


def _subject(values: Iterable[Value], world: World) -> Mapped | None:
    for value in values:
        mapped = mapped_of(value, world)
        if mapped is not None:
            return mapped
        if isinstance(value, SqlValue) and value.mapped is not None:
            return value.mapped
    tables = {table for value in values if isinstance(value, SqlValue) for table in value.tables}
    return next((m for m in world.models() if Names(m, world.family).table in tables), None) or (
        next((m for m in world.models() if m.framework == "sqlalchemy"), None)
        if any(isinstance(value, SqlValue) for value in values)
        else None
    )


def _columns(mapped: Mapped, world: World, *, labels: bool) -> tuple[Sql, ...]:
    names = Names(mapped, world.family)
    if not labels or not mapped.columns:
        return names.all_columns()
    return tuple(pieces(f"{names.column(c.name)} AS {_label(mapped, c.name)}") for c in mapped.read)


def _label(mapped: Mapped, column: str) -> str:
    """The name that `session.query` gives a column."""
    return "_".join(filter(None, (mapped.schema, mapped.table, column)))


def _insertion(mapped: Mapped, given: Iterable[str] | None, world: World) -> Sql:
    if given is None:
        columns = [column for column in mapped.columns if not column.generated]
    else:
        columns = [column for name in given if (column := mapped.column(name)) is not None]
    if not columns:
        names = Names(mapped, world.family)
        return pieces(
            f"INSERT INTO {names.table} (", Gap("columns", "list"), ") VALUES (", Gap("values", "list"), ")"
        )
    return insert(Names(mapped, world.family), columns, world.family)


def _where(query: QueryValue, given: Given, world: World) -> QueryValue:
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
    values = [each[0] for each in given.positional]
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
    on = values[1] if len(values) > 1 else None
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
        named.update(_entries(each[0], world))
    if query.verb == "insert":
        known = named if named and not any(name.startswith(" ") for name in named) else None
        return replace(query, columns=(_without_returning(_insertion(query.mapped, known, world)),))
    names = Names(query.mapped, world.family)
    sets: list[Sql] = []
    for attribute, values in named.items():
        column = query.mapped.column(attribute)
        name = column.name if column else attribute
        if not name.startswith(" "):
            beside = SqlValue((), (), name)
            sets.append(pieces(f"{names.quoted(name)} = ", operand(values[0], beside)))
    return replace(query, sets=(*query.sets, *(sets or [(Gap("…", "clause"),)])))


def _entries(value: Value, world: World) -> dict[str, Variants]:
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
        bare = _without_returning(query.columns[0])
        return replace(query, columns=(pieces(bare, clause),))
    return (
        replace(query, wheres=(*query.wheres[:-1], pieces(query.wheres[-1], clause)))
        if query.wheres
        else query
    )


def _without_returning(sql: Sql) -> Sql:
    return tuple(Literal(p.text.split(" RETURNING ")[0]) if isinstance(p, Literal) else p for p in sql)


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
    )
)
