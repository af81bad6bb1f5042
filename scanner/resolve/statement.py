"""One statement against one schema → Resolution."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from scanner.model import Table, TableName, Unresolved, View
from scanner.resolve.context import Context, Relation, Settings
from scanner.resolve.parse import Parsed, parse
from scanner.resolve.query import query
from scanner.resolve.resolution import ErrorKind, Meanings, Output, Resolution, Write
from scanner.resolve.sources import duplicate_names, rename
from scanner.resolve.writes import write
from scanner.schema import Schema

_VIEW_DEPTH = 32
_QUERIES = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)
_WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def resolve(
    parsed: Parsed, schema: Schema, meanings: Meanings, settings: Settings
) -> Resolution | Unresolved:
    """What the engine would make of the statement. Resolve the same `parsed` twice to compare two schemas."""
    ctx = context(schema, meanings, settings, parsed.tree.key)
    ctx.replaces = parsed.replaces
    try:
        return _statement(ctx, parsed)
    except RecursionError:
        return Unresolved("too deeply nested", "the statement is nested more deeply than can be followed")


def context(schema: Schema, meanings: Meanings, settings: Settings, kind: str, *, views: int = 0) -> Context:
    """A fresh context, with the resolvers that need one another tied to it."""
    ctx = Context(schema, meanings, settings, Resolution(kind))
    ctx.query = lambda node, scope: query(ctx, node, scope)
    ctx.write = lambda node, scope: write(ctx, node, scope)
    ctx.view = lambda view: _view(ctx, view, views)
    return ctx


def _statement(ctx: Context, parsed: Parsed) -> Resolution | Unresolved:
    tree, result = parsed.tree, ctx.result
    if isinstance(tree, _QUERIES):
        relation = query(ctx, tree, None)
        _into(ctx, parsed, relation, tree)
    elif isinstance(tree, _WRITES):
        relation = write(ctx, tree, None)
    elif isinstance(tree, exp.Create):
        return _create(ctx, tree)
    elif isinstance(tree, exp.Copy):
        return _copy(ctx, tree)
    elif isinstance(tree, exp.TruncateTable):
        return _truncate(ctx, tree)
    else:
        return Unresolved("statement of another kind", tree.key.upper())
    result.outputs, result.rows = relation.outputs, relation.rows
    return result


def _into(ctx: Context, parsed: Parsed, relation: Relation, tree: exp.Expr) -> None:
    """MySQL's SELECT … INTO @a, @b wants as many variables as columns."""
    if parsed.into and len(parsed.into) != len(relation.outputs) and not relation.open:
        message = f"SELECT has {len(relation.outputs)} columns for {len(parsed.into)} variables"
        ctx.error(ErrorKind.INTO_WIDTH, "42601/1222", message, tree)
    into = tree.args.get("into")
    if ctx.postgres and into is not None:
        ctx.result.creates = into.this.name
        duplicate_names(ctx, relation.outputs, tree, always=True)


def _view(ctx: Context, view: View, depth: int) -> Relation:
    """What a view yields: its names mean what they meant when it was created."""
    if depth >= _VIEW_DEPTH:
        return Relation((), ctx.meanings.of("too deep", view.name), True)
    parsed = parse(view.sql, ctx.schema.engine.family)
    if isinstance(parsed, Unresolved):
        ctx.doubt(f"the view {view.name} could not be read: {parsed.reason}")
        return Relation((), ctx.meanings.of("view", view.name), True)
    ctx.meanings.keep(parsed)
    inner = context(
        ctx.schema, ctx.meanings, replace(ctx.settings, via=str(view.name)), "view", views=depth + 1
    )
    inner.frozen = True
    relation = query(inner, parsed.tree, None)
    outputs = rename(inner, relation.outputs, view.columns, parsed.tree)
    for doubt in inner.result.doubts:
        ctx.doubt(doubt)
    ctx.result.behind |= inner.result.reads | inner.result.behind
    return Relation(outputs, relation.rows, relation.open)


def _create(ctx: Context, tree: exp.Create) -> Resolution | Unresolved:
    """CREATE VIEW and CREATE TABLE AS: the new object's columns are its outputs."""
    kind = str(tree.args.get("kind") or "").upper()
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if kind not in ("VIEW", "TABLE") or not isinstance(target, exp.Table):
        return Unresolved("statement of another kind", f"CREATE {kind}")
    ctx.result.creates = target.name
    if tree.expression is None:
        return _create_like(ctx, tree)
    relation = query(ctx, tree.expression, None)
    listed = (
        [ctx.name(c) for c in tree.this.expressions if isinstance(c, exp.Identifier)]
        if target is not tree.this
        else []
    )
    outputs = rename(ctx, relation.outputs, listed, tree)
    duplicate_names(ctx, outputs, tree, always=True)
    name = TableName(ctx.name(target.args["db"]) if target.args.get("db") else None, ctx.name(target.this))
    _replaced_view(ctx, tree, name, outputs)
    ctx.result.outputs, ctx.result.rows = outputs, relation.rows
    return ctx.result


def _create_like(ctx: Context, tree: exp.Create) -> Resolution | Unresolved:
    like = tree.find(exp.LikeProperty)
    found = (
        ctx.schema.find(TableName(like.this.db or None, ctx.name(like.this.this)))
        if like is not None
        else None
    )
    if not isinstance(found, Table):
        return Unresolved("statement of another kind", "CREATE TABLE")
    ctx.result.reads.add(found.name)
    ctx.result.outputs = tuple(
        Output(c.name, ctx.meanings.of("like", c.name), c.type, True) for c in found.columns
    )
    return ctx.result


def _replaced_view(ctx: Context, tree: exp.Create, name: TableName, outputs: tuple[Output, ...]) -> None:
    """CREATE OR REPLACE VIEW on PostgreSQL may only append columns (42P16)."""
    existing = ctx.schema.find(name)
    if not (ctx.postgres and tree.args.get("replace") and isinstance(existing, View)):
        return
    ctx.result.reads.add(existing.name)
    now = [o.name for o in ctx.view(existing).outputs]
    wanted = [o.name for o in outputs[: len(now)]]
    if now != wanted:
        changed = next(
            (n for n, w in zip(now, [*wanted, None], strict=False) if n != w), now[-1] if now else ""
        )
        message = f'cannot change name of view column "{changed}" of {name}'
        ctx.error(ErrorKind.VIEW_COLUMNS, "42P16", message, tree, table=existing.name)


def _copy(ctx: Context, tree: exp.Copy) -> Resolution | Unresolved:
    if isinstance(tree.this, exp.Subquery):
        relation = query(ctx, tree.this, None)
        ctx.result.outputs, ctx.result.rows = relation.outputs, relation.rows
        return ctx.result
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    name = TableName(ctx.name(target.args["db"]) if target.args.get("db") else None, ctx.name(target.this))
    found = ctx.schema.find(name)
    listed = [ctx.name(c) for c in tree.this.expressions] if isinstance(tree.this, exp.Schema) else None
    if not isinstance(found, Table):
        ctx.result.unknown_relations.add(name)
        return ctx.result
    columns = [c for c in found.columns if not c.generated] if listed is None else []
    if tree.args.get("kind"):
        written = tuple((c.name, ctx.meanings.of("field of the file", i)) for i, c in enumerate(columns))
        ctx.result.writes.append(Write(found.name, "load", written, listed is not None, ctx.span(target)))
        return ctx.result
    ctx.result.reads.add(found.name)
    ctx.result.outputs = tuple(
        Output(c.name, ctx.meanings.of("column", c.name), c.type, True) for c in columns
    )
    return ctx.result


def _truncate(ctx: Context, tree: exp.TruncateTable) -> Resolution:
    for node in tree.expressions:
        name = TableName(ctx.name(node.args["db"]) if node.args.get("db") else None, ctx.name(node.this))
        found = ctx.schema.find(name, ctx.settings.default_schema)
        ctx.result.writes.append(Write(found.name if found else name, "truncate"))
    return ctx.result
