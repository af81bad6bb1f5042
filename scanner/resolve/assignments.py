"""SET a = …, (b, c) = (…): the target's columns with what they get."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.expressions import value
from scanner.resolve.names import bind
from scanner.resolve.resolution import Clause, ErrorKind, Meaning
from scanner.resolve.scope import Scope, Source
from scanner.resolve.widths import width


def assign(
    ctx: Context, assignments: Sequence[exp.Expr], target: Source, scope: Scope, clause: Clause
) -> tuple[tuple[str, Meaning], ...]:
    """SET a = …, (b, c) = (…): the target's columns with what they get."""
    made: list[tuple[str, Meaning]] = []
    for assignment in assignments:
        left, right = assignment.this, assignment.expression
        meaning = _assigned_value(ctx, right, scope)
        if isinstance(left, exp.Tuple):
            given = width(ctx, right, scope)
            if given is not None and given != len(left.expressions):
                message = f"number of columns does not match number of values: {len(left.expressions)} and {given}"
                ctx.error(ErrorKind.ROW_WIDTH, "42601", message, right)
        for column in left.expressions if isinstance(left, exp.Tuple) else [left]:
            made.append((_assigned_column(ctx, column, target, scope, clause), meaning))
    return tuple(made)


def _assigned_value(ctx: Context, node: exp.Expr, scope: Scope) -> Meaning:
    inner = node.unnest() if isinstance(node, (exp.Subquery, exp.Paren)) else node
    if isinstance(inner, (exp.Select, exp.SetOperation)) and isinstance(node.parent, exp.EQ):
        relation = ctx.query(node, scope)
        ctx.query_widths[id(inner)] = len(relation.outputs)
        if not isinstance(node.parent.this, exp.Tuple) and len(relation.outputs) != 1 and not relation.open:
            ctx.error(ErrorKind.SUBQUERY_WIDTH, "42601/1241", "subquery must return only one column", node)
        return ctx.meanings.of("scalar", relation.rows, *(o.meaning for o in relation.outputs))
    return value(ctx, node, scope, Clause.SET)


def _assigned_column(ctx: Context, node: exp.Expr, target: Source, scope: Scope, clause: Clause) -> str:
    column = node.find(exp.Column)
    if column is None:
        return ctx.name(node) if isinstance(node, exp.Identifier) else node.name
    joined = len(scope.items) > 1 or not isinstance(scope.items[0], Source)
    if not ctx.postgres and joined and clause is Clause.SET:
        bind(ctx, column, scope, clause)
    name = ctx.name(column.this)
    if target.table is not None and not target.find(ctx.key(name)) and not (joined and not ctx.postgres):
        ctx.error(ErrorKind.UNKNOWN_COLUMN, "42703/1054", f'column "{name}" does not exist', column, column=name)
    return name
