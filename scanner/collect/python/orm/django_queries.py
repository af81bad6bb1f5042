"""Managers and QuerySets of Django → SQL, step by step as they are chained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.orm.lookups import (
    aggregate,
    condition,
    conditions,
    joining,
    operand,
    resolve,
)
from scanner.collect.python.orm.mapped import Mapped, MappedColumn
from scanner.collect.python.orm.queries import (
    AggregateValue,
    ArithmeticValue,
    ConditionValue,
    PathValue,
    QueryValue,
)
from scanner.collect.python.orm.sql import Names, insert, pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ClassValue,
    ConstantValue,
    Gap,
    InstanceValue,
    ListValue,
    Literal,
    Place,
    Sql,
    Unknown,
    Value,
    Variants,
)

_AGGREGATES = {"Count": "COUNT", "Sum": "SUM", "Avg": "AVG", "Min": "MIN", "Max": "MAX"}


def manager(mapped: Mapped, place: Place, world: World, methods: ClassValue | None = None) -> QueryValue:
    """``Model.objects``, before anything is asked of it."""
    names = Names(mapped, world.family)
    return QueryValue(
        mapped,
        place,
        "",
        tables=(names.table,),
        columns=names.all_columns(),
        methods=methods,
        entities=(mapped,),
    )


def step(query: QueryValue, method: str, given: Given, frame: Frame) -> Variants | None:
    """``query.method(…)``; None if Django knows no such method."""
    chained = _CHAINED.get(method)
    if chained is not None:
        before = _begun(query, frame.world)
        after = chained(before, given, frame.world)
        frame.world.record.derived(query)
        return (after,)
    final = _FINAL.get(method)
    return None if final is None else final(_begun(query, frame.world), given, frame)


def limited(query: QueryValue, frame: Frame) -> QueryValue:
    """``query[a:b]``."""
    frame.world.record.derived(query)
    return replace(_begun(query, frame.world), limit="LIMIT %s")


def builtin(name: str, given: Given) -> Value | None:
    """``F``, ``Q`` and the aggregates of django.db.models."""
    path = constant_text(given.positional[0]) if given.positional else None
    if name == "F":
        return PathValue(path) if path else Unknown("F(…)")
    if name == "Q":
        inner = [v for each in given.positional for v in each[:1] if isinstance(v, ConditionValue)]
        return ConditionValue("AND", tuple(given.named.items()), tuple(inner))
    function = _AGGREGATES.get(name)
    if function is None:
        return None
    only = next((v for v in given.named.get("filter", ()) if isinstance(v, ConditionValue)), None)
    return AggregateValue(function, path, given.named.get("distinct") == (ConstantValue("True"),), only)


def combined(left: Value, operator: str, right: Value) -> Value | None:
    """``Q | Q`` and ``Q & Q``."""
    if isinstance(left, ConditionValue) and isinstance(right, ConditionValue):
        return ConditionValue("OR" if operator == "|" else "AND", inner=(left, right))
    computed = (PathValue, ArithmeticValue)
    if operator in ("+", "*", "%") and (isinstance(left, computed) or isinstance(right, computed)):
        return ArithmeticValue(left, operator, right)
    return None


def saved(mapped: Mapped, instance: InstanceValue, given: Given, frame: Frame) -> Sql:
    """``instance.save()``: INSERT of a new instance, UPDATE of one that came from the database."""
    names = Names(mapped, frame.world.family)
    if not instance.stored:
        return insert(names, _inserted(mapped, Given((), {})), frame.world.family)
    fields = given.named.get("update_fields", ())
    chosen = {constant_text(item) for v in fields if isinstance(v, ListValue) for item in v.items}
    own = [c for c in mapped.columns if not c.primary_key and (not chosen or c.attribute in chosen)]
    sets = ", ".join(f"{names.quoted(column.name)} = %s" for column in own)
    return pieces(f"UPDATE {names.table} SET {sets} WHERE {_key(names)} = %s")


def removed(mapped: Mapped, frame: Frame) -> Sql:
    """``instance.delete()``."""
    names = Names(mapped, frame.world.family)
    return pieces(f"DELETE FROM {names.table} WHERE {_key(names)} = %s")


def _key(names: Names) -> str:
    key = names.mapped.key
    return names.column(key.name) if key else "id"


def _begun(query: QueryValue, world: World) -> QueryValue:
    if query.begun:
        return query
    return _ordered(replace(query, begun=True), query.mapped.ordering, world)


def _filter(query: QueryValue, given: Given, world: World) -> QueryValue:
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
    return _ordered(replace(query, orders=()), tuple(name for name in names if name), world)


def _ordered(query: QueryValue, names: tuple[str, ...], world: World) -> QueryValue:
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
    alias = _quoted(name, query, world)
    listed = ["".join(p.text for p in column if isinstance(p, Literal)) for column in query.columns]
    return next(
        (str(number) for number, text in enumerate(listed, 1) if text.endswith(f" AS {alias}")), alias
    )


def _quoted(name: str, query: QueryValue, world: World) -> str:
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
        if not any(
            text.startswith("".join(p.text for p in group if isinstance(p, Literal))) for text in chosen
        )
    ]
    return (*others, *(pieces(str(place)) for place in places))


def _value(query: QueryValue, name: str | None, value: Value, world: World) -> tuple[QueryValue, Sql]:
    annotated = dict(query.annotations).get(name or "")
    if annotated is not None:
        return query, pieces(annotated, f" AS {_quoted(name or '', query, world)}")
    path = name or (value.path if isinstance(value, PathValue) else "")
    found = resolve(path, query.mapped, world, outer=False) if path else None
    if found is None:
        return query, pieces(Gap(path or "…", "value"))
    return joining(query, found.joins), pieces(f"{found.sql} AS {_quoted(path, query, world)}")


def _annotate(query: QueryValue, given: Given, world: World) -> QueryValue:
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
        by_default = _ordered(query, query.mapped.ordering, world).orders
        query = query if query.orders != by_default else replace(query, orders=())  # Django leaves it out
    elif isinstance(value, PathValue):
        made = operand(value, query, world)
    else:
        made = pieces(Gap(value.source if isinstance(value, Unknown) else "…", "value"))
    column = pieces(made, f" AS {_quoted(name, query, world)}")
    annotations = (*query.annotations, (name, made))
    return replace(query, columns=(*query.columns, column), annotations=annotations, groups=groups)


def _grouped(query: QueryValue, world: World) -> tuple[Sql, ...]:
    if query.whole and query.mapped.managed and query.mapped.key is not None:
        return (pieces(Names(query.mapped, world.family).column(query.mapped.key.name)),)
    return query.columns


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


def _get(query: QueryValue, given: Given, frame: Frame) -> Variants:
    query = replace(_filter(query, given, frame.world), orders=(), limit="LIMIT 21")
    return _finished(query, frame)


def _first(query: QueryValue, _: Given, frame: Frame) -> Variants:
    key = query.mapped.key
    by_key = (pieces(f"{Names(query.mapped, frame.world.family).column(key.name)} ASC"),) if key else ()
    return _finished(replace(query, orders=query.orders or by_key, limit="LIMIT 1"), frame)


def _count(query: QueryValue, _: Given, frame: Frame) -> Variants:
    counted = (pieces(f"COUNT(*) AS {_quoted('__count', query, frame.world)}"),)
    return _finished(replace(query, columns=counted, orders=(), groups=(), entities=()), frame)


def _exists(query: QueryValue, _: Given, frame: Frame) -> Variants:
    one = (pieces(f"1 AS {_quoted('a', query, frame.world)}"),)
    return _finished(replace(query, columns=one, orders=(), groups=(), limit="LIMIT 1", entities=()), frame)


def _aggregate(query: QueryValue, given: Given, frame: Frame) -> Variants:
    query = replace(query, columns=(), orders=(), groups=(), whole=False, entities=())
    query = replace(_annotate(query, given, frame.world), groups=())
    return _finished(query, frame)


def _update(query: QueryValue, given: Given, frame: Frame) -> Variants:
    names = Names(query.mapped, frame.world.family)
    sets = []
    for attribute, values in given.named.items():
        column = query.mapped.column(attribute)
        name = column.name if column else attribute
        sets.append(pieces(f"{names.quoted(name)} = ", _assigned(values[0], query, frame.world)))
    return _finished(replace(_by_key(query, names), verb="update", sets=tuple(sets), entities=()), frame)


def _assigned(value: Value, query: QueryValue, world: World) -> Sql:
    if isinstance(value, Unknown) and "F(" in value.source:
        return pieces(Gap(value.source, "value"))
    return operand(value, query, world)


def _delete(query: QueryValue, _: Given, frame: Frame) -> Variants:
    names = Names(query.mapped, frame.world.family)
    return _finished(replace(_by_key(query, names), verb="delete", entities=()), frame)


def _by_key(query: QueryValue, names: Names) -> QueryValue:
    """UPDATE and DELETE cannot join: the rows are chosen by their keys, as Django does."""
    key = query.mapped.key
    if not query.joins or key is None:
        return query
    column = names.column(key.name)
    inner = replace(query, columns=(pieces(column),), orders=(), groups=())
    return replace(query, joins=(), wheres=(pieces(f"{column} IN (", _aliased(inner), ")"),))


def _aliased(query: QueryValue) -> Sql:
    """The SELECT with its tables called U0, U1 and so on, as Django calls them in a subquery."""
    sql = query.sql
    for number, table in enumerate((*query.tables, *(join.table for join in query.joins))):
        sql = tuple(
            _renamed(piece, table, f"U{number}") if isinstance(piece, Literal) else piece for piece in sql
        )
    return sql


def _renamed(piece: Literal, table: str, alias: str) -> Literal:
    if piece.text == table:
        return replace(piece, text=f"{table} {alias}")
    text = piece.text.replace(f"{table}.", f"{alias}.")
    for word in ("FROM ", "JOIN "):
        text = text.replace(f"{word}{table}", f"{word}{table} {alias}")
    return replace(piece, text=text)


def _create(query: QueryValue, given: Given, frame: Frame) -> Variants:
    _inserts(query, given, frame)
    return (InstanceValue(query.mapped.of, stored=True),) if query.mapped.of else ()


def _get_or_create(query: QueryValue, given: Given, frame: Frame) -> Variants:
    wanted = {name: v for name, v in given.named.items() if name not in ("defaults", "create_defaults")}
    _get(query, Given((), wanted), frame)
    _inserts(query, Given((), {}), frame)
    found = (InstanceValue(query.mapped.of, stored=True),) if query.mapped.of else ()
    return (ListValue((found, (Unknown("created"),))),)


def _update_or_create(query: QueryValue, given: Given, frame: Frame) -> Variants:
    result = _get_or_create(query, given, frame)
    if query.mapped.of:
        stored = InstanceValue(query.mapped.of, stored=True)
        statement = saved(query.mapped, stored, Given((), {}), frame)
        _finished(replace(query, verb="insert", columns=(statement,), entities=()), frame)
    return result


def _bulk_create(query: QueryValue, _: Given, frame: Frame) -> Variants:
    _inserts(query, Given((), {}), frame)
    return ()


def _bulk_update(query: QueryValue, given: Given, frame: Frame) -> Variants:
    names = Names(query.mapped, frame.world.family)
    fields = (given.positional[1] if len(given.positional) > 1 else given.named.get("fields", ())) or ()
    listed = [constant_text(item) for v in fields if isinstance(v, ListValue) for item in v.items]
    columns = [query.mapped.column(name) for name in listed if name]
    sets = tuple(pieces(f"{names.quoted(c.name)} = %s") for c in columns if c)
    where = (pieces(f"{_key(names)} IN (", Gap("…", "list"), ")"),)
    if sets:
        _finished(replace(query, verb="update", sets=sets, wheres=where, entities=()), frame)
    return ()


def _inserts(query: QueryValue, given: Given, frame: Frame) -> None:
    names = Names(query.mapped, frame.world.family)
    statement = insert(names, _inserted(query.mapped, given), frame.world.family)
    _finished(replace(query, verb="insert", columns=(statement,), entities=()), frame)


def _inserted(mapped: Mapped, given: Given) -> list[MappedColumn]:
    return [column for column in mapped.columns if not column.generated or column.attribute in given.named]


def _finished(query: QueryValue, frame: Frame) -> Variants:
    frame.world.record.query(query, frame.root)
    if query.whole and query.entities and query.mapped.of:
        return (InstanceValue(query.mapped.of, stored=True),)
    return ()


_Chained = Callable[[QueryValue, Given, World], QueryValue]
_Final = Callable[[QueryValue, Given, Frame], Variants]

_CHAINED: dict[str, _Chained] = {
    "all": _same,
    "get_queryset": _same,
    "using": _same,
    "prefetch_related": _same,
    "iterator": _same,
    "reverse": _same,
    "filter": _filter,
    "complex_filter": _filter,
    "exclude": _exclude,
    "distinct": _distinct,
    "select_for_update": _locked,
    "order_by": _order,
    "only": _only,
    "defer": _defer,
    "values": _values,
    "values_list": _values,
    "annotate": _annotate,
    "alias": _annotate,
    "select_related": _related,
}
_FINAL: dict[str, _Final] = {
    "get": _get,
    "aget": _get,
    "first": _first,
    "last": _first,
    "latest": _first,
    "earliest": _first,
    "afirst": _first,
    "count": _count,
    "acount": _count,
    "exists": _exists,
    "aexists": _exists,
    "aggregate": _aggregate,
    "update": _update,
    "aupdate": _update,
    "delete": _delete,
    "adelete": _delete,
    "create": _create,
    "acreate": _create,
    "get_or_create": _get_or_create,
    "aget_or_create": _get_or_create,
    "update_or_create": _update_or_create,
    "bulk_create": _bulk_create,
    "abulk_create": _bulk_create,
    "bulk_update": _bulk_update,
}
