"""Functions in FROM → sources: routines of the schema, record functions with a column list, the engines' own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import Routine, Table, TableName
from scanner.resolve.context import Context
from scanner.resolve.expressions import arguments, value
from scanner.resolve.resolution import Clause, ErrorKind, Meaning, Output
from scanner.resolve.scope import DerivedSource, Scope, Source
from scanner.resolve.value_types import row_type

# Functions of PostgreSQL that yield several columns, and single columns not called after the function.
_COLUMNS = {
    "json_each": ("key", "value"),
    "jsonb_each": ("key", "value"),
    "json_each_text": ("key", "value"),
    "jsonb_each_text": ("key", "value"),
    "json_array_elements": ("value",),
    "jsonb_array_elements": ("value",),
    "json_array_elements_text": ("value",),
    "jsonb_array_elements_text": ("value",),
    "each": ("key", "value"),
}
_ROW_MAKERS = frozenset(
    {"json_populate_record", "jsonb_populate_record", "json_populate_recordset", "jsonb_populate_recordset"}
)


def function_source(ctx: Context, node: exp.Expr, call: exp.Expr | None, scope: Scope) -> Source:
    """A function call in FROM."""
    name = _function_name(call)
    alias, listed = _alias(ctx, node, name)
    routine = ctx.schema.routine(name)
    if routine is not None:
        outputs, rows, open_ = _routine_rows(ctx, routine, call, alias, scope)
        _check_listed(ctx, routine, listed, node)
    else:
        rows = ctx.meanings.of("function rows", name, _call(ctx, call, scope))
        outputs, open_ = _outputs(ctx, call, name, alias, rows)
    if listed:
        outputs = _renamed(ctx, outputs, listed, rows)
        open_ = False
    if node.args.get("ordinality"):
        outputs = [*outputs, Output("ordinality", ctx.meanings.of("ordinality", rows))]
    return DerivedSource(alias, id(node), rows, outputs, ctx.key, ctx.meanings, open_=open_)


def row_outputs(ctx: Context, table: Table, base: Meaning) -> list[Output]:
    """The columns of a value of the table's row type."""
    columns = table.columns
    return [Output(c.name, ctx.meanings.of("field", base, c.name), c.type, star=True, unset=True) for c in columns]


def _function_name(call: exp.Expr | None) -> str:
    if isinstance(call, exp.Anonymous):
        return str(call.this).lower()
    if isinstance(call, exp.Dot):
        return _function_name(call.expression)
    return call.sql_name().lower() if isinstance(call, exp.Func) else ""


def _call(ctx: Context, call: exp.Expr | None, scope: Scope) -> Meaning:
    if call is None:
        return ctx.meanings.of("none")
    if isinstance(call, exp.Func) and not isinstance(call, exp.Anonymous):
        return ctx.meanings.of(call.key, *(value(ctx, a, scope, Clause.FROM) for a in arguments(call)))
    return value(ctx, call, scope, Clause.FROM)


def _alias(ctx: Context, node: exp.Expr, function: str) -> tuple[str, list[tuple[str, str | None]]]:
    alias = node.args.get("alias")
    if not isinstance(alias, exp.TableAlias):
        return function, []
    listed = [_listed(ctx, column) for column in alias.args.get("columns") or ()]
    return (ctx.name(alias.this) if alias.this is not None else function), listed


def _listed(ctx: Context, column: exp.Expr) -> tuple[str, str | None]:
    if isinstance(column, exp.ColumnDef):
        kind = column.args.get("kind")
        return ctx.name(column.this), kind.sql("postgres").lower() if kind is not None else None
    return ctx.name(column), None


def _renamed(
    ctx: Context, outputs: Sequence[Output], listed: list[tuple[str, str | None]], rows: Meaning
) -> list[Output]:
    made = [
        Output(name, outputs[i].meaning if i < len(outputs) else ctx.meanings.of("listed", rows, i), kind)
        for i, (name, kind) in enumerate(listed)
    ]
    return [*made, *outputs[len(listed) :]]


def _outputs(ctx: Context, call: exp.Expr | None, name: str, alias: str, rows: Meaning) -> tuple[list[Output], bool]:
    if name in _ROW_MAKERS and isinstance(call, exp.Anonymous) and call.expressions:
        first = call.expressions[0]
        table = row_type(ctx, first.args.get("to")) if isinstance(first, exp.Cast) else None
        return (row_outputs(ctx, table, rows), False) if table else ([], True)
    if name in _COLUMNS:
        return [Output(column, ctx.meanings.of("field", rows, column)) for column in _COLUMNS[name]], False
    return [Output(alias, ctx.meanings.of("result", rows))], False


def _routine_rows(
    ctx: Context, routine: Routine, call: exp.Expr | None, alias: str, scope: Scope
) -> tuple[list[Output], Meaning, bool]:
    """What a routine of the schema yields; a column means what the body returns at its place."""
    called = ctx.call(routine)
    given = call.expressions if isinstance(call, exp.Anonymous) else []
    rows = ctx.meanings.of("called", called.meaning, *(value(ctx, a, scope, Clause.FROM) for a in given))
    declared = _declared(ctx, routine, alias)
    places = [[_at(ctx, r, i, name) for r in called.results] for i, (name, _) in enumerate(declared)]
    outputs = [
        Output(name, ctx.meanings.of("returned", rows, name, *place), kind, star=True)
        for (name, kind), place in zip(declared, places, strict=True)
    ]
    return outputs, rows, not declared


def _at(ctx: Context, result: Sequence[Output], place: int, name: str) -> Meaning:
    """What a result gives for a declared column: the output at its place, or the field of the row it returns."""
    if len(result) == 1 and result[0].meaning in ctx.meanings.rows:
        return ctx.meanings.field(result[0].meaning, name)
    return result[place].meaning if place < len(result) else ctx.meanings.of("missing", place)


def _declared(ctx: Context, routine: Routine, alias: str) -> list[tuple[str, str | None]]:
    """The columns a routine is declared to return; none for `record`."""
    table = returned_table(ctx, routine)
    if table is not None:
        return [(c.name, c.type) for c in table.columns]
    out = [a for a in routine.arguments if a.mode in ("out", "inout", "table")]
    if out:
        return [(a.name or alias, a.type) for a in out]
    returns = (routine.returns or "").removeprefix("setof ")
    return [] if returns == "record" else [(alias, returns)]


def _check_listed(ctx: Context, routine: Routine, listed: Sequence[tuple[str, str | None]], node: exp.Expr) -> None:
    """A function returning record must yield the columns that the caller lists."""
    if not listed or (routine.returns or "").removeprefix("setof ") != "record":
        return
    for result in ctx.call(routine).results:
        if len(result) != len(listed):
            message = f"{routine.name} returns {len(result)} columns, and the query lists {len(listed)}"
            ctx.error(ErrorKind.RETURN_TYPE, "42P13", message, node)


def returned_table(ctx: Context, routine: Routine) -> Table | None:
    """The table whose row type a routine returns (`RETURNS t`, `RETURNS SETOF t`, `OUT o t`)."""
    kinds = [routine.returns or "", *(a.type for a in routine.arguments if a.mode == "out")]
    for kind in kinds:
        words = kind.lower().removeprefix("setof ").strip('"').split(".")
        found = ctx.schema.find(TableName(words[-2] if len(words) > 1 else None, words[-1])) if words[-1] else None
        if isinstance(found, Table):
            return found
    return None
