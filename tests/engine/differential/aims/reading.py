"""Queries whose rows, order or plan a star decides."""

from __future__ import annotations

from hypothesis import strategies as st

from scanner.model import RowUse
from tests.engine.differential.alter import FRESH, Draft
from tests.engine.differential.grammar import Grammar
from tests.engine.differential.world import Draw, Table, world


def star_projection(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Stars of one table or of several, in the result or further in."""
    grammar = Grammar(draw, world(draw, family))
    return grammar, Draft(grammar.world, _rows(grammar), names=(FRESH,))


def compared_rows(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """DISTINCT and set operations, with keys and without."""
    grammar = Grammar(draw, world(draw, family, keyed=_mostly_not(draw)))
    table = grammar.table()
    listed = grammar.pick("*", "*", "*", ", ".join(table.names))
    arm = f"SELECT {listed} FROM {table.name}"
    condition = f"{table.names[-1]} IS NOT NULL"
    compared = grammar.pick(
        f"SELECT DISTINCT {listed} FROM {table.name}",
        f"{arm} UNION {arm}",
        f"{arm} WHERE {condition} UNION {arm}",
        f"{arm} EXCEPT {arm} WHERE {condition}",
        f"{arm} INTERSECT {arm}",
        f"{arm} UNION ALL {arm}",
    )
    name = table.names[-1]
    outer = grammar.pick("count(*)", "count(*)", f"{name}, count(*)")
    text = f"SELECT {outer} FROM ({compared}) x" + (f" GROUP BY {name}" if outer != "count(*)" else "")
    if grammar.chance(25):
        text = f"WITH x AS ({compared}) SELECT {name} FROM x"
    return grammar, Draft(grammar.world, text, table.name, (FRESH,))


def positional_rows(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Rows that the code unpacks or reads by number."""
    grammar = Grammar(draw, world(draw, family))
    first = grammar.table()
    second = grammar.other(first)
    query = grammar.pick(
        ("*", len(first.columns), first.name),
        (", ".join(first.names), len(first.columns), first.name),
        (f"{first.name}.*, 7 AS seven", len(first.columns) + 1, first.name),
        (
            f"{first.name}.*, {second.name}.{second.names[0]}",
            len(first.columns) + 1,
            f"{first.name} CROSS JOIN {second.name}",
        ),
    )
    listed, width, source = query
    place = grammar.pick(-1, width - 1, 0)
    reads = grammar.pick(RowUse("unpacked", width), RowUse("indexed", indexes=(place,)), RowUse("splatted", width))
    return grammar, Draft(
        grammar.world, f"SELECT {listed} FROM {source}", grammar.pick(first, first, first, second).name, reads=reads
    )


def cached_plan(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Statements prepared before the change."""
    grammar = Grammar(draw, world(draw, family))
    return grammar, Draft(
        grammar.world, "EXECUTE prepared", names=(FRESH,), session=(f"PREPARE prepared AS {_rows(grammar)}",)
    )


def moved_ordinal(draw: Draw, family: str) -> tuple[Grammar, Draft]:
    """Ordinals before and behind a star."""
    grammar = Grammar(draw, world(draw, family, keyed=True))
    table = grammar.table()
    star = grammar.pick(f"{table.name}.*", f"{table.name}.*", ", ".join(table.names))
    width = len(table.columns)
    place = grammar.pick(width + 1, width + 1, 1, "z")
    order = grammar.pick("", " DESC")
    inner = f"SELECT {star}, -id AS z FROM {table.name} ORDER BY {place}{order}"
    text = grammar.pick(
        inner,
        f"SELECT x.id FROM ({inner} LIMIT 1) x",
        f"SELECT -id AS z, {star} FROM {table.name} ORDER BY {grammar.pick(1, 2)}{order}",
    )
    return grammar, Draft(grammar.world, text, table.name, (FRESH,))


def _mostly_not(draw: Draw) -> bool:
    """Whether tables have keys: mostly not."""
    return draw(st.integers(0, 2)) == 2


def _rows(grammar: Grammar) -> str:
    """A query with a star or without, or a write that returns rows."""
    table = grammar.table()
    kinds = ["table", "query", "query", "query", "returning"]
    kind = grammar.pick(*kinds)
    if kind == "query":
        return grammar.wrapped(grammar.query())
    if kind == "table":
        return f"TABLE {table.name}" if grammar.world.postgres else f"SELECT * FROM {table.name}"
    return _returning(grammar, table)


def _returning(grammar: Grammar, table: Table) -> str:
    listed = grammar.pick("*", f"{table.name}.*", ", ".join(table.names))
    column = table.columns[-1]
    removed = f"DELETE FROM {table.name} WHERE {column.name} IS NOT NULL RETURNING {listed}"
    if not grammar.world.postgres:
        return removed.replace(f"{table.name}.*", "*")
    changed = f"UPDATE {table.name} SET {column.name} = NULL RETURNING {listed}"
    return grammar.pick(removed, changed)


AIMS = {
    "star_projection": star_projection,
    "compared_rows": compared_rows,
    "positional_rows": positional_rows,
    "cached_plan": cached_plan,
    "moved_ordinal": moved_ordinal,
}
