"""Whole rows: PostgreSQL lets a table's name stand for its row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from scanner.model import Table
from scanner.resolve.context import Context
from scanner.resolve.privileges import check_readable
from scanner.resolve.resolution import Meaning, WholeRow
from scanner.resolve.scope import Field, Scope, Source, TableSource


def whole_row(ctx: Context, source: Source, node: exp.Expr, use: str) -> Meaning:
    """A row of the source as one value; what depends on its columns depends on the use."""
    fields = _row_fields(ctx, source)
    names = tuple(f.name for f in fields)
    now = ctx.schema.relations.get(source.table.name) if source.table is not None else None
    if isinstance(now, Table) and use == "value":
        check_readable(ctx, now, names, node)
    ctx.result.whole_rows[id(node)] = WholeRow(ctx.span(node), source.alias, source.relation, names, use)
    if use == "identity":
        return ctx.meanings.of("row", source.node)
    if use == "not-null-test":
        return ctx.meanings.of(
            "row not null", source.node, *_nullable_columns(now if isinstance(now, Table) else source.table)
        )
    meaning = ctx.meanings.of("row value", source.node, names, *(f.meaning for f in fields))
    ctx.row_values[meaning] = source
    ctx.meanings.rows[meaning] = {f.name: f.meaning for f in fields}
    ctx.meanings.row_bases[meaning] = ctx.meanings.of("row", source.node)
    return meaning


def told_apart(ctx: Context, node: exp.Expr, meaning: Meaning) -> Meaning:
    """Which row a row value is, where its columns do not show; any other value as it is."""
    base = ctx.meanings.row_bases.get(meaning)
    noted = ctx.result.whole_rows.get(id(node))
    if base is None:
        return meaning
    if noted is not None:
        ctx.result.whole_rows[id(node)] = replace(noted, use="identity")
    return ctx.meanings.of("row of", base)


def row_source(ctx: Context, node: exp.Expr, scope: Scope) -> Source | None:
    """The source whose whole row the node is: `t`, `t.*` or `(t)`, on PostgreSQL; None for anything else."""
    node = node.unnest()
    if not ctx.postgres or not isinstance(node, exp.Column):
        return None
    if isinstance(node.this, exp.Star):
        return source_named(ctx, ctx.name(node.args["table"]), scope) if node.args.get("table") else None
    if node.args.get("table") is not None:
        return None
    name = ctx.name(node.this)
    if any(level.find(name) for level in levels(scope)):
        return None
    return source_named(ctx, name, scope)


def source_named(ctx: Context, name: str, scope: Scope | None) -> Source | None:
    """The source that an alias means, here or in a scope around."""
    key = ctx.key(name)
    while scope is not None:
        found = scope.by_alias.get(key)
        if found is not None:
            return found
        scope = scope.parent
    return None


def levels(scope: Scope | None) -> Iterator[Scope]:
    """The scope and those around it, from the inside out."""
    while scope is not None:
        yield scope
        scope = scope.parent


def _row_fields(ctx: Context, source: Source) -> list[Field]:
    """The fields of a row value: the table's columns of today, even where names are those of an earlier day."""
    now = ctx.schema.relations.get(source.table.name) if source.table is not None else None
    if isinstance(now, Table) and now is not source.table:
        source = TableSource(source.alias, source.node, now, ctx.schema.index(now), ctx.meanings)
    return [f for f in source.fields() if not f.hidden]


def _nullable_columns(table: Table | None) -> Iterator[str]:
    for column in table.columns if table else ():
        if column.nullable and not column.has_default:
            yield column.name
