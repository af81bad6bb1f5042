"""Parts of a statement that the source builds at run time: they may use any name that can be used there."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from scanner.model import Table
from scanner.resolve.context import Context
from scanner.resolve.resolution import ErrorKind
from scanner.resolve.scope import Field, Scope

MAY_USE = "a part of it is built at run time and may use the name"


def newly_ambiguous(ctx: Context, hole: exp.Column, scope: Scope, bind: Callable[[exp.Column], object]) -> list[Field]:
    """The columns that the change adds beside others of their name, so that it cannot be used there any more.

    `bind` looks a bare name up where the hole stands. What a column is compared with is a value, and uses no name.
    """
    return [] if _is_value(hole) else [field for field in _new(ctx, scope) if _is_refused(ctx, field, scope, bind)]


def _is_refused(ctx: Context, field: Field, scope: Scope, bind: Callable[[exp.Column], object]) -> bool:
    if all(_is_new(ctx, each) for each in scope.find(ctx.key(field.name))):
        return False
    named = exp.Column(this=exp.Identifier(this=field.name, quoted=True))
    errors, doubts = ctx.result.errors, ctx.result.doubts
    ctx.result.errors, ctx.result.doubts = [], []
    bind(named)
    found = any(error.kind is ErrorKind.AMBIGUOUS_COLUMN for error in ctx.result.errors)
    ctx.result.errors, ctx.result.doubts = errors, doubts
    ctx.result.bindings.pop(id(named), None)
    return found


def _is_value(hole: exp.Column) -> bool:
    around = hole.parent
    return isinstance(around, exp.Predicate) and isinstance(around.this, exp.Column) and around.this is not hole


def _new(ctx: Context, scope: Scope) -> list[Field]:
    """The new columns among those that bare names can mean, one of a name."""
    if ctx.schema.before is None:
        return []
    fields = (field for each in scope.sources() for field in each.fields())
    return list({ctx.key(field.name): field for field in fields if _is_new(ctx, field)}.values())


def _is_new(ctx: Context, field: Field) -> bool:
    before = ctx.schema.before.relations.get(field.table) if ctx.schema.before and field.table else None
    return isinstance(before, Table) and all(column.name != field.column for column in before.columns)
