"""Calls of SQLAlchemy's own functions, and methods of its tables, that make statements and parts of them."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.classes import class_attribute
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.inlining import invoked
from scanner.collect.python.names import last_name
from scanner.collect.python.orm import (
    peewee_queries,
    sqlalchemy_expressions,
    sqlalchemy_functions,
    sqlalchemy_loading,
    sqlalchemy_select,
    sqlalchemy_sources,
    sqlalchemy_writes,
)
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import QueryValue, SqlValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.orm.sqlalchemy_models import table_object
from scanner.collect.python.values import ExternalValue, FunctionValue, Variants

_STATEMENTS = frozenset(("select", "query", "insert", "update", "delete", "exists"))


def library(dotted: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    """What a function of sqlalchemy or sqlmodel gives; None if it makes no part of a statement."""
    name, place = dotted.rsplit(".", 1)[-1], frame.place(expression.at)
    if ".func." in dotted:
        return (sqlalchemy_functions.function(name, given),)
    if name == "declarative_base":
        return (ExternalValue("sqlalchemy.declarative_base"),)
    if name == "automap_base":
        return (ExternalValue(sqlalchemy_sources.AUTOMAP),)
    if name in ("aliased", "alias"):
        found = sqlalchemy_sources.aliased(given, place, frame.world)
        return None if found is None else (found,)
    if name == "Table":
        table = table_object(expression, frame)
        if table is not None:
            frame.world.journal.table(table)
            if not frame.world.is_settled:
                frame.world.tables[table] = None
        return None if table is None else (table,)
    spend(given, frame)
    if name in _STATEMENTS:
        return statement(name, given, expression, frame)
    first = given.positional[0][0] if given.positional else None
    if name in sqlalchemy_sources.SET_NAMES and isinstance(first, QueryValue):
        return _built(sqlalchemy_sources.united(first, name, Given(given.positional[1:], {})), frame)
    made = sqlalchemy_loading.loading(name, given) or sqlalchemy_functions.builtin(name, given)
    return None if made is None else (made,)


def of_table(table: Mapped, name: str, given: Given, expression: syntax.Call, frame: Frame) -> Variants | None:
    """``table.insert()``, ``table.alias()``, ``cte.union_all(…)``."""
    if name in ("insert", "update", "delete", "select"):
        chosen = table.framework == "peewee" and given.positional  # peewee's columns, where SQLAlchemy had conditions
        everything = given if chosen else Given(((table,), *given.positional), given.named)
        return statement(name, everything, expression, frame)
    if name == "alias":
        named = Given(((table,),), {"name": given.positional[0]} if given.positional else given.named)
        found = sqlalchemy_sources.aliased(named, frame.place(expression.at), frame.world)
        return None if found is None else (found,)
    if name == "table_valued":  # the whole row as one value
        known = Names(table, frame.world.family).table
        return (SqlValue(pieces(known), (known,)),)
    spend(given, frame)
    grown = sqlalchemy_sources.added_to(table, name, given)
    return None if grown is None else (grown,)


def of_query(query: QueryValue, name: str, given: Given, expression: syntax.Call, frame: Frame) -> Variants | None:
    """The methods of a statement that give a value or other statements; None for any other."""
    if name == "label":
        frame.world.journal.derived(query)
        labelled = sqlalchemy_expressions.method(SqlValue((), query=query), name, given)
        return None if labelled is None else (labelled,)
    united = sqlalchemy_sources.united(query, name, given)
    if united is not None:
        return _built(united, frame)
    if name == "prefetch":
        peewee_queries.prefetched(given, expression, frame)
    if name == "options":
        loaded, beside = sqlalchemy_loading.with_options(query, given, frame.place(expression.at), frame.world)
        for other in beside:
            frame.world.journal.built(other, frame.root)
        return (loaded,)
    return None


def statement(name: str, given: Given, expression: syntax.Call, frame: Frame) -> Variants | None:
    """``select(…)``, ``insert(…)`` and so on."""
    place = frame.place(expression.at)
    if name == "exists":
        found = sqlalchemy_select.existing(given, place, frame)
        return None if found is None else (found,)
    if name not in ("select", "query"):
        return _built(sqlalchemy_writes.written(name, given, place, name, frame), frame)
    query = sqlalchemy_select.selected(given, place, name, frame, labels=name == "query")
    return _built(loaded(query, frame) if query else None, frame)


def loaded(query: QueryValue, frame: Frame) -> QueryValue:
    """The query with what its instances load by themselves."""
    query, beside = sqlalchemy_loading.by_itself(query, query.place, frame.world)
    for other in beside:
        frame.world.journal.built(other, frame.root)
    return query


def hybrid(mapped: Mapped, name: str, frame: Frame) -> Variants:
    """``Order.gross`` where a hybrid property makes it of the class."""
    for function in class_attribute(mapped.of, name, frame) if mapped.of else ():
        definition = frame.world.functions.get(function) if isinstance(function, FunctionValue) else None
        if definition is None or "hybrid_property" not in map(last_name, definition.function.decorators):
            continue
        assert isinstance(function, FunctionValue)
        made = invoked(function, mapped, Given((), {}), frame, always=True) or ()
        return tuple(sqlalchemy_expressions.named(value, name) for value in made if isinstance(value, SqlValue))
    return ()


def spend(given: Given, frame: Frame) -> None:
    """Queries that become part of another do not run by themselves."""
    for variants in given.every():
        for value in variants:
            if isinstance(value, QueryValue):
                frame.world.journal.derived(value)


def _built(query: QueryValue | None, frame: Frame) -> Variants | None:
    if query is None:
        return None
    frame.world.journal.built(query, frame.root)
    return (query,)
