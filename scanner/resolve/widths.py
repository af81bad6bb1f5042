"""How many values an expression stands for: a scalar, a row, a subquery."""

from __future__ import annotations

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.resolution import ErrorKind
from scanner.resolve.rows import row_source
from scanner.resolve.scope import Scope, Source

COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)


def width(ctx: Context, node: exp.Expr, scope: Scope) -> int | None:
    """How many values the node stands for: 1 for a scalar, n for a row; None when that is not known."""
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.Subquery):
        node = node.unnest()
    if isinstance(node, exp.Tuple) or is_row_call(node):
        widths = [_cell_width(ctx, cell, scope) for cell in node.expressions]
        return None if None in widths else sum(w for w in widths if w is not None)
    if isinstance(node, (exp.Select, exp.SetOperation)):
        return ctx.query_widths.get(id(node))
    if isinstance(node, (exp.Any, exp.All)):
        return width(ctx, node.this, scope)
    if (source := row_source(ctx, node, scope)) is not None:
        return len(source.fields())
    return 1


def check_rows(ctx: Context, left: int | None, right: int | None, node: exp.Expr) -> None:
    """Notes the error of two sides that are not equally wide; unknown widths pass."""
    if left is None or right is None or left == right:
        return
    if left == 1 or right == 1:
        ctx.error(
            ErrorKind.SUBQUERY_WIDTH,
            "42601/1241",
            f"subquery has {max(left, right)} columns where one is wanted",
            node,
        )
    else:
        ctx.error(
            ErrorKind.ROW_WIDTH,
            "42601/1241",
            f"unequal number of entries in row expressions: {left} and {right}",
            node,
        )


def allow_uneven_arms(ctx: Context, query: exp.Expr) -> None:
    """MySQL and MariaDB do not look at the stars of a set operation that stands in EXISTS (measured)."""
    inner = query.unnest() if isinstance(query, exp.Subquery) else query
    uneven = [e for e in ctx.result.errors if e.kind is ErrorKind.SET_OPERATION_WIDTH and e.node == id(inner)]
    ctx.result.errors = [e for e in ctx.result.errors if e not in uneven]


def is_row_operand(node: exp.Expr) -> bool:
    """A subquery compared with a row, or assigned to one: its width is checked there."""
    parent = node.parent
    while isinstance(parent, (exp.Subquery, exp.Paren)):
        parent = parent.parent
    return isinstance(parent, (*COMPARISONS, exp.Any, exp.All, exp.In, exp.PropertyEQ))


def _cell_width(ctx: Context, cell: exp.Expr, scope: Scope) -> int | None:
    if isinstance(cell, exp.Column) and isinstance(cell.this, exp.Star):
        source: Source | None = row_source(ctx, cell, scope)
        return len(source.fields()) if source else None
    if isinstance(cell, exp.Star):
        return None
    return 1


def is_row_call(node: exp.Expr) -> bool:
    """Whether the node is ROW(…)."""
    return isinstance(node, exp.Anonymous) and str(node.this).upper() == "ROW"
