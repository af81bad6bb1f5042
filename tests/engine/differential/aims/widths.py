"""Stars that must have a certain width, or columns of different names."""

from __future__ import annotations

from dataclasses import replace

from tests.engine.differential.alter import FRESH, Draft
from tests.engine.differential.grammar import Grammar
from tests.engine.differential.scope import Scope, Source
from tests.engine.differential.world import Draw, Table, world


def set_operation_width(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Arms that are stars of the table, of its archive, or lists."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    twin = replace(table, name="archive", keyed=False)
    grammar.world = grammar.world.with_table(twin)
    arms = [_arm(grammar, grammar.pick(table, table, twin)) for _ in range(grammar.pick(2, 2, 3))]
    words = ["UNION ALL", "UNION", "EXCEPT", "INTERSECT"]
    word = f" {grammar.pick(*words)} "
    union = word.join(arms)
    text = grammar.pick(union, f"SELECT count(*) FROM ({union}) x", f"WITH x AS ({union}) SELECT * FROM x")
    return grammar, Draft(grammar.world, text, table.name, (FRESH,))


def subquery_width(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Subqueries, rows and lists of aliases over a star."""
    grammar = Grammar(draw, world(draw, family))
    narrow = grammar.table()
    column = narrow.columns[0]
    narrow = replace(narrow, columns=(column,), rows=tuple(row[:1] for row in narrow.rows))
    grammar.world = grammar.world.with_table(narrow)
    scope, source = grammar.joined(depth=0)
    star = grammar.pick("*", "*", f"{narrow.name}.*", column.name)
    value = grammar.expression(scope, column.type, 0)
    statement = grammar.pick(
        f"SELECT count(*) FROM {source} WHERE {value} IN (SELECT {star} FROM {narrow.name})",
        f"SELECT count(*) FROM {source} WHERE {value} = (SELECT {star} FROM {narrow.name} LIMIT 1)",
        f"SELECT (SELECT {star} FROM {narrow.name} LIMIT 1) AS n FROM {source}",
        f"SELECT count(*) FROM {source} WHERE EXISTS (SELECT {star} FROM {narrow.name})",
        f"WITH x (c) AS (SELECT {star} FROM {narrow.name}) SELECT c FROM x",
        f"SELECT count(*) FROM {source} WHERE ({value}, 1) IN (SELECT {star}, 1 FROM {narrow.name})",
    )
    return grammar, Draft(grammar.world, statement, narrow.name, (FRESH,))


def duplicate_column(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """A star beside another column, in what must have different names."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    other = grammar.other(table)
    name = grammar.pick(*other.names)
    if name in table.names or other == table:
        name = FRESH
        query = f"SELECT {table.name}.*, 1 AS {name} FROM {table.name}"
    else:
        query = f"SELECT {table.name}.*, {other.name}.{name} FROM {table.name} CROSS JOIN {other.name}"
    first = table.names[0]
    makes = [f"CREATE TABLE made AS {query}", f"CREATE VIEW made AS {query}"]
    reads = [f"SELECT {first} FROM ({query}) x", f"WITH x AS ({query}) SELECT {first} FROM x", query]
    used = [f"SELECT {name} FROM ({query}) x"] * grammar.world.postgres
    options = [*makes, *makes, *reads, *used] if grammar.world.postgres else [*makes, *reads, *reads]
    return grammar, Draft(grammar.world, grammar.pick(*options), table.name, (name,))


def view_columns(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """CREATE OR REPLACE VIEW of the text that made it."""
    grammar = Grammar(draw, world(draw, family))
    table = grammar.table()
    alias = grammar.alias(table.name)
    scope = Scope((Source(alias, table.columns),))
    value = grammar.expression(scope, table.columns[-1].type, 0)
    query = grammar.pick(
        f"SELECT {alias}.*, {value} AS z FROM {table.name} {alias}",
        f"SELECT {alias}.*, {value} AS z FROM {table.name} {alias}",
        f"SELECT {value} AS z, {alias}.* FROM {table.name} {alias}",
        f"SELECT {', '.join(table.names)}, {value} AS z FROM {table.name} {alias}",
    )
    statement = f"CREATE OR REPLACE VIEW shown AS {query}"
    return grammar, Draft(grammar.world, statement, table.name, (FRESH,), objects=f"CREATE VIEW shown AS {query};")


def _arm(grammar: Grammar, table: Table) -> str:
    listed = grammar.pick("*", "*", "*", f"{table.name}.*", ", ".join(table.names))
    return f"SELECT {listed} FROM {table.name}"


AIMS = {
    "set_operation_width": set_operation_width,
    "subquery_width": subquery_width,
    "duplicate_column": duplicate_column,
    "view_columns": view_columns,
}
