"""INSERT, UPDATE and DELETE of SQLAlchemy: statements, and instances that a session writes."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, insert, pieces
from scanner.collect.python.orm.sqlalchemy_inheritance import of_kind
from scanner.collect.python.orm.sqlalchemy_select import got, mapped_of
from scanner.collect.python.values import (
    DictValue,
    Gap,
    ListValue,
    Literal,
    Place,
    Sql,
    Unknown,
    Value,
)


def written(verb: str, given: Given, place: Place, call: str, frame: Frame) -> QueryValue | None:
    """``insert(Model)``, ``update(Model)``, ``delete(Model)``."""
    mapped = mapped_of(given.positional[0][0], frame.world) if given.positional else None
    if mapped is None:
        return None
    names = Names(mapped, frame.world.family)
    kinds = () if mapped.parts else of_kind(mapped, frame.world)
    query = QueryValue(mapped, place, call, tables=(names.table,), kinds=kinds, begun=True, entities=())
    if verb == "insert":
        columns = without_returning(insertion(mapped, None, frame.world))
        return replace(query, verb="insert", columns=(columns,), made_key=made_key(mapped, (), frame.world))
    return replace(query, verb="update" if verb == "update" else "delete")


def added(mapped: Mapped, place: Place, call: str, world: World, *, returns: bool = True) -> Iterator[QueryValue]:
    """``session.add(Model(…))``, a row in each table; what is written in bulk returns nothing."""
    for each in mapped.tables:
        statement = insertion(each, None, world)
        columns = (statement if returns else without_returning(statement),)
        table = Names(each, world.family).table
        yield QueryValue(each, place, call, verb="insert", tables=(table,), columns=columns, begun=True)


def removed(mapped: Mapped, place: Place, call: str, world: World) -> Iterator[QueryValue]:
    """``session.delete(instance)``."""
    for each in reversed(mapped.tables):
        query = got(each, place, call, world)
        wheres = (pieces(f"{query.tables[0]}.{each.key.name} = %({each.key.name})s"),) if each.key else ()
        yield replace(query, verb="delete", wheres=wheres, kinds=(), entities=())


def changed(mapped: Mapped, attribute: str, place: Place, world: World) -> QueryValue | None:
    """``instance.attribute = …``, which the session writes when it is flushed."""
    mapped = next((each for each in reversed(mapped.tables) if each.column(attribute)), mapped)
    column, key, names = mapped.column(attribute), mapped.key, Names(mapped, world.family)
    if column is None or key is None:
        return None
    sets = (pieces(f"{names.quoted(column.name)} = %({column.name})s"),)
    where = (pieces(f"{names.column(key.name)} = %({mapped.table}_{key.name})s"),)
    return QueryValue(mapped, place, "flush", "update", tables=(names.table,), sets=sets, wheres=where, begun=True)


def changed_by_key(mapped: Mapped, rows: Value, place: Place, call: str, world: World) -> Iterator[QueryValue]:
    """``session.bulk_update_mappings(Model, rows)``: each row by its key."""
    first = rows.items[0][0] if isinstance(rows, ListValue) and rows.items else rows
    given = [key for key, _ in first.entries] if isinstance(first, DictValue) and not first.open else None
    for each in mapped.tables:
        query, names, key = got(each, place, call, world), Names(each, world.family), each.key
        columns = [c for c in map(each.column, given or ()) if c is not None and not c.primary_key]
        sets = [pieces(f"{names.quoted(c.name)} = %({c.name})s") for c in columns]
        if given is None:
            sets.append((Gap("columns", "list"),))
        wheres = (pieces(f"{names.column(key.name)} = %({each.table}_{key.name})s"),) if key else ()
        if sets:
            yield replace(query, verb="update", sets=tuple(sets), wheres=wheres, kinds=(), entities=())


def insertion(mapped: Mapped, given: Iterable[str] | None, world: World) -> Sql:
    """INSERT of the given columns, or of all that the database does not make itself, into the class's own table."""
    mapped = mapped.tables[-1]
    if given is None:
        columns = [column for column in mapped.columns if not column.generated]
    elif not mapped.is_reflected:
        names = {*given}
        columns = [each for each in mapped.columns if each.filled or not names.isdisjoint((each.attribute, each.name))]
    else:
        columns = [column for name in given if (column := mapped.column(name)) is not None]
    if not columns:
        table = Names(mapped, world.family).table
        return pieces(f"INSERT INTO {table} (", Gap("columns", "list"), ") VALUES (", Gap("values", "list"), ")")
    return insert(Names(mapped, world.family), columns, world.family)


def with_kind(mapped: Mapped, row: Value) -> Value:
    """The row with the class that it is of, which SQLAlchemy writes in the column for that."""
    if not mapped.kind or not isinstance(row, DictValue):
        return row
    return replace(row, entries=(*row.entries, (mapped.kind, (Unknown("kind"),))))


def made_key(mapped: Mapped, given: Container[str], world: World) -> Sql:
    """What a statement that inserts one row returns by itself: the key, if the database makes it."""
    own = mapped.tables[-1]
    key = own.key
    if key is None or not key.generated or key.attribute in given or world.family == "mysql":
        return ()
    return pieces(f" RETURNING {Names(own, world.family).of(key)}")


def without_returning(sql: Sql) -> Sql:
    """The INSERT alone."""
    return tuple(Literal(p.text.split(" RETURNING ")[0]) if isinstance(p, Literal) else p for p in sql)
