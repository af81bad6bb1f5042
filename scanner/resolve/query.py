"""Queries → relations: what a SELECT, a set operation or VALUES yields, and which rows."""

from __future__ import annotations

from sqlglot import exp

from scanner.resolve.context import Context, Relation
from scanner.resolve.expressions import value
from scanner.resolve.grouping import check_distinct, check_grouping
from scanner.resolve.names import bind
from scanner.resolve.projection import project
from scanner.resolve.resolution import Binding, Clause, ErrorKind, Meaning, Output
from scanner.resolve.rows import told_apart
from scanner.resolve.scope import CommonTable, Scope, TableSource
from scanner.resolve.selected import output_named
from scanner.resolve.sources import add_from, duplicate_names, rename

_WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def query(ctx: Context, node: exp.Expr, parent: Scope | None) -> Relation:
    """Resolves any query expression; nested ones through this function again."""
    relation = _dispatch(ctx, node, parent)
    ctx.query_widths[id(node)] = len(relation.outputs)
    return relation


def common_tables(ctx: Context, node: exp.Expr, scope: Scope) -> None:
    """Makes the statement's WITH visible in the scope."""
    with_ = node.args.get("with_")
    if with_ is None:
        return
    for cte in with_.expressions:
        name = ctx.key(ctx.name(cte.args["alias"].this))
        if with_.args.get("recursive") and isinstance(cte.this, exp.SetOperation):
            first = _common_table(ctx, cte, query(ctx, cte.this.left, scope))
            scope.ctes[name] = first
        scope.ctes[name] = _common_table(ctx, cte, query(ctx, cte.this, scope))


def select(ctx: Context, node: exp.Select, parent: Scope | None) -> Relation:
    """One SELECT."""
    scope = ctx.scopes[id(node)] = Scope(parent)
    common_tables(ctx, node, scope)
    rows = [add_from(ctx, node, scope)]
    rows.append(_condition(ctx, node.args.get("where"), scope, Clause.WHERE))
    aggregates = ctx.aggregates
    outputs, open_ = project(ctx, node.expressions, scope, Clause.SELECT)
    scope.outputs = outputs
    may_group = ctx.aggregates > aggregates or node.args.get("group") is not None
    keys = _group_by(ctx, node.args.get("group"), scope)
    rows += [*keys, _condition(ctx, node.args.get("having"), scope, Clause.HAVING)]
    for window in node.args.get("windows") or ():
        value(ctx, window, scope, Clause.ORDER_BY)
    some = ctx.meanings.of("some", *rows) if not any(map(node.args.get, ("limit", "offset", "fetch"))) else None
    rows += [
        _distinct(ctx, node, scope, outputs),
        *_order_by(ctx, node.args.get("order"), scope),
        _limit(ctx, node, scope),
    ]
    if may_group:
        check_grouping(ctx, node, scope, keys)
    check_distinct(ctx, node, scope)
    return Relation(outputs, ctx.meanings.of("select", *rows), open_, _identity(ctx, node, scope, outputs), some)


def _dispatch(ctx: Context, node: exp.Expr, parent: Scope | None) -> Relation:
    if isinstance(node, (exp.Subquery, exp.Paren)):
        return _subquery(ctx, node, parent)
    if isinstance(node, exp.Select):
        return select(ctx, node, parent)
    if isinstance(node, exp.SetOperation):
        return _set_operation(ctx, node, parent)
    if isinstance(node, exp.Values):
        return _values(ctx, node, parent)
    if isinstance(node, _WRITES):
        return ctx.write(node, parent)
    ctx.doubt("a part of the statement is of a kind that is not resolved")
    return Relation((), ctx.meanings.of("unresolved", id(node)), True)


def _subquery(ctx: Context, node: exp.Expr, parent: Scope | None) -> Relation:
    """A query in parentheses, which may carry a WITH, ORDER BY and LIMIT of its own."""
    scope = Scope(parent)
    common_tables(ctx, node, scope)
    relation = query(ctx, node.this, scope)
    if node.args.get("order") is None and node.args.get("limit") is None:
        return relation
    scope.outputs = relation.outputs
    rows = ctx.meanings.of(
        "sorted", relation.rows, *_order_by(ctx, node.args.get("order"), scope), _limit(ctx, node, scope)
    )
    return Relation(relation.outputs, rows, relation.open)


def _set_operation(ctx: Context, node: exp.SetOperation, parent: Scope | None) -> Relation:
    scope = Scope(parent)
    common_tables(ctx, node, scope)
    left, right = query(ctx, node.left, scope), query(ctx, node.right, scope)
    if not (left.open or right.open) and len(left.outputs) != len(right.outputs):
        message = f"each {node.key.upper()} query must have the same number of columns"
        ctx.error(
            ErrorKind.SET_OPERATION_WIDTH,
            "42601/1222",
            f"{message}: {len(left.outputs)} and {len(right.outputs)}",
            node,
        )
    outputs = tuple(_arm(ctx, *pair) for pair in zip(left.outputs, right.outputs, strict=False))
    keyed = left.identity is not None and left.identity == right.identity
    told_apart = [] if keyed else _compared(node, outputs)
    rows = ctx.meanings.of(node.key, left.rows, right.rows, *told_apart)
    scope.outputs = outputs
    rows = ctx.meanings.of("sorted", rows, *_order_by_outputs(ctx, node, scope), _limit(ctx, node, scope))
    # INTERSECT and EXCEPT yield rows of the left side.
    identity = left.identity if keyed or not isinstance(node, exp.Union) else None
    return Relation(outputs, rows, left.open or right.open, identity)


def _arm(ctx: Context, left: Output, right: Output) -> Output:
    meaning = ctx.meanings.of("either", left.meaning, right.meaning)
    return Output(left.name, meaning, left.type, left.star or right.star, column=left.name)


def _compared(node: exp.SetOperation, outputs: tuple[Output, ...]) -> list[Meaning]:
    """UNION ALL keeps every row; the others compare whole rows, so that every column decides."""
    keeps_all = isinstance(node, exp.Union) and not node.args.get("distinct")
    return [] if keeps_all else [o.meaning for o in outputs]


def _identity(ctx: Context, node: exp.Select, scope: Scope, outputs: tuple[Output, ...]) -> tuple[object, ...] | None:
    """The table and places of the primary key, when every row is a row of one table with its key in it.

    Two such rows are equal when their keys are: the other columns decide nothing.
    """
    source = scope.items[0] if len(scope.items) == 1 else None
    if not isinstance(source, TableSource) or source.table is None or node.args.get("group") is not None:
        return None
    wanted = [f.meaning for name in source.table.primary_key for f in source.find(ctx.key(name))]
    meanings = [o.meaning for o in outputs]
    if not wanted or not set(wanted) <= set(meanings) or any(not o.star for o in outputs):
        return None
    return (source.table.name, *(meanings.index(meaning) for meaning in wanted))


def _values(ctx: Context, node: exp.Expr, parent: Scope | None) -> Relation:
    scope = Scope(parent)
    made = [
        project(ctx, row.expressions if isinstance(row, exp.Tuple) else [row], scope, Clause.VALUES)
        for row in node.expressions
    ]
    cells = [outputs for outputs, _ in made]
    known = next((outputs for outputs, row_open in made if not row_open), None)  # all rows are as wide as one
    name, start = ("column{}", 1) if ctx.postgres else ("column_{}", 0)
    first = known or (cells[0] if cells else ())
    outputs = tuple(o._replace(name=name.format(i)) for i, o in enumerate(first, start))
    rows = ctx.meanings.of("values", len(cells), *(o.meaning for row in cells if row is not first for o in row))
    return Relation(outputs, rows, bool(cells) and known is None)


def _common_table(ctx: Context, cte: exp.Expr, relation: Relation) -> CommonTable:
    names = [ctx.name(column) for column in cte.args["alias"].args.get("columns") or ()]
    outputs = rename(ctx, relation.outputs, names, cte.args["alias"], open_=relation.open)
    duplicate_names(ctx, outputs, cte)
    return CommonTable(outputs, relation.rows, relation.open)


def _condition(ctx: Context, clause: exp.Expr | None, scope: Scope, kind: Clause) -> Meaning:
    return ctx.meanings.of("always") if clause is None else value(ctx, clause.this, scope, kind)


def _group_by(ctx: Context, group: exp.Expr | None, scope: Scope) -> list[Meaning]:
    if group is None:
        return []
    keys: list[Meaning] = []
    for item in group.expressions:
        keys += _group_key(ctx, item, scope)
    for option in ("rollup", "cube", "grouping_sets"):
        for item in group.args.get(option) or ():
            keys += _group_key(ctx, item, scope)
    named = [item for item in group.expressions if isinstance(item, exp.Column)]
    scope.grouped = tuple(
        Output(ctx.name(item.this), ctx.meaning_of[id(item)], column=ctx.name(item.this)) for item in named
    )
    return keys


def _group_key(ctx: Context, item: exp.Expr, scope: Scope) -> list[Meaning]:
    if isinstance(item, (exp.Rollup, exp.Cube, exp.GroupingSets, exp.Tuple)):
        return [key for each in item.expressions for key in _group_key(ctx, each, scope)]
    return [_row_key(ctx, sort_key(ctx, item, scope, Clause.GROUP_BY))]


def _row_key(ctx: Context, meaning: Meaning) -> Meaning:
    """Rows of a table with a primary key are told apart by it, however many columns they have."""
    source = ctx.row_values.get(meaning)
    keyed = source is not None and source.table is not None and source.table.primary_key
    return ctx.meanings.of("row", source.node) if source is not None and keyed else meaning


def sort_key(ctx: Context, item: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """A key of GROUP BY, ORDER BY or DISTINCT ON: an ordinal, a name alone, or an expression."""
    inner = item.unnest() if isinstance(item, exp.Paren) else item
    if isinstance(inner, exp.Literal) and not inner.is_string and inner.name.isdigit():
        return _ordinal(ctx, inner, scope, clause)
    if isinstance(inner, exp.Column) and inner.args.get("table") is None and not isinstance(inner.this, exp.Star):
        from_names = bind(ctx, inner, scope, clause, alone=True)
        ctx.meaning_of[id(inner)] = ctx.meaning_of[id(item)] = from_names
        return from_names
    return value(ctx, item, scope, clause)


def _ordinal(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    position = int(node.name) - 1
    if not 0 <= position < len(scope.outputs):
        return ctx.meanings.of("ordinal", position)
    output = scope.outputs[position]
    span = ctx.span(node)
    ctx.result.bindings[id(node)] = Binding(
        node.name, clause, output.meaning, span, "", column=output.name, type=output.type, kind="ordinal"
    )
    return output.meaning


def _order_by(ctx: Context, order: exp.Expr | None, scope: Scope, clause: Clause = Clause.ORDER_BY) -> list[Meaning]:
    keys: list[Meaning] = []
    for ordered in order.expressions if order is not None else ():
        item = ordered.this if isinstance(ordered, exp.Ordered) else ordered
        is_key = isinstance(item, (exp.Column, exp.Literal, exp.Paren))
        row = (
            value(ctx, ordered, scope, clause)
            if not is_key or _is_row(ctx, item, scope)
            else sort_key(ctx, item, scope, clause)
        )
        keys.append(told_apart(ctx, item, row))
    return keys


def _is_row(ctx: Context, item: exp.Expr, scope: Scope) -> bool:
    """ORDER BY t sorts by the whole row, unless an output is called so."""
    name = (
        ctx.key(ctx.name(item.this)) if isinstance(item, exp.Column) and isinstance(item.this, exp.Identifier) else ""
    )
    return bool(name) and name in scope.by_alias and not scope.find(name) and not output_named(ctx, scope.outputs, name)


def _order_by_outputs(ctx: Context, node: exp.Expr, scope: Scope) -> list[Meaning]:
    """ORDER BY behind a set operation sees nothing but the outputs."""
    return _order_by(ctx, node.args.get("order"), scope)


def _distinct(ctx: Context, node: exp.Select, scope: Scope, outputs: tuple[Output, ...]) -> Meaning:
    distinct = node.args.get("distinct")
    if distinct is None:
        return ctx.meanings.of("all rows")
    on = distinct.args.get("on")
    if on is not None:
        keys = on.expressions if isinstance(on, exp.Tuple) else [on]
        return ctx.meanings.of("distinct on", *(sort_key(ctx, key, scope, Clause.DISTINCT_ON) for key in keys))
    return ctx.meanings.of("distinct", *_telling_apart(ctx, scope, outputs))


def _telling_apart(ctx: Context, scope: Scope, outputs: tuple[Output, ...]) -> list[Meaning]:
    """The outputs that decide whether two rows are equal: a primary key decides for its table's other columns."""
    meanings = {o.meaning for o in outputs}
    decided: set[Meaning] = set()
    for source in scope.sources():
        if isinstance(source, TableSource) and source.table is not None and source.table.primary_key:
            rows = {m for m in meanings if ctx.row_values.get(m) is source}
            key = {f.meaning for name in source.table.primary_key for f in source.find(ctx.key(name))}
            if rows or (key and key <= meanings):
                decided |= {f.meaning for f in source.fields()} - key | rows
    return [o.meaning for o in outputs if o.meaning not in decided]


def _limit(ctx: Context, node: exp.Expr, scope: Scope) -> Meaning:
    parts = [node.args[name] for name in ("limit", "offset", "fetch") if node.args.get(name) is not None]
    return ctx.meanings.of("limit", *(value(ctx, part, scope, Clause.ORDER_BY) for part in parts))
