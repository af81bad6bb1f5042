"""The relation a statement writes to, and the note of what is written."""

from __future__ import annotations

from sqlglot import exp

from scanner.model import SequenceGenerator, Table, TableName, View
from scanner.resolve.context import Context
from scanner.resolve.parse import Parsed, parse
from scanner.resolve.resolution import Meaning, Write
from scanner.resolve.scope import DerivedSource, Source
from scanner.resolve.sequences import sequence_columns
from scanner.resolve.sources import table_source


def target_of(ctx: Context, node: exp.Expr) -> Source:
    """The relation a statement writes to."""
    name = TableName(ctx.name(node.args["db"]) if node.args.get("db") else None, ctx.name(node.this))
    alias = ctx.name(node.args["alias"].this) if node.args.get("alias") is not None else name.name
    found = ctx.schema.find(name, ctx.settings.default_schema)
    if isinstance(found, Table):
        return table_source(ctx, node, found, alias, written=True)
    if isinstance(found, View):
        return _view_target(ctx, node, found, alias)
    if isinstance(found, SequenceGenerator):
        return _sequence_target(ctx, node, found, alias)
    ctx.result.unknown_relations.add(name)
    ctx.doubt(f"the schema has no {name}")
    return DerivedSource(
        alias, id(node), ctx.meanings.of("table", name), (), ctx.key, ctx.meanings, open_=True, relation=name
    )


def _sequence_target(ctx: Context, node: exp.Expr, found: SequenceGenerator, alias: str) -> Source:
    """PostgreSQL lets nothing be written to a sequence, MariaDB takes an INSERT: before a change and after it."""
    rows = ctx.meanings.of("sequence", found.name)
    columns = sequence_columns(ctx, id(node))
    return DerivedSource(alias, id(node), rows, columns, ctx.key, ctx.meanings, relation=found.name)


def _view_target(ctx: Context, node: exp.Expr, view: View, alias: str) -> Source:
    """A view that is written through: the table behind it may want more than the view can give."""
    ctx.result.reads.add(view.name)
    relation = ctx.view(view)
    rows = ctx.meanings.of("view", id(node), relation.rows)
    source = DerivedSource(
        alias,
        id(node),
        rows,
        relation.outputs,
        ctx.key,
        ctx.meanings,
        open_=relation.open,
        relation=view.name,
    )
    source.behind = _table_behind(ctx, view)
    if source.behind is None:
        ctx.doubt(f"it writes through the view {view.name}, which is not over a single table")
    return source


def _table_behind(ctx: Context, view: View) -> Table | None:
    """The table of a view that an engine lets be written through: one table, no join."""
    parsed = parse(view.sql, ctx.schema.engine.family)
    tree = parsed.tree if isinstance(parsed, Parsed) else None
    from_ = tree.args.get("from_") if isinstance(tree, exp.Select) and not tree.args.get("joins") else None
    if from_ is None or not isinstance(from_.this, exp.Table):
        return None
    node = from_.this
    name = TableName(ctx.name(node.args["db"]) if node.args.get("db") else None, ctx.name(node.this))
    found = ctx.schema.find(name, ctx.settings.default_schema)
    return found if isinstance(found, Table) else None


def note_write(
    ctx: Context,
    source: Source,
    kind: str,
    values: tuple[tuple[str, Meaning], ...],
    node: exp.Expr,
    *,
    columns_listed: bool = True,
    ignores_errors: bool = False,
    upsert: bool = False,
    copied: frozenset[str] = frozenset(),
) -> None:
    """Notes what is written, and sets off the triggers of the table."""
    if source.relation is not None:
        made = Write(
            source.relation,
            kind,
            values,
            columns_listed,
            ctx.span(node),
            ignores_errors,
            upsert,
            ctx.settings.via,
            copied,
        )
        ctx.result.writes.append(made)
        for event in _EVENTS.get(kind, (kind,)):
            ctx.fire(source.relation, event)


_EVENTS = {"replace": ("insert", "delete")}
