"""Statements that make objects of a query, and those that move whole tables: CREATE … AS, COPY, LOAD, TRUNCATE."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import Column, SequenceGenerator, Table, TableName, Unresolved, View
from scanner.resolve.context import Context
from scanner.resolve.inserts import check_insert
from scanner.resolve.parse import Parsed
from scanner.resolve.privileges import check_readable
from scanner.resolve.query import query
from scanner.resolve.resolution import ErrorKind, Output, Resolution, Write
from scanner.resolve.sources import duplicate_names, rename
from scanner.resolve.types import family


def create(ctx: Context, tree: exp.Create) -> Resolution | Unresolved:
    """CREATE VIEW and CREATE TABLE AS: the new object's columns are its outputs."""
    kind = str(tree.args.get("kind") or "").upper()
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    if kind not in ("VIEW", "TABLE") or not isinstance(target, exp.Table):
        return Unresolved("statement of another kind", f"CREATE {kind}")
    ctx.result.creates = target.name
    if tree.expression is None:
        return _create_like(ctx, tree)
    relation = query(ctx, tree.expression, None)
    schema = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    outputs = rename(ctx, relation.outputs, [ctx.name(c) for c in schema if isinstance(c, exp.Identifier)], tree)
    duplicate_names(ctx, outputs, tree, always=True)
    name = TableName(ctx.name(target.args["db"]) if target.args.get("db") else None, ctx.name(target.this))
    _replaced_view(ctx, tree, name, outputs)
    if kind == "VIEW":
        ctx.result.outputs = tuple(
            Output(o.name, ctx.meanings.of("view column", o.name), o.type, o.star) for o in outputs
        )
        return ctx.result
    ctx.result.outputs = _with_declared(ctx, outputs, [c for c in schema if isinstance(c, exp.ColumnDef)])
    ctx.result.rows = relation.rows
    return ctx.result


def _with_declared(ctx: Context, outputs: tuple[Output, ...], declared: list[exp.ColumnDef]) -> tuple[Output, ...]:
    """MySQL: columns declared before AS come first, and take the values of the outputs of their name."""
    selected = {ctx.key(o.name): o for o in outputs if o.name is not None}
    names = [ctx.name(c.this) for c in declared]
    own = [selected.get(ctx.key(n), Output(n, ctx.meanings.of("declared", n))) for n in names]
    taken = {ctx.key(n) for n in names}
    return (*own, *(o for o in outputs if o.name is None or ctx.key(o.name) not in taken))


def _create_like(ctx: Context, tree: exp.Create) -> Resolution | Unresolved:
    """CREATE TABLE … LIKE, PARTITION OF and INHERITS: the other tables' columns, then those that are declared."""
    copied = [_table(ctx, node) for node in _models(tree)]
    known = [table for table in copied if table is not None]
    if not copied or len(known) < len(copied):
        return Unresolved("statement of another kind", "CREATE TABLE")
    ctx.result.reads.update(table.name for table in known)
    columns: dict[str, str] = {}
    for column in (each for table in known for each in table.columns):
        columns.setdefault(column.name, column.type)
    for declared in _declared(tree):
        name = ctx.name(declared.this)
        kind = str(declared.args["kind"].sql()).lower() if declared.args.get("kind") else ""
        if name in columns and columns[name] != kind:
            message = f'column "{name}" has a type conflict: {columns[name]} versus {kind}'
            doubt = "the two may be names of one type" if family(columns[name]) == family(kind) else None
            ctx.error(ErrorKind.TYPE_MISMATCH, "42804", message, declared, column=name, possible=doubt)
        columns.setdefault(name, kind)
    ctx.result.outputs = tuple(Output(n, ctx.meanings.of("like", n), kind, True) for n, kind in columns.items())
    return ctx.result


def _models(tree: exp.Create) -> list[exp.Expr]:
    """The tables whose columns a new table has, too."""
    found = tree.find(exp.LikeProperty, exp.PartitionedOfProperty, exp.InheritsProperty)
    if found is None:
        return []
    return list(found.expressions) if isinstance(found, exp.InheritsProperty) else [found.this]


def _declared(tree: exp.Create) -> list[exp.ColumnDef]:
    inside = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    return [each for each in inside if isinstance(each, exp.ColumnDef)]


def _replaced_view(ctx: Context, tree: exp.Create, name: TableName, outputs: tuple[Output, ...]) -> None:
    """CREATE OR REPLACE VIEW on PostgreSQL may only append columns (42P16)."""
    existing = ctx.schema.find(name)
    if not (ctx.postgres and tree.args.get("replace") and isinstance(existing, View)):
        return
    ctx.result.reads.add(existing.name)
    now = [o.name for o in ctx.view(existing).outputs]
    wanted = [o.name for o in outputs[: len(now)]]
    if now != wanted:
        changed = next((n for n, w in zip(now, [*wanted, None], strict=False) if n != w), now[-1] if now else "")
        message = f'cannot change name of view column "{changed}" of {name}'
        ctx.error(ErrorKind.VIEW_COLUMNS, "42P16", message, tree, table=existing.name)


def copy(ctx: Context, tree: exp.Copy) -> Resolution | Unresolved:
    """COPY of a table, in either direction."""
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    found = _table(ctx, target)
    if found is None:
        return ctx.result
    listed = [ctx.name(c) for c in tree.this.expressions] if isinstance(tree.this, exp.Schema) else None
    columns = [c for c in found.columns if not c.generated]
    if tree.args.get("kind"):
        _load_into(ctx, found, columns, listed, ctx.span(target))
        return ctx.result
    ctx.result.reads.add(found.name)
    if listed is None:
        check_readable(ctx, found, [c.name for c in columns], tree)
    shown = columns if listed is None else [c for c in columns if c.name in listed]
    ctx.result.outputs = tuple(Output(c.name, ctx.meanings.of("column", c.name), c.type, True) for c in shown)
    return ctx.result


def load(ctx: Context, parsed: Parsed) -> Resolution:
    """LOAD DATA: the file's fields go into the listed columns, or into all that are visible."""
    target = parsed.tree.find(exp.Table)
    found = _table(ctx, target) if target is not None else None
    if found is not None:
        columns = [c for c in found.columns if not c.invisible]  # generated ones take a field too (measured)
        _load_into(ctx, found, columns, parsed.wrapper.columns, None)
    return ctx.result


def exchange(ctx: Context, parsed: Parsed) -> Resolution:
    """ATTACH and EXCHANGE PARTITION: both tables need the same columns. INHERIT: the child may have others beside."""
    tables = [_table(ctx, node) for node in parsed.tree.find_all(exp.Table)]
    known = [table for table in tables if table is not None]
    ctx.result.reads.update(table.name for table in known)
    columns = [{ctx.key(c.name) for c in table.columns} for table in known]
    fits = len(known) < 2 or columns[0] == columns[1] or (parsed.wrapper.kind == "inherit" and columns[0] < columns[1])
    if not fits:
        message = f"{' and '.join(str(table.name) for table in known)} have different columns"
        ctx.error(ErrorKind.PARTITION_COLUMNS, "42804/1736", message, parsed.tree)
    return ctx.result


def truncate(ctx: Context, tree: exp.TruncateTable) -> Resolution:
    """TRUNCATE of one or several tables."""
    cascades = str(tree.args.get("option") or "").upper() == "CASCADE"
    for node in tree.expressions:
        found = _table(ctx, node)
        if found is not None:
            ctx.result.writes.append(Write(found.name, "truncate cascade" if cascades else "truncate"))
    return ctx.result


def _load_into(
    ctx: Context,
    table: Table,
    columns: list[Column],
    listed: Sequence[str] | None,
    span: tuple[int, int] | None,
) -> None:
    if listed is not None and ctx.postgres:
        columns = [c for c in columns if c.name in listed]
        check_insert(ctx, table, columns, exp.Insert())
    written = tuple((c.name, ctx.meanings.of("field of the file", i)) for i, c in enumerate(columns))
    lax = not ctx.postgres and (ctx.wrapper.ignores or not ctx.settings.strict)
    ctx.result.writes.append(Write(table.name, "load", written, listed is not None, span, lax))
    ctx.fire(table.name, "insert")


def _table(ctx: Context, node: exp.Expr) -> Table | None:
    name = TableName(ctx.name(node.args["db"]) if node.args.get("db") else None, ctx.name(node.this))
    found = ctx.schema.find(name, ctx.settings.default_schema)
    if isinstance(found, Table):
        return found
    if not isinstance(found, SequenceGenerator):
        ctx.result.unknown_relations.add(name)
    return None
