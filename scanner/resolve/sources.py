"""FROM → sources: tables, views, CTEs, subqueries, functions, and the joins between them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import SequenceGenerator, Table, TableName, View
from scanner.resolve.context import Context
from scanner.resolve.expressions import value
from scanner.resolve.functions import function_source
from scanner.resolve.operands import check_converted
from scanner.resolve.resolution import Clause, ErrorKind, JoinKeys, Meaning, Output
from scanner.resolve.scope import (
    DerivedSource,
    Field,
    Joined,
    Scope,
    Source,
    TableSource,
    Tree,
    fields,
    find,
    sources,
)
from scanner.resolve.sequences import sequence_columns
from scanner.resolve.types import comparable
from scanner.resolve.unknown import unknown_source


def add_from(ctx: Context, node: exp.Expr, scope: Scope) -> Meaning:
    """Adds the FROM and JOINs of a statement to the scope; returns which rows they make."""
    from_ = node.args.get("from_")
    trees = from_trees(ctx, from_.this if from_ is not None else None, node.args.get("joins") or (), scope)
    return ctx.meanings.of("from", *(tree.rows for tree in trees))


def from_trees(ctx: Context, first: exp.Expr | None, joins: Sequence[exp.Join], scope: Scope) -> list[Tree]:
    """The comma-separated items of FROM, each with its joins, added to the scope one after the other."""
    trees: list[Tree] = []
    current = None if first is None else tree_of(ctx, first, scope)
    for join in joins:
        if current is None or _is_comma(join):
            _add(ctx, current, scope, trees)
            current = tree_of(ctx, join.this, scope)
        else:
            current = _join(ctx, current, join, scope)
    _add(ctx, current, scope, trees)
    return trees


def tree_of(ctx: Context, node: exp.Expr, scope: Scope) -> Tree:
    """One item of FROM with the joins written inside it."""
    tree = _source(ctx, node, scope)
    for join in node.args.get("joins") or ():
        tree = _join(ctx, tree, join, scope)
    return tree


def rename(
    ctx: Context, outputs: Sequence[Output], names: Sequence[str], node: exp.Expr, *, open_: bool = False
) -> tuple[Output, ...]:
    """Outputs under the names of an alias list. PostgreSQL lets it be shorter than the columns, MySQL does not."""
    if not names:
        return tuple(outputs)
    ctx.result.alias_lists[id(node)] = tuple(names)
    if open_:  # how many there are is not known but from the list
        return tuple(Output(name, ctx.meanings.of("listed", id(node), place)) for place, name in enumerate(names))
    if len(names) > len(outputs) or (not ctx.postgres and len(names) != len(outputs)):
        code = "42P10/4002" if ctx.schema.engine.name == "mariadb" else "42P10/1353"
        message = f"alias list has {len(names)} names for {len(outputs)} columns"
        ctx.error(ErrorKind.ALIAS_LIST, code, message, node)
    renamed = [Output(name, o.meaning, o.type, o.star) for name, o in zip(names, outputs, strict=False)]
    return (*renamed, *outputs[len(names) :])


def duplicate_names(ctx: Context, outputs: Sequence[Output], node: exp.Expr, *, always: bool = False) -> None:
    """MySQL refuses a derived table with two columns of one name; PostgreSQL only CREATE … AS."""
    if ctx.postgres and not always:
        return
    seen: set[str] = set()
    for output in outputs:
        key = ctx.key(output.name) if output.name is not None else None
        if key is not None and key in seen:
            ctx.error(
                ErrorKind.DUPLICATE_COLUMN,
                "42701/1060",
                f'duplicate column name "{output.name}"',
                node,
                column=output.name,
            )
            return
        if key is not None:
            seen.add(key)


def table_source(
    ctx: Context,
    node: exp.Expr,
    table: Table,
    alias: str,
    renamed: Sequence[str] = (),
    *,
    written: bool = False,
) -> TableSource:
    """A base table under an alias. A table that is written to is always today's."""
    schema = ctx.schema if written else ctx.names_schema
    known = schema.relations.get(table.name)
    named = known if isinstance(known, Table) else table
    if len(renamed) > len(named.columns):
        message = f"table {alias} has {len(named.columns)} columns available but {len(renamed)} columns specified"
        ctx.error(ErrorKind.ALIAS_LIST, "42P10/1353", message, node)
    return TableSource(alias, id(node), named, schema.index(named), ctx.meanings, renamed)


def _add(ctx: Context, tree: Tree | None, scope: Scope, trees: list[Tree]) -> None:
    if tree is not None:
        scope.add(tree, ctx.key)
        trees.append(tree)


def _is_comma(join: exp.Join) -> bool:
    return not any(join.args.get(name) for name in ("method", "side", "kind", "on", "using"))


def _source(ctx: Context, node: exp.Expr, scope: Scope) -> Tree:
    if isinstance(node, exp.Table):
        return _table(ctx, node, scope)
    if isinstance(node, exp.Subquery) and isinstance(node.this, (exp.Table, exp.Subquery)) and not node.alias:
        return tree_of(ctx, node.this, scope)
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
        return _named_join(ctx, node, scope)
    if isinstance(node, exp.Lateral):
        inner = node.this
        if isinstance(inner, exp.Subquery):
            return _derived(ctx, node, inner, scope)
        return function_source(ctx, node, inner, scope)
    if isinstance(node, (exp.Subquery, exp.Values, exp.Select, exp.SetOperation)):
        # It sees the CTEs and the scopes around, its neighbours only when it is LATERAL.
        hidden = Scope(scope.parent, ctes=scope.ctes, variables=scope.variables)
        return _derived(ctx, node, node, scope if node.args.get("lateral") else hidden)
    if isinstance(node, exp.Unnest):
        return function_source(ctx, node, node, scope)
    ctx.doubt(f"FROM has an item that is not resolved ({node.key})")
    return DerivedSource(
        node.alias_or_name,
        id(node),
        ctx.meanings.of("unresolved", id(node)),
        (),
        ctx.key,
        ctx.meanings,
        open_=True,
    )


def _named_join(ctx: Context, node: exp.Subquery, scope: Scope) -> Source:
    """`(a JOIN b …) AS j`: one source, which hides the names inside."""
    tree = tree_of(ctx, node.this, scope)
    alias, names = _alias(ctx, node)
    made = [Output(f.name, f.meaning, f.type, star=True, unset=f.unset) for f in fields(tree, ctx.key)]
    outputs = rename(ctx, made, names, node)
    open_ = any(source.open for source in sources(tree))
    return DerivedSource(alias, id(node), tree.rows, outputs, ctx.key, ctx.meanings, open_=open_)


def _derived(ctx: Context, node: exp.Expr, inner: exp.Expr, scope: Scope) -> Source:
    relation = ctx.query(inner.this if isinstance(inner, exp.Subquery) and _plain(inner) else inner, scope)
    alias, names = _alias(ctx, node)
    outputs = rename(ctx, relation.outputs, names, node, open_=relation.open)
    if not isinstance(inner, exp.Values):
        duplicate_names(ctx, outputs, node)
    return DerivedSource(alias, id(node), relation.rows, outputs, ctx.key, ctx.meanings, open_=relation.open)


def _plain(node: exp.Subquery) -> bool:
    return not any(node.args.get(name) for name in ("with_", "order", "limit", "offset"))


def _alias(ctx: Context, node: exp.Expr) -> tuple[str, list[str]]:
    alias = node.args.get("alias")
    if not isinstance(alias, exp.TableAlias):
        return "", []
    name = ctx.name(alias.this) if alias.this is not None else ""
    columns = [c.this if isinstance(c, exp.ColumnDef) else c for c in alias.args.get("columns") or ()]
    return name, [ctx.name(column) for column in columns]


def _table(ctx: Context, node: exp.Table, scope: Scope) -> Tree:
    if node.args.get("rows_from") or not isinstance(node.this, exp.Identifier):
        return function_source(ctx, node, node.this, scope)
    name = TableName((node.db and ctx.name(node.args["db"])) or None, ctx.name(node.this))
    alias, renamed = _alias(ctx, node)
    alias = alias or name.name
    cte = scope.cte(ctx.key(name.name)) if name.schema is None else None
    if cte is not None:
        outputs = rename(ctx, cte.outputs, renamed, node)
        return DerivedSource(alias, id(node), cte.rows, outputs, ctx.key, ctx.meanings, open_=cte.open)
    found = ctx.schema.find(name, ctx.settings.default_schema)
    if isinstance(found, Table):
        ctx.result.reads.add(found.name)
        return table_source(ctx, node, found, alias, renamed)
    if isinstance(found, View):
        return _view(ctx, node, found, alias, renamed)
    if isinstance(found, SequenceGenerator):
        ctx.result.reads.add(found.name)
        return _sequence(ctx, node, found, alias, renamed)
    return unknown_source(ctx, node, name, alias, renamed)


def _view(ctx: Context, node: exp.Table, view: View, alias: str, renamed: Sequence[str]) -> Source:
    ctx.result.reads.add(view.name)
    relation = ctx.view(view)
    outputs = rename(ctx, relation.outputs, renamed, node)
    rows = ctx.meanings.of("view", id(node), relation.rows)
    return DerivedSource(alias, id(node), rows, outputs, ctx.key, ctx.meanings, open_=relation.open, relation=view.name)


def _sequence(ctx: Context, node: exp.Table, found: SequenceGenerator, alias: str, renamed: Sequence[str]) -> Source:
    outputs = rename(ctx, sequence_columns(ctx, id(node)), renamed, node)
    rows = ctx.meanings.of("sequence", id(node), found.name)
    return DerivedSource(alias, id(node), rows, outputs, ctx.key, ctx.meanings, relation=found.name)


def _join(ctx: Context, left: Tree, join: exp.Join, scope: Scope) -> Tree:
    right = tree_of(ctx, join.this, _seen_by_lateral(ctx, left, scope))
    natural = join.args.get("method") == "NATURAL"
    names = _natural_names(ctx, left, right) if natural else [ctx.name(c) for c in join.args.get("using") or ()]
    keys = _keys(ctx, left, right, names, join)
    if natural or names:
        spelled = tuple(field.name for field in keys.values())
        ctx.result.join_keys[id(join)] = JoinKeys(ctx.span(join.this), spelled, natural, join.this.alias_or_name)
    joined = Joined(left, right, 0, keys)
    condition = _on(ctx, join, joined, scope)
    kind = (join.args.get("side") or "", join.args.get("kind") or "")
    rows = ctx.meanings.of("join", *kind, left.rows, right.rows, condition, *(f.meaning for f in keys.values()))
    return Joined(left, right, rows, keys)


def _seen_by_lateral(ctx: Context, left: Tree, scope: Scope) -> Scope:
    seen = Scope(scope.parent, list(scope.items), dict(scope.by_alias), scope.ctes, variables=scope.variables)
    seen.add(left, ctx.key)
    return seen


def _on(ctx: Context, join: exp.Join, joined: Joined, scope: Scope) -> Meaning:
    condition = join.args.get("on")
    if condition is None:
        return ctx.meanings.of("always")
    inner = Scope(scope.parent, ctes=scope.ctes, variables=scope.variables)
    inner.add(joined, ctx.key)
    for alias, source in scope.by_alias.items():
        inner.by_alias.setdefault(alias, source)
    return value(ctx, condition, inner, Clause.ON)


def _natural_names(ctx: Context, left: Tree, right: Tree) -> list[str]:
    if any(source.open for source in (*sources(left), *sources(right))):
        ctx.doubt("NATURAL JOIN with a relation whose columns are not known")
    mine = fields(right, ctx.key)
    return [f.name for f in mine if any(not other.hidden for other in find(left, ctx.key(f.name)))]


def _keys(ctx: Context, left: Tree, right: Tree, names: Sequence[str], join: exp.Join) -> dict[str, Field]:
    keys: dict[str, Field] = {}
    for name in names:
        key = ctx.key(name)
        sides = find(left, key), find(right, key)
        _check_key(ctx, name, sides, join)
        found = (*sides[0][:1], *sides[1][:1])
        meaning = ctx.meanings.of("key", *(f.meaning for f in found))
        keys[key] = Field(name, meaning, found[0].type if found else None, join.this.alias_or_name, id(join))
    return keys


def _check_key(ctx: Context, name: str, sides: tuple[Sequence[Field], Sequence[Field]], join: exp.Join) -> None:
    if any(len(side) > 1 for side in sides):
        message = f'common column name "{name}" appears more than once in one table of the join'
        ctx.error(ErrorKind.AMBIGUOUS_JOIN_KEY, "42702/1052", message, join, column=name)
    if ctx.postgres and all(sides) and not comparable(sides[0][0].type, sides[1][0].type):
        code = "42804" if ctx.schema.engine.version < (18,) else "42883"
        message = f'the join key "{name}" is {sides[0][0].type} on one side and {sides[1][0].type} on the other'
        ctx.error(ErrorKind.TYPE_MISMATCH, code, message, join, column=name)
    elif all(sides):
        check_converted(ctx, join, sides[0][0].type, sides[1][0].type, name)
