"""Names without a qualifier that the new column may be taken for."""

from __future__ import annotations

from tests.engine.differential.aims.anything import delete, update
from tests.engine.differential.alter import Draft
from tests.engine.differential.grammar import Grammar
from tests.engine.differential.scope import Scope
from tests.engine.differential.world import INTEGER, TEXT, Draw, Table, world


def ambiguous_column(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Joins with names that only one side has."""
    grammar = Grammar(draw, world(draw, family))
    first = grammar.table()
    second = grammar.other(first)
    names = tuple(name for name in second.names if name not in first.names)
    query = grammar.query(depth=1, tables=(first, second))
    statement = grammar.pick(
        query.sql, grammar.wrapped(query), *[_ordered(grammar, (first, second))] * 2, update(grammar, second)
    )  # fmt: skip
    return grammar, Draft(grammar.world, statement, first.name, names)


def captured_column(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Subqueries with names of the query around them."""
    grammar = Grammar(draw, world(draw, family))
    outer = grammar.table()
    inner = grammar.other(outer)
    names = tuple(name for name in outer.names if name not in inner.names)
    source, sql = grammar.named(outer)
    inner_source, inner_sql = grammar.named(inner)
    scope = Scope((source,))
    nested = Scope((inner_source,), scope)
    condition = grammar.predicate(nested, 1)
    type_ = grammar.pick(INTEGER, TEXT)
    value = grammar.expression(nested, type_, 0)
    if names and grammar.chance(75):
        value = grammar.pick(*names)
        names = (value,)
        type_ = next(column.type for column in outer.columns if column.name == value)
        condition = f"{value} {grammar.pick('=', '<>', '<=')} {grammar.expression(nested, type_, 0)}"
    test = grammar.pick(
        f"EXISTS (SELECT 1 FROM {inner_sql} WHERE {condition})",
        f"{grammar.expression(scope, type_, 0)} IN (SELECT {value} FROM {inner_sql})",
        f"(SELECT count(*) FROM {inner_sql} WHERE {condition}) > 0",
    )
    text = grammar.pick(
        f"SELECT count(*) FROM {sql} WHERE {test}",
        f"SELECT (SELECT max({value}) FROM {inner_sql} WHERE {condition}) AS a FROM {sql}",
        f"DELETE FROM {outer.name} WHERE {test}" if source.alias == outer.name else f"SELECT * FROM {sql} WHERE {test}",
        *[f"SELECT x.n FROM {sql}, LATERAL (SELECT count(*) AS n FROM {inner_sql} WHERE {condition}) x"]
        * grammar.world.postgres,
    )
    return grammar, Draft(grammar.world, text, inner.name, names)


def natural_join_key(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """NATURAL JOIN, and USING beside it."""
    grammar = Grammar(draw, world(draw, family))
    first = grammar.table()
    second = grammar.other(first)
    shared = [name for name in first.names if name in second.names]
    names = tuple(name for name in second.names if name not in first.names)
    joins = ["NATURAL JOIN", "NATURAL JOIN", "NATURAL LEFT JOIN"]
    both = [f"{first.name} {word} {second.name}" for word in joins]
    both += [f"{second.name} {word} {first.name}" for word in joins]
    both += [f"{first.name} JOIN {second.name} USING ({name})" for name in shared[:1]]
    listed = grammar.pick(f"{first.name}.{first.names[0]}", "count(*)", f"{second.name}.{second.names[-1]}")
    text = f"SELECT {listed} FROM {grammar.pick(*both)}"
    if grammar.chance(25):
        text = f"SELECT count(*) FROM {second.name} WHERE EXISTS ({text})"
    return grammar, Draft(grammar.world, text, first.name, names)


def type_mismatch(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Names and keys that get another type."""
    grammar, draft = grammar_and_draft = natural_join_key(draw, family)
    if grammar.chance(40):
        return captured_column(draw, family)
    del grammar_and_draft
    definition = grammar.pick("integer", "varchar(20)", "text", "date", "bigint", "boolean")
    return grammar, Draft(draft.world, draft.statement, draft.table, draft.names, definition, fillable=False)


def ungrouped_column(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Aliases in GROUP BY, and groups of a star."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    alias = grammar.pick("a", "label", "size")
    scope, sql = grammar.joined(depth=0, tables=(table,))
    value = grammar.expression(scope, grammar.pick(INTEGER, TEXT), 0)
    columns = ", ".join(table.names)
    text = grammar.pick(
        f"SELECT {value} AS {alias}, count(*) FROM {sql} GROUP BY {alias}",
        f"SELECT {value} AS {alias}, count(*) FROM {sql} GROUP BY 1",
        f"SELECT * FROM {table.name} GROUP BY {columns}",
        f"SELECT {columns} FROM {table.name} GROUP BY {columns}",
        f"SELECT {value} AS {alias} FROM {sql} GROUP BY {alias} HAVING count(*) > 0",
    )
    session = () if grammar.world.postgres else ("SET sql_mode = 'ONLY_FULL_GROUP_BY'",)
    return grammar, Draft(grammar.world, text, table.name, (alias,), session=session)


def _ordered(grammar: Grammar, tables: tuple[Table, ...]) -> str:
    """ORDER BY and GROUP BY with names of the SELECT list and others."""
    scope, sql = grammar.joined(depth=0, tables=tables)
    type_ = grammar.pick(INTEGER, TEXT)
    names = scope.of_type(type_)
    if not names:
        return f"SELECT count(*) FROM {sql}"
    bare = [name for name in names if name.bare] or names
    name, key = grammar.pick(*bare).sql, grammar.pick(*names).sql
    return grammar.pick(
        f"SELECT {name} FROM {sql} ORDER BY {key}",
        f"SELECT {name}, count(*) FROM {sql} GROUP BY {name}",
        f"SELECT count(*) FROM {sql} HAVING max({name}) IS NOT NULL",
    )


AIMS = {
    "ambiguous_column": ambiguous_column,
    "captured_column": captured_column,
    "natural_join_key": natural_join_key,
    "type_mismatch": type_mismatch,
    "ungrouped_column": ungrouped_column,
}
__all__ = ["AIMS", "delete", "update"]
