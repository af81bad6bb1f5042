"""Expressions → meanings: every name bound, every width checked that an engine checks."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from scanner.model import Routine
from scanner.resolve.context import Context
from scanner.resolve.made_rows import TEXTS, check_as_row, check_made, note_literal, row_value
from scanner.resolve.names import bind
from scanner.resolve.operands import (
    arguments,
    check_comparable,
    check_operands,
    check_types,
    note_constant,
    note_listed,
)
from scanner.resolve.resolution import Clause, ErrorKind, Meaning
from scanner.resolve.results import returned_columns, returned_table
from scanner.resolve.rows import row_source, told_apart, whole_row
from scanner.resolve.scope import Scope
from scanner.resolve.sequences import named_sequence
from scanner.resolve.value_types import (
    COUNT_VALUES,
    POLYMORPHIC,
    ROW_MAKERS,
    RUNS_TEXT,
    TAKES_ROW,
    element_row_type,
    is_own_type,
    is_scalar,
    row_of,
    row_type,
    scalar_type,
    table_of_type,
)
from scanner.resolve.widths import COMPARISONS, allow_uneven_arms, check_rows, is_row_operand, width

_QUERIES = (exp.Select, exp.SetOperation, exp.Values)
# Whose fields are those of the row they are given: in an array, out of it, one of several rows.
_HANDS_ON = (exp.ArrayAgg, exp.Array, exp.Bracket, exp.Explode, exp.Window, exp.FirstValue, exp.LastValue, exp.Filter)


def value(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """What an expression means in this scope."""
    handler = _HANDLERS.get(type(node))
    meaning = handler(ctx, node, scope, clause) if handler else _generic(ctx, node, scope, clause)
    ctx.meaning_of[id(node)] = meaning
    return meaning


def _generic(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    if isinstance(node, exp.AggFunc):
        ctx.aggregates += 1
        clause = Clause.HAVING_AGGREGATE if clause is Clause.HAVING else clause
    parts = [value(ctx, child, scope, clause) for child in arguments(node)]
    check_operands(ctx, node)
    meaning = ctx.meanings.of(type(node).__name__, node.name if not parts else "", *parts)
    fields = ctx.meanings.rows.get(parts[0]) if parts and isinstance(node, _HANDS_ON) else None
    if fields is not None:
        ctx.meanings.rows[meaning] = {n: ctx.meanings.of(node.key, m, *parts[1:]) for n, m in fields.items()}
    return meaning


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
    if not relation.open and not is_row_operand(node):
        check_rows(ctx, 1, len(relation.outputs), node)
    meaning = ctx.meanings.of("scalar", relation.rows, *(o.meaning for o in relation.outputs))
    return ctx.meanings.selected(meaning, relation.rows, [o.meaning for o in relation.outputs])


def _exists(ctx: Context, node: exp.Expr, scope: Scope, _clause: Clause) -> Meaning:
    relation = ctx.query(node.this, scope)
    if not ctx.postgres:
        allow_uneven_arms(ctx, node.this)
    return ctx.meanings.of("exists", relation.rows if relation.some is None else relation.some)


def _in(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    left = value(ctx, node.this, scope, clause)
    query = node.args.get("query")
    if query is None:
        note_constant(ctx, node.this, *node.expressions)
        return ctx.meanings.of("in", left, *(value(ctx, each, scope, clause) for each in node.expressions))
    relation = ctx.query(query, scope)
    check_rows(ctx, width(ctx, node.this, scope), None if relation.open else len(relation.outputs), query)
    if len(relation.outputs) == 1:
        check_types(ctx, node, scalar_type(ctx, node.this), relation.outputs[0].type)
        note_listed(ctx, node.this, query)
    rows = relation.rows if relation.some is None else relation.some
    return ctx.meanings.of("in", left, rows, *(o.meaning for o in relation.outputs))


def _comparison(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    left, right = node.this, node.expression
    meaning = ctx.meanings.of(type(node).__name__, value(ctx, left, scope, clause), value(ctx, right, scope, clause))
    note_constant(ctx, left, right)
    left_width, right_width = width(ctx, left, scope), width(ctx, right, scope)
    if (left_width, right_width) != (1, 1):
        check_rows(ctx, left_width, right_width, right)
    else:
        check_comparable(ctx, node)
    return meaning


def _any_or_all(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    inner = node.this.unnest() if isinstance(node.this, (exp.Subquery, exp.Paren)) else node.this
    if isinstance(inner, _QUERIES):
        relation = ctx.query(inner, scope)
        return ctx.meanings.of("any", relation.rows, *(o.meaning for o in relation.outputs))
    return _generic(ctx, node, scope, clause)


def _is(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    source = row_source(ctx, node.this, scope) if isinstance(node.expression, exp.Null) else None
    if source is None:
        is_null = isinstance(node.expression, exp.Null) and not node.args.get("negate")
        return (_blind_to_fields if is_null else _generic)(ctx, node, scope, clause)
    use = "not-null-test" if node.args.get("negate") else "identity"
    return ctx.meanings.of("is null", use, whole_row(ctx, source, node.this, use))


def _row_blind(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """count(t) and ORDER BY t: the row is told apart or counted, its columns do not show."""
    source = row_source(ctx, node.this, scope) if isinstance(node.this, exp.Expr) else None
    if source is None:
        return _blind_to_fields(ctx, node, scope, clause)
    ctx.aggregates += 1
    if isinstance(node.this, exp.Column) and not isinstance(node.this.this, exp.Star):
        bind(ctx, node.this, scope, clause)
    return ctx.meanings.of("row blind", whole_row(ctx, source, node.this, "identity"))


def _blind_to_fields(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """The same of a column that holds rows: a field more is NULL in those that are there."""
    meaning = _generic(ctx, node, scope, clause)
    row = ctx.meaning_of.get(id(node.this.unnest())) if isinstance(node.this, exp.Expr) else None
    if row not in ctx.meanings.row_bases:
        return meaning
    return ctx.meanings.of("row blind", type(node).__name__, told_apart(ctx, node.this.unnest(), row))


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
    given = value(ctx, node.this, scope, clause)
    meaning = ctx.meanings.of("cast", given, _word(ctx, node.args["to"], scope, clause))
    table = row_type(ctx, node.args["to"])
    if table is not None:
        fields = ctx.meanings.rows.get(given, {})
        base = ctx.meanings.of("cast", ctx.meanings.row_bases.get(given, given), str(table.name))
        row = meaning if isinstance(inner, exp.Null) else row_value(ctx, table, base, fields, node)
        check_as_row(ctx, table, inner, scope, node, source)
        return row
    element = element_row_type(ctx, node.args["to"])
    if element is not None and isinstance(inner, TEXTS):
        note_literal(ctx, element, node)
    return meaning


def _function(ctx: Context, node: exp.Expr, scope: Scope, clause: Clause) -> Meaning:
    """A function that sqlglot has no class for: a routine of the schema, or the engine's own."""
    assert isinstance(node, exp.Anonymous)
    name = node.this.lower() if isinstance(node.this, str) else node.name.lower()
    routine = ctx.schema.routine(name, len(node.expressions))
    ctx.aggregates += 1  # it may be one: grouping.py knows their names
    if name in RUNS_TEXT:
        ctx.gap(f"{name} runs SQL that is given as text", "")
    if routine is None and name in ROW_MAKERS:
        base = made_row_base(ctx, node, scope, clause)
        table = row_of(ctx, node)
        return base if table is None else row_value(ctx, table, base, {}, node)
    if routine is None:
        sequence = named_sequence(ctx, node, name)
        given = node.expressions if sequence is None else node.expressions[1:]
        parts = [value(ctx, each, scope, clause) for each in given]
        parts = parts if sequence is None else [sequence, *parts]
        if name in COUNT_VALUES:
            parts = [told_apart(ctx, each, part) for each, part in zip(node.expressions, parts, strict=True)]
        if name in TAKES_ROW and node.expressions and is_scalar(ctx, node.expressions[0]):
            ctx.error(ErrorKind.TYPE_MISMATCH, "42883", f"function {name} of a plain value does not exist", node)
        return ctx.meanings.of("function", name, *parts)
    called = ctx.call(routine)
    given = routine_arguments(ctx, routine, node, scope, clause)
    base = ctx.meanings.of("routine", routine.name, called.meaning, *given)
    table = returned_table(ctx, routine)
    if table is not None:
        columns = returned_columns(ctx, routine, called, base, name)
        return row_value(ctx, table, base, {c.name: c.meaning for c in columns if c.name is not None}, node)
    return ctx.meanings.of("result", base, *(o.meaning for result in called.results for o in result))


def routine_arguments(
    ctx: Context, routine: Routine, call: exp.Anonymous, scope: Scope, clause: Clause
) -> list[Meaning]:
    """What a routine is given. Raises no error of its own, but notes rows that do not fit their parameter."""
    types = [a.type for a in routine.arguments if a.mode in ("in", "inout", "variadic")]
    padded = [*types, *[""] * len(call.expressions)]
    pairs = zip(call.expressions, padded, strict=False)
    return [_routine_argument(ctx, each, kind, scope, clause) for each, kind in pairs]


def _routine_argument(ctx: Context, node: exp.Expr, kind: str, scope: Scope, clause: Clause) -> Meaning:
    """A row handed to a routine: whether its columns show is decided by the body, where that knows its type."""
    source = row_source(ctx, node, scope)
    if source is not None and kind.lower() not in POLYMORPHIC:
        return whole_row(ctx, source, node, "identity")
    meaning = value(ctx, node, scope, clause)
    table = table_of_type(ctx, kind.lower())
    if table is not None and source is None:
        check_as_row(ctx, table, node.unnest(), scope, node)
    return meaning


def made_row_base(ctx: Context, call: exp.Anonymous, scope: Scope, clause: Clause) -> Meaning:
    """What json_populate_record and its like are given: of the row that lends its type, which one it is."""
    first, *others = call.expressions or [exp.Null()]
    source = row_source(ctx, first, scope)
    base = value(ctx, first, scope, clause)
    if source is not None:
        base = whole_row(ctx, source, first, "identity")
    check_made(ctx, call)
    return ctx.meanings.of("made row", str(call.this), base, *(value(ctx, a, scope, clause) for a in others))


_Handler = Callable[[Context, exp.Expr, Scope, Clause], Meaning]
_HANDLERS: dict[type[exp.Expr], _Handler] = {
    exp.Column: _column,
    **dict.fromkeys((exp.Literal, exp.Parameter, exp.Placeholder, exp.Null, exp.Boolean), _constant),
    exp.Identifier: _word,
    exp.Var: _word,
    exp.Star: _word,
    exp.DataType: _word,
    **dict.fromkeys((exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Subquery), _query),
    exp.Exists: _exists,
    exp.In: _in,
    exp.Any: _any_or_all,
    exp.All: _any_or_all,
    exp.Is: _is,
    exp.Count: _row_blind,
    exp.Ordered: _row_blind,
    exp.Distinct: _distinct,
    exp.Paren: lambda ctx, node, scope, clause: value(ctx, node.this, scope, clause),
    exp.Dot: _dot,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Anonymous: _function,
    **dict.fromkeys(COMPARISONS, _comparison),
}
