"""Names that mean nothing, in the words of the engine that says so."""

from __future__ import annotations

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.resolution import ErrorKind


def unknown_column(
    ctx: Context, node: exp.Expr, name: str, said: str, qualifier: str = "", code: str = "42703/1054"
) -> None:
    """Notes a name that means nothing; `said` is how PostgreSQL says it."""
    message = said if ctx.postgres else f"Unknown column '{qualifier and qualifier + '.'}{name}'"
    ctx.error(ErrorKind.UNKNOWN_COLUMN, code, message, node, column=name)
