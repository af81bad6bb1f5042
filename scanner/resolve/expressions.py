"""Expressions → meanings: every name bound, every width checked that an engine checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

from scanner.resolve.context import Context
from scanner.resolve.names import bind
from scanner.resolve.resolution import Clause, ErrorKind, Meaning, WholeRow
from scanner.resolve.rows import row_source, whole_row
from scanner.resolve.scope import Scope
from scanner.resolve.types import comparable, family
from scanner.resolve.value_types import is_own_type, is_scalar, row_type, scalar_type
from scanner.resolve.widths import COMPARISONS, check_rows, is_row_call, is_row_operand, width

# Functions of a row whose result does not depend on which columns the row has.
_ROW_BLIND = frozenset({"count", "num_nonnulls_row"})
# Functions of PostgreSQL that run a statement given as a string.
_RUNS_TEXT = frozenset(
    {"query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "dblink", "dblink_exec", "crosstab"}
)
_TAKES_ROW = frozenset({"row_to_json"})  # and nothing but a row
_CONSTANTS = (exp.Literal, exp.Parameter, exp.Placeholder, exp.Boolean)
_QUERIES = (exp.Select, exp.SetOperation, exp.Values)


def value(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """What an expression means in this scope."""
    handler = _HANDLERS.get(type(node))
    meaning = handler(ctx, node, scope, clause) if handler else _generic(ctx, node, scope, clause)
    ctx.meaning_of[id(node)] = meaning
    return meaning


def arguments(node: exp.Expr) -> Iterator[exp.Expr]:
    """The direct sub-expressions, in the order of the tree."""
    for child in node.args.values():
        if isinstance(child, exp.Expr):
            yield child
        elif isinstance(child, list):
            for each in child:
                if isinstance(each, exp.Expr):
                    yield each


def _generic(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    if isinstance(node, exp.AggFunc):
        ctx.aggregates += 1
    parts = [value(ctx, child, scope, clause) for child in arguments(node)]
    return ctx.meanings.of(type(node).__name__, node.name if not parts else "", *parts)


def _constant(ctx: Context, node: exp.Expr, _scope: Scope, _clause: Clause) -> Meaning:
    return ctx.meanings.of("constant", type(node).__name__ if isinstance(node, exp.Null) else "")


def _word(ctx: Context, node: exp.Expr, _scope: Scope, _clause: Clause) -> Meaning:
    return ctx.meanings.of("word", node.sql() if isinstance(node, exp.DataType) else node.name)


def _column(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    assert isinstance(node, exp.Column)
    if isinstance(node.this, exp.Star):
        source = row_source(ctx, node, scope)
        return whole_row(ctx, source, node, "value") if source else ctx.meanings.of("star")
    return bind(ctx, node, scope, clause)


def _query(ctx: Context, node: exp.Expr, scope: Scope, _clause: Clause) -> Meaning:
    """A subquery where one value is wanted."""
    relation = ctx.query(node, scope)
    if len(relation.outputs) != 1 and not relation.open and not is_row_operand(node):
        ctx.error(ErrorKind.SUBQUERY_WIDTH, "42601/1241", "subquery must return only one column", node)
    return ctx.meanings.of("scalar", relation.rows, *(o.meaning for o in relation.outputs))


def _exists(ctx: Context, node: exp.Expr, scope: Scope, _clause: Clause) -> Meaning:
    relation = ctx.query(node.this, scope)
    if ctx.schema.engine.name == "mariadb":
        _allow_uneven_arms(ctx, node.this)
    return ctx.meanings.of("exists", relation.rows if relation.some is None else relation.some)


def _allow_uneven_arms(ctx: Context, query: exp.Expr) -> None:
    """MariaDB does not look at the select lists of a set operation that stands in EXISTS (measured)."""
    inner = query.unnest() if isinstance(query, exp.Subquery) else query
    uneven = [e for e in ctx.result.errors if e.kind is ErrorKind.SET_OPERATION_WIDTH and e.node == id(inner)]
    ctx.result.errors = [e for e in ctx.result.errors if e not in uneven]


def _in(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    left = value(ctx, node.this, scope, clause)
    query = node.args.get("query")
    if query is None:
        _note_constant(ctx, node.this, *node.expressions)
        return ctx.meanings.of("in", left, *(value(ctx, each, scope, clause) for each in node.expressions))
    relation = ctx.query(query, scope)
    check_rows(ctx, width(ctx, node.this, scope), None if relation.open else len(relation.outputs), query)
    return ctx.meanings.of("in", left, relation.rows, *(o.meaning for o in relation.outputs))


def _comparison(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    left, right = node.this, node.expression
    meaning = ctx.meanings.of(type(node).__name__, value(ctx, left, scope, clause), value(ctx, right, scope, clause))
    _note_constant(ctx, left, right)
    left_width, right_width = width(ctx, left, scope), width(ctx, right, scope)
    if (left_width, right_width) != (1, 1):
        check_rows(ctx, left_width, right_width, right)
    elif ctx.postgres and not comparable(scalar_type(ctx, left), scalar_type(ctx, right)):
        types = f"{scalar_type(ctx, left)} {_SIGNS.get(node.key, '=')} {scalar_type(ctx, right)}"
        ctx.error(ErrorKind.TYPE_MISMATCH, "42883", f"operator does not exist: {types}", node)
    return meaning


def _note_constant(ctx: Context, left: exp.Expr, *others: exp.Expr) -> None:
    """Marks a column that is compared with a constant: whether the constant fits depends on the column's type."""
    for column, other in ((left, others), *((each, (left,)) for each in others)):
        binding = ctx.result.bindings.get(id(column))
        if binding is not None and any(isinstance(each, _CONSTANTS) for each in other):
            ctx.result.bindings[id(column)] = binding._replace(constant=True)


def _any_or_all(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    inner = node.this.unnest() if isinstance(node.this, (exp.Subquery, exp.Paren)) else node.this
    if isinstance(inner, _QUERIES):
        relation = ctx.query(inner, scope)
        return ctx.meanings.of("any", relation.rows, *(o.meaning for o in relation.outputs))
    return _generic(ctx, node, scope, clause)


def _is(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    source = row_source(ctx, node.this, scope) if isinstance(node.expression, exp.Null) else None
    if source is None:
        return _generic(ctx, node, scope, clause)
    use = "not-null-test" if node.args.get("negate") else "identity"
    return ctx.meanings.of("is null", use, whole_row(ctx, source, node.this, use))


def _row_blind(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """count(t) and ORDER BY t: the row is told apart or counted, its columns do not show."""
    source = row_source(ctx, node.this, scope) if isinstance(node.this, exp.Expr) else None
    if source is None:
        return _generic(ctx, node, scope, clause)
    ctx.aggregates += 1
    if isinstance(node.this, exp.Column) and not isinstance(node.this.this, exp.Star):
        bind(ctx, node.this, scope, clause)
    return ctx.meanings.of("row blind", whole_row(ctx, source, node.this, "identity"))


def _paren(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    return value(ctx, node.this, scope, clause)


def _distinct(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """count(DISTINCT t): rows of a table with a primary key are told apart by it."""
    if len(node.expressions) == 1:
        source = row_source(ctx, node.expressions[0], scope)
        if source is not None and source.table is not None and source.table.primary_key:
            return ctx.meanings.of("distinct row", whole_row(ctx, source, node.expressions[0], "identity"))
    return _generic(ctx, node, scope, clause)


def _dot(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """`(t).a`: one field of a row; the rest of the row does not show."""
    source = row_source(ctx, node.this, scope)
    field = node.expression
    if source is not None and isinstance(field, exp.Identifier):
        matches = source.find(ctx.key(ctx.name(field)))
        if matches:
            return matches[0].meaning
    if isinstance(field, exp.Identifier):
        base = value(ctx, node.this, scope, clause)
        if is_scalar(ctx, node.this):
            message = f"column notation .{field.name} applied to a type which is not a composite type"
            ctx.error(ErrorKind.TYPE_MISMATCH, "42809", message, node)
        return ctx.meanings.field(base, ctx.name(field))
    return _generic(ctx, node, scope, clause)


def _cast(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    inner = node.this.unnest() if isinstance(node.this, exp.Paren) else node.this
    source = row_source(ctx, inner, scope)
    if source is not None and is_own_type(node.args["to"]) and row_type(ctx, node.args["to"]) is None:
        ctx.doubt("a cast of the schema's own turns the row into another type")
        return ctx.meanings.of("converted row", whole_row(ctx, source, inner, "identity"))
    meaning = ctx.meanings.of("cast", value(ctx, node.this, scope, clause), _word(ctx, node.args["to"], scope, clause))
    table = row_type(ctx, node.args["to"])
    if table is None:
        return meaning
    given = width(ctx, inner, scope) if isinstance(inner, exp.Tuple) or is_row_call(inner) else None
    if given is not None and given != len(table.columns):
        message = f"cannot cast type record to {table.name}: it has {len(table.columns)} columns, not {given}"
        ctx.error(ErrorKind.ROW_WIDTH, "42846", message, node, table=table.name)
    elif isinstance(inner, (exp.Literal, exp.Parameter, exp.Placeholder)):
        names = tuple(c.name for c in table.columns)
        ctx.result.whole_rows[id(node)] = WholeRow(ctx.span(node), str(table.name), table.name, names, "literal")
    return meaning


def _function(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """A function that sqlglot has no class for: a routine of the schema, or the engine's own."""
    name = node.this.lower() if isinstance(node.this, str) else node.name.lower()
    routine = ctx.schema.routine(name)
    ctx.aggregates += 1  # it may be one: grouping.py knows their names
    if name in _RUNS_TEXT:
        ctx.gap(f"{name} runs SQL that is given as text", "")
    if routine is None:
        parts = [value(ctx, each, scope, clause) for each in node.expressions]
        if name in _TAKES_ROW and node.expressions and is_scalar(ctx, node.expressions[0]):
            ctx.error(ErrorKind.TYPE_MISMATCH, "42883", f"function {name} of a plain value does not exist", node)
        return ctx.meanings.of("function", name, *parts)
    called = ctx.call(routine)
    returned = (o.meaning for result in called.results for o in result)
    return ctx.meanings.of(
        "routine",
        routine.name,
        called.meaning,
        *returned,
        *(_routine_argument(ctx, a, scope, clause) for a in node.expressions),
    )


def _routine_argument(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """A row handed to a routine: whether its columns show is decided by the routine's body."""
    source = row_source(ctx, node, scope)
    return value(ctx, node, scope, clause) if source is None else whole_row(ctx, source, node, "identity")


_SIGNS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_Handler = Callable[[Context, exp.Expr, Scope, Clause], Meaning]
_HANDLERS: dict[type[exp.Expr], _Handler] = {
    exp.Column: _column,
    exp.Literal: _constant,
    exp.Parameter: _constant,
    exp.Placeholder: _constant,
    exp.Null: _constant,
    exp.Boolean: _constant,
    exp.Identifier: _word,
    exp.Var: _word,
    exp.Star: _word,
    exp.DataType: _word,
    exp.Select: _query,
    exp.Union: _query,
    exp.Except: _query,
    exp.Intersect: _query,
    exp.Subquery: _query,
    exp.Exists: _exists,
    exp.In: _in,
    exp.Any: _any_or_all,
    exp.All: _any_or_all,
    exp.Is: _is,
    exp.Count: _row_blind,
    exp.Ordered: _row_blind,
    exp.Distinct: _distinct,
    exp.Paren: _paren,
    exp.Dot: _dot,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Anonymous: _function,
    **dict.fromkeys(COMPARISONS, _comparison),
}

__all__ = ["arguments", "family", "row_type", "scalar_type", "value", "width"]
