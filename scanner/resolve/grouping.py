"""The check that every selected column is grouped, aggregated or determined by a key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.operands import arguments
from scanner.resolve.resolution import ErrorKind, Meaning
from scanner.resolve.scope import Scope, TableSource

_AGGREGATES = (exp.AggFunc, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.GroupConcat)
_ANONYMOUS_AGGREGATES = frozenset(
    ["sum", "count", "min", "max", "avg", "array_agg", "string_agg", "group_concat", "bool_and", "bool_or"]
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
    own = _own(scope)
    if node.args.get("group") is None and not any(_has_aggregate(ctx, item, own) for item in node.expressions):
        return
    check = _Check(ctx, frozenset(set(keys) | _determined(ctx, scope, set(keys))), own)
    by_node = {id(item): item for item in node.expressions}
    stars = {node_id for node_id in scope.output_nodes if node_id in ctx.result.stars}
    starred = {node_id for node_id in stars if not _is_of_expression(by_node[node_id])}
    for output, node_id in zip(scope.outputs, scope.output_nodes, strict=True):
        if node_id in starred and output.meaning not in check.covered:
            _ungrouped(ctx, by_node[node_id], output.name or "?")
    for item in node.expressions:
        if id(item) not in starred:
            _check(check, item.this if isinstance(item, exp.Dot) else item.unalias())
    if node.args.get("group") is not None:
        _check_order(check, node)


def _is_of_expression(item: exp.Expr) -> bool:
    """`(unnest(array_agg(t))).*`: what the expression is made of has to be grouped, not the columns that it yields."""
    return isinstance(item, exp.Dot) and not isinstance(item.this.unnest(), exp.Column)


def check_distinct(ctx: Context, node: exp.Select, scope: Scope) -> None:
    """MySQL under ONLY_FULL_GROUP_BY: what SELECT DISTINCT is sorted by has to be made of what it selects."""
    if ctx.settings.full_group_by and node.args.get("distinct") is not None:
        _check_order(_Check(ctx, frozenset(o.meaning for o in scope.outputs), _own(scope)), node)


def _own(scope: Scope) -> frozenset[int]:
    return frozenset(source.node for source in scope.sources())


def _check_order(check: _Check, node: exp.Select) -> None:
    """MySQL looks at ORDER BY too; PostgreSQL does, but what a new column changes there is found as ambiguous."""
    order = node.args.get("order")
    if check.ctx.schema.engine.name == "mysql" and order is not None:
        for key in order.expressions:
            _check(check, key)


@dataclass(frozen=True, slots=True)
class _Check:
    ctx: Context
    covered: frozenset[Meaning]
    own: frozenset[int]  # tree nodes of the level's sources


def _check(check: _Check, item: exp.Expr) -> None:
    """Descends until a part is grouped or aggregated; subqueries too, for the columns they take from here."""
    if check.ctx.meaning_of.get(id(item)) in check.covered or _is_aggregate(check.ctx, item):
        return
    if isinstance(item, exp.Column):
        binding = check.ctx.result.bindings.get(id(item))
        if binding is not None and binding.origin in check.own and binding.kind == "column":
            _ungrouped(check.ctx, item, binding.name)
        return
    for child in arguments(item):
        _check(check, child)


def _determined(ctx: Context, scope: Scope, keys: set[Meaning]) -> set[Meaning]:
    """Columns of the tables whose whole key is grouped by. MariaDB infers nothing from a key (measured)."""
    found: set[Meaning] = set()
    if ctx.schema.engine.name == "mariadb":
        return found
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


def _has_aggregate(ctx: Context, item: exp.Expr, own: frozenset[int], *, inside: bool = False) -> bool:
    """An aggregate at this level, or in a subquery over columns of this level alone: that one is computed here."""
    if _is_aggregate(ctx, item):
        return not inside or (ctx.postgres and _is_hoisted(ctx, item, own))
    if isinstance(item, exp.Window):
        return False
    deeper = inside or isinstance(item, _QUERIES)
    return any(_has_aggregate(ctx, child, own, inside=deeper) for child in arguments(item))


def _is_hoisted(ctx: Context, item: exp.Expr, own: frozenset[int]) -> bool:
    bindings = [ctx.result.bindings.get(id(column)) for column in item.find_all(exp.Column)]
    return bool(bindings) and all(binding is not None and binding.origin in own for binding in bindings)


def _is_aggregate(ctx: Context, item: exp.Expr) -> bool:
    if isinstance(item, exp.Anonymous):
        name = str(item.this).lower()
        routine = ctx.schema.routine(name)
        return name in _ANONYMOUS_AGGREGATES or (routine is not None and routine.kind == "aggregate")
    if isinstance(item, (exp.Filter, exp.WithinGroup)):
        return _is_aggregate(ctx, item.this)
    return isinstance(item, _AGGREGATES)
