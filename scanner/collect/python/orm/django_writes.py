"""What Django writes: instances that are saved and deleted, and the methods of a QuerySet that write.

A model that extends another's table has its rows in both: each is written by a statement of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_many import parent
from scanner.collect.python.orm.lookups import expression
from scanner.collect.python.orm.mapped import Mapped, MappedColumn
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, insert, pieces
from scanner.collect.python.orm.subqueries import aliased
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ConstantValue,
    Gap,
    InstanceValue,
    ListValue,
    Sql,
    Unknown,
    Value,
    Variants,
)
from scanner.model import Family

_TRUE = (ConstantValue("True"),)


def saved(mapped: Mapped, instance: InstanceValue, given: Given, frame: Frame) -> Iterator[Sql]:
    """``instance.save()``: INSERT of a new instance, UPDATE of one that came from the database or of chosen fields."""
    family = frame.world.family
    fields = given.named.get("update_fields", ())
    chosen = {constant_text(item) for v in fields if isinstance(v, ListValue) for item in v.items}
    for each in _tables(mapped, frame.world):
        names = Names(each, family)
        own = [c for c in each.columns if not c.primary_key and (not chosen or c.attribute in chosen)]
        sets = ", ".join(f"{names.quoted(column.name)} = %s" for column in own)
        if not instance.stored and not fields:
            yield insert(names, _inserted(each, Given((), {})), family)
        elif sets:
            yield pieces(f"UPDATE {names.table} SET {sets} WHERE {_key(names)} = %s")


def removed(mapped: Mapped, frame: Frame) -> Iterator[Sql]:
    """``instance.delete()``."""
    for each in reversed(_tables(mapped, frame.world)):
        names = Names(each, frame.world.family)
        yield pieces(f"DELETE FROM {names.table} WHERE {_key(names)} IN (%s)")


def _tables(mapped: Mapped, world: World) -> list[Mapped]:
    """The models whose tables hold a row of this one, those that are extended first."""
    found = [mapped]
    while (link := parent(found[0], world)) is not None:
        found.insert(0, link[1])
    return found


def _key(names: Names) -> str:
    key = names.mapped.key
    return names.column(key.name) if key else "id"


def update(query: QueryValue, given: Given, frame: Frame) -> Variants:
    """``query.update(…)``."""
    for mapped in reversed(_tables(query.mapped, frame.world)):
        names, sets = Names(mapped, frame.world.family), []
        for attribute, values in given.named.items():
            column = mapped.column(attribute)
            if column is not None or (mapped == query.mapped and not _is_known(attribute, query, frame.world)):
                name = column.name if column else attribute
                sets.append(pieces(f"{names.quoted(name)} = ", _assigned(values[0], query, frame.world)))
        if sets:
            of_table = query if mapped == query.mapped else _of_parent(query, names)
            _write(replace(_by_key(of_table, names), verb="update", sets=tuple(sets)), frame)
    return (Unknown("count"),)


def _is_known(attribute: str, query: QueryValue, world: World) -> bool:
    return any(mapped.column(attribute) for mapped in _tables(query.mapped, world))


def _of_parent(query: QueryValue, names: Names) -> QueryValue:
    """The rows of a table that is extended: their keys were asked for before."""
    where = pieces(f"{_key(names)} IN (", Gap("…", "list"), ")")
    return replace(query, tables=(names.table,), joins=(), wheres=(where,))


def _assigned(value: Value, query: QueryValue, world: World) -> Sql:
    if isinstance(value, Unknown) and "F(" in value.source:
        return pieces(Gap(value.source, "value"))
    return expression(query, value, world)[1]


def delete(query: QueryValue, _: Given, frame: Frame) -> Variants:
    """``query.delete()``."""
    child, *parents = reversed(_tables(query.mapped, frame.world))
    _write(replace(_by_key(query, Names(child, frame.world.family)), verb="delete"), frame)
    for mapped in parents:
        _write(replace(_of_parent(query, Names(mapped, frame.world.family)), verb="delete"), frame)
    return (Unknown("count"),)


def _by_key(query: QueryValue, names: Names) -> QueryValue:
    """UPDATE and DELETE cannot join: the rows are chosen by their keys, as Django does."""
    key = query.mapped.key
    if not query.joins or key is None:
        return query
    column = names.column(key.name)
    inner = replace(query, columns=(pieces(column),), orders=(), groups=())
    return replace(query, joins=(), wheres=(pieces(f"{column} IN (", aliased(inner), ")"),))


def create(query: QueryValue, given: Given, frame: Frame) -> Variants:
    """``query.create(…)``."""
    inserts(query, given, frame)
    return (InstanceValue(query.mapped.of, stored=True),) if query.mapped.of else ()


def bulk_create(query: QueryValue, given: Given, frame: Frame) -> Variants:
    """``query.bulk_create(…)``, perhaps of rows some of which are there."""
    names = Names(query.mapped, frame.world.family)
    inserts(query, Given((), {}), frame, _conflict(names, given, frame.world.family))
    return ()


def _conflict(names: Names, given: Given, family: Family | None) -> str:
    if given.named.get("ignore_conflicts") == _TRUE:
        return " ON CONFLICT DO NOTHING"
    if given.named.get("update_conflicts") != _TRUE:
        return ""
    unique, changed = (_columns(names, given.named.get(each, ())) for each in ("unique_fields", "update_fields"))
    if family == "mysql":
        return f" ON DUPLICATE KEY UPDATE {', '.join(f'{name} = VALUES({name})' for name in changed)}"
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in changed)
    return f" ON CONFLICT({', '.join(unique)}) DO UPDATE SET {sets}"


def bulk_update(query: QueryValue, given: Given, frame: Frame) -> Variants:
    """``query.bulk_update(…)``."""
    names = Names(query.mapped, frame.world.family)
    fields = (given.positional[1] if len(given.positional) > 1 else given.named.get("fields", ())) or ()
    sets = tuple(pieces(f"{name} = %s") for name in _columns(names, fields))
    where = (pieces(f"{_key(names)} IN (", Gap("…", "list"), ")"),)
    if sets:
        _write(replace(query, verb="update", sets=sets, wheres=where), frame)
    return ()


def _columns(names: Names, fields: Variants) -> list[str]:
    """The columns of a list of fields."""
    listed = (constant_text(item) for v in fields if isinstance(v, ListValue) for item in v.items)
    found = (names.mapped.key if name == "pk" else names.mapped.column(name) for name in listed if name)
    return [names.quoted(column.name) for column in found if column]


def inserts(query: QueryValue, given: Given, frame: Frame, conflict: str = "") -> None:
    """A row in each table of the model."""
    family = frame.world.family
    for mapped in _tables(query.mapped, frame.world):
        statement = insert(Names(mapped, family), _inserted(mapped, given), family, conflict)
        _write(replace(query, verb="insert", columns=(statement,)), frame)


def _inserted(mapped: Mapped, given: Given) -> list[MappedColumn]:
    return [column for column in mapped.columns if not column.generated or column.attribute in given.named]


def link(query: QueryValue, _: Given, frame: Frame) -> Variants:
    """``instance.tags.add(…)``."""
    if query.through is None:
        return ()
    between, local, remote = query.through
    names = Names(between, frame.world.family)
    columns = ", ".join(names.quoted(name) for name in (local, remote))
    ignore = "" if frame.world.family == "mysql" else " ON CONFLICT DO NOTHING"
    sql = pieces(f"INSERT INTO {names.table} ({columns}) VALUES (%s, %s){ignore}")
    _write(replace(query, verb="insert", columns=(sql,)), frame)
    return ()


def unlink(query: QueryValue, given: Given, frame: Frame) -> Variants:
    """``instance.tags.remove(…)`` and ``.clear()``."""
    if query.through is None:
        return ()
    between, local, remote = query.through
    names = Names(between, frame.world.family)
    only = pieces(f" AND {names.column(remote)} IN (", Gap("…", "list"), ")") if given.positional else ()
    where = pieces(f"{names.column(local)} = %s", only)
    _write(replace(query, verb="delete", tables=(names.table,), joins=(), wheres=(where,)), frame)
    return ()


def relink(query: QueryValue, given: Given, frame: Frame) -> Variants:
    """``instance.tags.set(…)``."""
    unlink(query, given, frame)
    return link(query, given, frame) if query.through else ()


def _write(query: QueryValue, frame: Frame) -> None:
    frame.world.journal.query(replace(query, entities=()), frame.root)
