"""Relations that the schema does not have: the engine's own, and those that nobody told us of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import TableName
from scanner.resolve.context import Context
from scanner.resolve.resolution import Output
from scanner.resolve.scope import DerivedSource, Source

# Relations of the engine itself; those marked True list the columns of tables.
_CATALOGUES = {
    "information_schema": {"columns"},
    "pg_catalog": {"pg_attribute"},
    "mysql": set(),
    "performance_schema": set(),
    "sys": set(),
}


def unknown_source(ctx: Context, node: exp.Table, name: TableName, alias: str, renamed: Sequence[str]) -> Source:
    """The item of FROM that names it, with columns that are not known but from its alias list."""
    rows = ctx.meanings.of("table", id(node), name)
    catalogue = _CATALOGUES.get((name.schema or ("pg_catalog" if name.name.startswith("pg_") else "")).lower())
    if catalogue is None:
        ctx.result.unknown_relations.add(name)
        ctx.doubt(f"the schema has no {name}")
    elif name.name.lower() in catalogue:
        widths = tuple((t.name, len(t.columns)) for t in ctx.schema.tables)
        rows = ctx.meanings.of("catalogue", id(node), *widths)
    outputs = [Output(column, ctx.meanings.of("column", id(node), column)) for column in renamed]
    return DerivedSource(alias, id(node), rows, outputs, ctx.key, ctx.meanings, open_=True, relation=name)
