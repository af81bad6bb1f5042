"""SET a = …, (b, c) = (…): the target's columns with what they get."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import is_hole
from scanner.resolve.context import Context
from scanner.resolve.engine_words import unknown_column
from scanner.resolve.expressions import value
from scanner.resolve.made_rows import check_stored
from scanner.resolve.names import bind
from scanner.resolve.resolution import Clause, ErrorKind, Meaning
from scanner.resolve.scope import Field, Scope, Source
from scanner.resolve.widths import check_rows, is_row_call, width


def assign(
    ctx: Context, assignments: Sequence[exp.Expr], target: Source, scope: Scope, clause: Clause
) -> tuple[tuple[str, Meaning], ...]:
    """SET a = …, (b, c) = (…): the target's columns with what they get."""
    made: list[tuple[str, Meaning]] = []
    for assignment in assignments:
        if isinstance(assignment, exp.Column):  # a part that is built at run time
            made.append((ctx.name(assignment.this), value(ctx, assignment, scope, clause)))
            continue
        left, right = assignment.this, assignment.expression
        meaning = _assigned_value(ctx, right, scope)
        targets = left.expressions if isinstance(left, exp.Tuple) else [left]
        names = [_assigned_column(ctx, column, target, scope, clause) for column in targets]
        made += [(name, meaning) for name in names]
        if isinstance(left, exp.Tuple):
            _check_width(ctx, left, right, scope)
        cells = _cells(right) if isinstance(left, exp.Tuple) else [right]
        for column, name, cell in zip(targets, names, cells, strict=False):
            check_stored(ctx, _target_type(ctx, column, target.find(ctx.key(name))), cell, scope)
    return tuple(made)


def _check_width(ctx: Context, left: exp.Tuple, right: exp.Expr, scope: Scope) -> None:
    given = width(ctx, right, scope)
    if given is not None and given != len(left.expressions):
        message = f"number of columns does not match number of values: {len(left.expressions)} and {given}"
        ctx.error(ErrorKind.ROW_WIDTH, "42601", message, right)


def _cells(right: exp.Expr) -> Sequence[exp.Expr]:
    """What each of several targets gets, where that is written out."""
    inner = right.unnest()
    return inner.expressions if isinstance(inner, exp.Tuple) or is_row_call(inner) else []


def _target_type(ctx: Context, target: exp.Expr, found: Sequence[Field]) -> str:
    """The type of what is set: `w[1]` is an element, and on PostgreSQL `v.a` a field, whose type is not looked up."""
    is_field = ctx.postgres and isinstance(target, exp.Column) and len(target.parts) > 1
    sql_type = found[0].type or "" if found and not is_field else ""
    return sql_type.removesuffix("[]") if isinstance(target, exp.Bracket) else sql_type


def _assigned_value(ctx: Context, node: exp.Expr, scope: Scope) -> Meaning:
    inner = node.unnest() if isinstance(node, (exp.Subquery, exp.Paren)) else node
    if isinstance(inner, (exp.Select, exp.SetOperation)) and isinstance(node.parent, exp.EQ):
        relation = ctx.query(node, scope)
        ctx.query_widths[id(inner)] = len(relation.outputs)
        if not isinstance(node.parent.this, exp.Tuple) and not relation.open:
            check_rows(ctx, 1, len(relation.outputs), node)
        return ctx.meanings.of("scalar", relation.rows, *(o.meaning for o in relation.outputs))
    return value(ctx, node, scope, Clause.SET)


def _assigned_column(ctx: Context, node: exp.Expr, target: Source, scope: Scope, clause: Clause) -> str:
    column = node.find(exp.Column)
    if column is None:
        return ctx.name(node) if isinstance(node, exp.Identifier) else node.name
    joined = len(scope.items) > 1 or not isinstance(scope.items[0], Source)
    if not ctx.postgres and joined and clause is Clause.SET:
        bind(ctx, column, scope, clause)
    name = ctx.name(column.parts[0] if ctx.postgres else column.this)
    if target.table is None or is_hole(name):
        return name
    if not target.find(ctx.key(name)) and not (joined and not ctx.postgres):
        unknown_column(ctx, column, name, f'column "{name}" does not exist')
    return name
