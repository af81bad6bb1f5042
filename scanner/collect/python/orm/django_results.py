"""The methods of a QuerySet, a manager or an instance that ask the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.orm.django_many import parent
from scanner.collect.python.orm.django_steps import annotate, filter_by, quoted_name
from scanner.collect.python.orm.lookups import operand
from scanner.collect.python.orm.mapped import Mapped, MappedColumn
from scanner.collect.python.orm.queries import (
    QueryValue,
)
from scanner.collect.python.orm.sql import Names, insert, pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    Gap,
    InstanceValue,
    ListValue,
    Literal,
    Sql,
    Unknown,
    Value,
    Variants,
)


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


def _get(query: QueryValue, given: Given, frame: Frame) -> Variants:
    query = replace(filter_by(query, given, frame.world), orders=(), limit="LIMIT 21")
    return _finished(query, frame)


def _first(query: QueryValue, _: Given, frame: Frame) -> Variants:
    key = query.mapped.key
    by_key = (pieces(f"{Names(query.mapped, frame.world.family).column(key.name)} ASC"),) if key else ()
    return _finished(replace(query, orders=query.orders or by_key, limit="LIMIT 1"), frame)


def _count(query: QueryValue, _: Given, frame: Frame) -> Variants:
    counted = (pieces(f"COUNT(*) AS {quoted_name('__count', query, frame.world)}"),)
    return _finished(replace(query, columns=counted, orders=(), groups=(), entities=()), frame)


def _exists(query: QueryValue, _: Given, frame: Frame) -> Variants:
    one = (pieces(f"1 AS {quoted_name('a', query, frame.world)}"),)
    return _finished(replace(query, columns=one, orders=(), groups=(), limit="LIMIT 1", entities=()), frame)


def _aggregate(query: QueryValue, given: Given, frame: Frame) -> Variants:
    query = replace(query, columns=(), orders=(), groups=(), whole=False, entities=())
    query = replace(annotate(query, given, frame.world), groups=())
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
        sql = tuple(_renamed(piece, table, f"U{number}") if isinstance(piece, Literal) else piece for piece in sql)
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
    link = parent(query.mapped, frame.world)
    if link is not None:  # a row in each table
        _inserts(replace(query, mapped=link[1]), given, frame)
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


def _link(query: QueryValue, _: Given, frame: Frame) -> Variants:
    """``instance.tags.add(…)``."""
    if query.through is None:
        return ()
    between, local, remote = query.through
    names = Names(between, frame.world.family)
    columns = ", ".join(names.quoted(name) for name in (local, remote))
    ignore = "" if frame.world.family == "mysql" else " ON CONFLICT DO NOTHING"
    sql = pieces(f"INSERT INTO {names.table} ({columns}) VALUES (%s, %s){ignore}")
    _finished(replace(query, verb="insert", columns=(sql,), entities=()), frame)
    return ()


def _unlink(query: QueryValue, given: Given, frame: Frame) -> Variants:
    """``instance.tags.remove(…)`` and ``.clear()``."""
    if query.through is None:
        return ()
    between, local, remote = query.through
    names = Names(between, frame.world.family)
    only = pieces(f" AND {names.column(remote)} IN (", Gap("…", "list"), ")") if given.positional else ()
    where = pieces(f"{names.column(local)} = %s", only)
    _finished(replace(query, verb="delete", tables=(names.table,), joins=(), wheres=(where,), entities=()), frame)
    return ()


def _relink(query: QueryValue, given: Given, frame: Frame) -> Variants:
    _unlink(query, given, frame)
    return _link(query, given, frame) if query.through else ()


FINAL: dict[str, Callable[[QueryValue, Given, Frame], Variants]] = {
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
    "update_or_create": _update_or_create,
    "bulk_create": _bulk_create,
    "abulk_create": _bulk_create,
    "bulk_update": _bulk_update,
    "abulk_update": _bulk_update,
    "aget_or_create": _get_or_create,
    "aupdate_or_create": _update_or_create,
    "add": _link,
    "aadd": _link,
    "remove": _unlink,
    "aremove": _unlink,
    "clear": _unlink,
    "aclear": _unlink,
    "set": _relink,
    "aset": _relink,
}
