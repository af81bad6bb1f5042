"""peewee's queries: the methods of models and of their instances."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from scanner.collect.python import syntax
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.names import called
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.peewee_models import defaults
from scanner.collect.python.orm.queries import QueryValue, SqlValue, Verb
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.orm.sqlalchemy_expressions import condition, operand
from scanner.collect.python.orm.sqlalchemy_functions import function
from scanner.collect.python.orm.sqlalchemy_select import mapped_of, selected
from scanner.collect.python.orm.sqlalchemy_sources import alias
from scanner.collect.python.orm.sqlalchemy_writes import insertion
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    DictValue,
    Gap,
    InstanceValue,
    ListValue,
    Place,
    Sql,
    Unknown,
    Value,
    Variants,
)


def model_method(mapped: Mapped, name: str, given: Given, place: Place, call: str, frame: Frame) -> Variants | None:
    """``Model.name(…)``; None if peewee knows no such method."""
    make = _METHODS.get(name)
    return None if make is None else make(_Call(mapped, given, place, call, frame))


def instance_method(
    mapped: Mapped, instance: InstanceValue, name: str, given: Given, place: Place, call: str, frame: Frame
) -> Variants | None:
    """``instance.save()`` and ``instance.delete_instance()``; None for any other method."""
    asked = _Call(mapped, given, place, call, frame)
    if name == "delete_instance":
        return asked.run(asked.query("delete", wheres=asked.by_key()))
    if name != "save":
        return None
    if not instance.stored or "force_insert" in given.named:
        return asked.run(asked.query("insert", columns=(insertion(mapped, None, frame.world),)))
    listed = (v for v in given.named.get("only", ()) if isinstance(v, ListValue))
    only = [_attribute(item[0]) for value in listed for item in value.items]
    sets = [c.attribute for c in mapped.columns if not c.primary_key and (not only or c.attribute in only)]
    return asked.run(asked.query("update", sets=asked.sets(sets), wheres=asked.by_key()))


def library(dotted: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    """What a function of peewee gives: ``fn.name(…)``; ``prefetch(query, Model)`` reads the models, too."""
    name = dotted.rsplit(".", 1)[-1]
    if name == "prefetch":
        prefetched(given, expression, frame)
    return (function(name, given),) if ".fn." in dotted else None


def prefetched(given: Given, expression: syntax.Call, frame: Frame) -> None:
    """Notes the queries for models that are to be read whole."""
    for each in given.positional:
        mapped = mapped_of(each[0], frame.world)
        if mapped is not None and mapped.framework == "peewee":
            asked = _Call(mapped, Given((), {}), frame.place(expression.at), called(expression.function), frame)
            asked.built(asked.select())


class _Call:
    """A call of a method of a model."""

    def __init__(self, mapped: Mapped, given: Given, place: Place, call: str, frame: Frame) -> None:
        self.mapped, self.given, self.frame = mapped, given, frame
        self.names = Names(mapped, frame.world.family)
        self.place, self._call = place, call

    def query(
        self, verb: Verb, *, columns: tuple[Sql, ...] = (), sets: Iterable[Sql] = (), wheres: Iterable[Sql] = ()
    ) -> QueryValue:
        """A query of this model, so far."""
        tables, whole = (self.names.table,), verb == "select"
        entities = (self.mapped,) if whole else ()
        return QueryValue(
            self.mapped,
            self.place,
            self._call,
            verb,
            tables,
            columns,
            wheres=tuple(wheres),
            sets=tuple(sets),
            begun=True,
            whole=whole,
            entities=entities,
        )

    def select(self) -> QueryValue:
        """``Model.select(…)``: all columns unless some are given."""
        if self.given.positional:
            found = selected(self.given, self.place, self._call, self.frame)
            if found is not None:
                entities = tuple(dict.fromkeys((self.mapped, *found.entities)))
                return replace(found, tables=found.tables or (self.names.table,), mapped=self.mapped, entities=entities)
        return self.query("select", columns=self.names.all_columns())

    def by_key(self) -> tuple[Sql, ...]:
        """The condition that finds one row."""
        key = self.mapped.key
        return (pieces(f"{self.names.column(key.name)} = %s"),) if key else (pieces(Gap("…", "clause")),)

    def sets(self, attributes: Iterable[str]) -> list[Sql]:
        """Assignments of UPDATE."""
        found = [self.mapped.column(attribute) for attribute in attributes]
        return [pieces(f"{self.names.quoted(column.name)} = %s") for column in found if column]

    def given_names(self) -> list[str] | None:
        """The attributes that are given a value; None if they are not known."""
        names = dict(self.given.named)
        for each in self.given.positional:
            entries = _entries(each[0])
            if entries is None:
                return None
            names.update(entries)
        return list(names) if names and not any(name.startswith(" ") for name in names) else None

    def built(self, query: QueryValue) -> Variants:
        """The query, which runs unless more is made of it."""
        self.frame.world.journal.built(query, self.frame.root)
        return (query,)

    def run(self, query: QueryValue) -> Variants:
        """What a query that runs at once gives."""
        self.frame.world.journal.query(query, self.frame.root)
        stored = InstanceValue(self.mapped.of, stored=True) if self.mapped.of else None
        return (stored,) if query.verb == "select" and stored else (Unknown("count"),)

    def insert(self) -> QueryValue:
        """INSERT of what is given and what has a default."""
        names = self.given_names()
        known = None if names is None else dict.fromkeys((*names, *defaults(self.mapped, self.frame.world)))
        return self.query("insert", columns=(insertion(self.mapped, known, self.frame.world),))


def _entries(value: Value) -> dict[str, Variants] | None:
    if isinstance(value, ListValue) and value.items:
        value = value.items[0][0]
    return dict(value.entries) if isinstance(value, DictValue) and not value.open else None


def _select(asked: _Call) -> Variants:
    return asked.built(asked.select())


def _insert(asked: _Call) -> Variants:
    return asked.built(asked.insert())


def _create(asked: _Call) -> Variants:
    asked.run(asked.insert())
    given = asked.given.named.items()
    along = tuple(name for name, values in given if all(isinstance(value, InstanceValue) for value in values))
    return (InstanceValue(asked.mapped.of, stored=True, along=along),) if asked.mapped.of else ()


def _bulk(asked: _Call) -> Variants:
    return asked.run(asked.query("insert", columns=(insertion(asked.mapped, None, asked.frame.world),)))


def _update(asked: _Call) -> Variants:
    names = asked.given_names()
    if names is None:
        return asked.built(asked.query("update", sets=[pieces(Gap("…", "clause"))]))
    return asked.built(asked.query("update", sets=asked.sets(names)))


def _bulk_update(asked: _Call) -> Variants:
    fields = [v for each in asked.given.positional[1:2] for v in each if isinstance(v, ListValue)]
    named = [_attribute(item[0]) for value in fields for item in value.items]
    sets = asked.sets(name for name in named if name)
    return asked.run(asked.query("update", sets=sets or [pieces(Gap("…", "clause"))], wheres=asked.by_key()))


def _attribute(value: Value) -> str | None:
    return value.name if isinstance(value, SqlValue) else constant_text((value,))


def _alias(asked: _Call) -> Variants:
    name = constant_text(asked.given.positional[0]) if asked.given.positional else None
    return (alias(asked.mapped, name, asked.place, asked.frame.world),)


def _delete(asked: _Call) -> Variants:
    return asked.built(asked.query("delete"))


def _get(asked: _Call) -> Variants:
    wheres = [condition(each[0], (asked.names.table,)) for each in asked.given.positional]
    query = replace(asked.query("select", columns=asked.names.all_columns(), wheres=wheres), limit="LIMIT %s OFFSET %s")
    return asked.run(replace(query, wheres=(*query.wheres, *_lookups(asked))))


def _lookups(asked: _Call) -> list[Sql]:
    found: list[Sql] = []
    for name, values in asked.given.named.items():
        column = asked.mapped.column(name)
        if column is not None:
            found.append(pieces(f"{asked.names.column(column.name)} = ", operand(values[0], None)))
        elif name != "defaults":
            found.append(pieces(Gap(f"{name}=…", "clause")))
    return found


def _get_or_create(asked: _Call) -> Variants:
    row = _get(asked)
    asked.run(asked.query("insert", columns=(insertion(asked.mapped, None, asked.frame.world),)))
    return (ListValue((row, (Unknown("created"),))),)


def _by_id(asked: _Call) -> Variants:
    return asked.run(asked.query("select", columns=asked.names.all_columns(), wheres=asked.by_key()))


def _delete_by_id(asked: _Call) -> Variants:
    return asked.run(asked.query("delete", wheres=asked.by_key()))


def _set_by_id(asked: _Call) -> Variants:
    entries = _entries(asked.given.positional[1][0]) if len(asked.given.positional) > 1 else None
    sets = asked.sets(entries or ()) or [pieces(Gap("…", "clause"))]
    return asked.run(asked.query("update", sets=sets, wheres=asked.by_key()))


_METHODS: dict[str, Callable[[_Call], Variants]] = {
    "select": _select,
    "insert": _insert,
    "insert_many": _insert,
    "replace": _insert,
    "replace_many": _insert,
    "create": _create,
    "bulk_create": _bulk,
    "update": _update,
    "bulk_update": _bulk_update,
    "alias": _alias,
    "delete": _delete,
    "get": _get,
    "get_or_none": _get,
    "get_or_create": _get_or_create,
    "get_by_id": _by_id,
    "delete_by_id": _delete_by_id,
    "set_by_id": _set_by_id,
}
