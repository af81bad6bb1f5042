"""Operands: the sub-expressions of a node, and which of them have types that an engine does not compare."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.resolution import ErrorKind
from scanner.resolve.types import comparable, family, is_plain
from scanner.resolve.value_types import scalar_type

_CONSTANTS = (exp.Literal, exp.Parameter, exp.Placeholder, exp.Boolean)
# The families of types that PostgreSQL has a function or an operator for (measured).
_OF_TEXT = "Upper Lower Initcap Length Left Right Replace Trim Substring MD5 SplitPart StrPosition GroupConcat"
_OF_TEXT += " Like ILike RegexpLike RegexpILike"
_OF_NUMBERS, _OF_AMOUNTS = "Abs Round Floor Ceil Sqrt Pow", "Sum Avg Neg Add Sub Mul Div"
_ACCEPTED: dict[type[exp.Expr], frozenset[str]] = {
    getattr(exp, name): frozenset(families.split())
    for names, families in (
        (_OF_TEXT, "text bytes bits"),
        (_OF_NUMBERS, "number"),
        ("Mod", "number text"),  # pg_trgm asks with % whether two texts are similar
        (_OF_AMOUNTS, "number time array json"),
    )
    for name in names.split()
}
_SYMMETRIC = (exp.Add, exp.Mul, exp.Div, exp.Mod)
_SAME_TYPE = (exp.Coalesce, exp.Greatest, exp.Least)
_WITH_CONSTANTS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Between, exp.Coalesce)
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


def check_operands(ctx: Context, node: exp.Expr) -> None:
    """Notes constants beside columns, and the error of an operator that PostgreSQL has not for what it is given."""
    if isinstance(node, _WITH_CONSTANTS):
        note_constant(ctx, *arguments(node))
    if not ctx.postgres:
        return
    if isinstance(node, _SAME_TYPE):
        _check_same_type(ctx, node)
    elif type(node) in _ACCEPTED and ctx.schema.routine(node.key) is None:
        operands = (node.this, node.expression) if isinstance(node, _SYMMETRIC) else (node.this,)
        given = [scalar_type(ctx, each) for each in operands if isinstance(each, exp.Expr)]
        refused = next((t for t in given if is_plain(t) and family(t) not in _ACCEPTED[type(node)]), None)
        if refused is not None:
            ctx.error(ErrorKind.TYPE_MISMATCH, "42883", f"{node.key} does not take a value of type {refused}", node)


def _check_same_type(ctx: Context, node: exp.Expr) -> None:
    types = {family(t): t for t in (scalar_type(ctx, each) for each in arguments(node)) if is_plain(t)}
    if len(types) > 1:
        named = " and ".join(str(each) for each in types.values())
        ctx.error(ErrorKind.TYPE_MISMATCH, "42804", f"{node.key} types {named} cannot be matched", node)


def note_constant(ctx: Context, left: exp.Expr, *others: exp.Expr) -> None:
    """Marks a column that is compared with a constant: whether the constant fits depends on the column's type."""
    for column, other in ((left, others), *((each, (left,)) for each in others)):
        binding = ctx.result.bindings.get(id(column))
        if binding is not None and any(isinstance(each, _CONSTANTS) for each in other):
            ctx.result.bindings[id(column)] = binding._replace(constant=True)


def note_listed(ctx: Context, left: exp.Expr, query: exp.Expr) -> None:
    """`1 IN (SELECT a …)` compares a with a constant."""
    inner = query.unnest() if isinstance(query, exp.Subquery) else query
    if isinstance(inner, exp.Select) and len(inner.expressions) == 1:
        note_constant(ctx, left, inner.expressions[0].unalias())
