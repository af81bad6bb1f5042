"""Column privileges: what a role that was granted single columns may not read or write."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from scanner.model import Column, Table
from scanner.resolve.context import Context
from scanner.resolve.resolution import ErrorKind


def check_readable(ctx: Context, table: Table, columns: Iterable[str], node: exp.Expr) -> None:
    """A star, a whole row or COPY asks for every column; a role with SELECT on some is refused the others."""
    granted = _granted(ctx, table, "SELECT")
    if granted is None:
        return
    for name in columns:
        if name not in granted:
            code, role = "42501/1143", ctx.settings.role
            message = f"permission denied for {table.name}.{name}: {role} was granted SELECT on other columns only"
            ctx.error(ErrorKind.PRIVILEGE, code, message, node, column=name, table=table.name)
            return


def check_sequences(ctx: Context, table: Table, written: Iterable[Column], node: exp.Expr) -> None:
    """A serial column draws from a sequence of its own, which a grant on the table does not cover (measured)."""
    if ctx.settings.role is None or not ctx.postgres:
        return
    if not any(g.role == ctx.settings.role and g.privilege in ("INSERT", "ALL") for g in table.grants):
        return
    names = {column.name for column in written}
    for column in table.columns:
        if column.serial and column.name not in names:
            message = f"permission denied for the sequence of {table.name}.{column.name}"
            ctx.error(ErrorKind.PRIVILEGE, "42501", message, node, column=column.name, table=table.name)


def _granted(ctx: Context, table: Table, privilege: str) -> frozenset[str] | None:
    """The columns the role may use; None when it may use all, or nothing is known of its grants."""
    role = ctx.settings.role
    own = [g for g in table.grants if g.role == role and g.privilege in (privilege, "ALL")] if role else []
    if not own or any(not g.columns for g in own):
        return None
    return frozenset(name for grant in own for name in grant.columns)
