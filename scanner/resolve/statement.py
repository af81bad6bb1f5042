"""One statement against one schema → Resolution."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from scanner.bodies import VariableRule
from scanner.model import Routine, Trigger, Unresolved, View
from scanner.resolve.context import Context, Memo, Relation, Settings
from scanner.resolve.definitions import copy, create, exchange, load, truncate
from scanner.resolve.parse import Parsed, parse
from scanner.resolve.query import query
from scanner.resolve.resolution import RUN_TIME, ErrorKind, Meanings, Resolution
from scanner.resolve.routines import by_itself, call, call_named, created_routine, fire, run_block
from scanner.resolve.sources import duplicate_names, rename
from scanner.resolve.wrapped import Wrapper
from scanner.resolve.writes import write
from scanner.schema import Schema

_VIEW_DEPTH = 32
_QUERIES = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)
_WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def resolve(
    parsed: Parsed, schema: Schema, meanings: Meanings, settings: Settings, memo: Memo | None = None
) -> Resolution | Unresolved:
    """What the engine would make of the statement. Resolve the same `parsed` twice to compare two schemas.

    `memo` keeps what the bodies of routines do from one statement to the next; it belongs to one schema, one
    Settings and one Meanings.
    """
    ctx = context(schema, meanings, settings, parsed.tree.key)
    ctx.wrapper = parsed.wrapper
    ctx.offset_known = parsed.wrapper.kind not in ("evaluate", "exchange", "inherit", "alter view")
    if parsed.cut:
        ctx.gap("the text of the statement is cut off", "")
    ctx.memo = memo if memo is not None else {}
    try:
        return _wrapped(ctx, parsed)
    except RecursionError:
        return Unresolved("too deeply nested", "the statement is nested more deeply than can be followed")


def resolve_stored(
    found: Routine | Trigger | View, schema: Schema, meanings: Meanings, settings: Settings
) -> Resolution | Unresolved:
    """What a routine or a trigger does whoever sets it off, or what a view yields."""
    ctx = context(schema, meanings, settings, "body")
    try:
        if not isinstance(found, View):
            return by_itself(ctx, found) or Unresolved("no body", "what it does is not in the schema")
        relation = ctx.view(found)
    except RecursionError:
        return Unresolved("too deeply nested", "it is nested more deeply than can be followed")
    ctx.result.outputs, ctx.result.rows = relation.outputs, relation.rows
    return ctx.result


def context(schema: Schema, meanings: Meanings, settings: Settings, kind: str, *, views: int = 0) -> Context:
    """A fresh context, with the resolvers that need one another tied to it."""
    ctx = Context(schema, meanings, settings, Resolution(kind))
    ctx.query = lambda node, scope: query(ctx, node, scope)
    ctx.write = lambda node, scope: write(ctx, node, scope)
    ctx.view = lambda view: _view(ctx, view, views)
    ctx.call = lambda routine: call(ctx, routine)
    ctx.fire = lambda table, event: fire(ctx, table, event)
    ctx.inside = lambda name, rule, frozen: _inside(ctx, name, rule, frozen=frozen)
    return ctx


def _inside(ctx: Context, name: str, rule: VariableRule, *, frozen: bool) -> Context:
    inner = context(ctx.schema, ctx.meanings, replace(ctx.settings, via=name, variables=rule), "body")
    inner.active = (*ctx.active, name)
    inner.strict_write = ctx.strict_write
    inner.called = ctx.called
    inner.memo = ctx.memo
    inner.frozen = frozen
    return inner


def _wrapped(ctx: Context, parsed: Parsed) -> Resolution | Unresolved:
    kind = parsed.wrapper.kind
    if kind in ("execute", "fetch"):
        return Unresolved("opaque statement", kind.upper())
    if kind in ("call", "do"):
        return _called(ctx, parsed.wrapper)
    if kind == "load":
        return load(ctx, parsed)
    if kind in ("exchange", "inherit"):
        return exchange(ctx, parsed)
    if kind == "routine":
        return created_routine(ctx, parsed.wrapper.name)
    resolution = _statement(ctx, parsed)
    if isinstance(resolution, Unresolved):
        return resolution
    if parsed.wrapper.plans_only:
        resolution.errors = [e for e in resolution.errors if e.via is None and e.kind not in RUN_TIME]
    if kind in ("explain", "prepare"):
        resolution.outputs, resolution.rows, resolution.writes = (), 0, []
    elif kind == "evaluate":
        resolution.rows = ctx.meanings.of("evaluated", *(o.meaning for o in resolution.outputs))
        resolution.outputs = ()
    elif kind in ("refresh", "handler", "define"):
        resolution.outputs = ()
    elif kind == "describe":
        described = (o.name for o in resolution.outputs)
        resolution.outputs, resolution.rows = (), ctx.meanings.of("described", *described)
    return resolution


def _called(ctx: Context, wrapper: Wrapper) -> Resolution | Unresolved:
    called = run_block(ctx, wrapper.name) if wrapper.kind == "do" else call_named(ctx, wrapper.name)
    if called is None:
        return Unresolved("unknown routine", f"the schema has no routine {wrapper.name}")
    ctx.result.rows = called.meaning
    ctx.result.outputs = tuple(output for result in called.results for output in result)
    return ctx.result


def _statement(ctx: Context, parsed: Parsed) -> Resolution | Unresolved:
    tree, result = parsed.tree, ctx.result
    if isinstance(tree, _QUERIES):
        relation = query(ctx, tree, None)
        _into(ctx, parsed, relation, tree)
    elif isinstance(tree, _WRITES):
        relation = write(ctx, tree, None)
    elif isinstance(tree, exp.Create):
        return create(ctx, tree)
    elif isinstance(tree, exp.Copy):
        return copy(ctx, tree)
    elif isinstance(tree, exp.TruncateTable):
        return truncate(ctx, tree)
    else:
        return Unresolved("statement of another kind", tree.key.upper())
    result.outputs, result.rows = relation.outputs, relation.rows
    return result


def _into(ctx: Context, parsed: Parsed, relation: Relation, tree: exp.Expr) -> None:
    """MySQL's SELECT … INTO @a, @b wants as many variables as columns."""
    into = parsed.wrapper.into
    if into and len(into) != len(relation.outputs) and not relation.open:
        message = f"SELECT has {len(relation.outputs)} columns for {len(into)} variables"
        ctx.error(ErrorKind.INTO_WIDTH, "42601/1222", message, tree)
    table = tree.args.get("into")
    if ctx.postgres and table is not None:
        ctx.result.creates = table.this.name
        duplicate_names(ctx, relation.outputs, tree, always=True)


def _view(ctx: Context, view: View, depth: int) -> Relation:
    """What a view yields: its names mean what they meant when it was created."""
    if depth >= _VIEW_DEPTH:
        return Relation((), ctx.meanings.of("too deep", view.name), True)
    parsed = parse(view.sql, ctx.schema.engine.family)
    if isinstance(parsed, Unresolved):
        ctx.gap(f"the view {view.name} could not be read ({parsed.reason})", view.sql)
        return Relation((), ctx.meanings.of("view", view.name), True)
    ctx.meanings.keep(parsed)
    inner = context(ctx.schema, ctx.meanings, replace(ctx.settings, via=str(view.name)), "view", views=depth + 1)
    inner.frozen = True
    relation = query(inner, parsed.tree, None)
    outputs = rename(inner, relation.outputs, view.columns, parsed.tree)
    ctx.result.gaps += inner.result.gaps
    ctx.result.whole_rows |= inner.result.whole_rows
    for doubt in inner.result.doubts:
        ctx.doubt(doubt)
    ctx.result.behind |= inner.result.reads | inner.result.behind
    return Relation(outputs, relation.rows, relation.open)
