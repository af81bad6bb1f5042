"""Select lists and RETURNING lists → outputs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import Table, is_hole
from scanner.resolve.context import Context
from scanner.resolve.expressions import value
from scanner.resolve.made_rows import composite
from scanner.resolve.privileges import check_readable
from scanner.resolve.resolution import Clause, ErrorKind, Output, Star
from scanner.resolve.rows import row_source, source_named
from scanner.resolve.scope import Field, Scope, fields
from scanner.resolve.value_types import ROW_MAKERS, is_scalar, row_of, scalar_type


def project(ctx: Context, items: Sequence[exp.Expr], scope: Scope, clause: Clause) -> tuple[tuple[Output, ...], bool]:
    """The outputs of a select list, and whether it may have more than are known."""
    outputs: list[Output] = []
    nodes: list[int] = []
    open_ = False
    for item in items:
        stars = _star_fields(ctx, item, scope)
        made = (
            [_named(ctx, item, value(ctx, item.unalias(), scope, clause))]
            if stars is None
            else _spread(ctx, stars, item)
        )
        if stars is None and _is_hole(item) and _is_anything(item):
            made = [made[0]._replace(spread=tuple(_spread(ctx, _all_fields(ctx, scope), item)))]
        open_ = open_ or (_is_hole(item) if stars is None else _is_open(ctx, item, scope, stars))
        outputs += made
        nodes += [id(item)] * len(made)
    scope.output_nodes = tuple(nodes)
    return tuple(outputs), open_


def _is_hole(item: exp.Expr) -> bool:
    """A part that the source builds at run time, or that a digest leaves out: it may be any number of values."""
    return isinstance(item, exp.Column) and is_hole(item.name)


def _is_anything(hole: exp.Expr) -> bool:
    """Whether the same stands nowhere else, where only the name of a column can: then it may be a star, too."""
    return sum(each.name == hole.name for each in hole.root().find_all(exp.Column, exp.Identifier)) == 2


def _star_fields(ctx: Context, item: exp.Expr, scope: Scope) -> list[Field] | None:
    """The columns a star in the list stands for; None when the item is no star."""
    if isinstance(item, exp.Star):
        found = _all_fields(ctx, scope)
    elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
        found = _qualified_star(ctx, item, scope)
    elif isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
        found = _row_star(ctx, item, scope)
    else:
        return None
    tables = tuple(dict.fromkeys(f.table for f in found if f.table))
    for name in tables if ctx.settings.role else ():
        table = ctx.schema.relations.get(name)
        if isinstance(table, Table):
            check_readable(ctx, table, [f.column for f in found if f.table == name and f.column], item)
    ctx.result.stars[id(item)] = Star(ctx.span(item), tables, len(found), tuple(f.name for f in found))
    return found


def _all_fields(ctx: Context, scope: Scope) -> list[Field]:
    return [f for tree in scope.items for f in fields(tree, ctx.key)]


def _qualified_star(ctx: Context, item: exp.Column, scope: Scope) -> list[Field]:
    source = source_named(ctx, ctx.name(item.args["table"]), scope)
    if source is None:
        ctx.doubt(f"no source is called {item.args['table'].name}")
        return []
    return [f for f in source.fields() if not f.hidden]


def _row_star(ctx: Context, item: exp.Dot, scope: Scope) -> list[Field]:
    """`(t).*`, `(NULL::t).*`, `(f(x)).*`."""
    source = row_source(ctx, item.this, scope)
    if source is not None:
        return list(source.fields())
    base = value(ctx, item.this, scope, Clause.SELECT)
    inner = item.this.unnest()
    if is_scalar(ctx, inner):
        message = f"type {scalar_type(ctx, inner)} is not composite"
        ctx.error(ErrorKind.TYPE_MISMATCH, "42809", message, item)
        return []
    table = row_of(ctx, inner)
    if table is None:
        ctx.doubt("the row type behind a star is not known")
        return []
    unset = isinstance(inner, exp.Anonymous) and str(inner.this).lower() in ROW_MAKERS
    return [
        Field(c.name, ctx.meanings.field(base, c.name), c.type, table=table.name, column=c.name, unset=unset)
        for c in table.columns
    ]


def _spread(ctx: Context, stars: list[Field], item: exp.Expr) -> list[Output]:
    found = [composite(ctx, field, item) for field in stars]
    return [Output(f.name, f.meaning, f.type, star=True, unset=f.unset, column=f.name) for f in found]


def _is_open(ctx: Context, item: exp.Expr, scope: Scope, stars: list[Field]) -> bool:
    if isinstance(item, exp.Column):
        source = source_named(ctx, ctx.name(item.args["table"]), scope)
        return source is None or source.open
    if isinstance(item, exp.Dot) and stars:
        return False
    return any(source.open for source in scope.sources()) or isinstance(item, exp.Dot)


def _named(ctx: Context, item: exp.Expr, meaning: int) -> Output:
    inner = item.unalias().unnest()
    column = ctx.name(inner.this) if isinstance(inner, exp.Column) and isinstance(inner.this, exp.Identifier) else None
    return Output(_output_name(ctx, item), meaning, scalar_type(ctx, item.unalias()), column=column)


def _output_name(ctx: Context, item: exp.Expr) -> str | None:
    if isinstance(item, exp.Alias):
        return ctx.name(item.args["alias"])
    inner = item.unnest() if isinstance(item, exp.Paren) else item
    if isinstance(inner, exp.Column) and isinstance(inner.this, exp.Identifier):
        return ctx.name(inner.this)
    if not ctx.postgres:
        return None
    if isinstance(inner, exp.Cast):
        return _output_name(ctx, inner.this) or inner.to.sql("postgres").lower()
    if isinstance(inner, exp.Window | exp.Filter | exp.WithinGroup | exp.IgnoreNulls | exp.RespectNulls):
        return _output_name(ctx, inner.this)
    if isinstance(inner, exp.Dot) and isinstance(inner.expression, exp.Identifier):
        return ctx.name(inner.expression)
    if isinstance(inner, exp.Anonymous):
        return str(inner.this).lower()
    return inner.sql_name().lower() if isinstance(inner, exp.Func) else None
