"""Any statement, any change."""

from __future__ import annotations

from tests.engine.differential.alter import Draft
from tests.engine.differential.grammar import Grammar
from tests.engine.differential.scope import Scope
from tests.engine.differential.world import Draw, Table, world


def anything(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """A query or a write."""
    grammar = Grammar(draw, world(draw, family))
    kind = grammar.pick("query", "query", "query", "update", "delete", "insert")
    if kind == "query":
        return grammar, Draft(grammar.world, grammar.wrapped(grammar.query(depth=2)))
    table = grammar.table()
    statement = {"update": update, "delete": delete, "insert": insert}[kind](grammar, table)
    return grammar, Draft(grammar.world, statement)


def update(grammar: Grammar, table: Table) -> str:
    """An UPDATE of any kind of the engine's."""
    scope, source = _target(grammar, table)
    column = grammar.pick(*(c for c in table.columns if c.name != "id"))
    other, item = grammar.named(grammar.other(table))
    both = Scope((*scope.sources, other))
    if grammar.chance(35):
        value, condition = grammar.expression(both, column.type), grammar.predicate(both)
        if grammar.world.postgres:
            return f"UPDATE {source} SET {column.name} = {value} FROM {item} WHERE {condition}"
        qualified = f"{scope.sources[0].alias}.{column.name}"
        return (
            f"UPDATE {source} JOIN {item} ON {grammar.predicate(both, 0)} SET {qualified} = {value} WHERE {condition}"
        )
    value = grammar.expression(scope, column.type)
    return f"UPDATE {source} SET {column.name} = {value} WHERE {grammar.predicate(scope)}"


def delete(grammar: Grammar, table: Table) -> str:
    """A DELETE of any kind of the engine's."""
    scope, source = _target(grammar, table)
    if grammar.chance(35):
        other, item = grammar.named(grammar.other(table))
        both = Scope((*scope.sources, other))
        if grammar.world.postgres:
            return f"DELETE FROM {source} USING {item} WHERE {grammar.predicate(both)}"
        target = scope.sources[0].alias
        return f"DELETE {target} FROM {source} JOIN {item} ON {grammar.predicate(both)}"
    if not grammar.world.postgres:  # an alias in a DELETE is newer than the oldest of them
        source = scope.sources[0].alias if scope.sources[0].alias == table.name else source
    return f"DELETE FROM {source} WHERE {grammar.predicate(scope)}"


def insert(grammar: Grammar, table: Table) -> str:
    """An INSERT with a column list, from a SELECT."""
    scope, source = grammar.joined(depth=0)
    values = ", ".join(grammar.expression(scope, column.type) for column in table.columns)
    query = f"SELECT {values} FROM {source} WHERE {grammar.predicate(scope)}"
    return f"INSERT INTO {table.name} ({', '.join(table.names)}) {query}"


def _target(grammar: Grammar, table: Table) -> tuple[Scope, str]:
    source, sql = grammar.named(table)
    return Scope((source,)), sql


AIMS = {"anything": anything}
