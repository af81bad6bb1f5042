"""The check that every selected column is grouped, aggregated or determined by a key."""

from __future__ import annotations

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.expressions import arguments
from scanner.resolve.resolution import ErrorKind, Meaning
from scanner.resolve.scope import Scope, TableSource

_AGGREGATES = (exp.AggFunc, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.GroupConcat)
_ANONYMOUS_AGGREGATES = frozenset(
    "sum count min max avg array_agg string_agg group_concat bool_and bool_or".split()
) | frozenset(
    {
        "json_agg",
        "jsonb_agg",
        "json_object_agg",
        "jsonb_object_agg",
        "bit_xor",
        "every",
        "any_value",
        "xmlagg",
    }
)
_QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)


def check_grouping(ctx: Context, node: exp.Select, scope: Scope, keys: list[Meaning]) -> None:
    """Notes an error for each output that GROUP BY does not cover. MySQL checks under ONLY_FULL_GROUP_BY."""
    if not ctx.settings.full_group_by:
        return
    if node.args.get("group") is None and not any(_has_aggregate(item) for item in node.expressions):
        return
    covered = set(keys) | _determined(ctx, scope, set(keys))
    star_at = {
        node_id: star for node_id, star in ctx.result.stars.items() if node_id in set(scope.output_nodes)
    }
    by_node = {id(item): item for item in node.expressions}
    for output, node_id in zip(scope.outputs, scope.output_nodes, strict=True):
        if node_id in star_at and output.meaning not in covered:
            _ungrouped(ctx, by_node[node_id], output.name or "?")
    for item in node.expressions:
        if id(item) not in star_at:
            _check(ctx, item.unalias(), covered)


def _check(ctx: Context, item: exp.Expr, covered: set[Meaning]) -> None:
    if ctx.meaning_of.get(id(item)) in covered or _is_aggregate(item) or isinstance(item, _QUERIES):
        return
    if isinstance(item, exp.Column):
        binding = ctx.result.bindings.get(id(item))
        if binding is not None and binding.depth == 0 and binding.kind == "column":
            _ungrouped(ctx, item, binding.name)
        return
    for child in arguments(item):
        _check(ctx, child, covered)


def _determined(ctx: Context, scope: Scope, keys: set[Meaning]) -> set[Meaning]:
    """Columns of the tables whose whole primary key is grouped by."""
    found: set[Meaning] = set()
    for source in scope.sources():
        if not isinstance(source, TableSource) or source.table is None:
            continue
        for names in _keys(ctx, source):
            parts = [f.meaning for name in names for f in source.find(ctx.key(name))]
            if parts and keys.issuperset(parts):
                found.update(f.meaning for f in source.fields())
    return found


def _keys(ctx: Context, source: TableSource) -> list[tuple[str, ...]]:
    """PostgreSQL infers from the primary key only, MySQL from every unique key without NULLs."""
    table = source.table
    assert table is not None
    keys = [table.primary_key] if table.primary_key else []
    if not ctx.postgres:
        required = {c.name for c in table.columns if not c.nullable}
        keys += [key for key in table.unique_keys if required.issuperset(key)]
    return keys


def _ungrouped(ctx: Context, node: exp.Expr, name: str) -> None:
    message = f'column "{name}" must appear in the GROUP BY clause or be used in an aggregate function'
    ctx.error(ErrorKind.UNGROUPED_COLUMN, "42803/1055", message, node, column=name)


def _has_aggregate(item: exp.Expr) -> bool:
    if _is_aggregate(item):
        return True
    return not isinstance(item, (*_QUERIES, exp.Window)) and any(
        _has_aggregate(child) for child in arguments(item)
    )


def _is_aggregate(item: exp.Expr) -> bool:
    if isinstance(item, exp.Anonymous):
        return str(item.this).lower() in _ANONYMOUS_AGGREGATES
    if isinstance(item, (exp.Filter, exp.WithinGroup)):
        return _is_aggregate(item.this)
    return isinstance(item, _AGGREGATES)
