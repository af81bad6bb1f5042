"""Operands: the sub-expressions of a node, and which of them have types that an engine does not compare."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.resolution import ErrorKind
from scanner.resolve.types import comparable, family
from scanner.resolve.value_types import scalar_type

_CONSTANTS = (exp.Literal, exp.Parameter, exp.Placeholder, exp.Boolean)
_SIGNS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def arguments(node: exp.Expr) -> Iterator[exp.Expr]:
    """The direct sub-expressions, in the order of the tree."""
    for child in node.args.values():
        if isinstance(child, exp.Expr):
            yield child
        elif isinstance(child, list):
            for each in child:
                if isinstance(each, exp.Expr):
                    yield each


def check_comparable(ctx: Context, node: exp.Expr) -> None:
    """Notes the error of a comparison of two types for which PostgreSQL has no operator."""
    check_types(ctx, node, scalar_type(ctx, node.this), scalar_type(ctx, node.expression))


def check_types(ctx: Context, node: exp.Expr, left: str | None, right: str | None) -> None:
    """Notes the error of a comparison of these two types, if PostgreSQL has no operator for them."""
    if ctx.postgres and not comparable(left, right):
        message = f"operator does not exist: {left} {_SIGNS.get(node.key, '=')} {right}"
        ctx.error(ErrorKind.TYPE_MISMATCH, "42883", message, node)
    check_converted(ctx, node, left, right)


def check_converted(ctx: Context, node: exp.Expr, left: str | None, right: str | None, column: str = "") -> None:
    """Notes MySQL's and MariaDB's error where a strict INSERT or UPDATE compares a number with a text that is none."""
    if ctx.strict_write and {family(left), family(right)} == {"number", "text"}:
        message = f"truncated incorrect value: {column or 'it'} is compared as {left} with {right}"
        doubt = "it depends on whether every text is a number"
        ctx.error(ErrorKind.TYPE_MISMATCH, "1292", message, node, column=column or None, possible=doubt)


def note_constant(ctx: Context, left: exp.Expr, *others: exp.Expr) -> None:
    """Marks a column that is compared with a constant: whether the constant fits depends on the column's type."""
    for column, other in ((left, others), *((each, (left,)) for each in others)):
        binding = ctx.result.bindings.get(id(column))
        if binding is not None and any(isinstance(each, _CONSTANTS) for each in other):
            ctx.result.bindings[id(column)] = binding._replace(constant=True)
