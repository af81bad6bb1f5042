"""INSERT, UPDATE, DELETE and MERGE → what is written, which rows, and what RETURNING yields."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import Column, Table
from scanner.resolve.assignments import assign
from scanner.resolve.context import Context, Relation
from scanner.resolve.expressions import value
from scanner.resolve.inserts import check_insert, check_types, check_unset, insert_columns
from scanner.resolve.made_rows import check_stored
from scanner.resolve.projection import project
from scanner.resolve.query import common_tables
from scanner.resolve.resolution import Clause, Meaning
from scanner.resolve.scope import DerivedSource, Scope, Source, TableSource
from scanner.resolve.sources import from_trees, tree_of
from scanner.resolve.targets import note_write, target_of

_EMPTY: tuple[tuple[str, Meaning], ...] = ()


def write(ctx: Context, node: exp.Expr, parent: Scope | None) -> Relation:
    """Resolves a data-modifying statement; the relation is what its RETURNING yields."""
    around = ctx.strict_write
    ctx.strict_write = around or _is_strict(ctx, node)
    try:
        return _write(ctx, node, parent)
    finally:
        ctx.strict_write = around


def _is_strict(ctx: Context, node: exp.Expr) -> bool:
    """Whether a text that is no number is refused where it is compared with one (measured: MariaDB's DELETE warns)."""
    warns = isinstance(node, exp.Delete) and ctx.schema.engine.name == "mariadb"
    lax = not ctx.settings.strict or node.args.get("ignore") or ctx.wrapper.ignores
    return not (ctx.postgres or warns or lax)


def _write(ctx: Context, node: exp.Expr, parent: Scope | None) -> Relation:
    if isinstance(node, exp.Insert):
        return _insert(ctx, node, parent)
    if isinstance(node, exp.Update):
        return _update(ctx, node, parent)
    if isinstance(node, exp.Delete):
        return _delete(ctx, node, parent)
    assert isinstance(node, exp.Merge)
    return _merge(ctx, node, parent)


def _insert(ctx: Context, node: exp.Insert, parent: Scope | None) -> Relation:
    scope = Scope(parent)
    common_tables(ctx, node, scope)
    target = node.this.this if isinstance(node.this, exp.Schema) else node.this
    source = target_of(ctx, target)
    given = _given(ctx, node, scope)
    listed = _listed(ctx, node.this)
    values: tuple[tuple[str, Meaning], ...] = _EMPTY
    copied: frozenset[str] = frozenset()
    if source.table is not None:
        columns = insert_columns(ctx, source.table, listed, given, node)
        check_insert(ctx, source.table, columns, node, some=listed is None and given.open)
        check_unset(ctx, source.table, columns, given.outputs, node)
        check_types(ctx, source.table, columns, given.outputs, node)
        _check_cells(ctx, columns, node.args.get("expression"), scope)
        values = tuple((c.name, o.meaning) for c, o in zip(columns, given.outputs, strict=False))
        copied = _copied(ctx, source.table, columns, given)
    elif source.behind is not None:
        names = listed if listed is not None else [f.name for f in source.fields()]
        index = ctx.schema.index(source.behind)
        check_insert(ctx, source.behind, [index[ctx.key(n)] for n in names if ctx.key(n) in index], node)
    replace = bool(node.args.get("overwrite")) or ctx.wrapper.replaces
    conflict = node.args.get("conflict")
    beside = _row_alias(ctx, node, source, listed, given)
    otherwise = _conflict(ctx, conflict, source, scope, node.args.get("expression"), beside)
    note_write(
        ctx,
        source,
        "replace" if replace else "insert",
        values,
        target,
        columns_listed=listed is not None,
        ignores_errors=bool(node.args.get("ignore")),
        upsert=replace or _takes_any_key(ctx, conflict),
        copied=copied,
    )
    scope.add(source, ctx.key)
    return _returning(ctx, node, scope, ctx.meanings.of("insert", source.rows, given.rows, otherwise))


def _copied(ctx: Context, table: Table, columns: Sequence[Column], given: Relation) -> frozenset[str]:
    """The columns that are copied from rows of the same table, as in INSERT INTO t SELECT * FROM t."""
    if table.name not in ctx.result.reads | ctx.result.behind:
        return frozenset()
    return frozenset(c.name for c, o in zip(columns, given.outputs, strict=False) if o.column == c.name)


def _check_cells(ctx: Context, columns: Sequence[Column], rows: exp.Expr | None, scope: Scope) -> None:
    """Notes the values written out for columns of a row type, and which of them fit no more."""
    if not ctx.postgres or not isinstance(rows, exp.Values):
        return
    for row in rows.expressions:
        cells = row.expressions if isinstance(row, exp.Tuple) else [row]
        for column, cell in zip(columns, cells, strict=False):
            if columns.count(column) == 1:  # `(v.a, v.b)` names fields of one column
                check_stored(ctx, column.type, cell, scope)


def _takes_any_key(ctx: Context, conflict: exp.Expr | None) -> bool:
    """ON DUPLICATE KEY means every key; ON CONFLICT (id) means that one, and others still raise an error."""
    if conflict is None:
        return False
    return not ctx.postgres or not (conflict.args.get("conflict_keys") or conflict.args.get("constraint"))


def _given(ctx: Context, node: exp.Insert, scope: Scope) -> Relation:
    """The rows an INSERT is given."""
    expression = node.args.get("expression")
    if expression is None:
        return Relation((), ctx.meanings.of("default row"))
    return ctx.query(expression, scope)


def _listed(ctx: Context, node: exp.Expr) -> list[str] | None:
    """The column list of an INSERT; None when there is none. `t ()` lists none."""
    if not isinstance(node, exp.Schema) or not node.expressions:
        return None
    return [ctx.name(column.this if isinstance(column, exp.ColumnDef) else column) for column in node.expressions]


def _row_alias(
    ctx: Context, node: exp.Insert, target: Source, listed: list[str] | None, given: Relation
) -> list[Source]:
    """MySQL's `VALUES (…) AS new` and `AS new(a, b)`: the row that could not be inserted, for ON DUPLICATE KEY."""
    expression = node.args.get("expression")
    alias = expression.args.get("alias") if isinstance(expression, exp.Values) and not ctx.postgres else None
    if alias is None:
        return []
    renamed = [ctx.name(column) for column in alias.args.get("columns") or ()]
    names = renamed or listed or [f.name for f in target.fields() if not f.hidden]
    outputs = [o._replace(name=name) for name, o in zip(names, given.outputs, strict=False)]
    return [
        DerivedSource(ctx.name(alias.this), id(alias), given.rows, outputs, ctx.key, ctx.meanings, open_=given.open)
    ]


def _conflict(
    ctx: Context,
    conflict: exp.Expr | None,
    target: Source,
    outer: Scope,
    given: exp.Expr | None,
    beside: list[Source],
) -> Meaning:
    """ON CONFLICT DO UPDATE and ON DUPLICATE KEY UPDATE; MySQL's sees the tables of the SELECT and a row alias too."""
    if conflict is None:
        return ctx.meanings.of("no conflict")
    scope = Scope(outer)
    for source in (target, *beside):
        scope.add(source, ctx.key)
    if ctx.postgres:
        table = target.table
        scope.by_alias["excluded"] = (
            TableSource("excluded", id(conflict), table, ctx.schema.index(table), ctx.meanings) if table else target
        )
    if not ctx.postgres and given is not None and id(given) in ctx.scopes:
        for item in ctx.scopes[id(given)].items:
            scope.add(item, ctx.key)
    assignments = [e for e in conflict.expressions if isinstance(e, exp.EQ)]
    assigned = assign(ctx, assignments, target, scope, Clause.CONFLICT)
    where = conflict.args.get("where")
    condition = ctx.meanings.of("always") if where is None else value(ctx, where.this, scope, Clause.CONFLICT)
    return ctx.meanings.of("conflict", condition, *(part for pair in assigned for part in pair))


def _update(ctx: Context, node: exp.Update, parent: Scope | None) -> Relation:
    scope = Scope(parent)
    common_tables(ctx, node, scope)
    target, rows = _targets(ctx, node, node.this, scope)
    given = [each for each in node.expressions if isinstance(each, exp.EQ | exp.Column)]  # a column: built at run time
    assigned = assign(ctx, given, target, scope, Clause.SET)
    rows.append(_where(ctx, node, scope))
    note_write(ctx, target, "update", assigned, node.this)
    return _returning(ctx, node, scope, ctx.meanings.of("update", *rows, *(m for _, m in assigned)))


def _targets(ctx: Context, node: exp.Expr, target: exp.Expr, scope: Scope) -> tuple[Source, list[Meaning]]:
    """The written table, and the relations beside it, in the scope."""
    using = node.args.get("using") or []
    if not ctx.postgres:
        tree = tree_of(ctx, using[0] if using else target, scope)
        scope.add(tree, ctx.key)
        alias = ctx.key(ctx.name(target.this)) if isinstance(target, exp.Table) else ""
        first = next((s for s in scope.sources() if ctx.key(s.alias) == alias), next(scope.sources()))
        return first, [tree.rows]
    source = target_of(ctx, target)
    scope.add(source, ctx.key)
    from_ = node.args.get("from_")
    others = [from_.this, *using] if from_ is not None else [*using]
    rows = [source.rows]
    for other in others:
        rows += [
            t.rows for t in from_trees(ctx, other, node.args.get("joins") or () if from_ is not None else (), scope)
        ]
    return source, rows


def _delete(ctx: Context, node: exp.Delete, parent: Scope | None) -> Relation:
    scope = Scope(parent)
    common_tables(ctx, node, scope)
    target, rows = _targets(ctx, node, node.this, scope)
    rows.append(_where(ctx, node, scope))
    for table in node.args.get("tables") or [node.this]:
        named = scope.by_alias.get(ctx.key(ctx.name(table.this))) if isinstance(table, exp.Table) else None
        note_write(ctx, named or target, "delete", _EMPTY, table)
    return _returning(ctx, node, scope, ctx.meanings.of("delete", *rows))


def _merge(ctx: Context, node: exp.Merge, parent: Scope | None) -> Relation:
    scope = Scope(parent)
    common_tables(ctx, node, scope)
    target = target_of(ctx, node.this)
    using = tree_of(ctx, node.args["using"], scope)
    source_only = Scope(scope)
    source_only.add(using, ctx.key)
    scope.add(target, ctx.key)
    scope.add(using, ctx.key)
    rows = [target.rows, using.rows, value(ctx, node.args["on"], scope, Clause.ON)]
    whens = node.args.get("whens")
    for when in whens.expressions if whens is not None else ():
        rows.append(_when(ctx, when, target, scope, source_only))
    return _returning(ctx, node, scope, ctx.meanings.of("merge", *rows))


def _when(ctx: Context, when: exp.Expr, target: Source, scope: Scope, source_only: Scope) -> Meaning:
    """WHEN NOT MATCHED sees the source only."""
    seen = scope if when.args.get("matched") or when.args.get("source") else source_only
    condition = when.args.get("condition")
    rows = ctx.meanings.of("always") if condition is None else value(ctx, condition, seen, Clause.WHERE)
    then = when.args.get("then")
    if isinstance(then, exp.Update):
        assigned = assign(ctx, [e for e in then.expressions if isinstance(e, exp.EQ)], target, scope, Clause.SET)
        note_write(ctx, target, "update", assigned, then)
        return ctx.meanings.of(rows, *(m for _, m in assigned))
    if isinstance(then, exp.Insert):
        _merge_insert(ctx, then, target, seen)
    return rows


def _merge_insert(ctx: Context, then: exp.Insert, target: Source, scope: Scope) -> None:
    cells = then.expression
    items = cells.expressions if isinstance(cells, exp.Tuple) else []
    outputs, open_ = project(ctx, items, scope, Clause.VALUES)
    given = Relation(outputs, ctx.meanings.of("merge row"), open_ or not isinstance(cells, exp.Tuple))
    listed = [ctx.name(c) for c in then.this.expressions] if isinstance(then.this, (exp.Tuple, exp.Schema)) else None
    names = [n for n in listed if n] if listed else None
    if target.table is None:
        return
    columns = insert_columns(ctx, target.table, names, given, then)
    check_insert(ctx, target.table, columns, then, some=names is None and given.open)
    _check_cells(ctx, columns, exp.Values(expressions=[cells]), scope)
    values = tuple((c.name, o.meaning) for c, o in zip(columns, outputs, strict=False))
    note_write(ctx, target, "insert", values, then, columns_listed=names is not None)


def _where(ctx: Context, node: exp.Expr, scope: Scope) -> Meaning:
    where = node.args.get("where")
    parts = [] if where is None else [value(ctx, where.this, scope, Clause.WHERE)]
    order = node.args.get("order")
    parts += [value(ctx, key, scope, Clause.ORDER_BY) for key in (order.expressions if order is not None else ())]
    return ctx.meanings.of("where", *parts)


def _returning(ctx: Context, node: exp.Expr, scope: Scope, rows: Meaning) -> Relation:
    returning = node.args.get("returning")
    if returning is None:
        return Relation((), rows)
    if ctx.postgres and ctx.schema.engine.version >= (18,):
        target = next(scope.sources(), None)
        for name in ("old", "new"):
            if target is not None and isinstance(target, TableSource):
                scope.by_alias.setdefault(name, target.named(name))
    outputs, open_ = project(ctx, returning.expressions, scope, Clause.RETURNING)
    return Relation(outputs, rows, open_)
