"""The SQL type of an expression, as far as it can be told: columns, casts and a few functions."""

from __future__ import annotations

from sqlglot import exp

from scanner.model import Table, TableName
from scanner.resolve.context import Context
from scanner.resolve.types import is_plain


def row_type(ctx: Context, data_type: exp.Expr | None) -> Table | None:
    """The table whose row type a cast names, if it names one."""
    if not ctx.postgres or not isinstance(data_type, exp.DataType) or data_type.this is not exp.DType.USERDEFINED:
        return None
    kind = data_type.args.get("kind")
    if kind is None:
        return None
    parts = (
        [ctx.name(part) for part in kind.find_all(exp.Identifier)]
        if isinstance(kind, exp.Expr)
        else str(kind).split(".")
    )
    found = ctx.schema.find(TableName(parts[-2] if len(parts) > 1 else None, parts[-1])) if parts else None
    return found if isinstance(found, Table) else None


def scalar_type(ctx: Context, node: exp.Expr) -> str | None:
    """The SQL type of a plain expression; None when it is not known or an untyped constant."""
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.Column):
        binding = ctx.result.bindings.get(id(node))
        return binding.type if binding else None
    if isinstance(node, exp.Cast):
        return node.to.sql("postgres").lower()
    return _FUNCTION_TYPES.get(type(node))


def is_scalar(ctx: Context, node: exp.Expr) -> bool:
    """A column of one of the engine's own plain types, on PostgreSQL."""
    inner = node.unnest() if isinstance(node, exp.Paren) else node
    binding = ctx.result.bindings.get(id(inner)) if isinstance(inner, exp.Column) and ctx.postgres else None
    return binding is not None and binding.kind == "column" and is_plain(binding.type)


def is_own_type(data_type: exp.Expr) -> bool:
    """Whether a cast names a type that the engine does not bring along."""
    return isinstance(data_type, exp.DataType) and data_type.this is exp.DType.USERDEFINED


_FUNCTION_TYPES: dict[type[exp.Expr], str] = {
    exp.Upper: "text",
    exp.Lower: "text",
    exp.Concat: "text",
    exp.Count: "bigint",
    exp.Length: "integer",
    exp.CurrentTimestamp: "timestamptz",
    exp.CurrentDate: "date",
}
