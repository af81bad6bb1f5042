"""What can be said of a condition when one column's value is known."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.simplify import simplify

from scanner.model import Family


def is_violated(check: str, column: str, value: str, family: Family) -> bool:
    """Whether a CHECK is false for every row in which the column has this value, a SQL literal.

    False when it holds, and when it depends on more: other columns, functions.
    """
    try:
        condition, literal = (sqlglot.parse_one(text, dialect=family) for text in (check, value))
        known = condition.transform(lambda node: literal.copy() if _is(node, column) else node)
        return bool(simplify(known.transform(_spelled_out)) == exp.false())
    except (SqlglotError, TypeError, ValueError):  # what sqlglot raises on values that do not compare
        return False


def _is(node: exp.Expr, column: str) -> bool:
    return isinstance(node, exp.Column) and node.name.lower() == column.lower()


def _spelled_out(node: exp.Expr) -> exp.Expr:
    """`x IN (a, b)` as `x = a OR x = b`, which is simplified further."""
    if isinstance(node, exp.In) and node.expressions:
        return exp.paren(exp.or_(*(exp.EQ(this=node.this.copy(), expression=each) for each in node.expressions)))
    return node
