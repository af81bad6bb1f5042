"""Functions in FROM → sources: routines of the schema, record functions with a column list, the engines' own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import Routine, Table
from scanner.resolve.context import Context
from scanner.resolve.expressions import made_row_base, routine_arguments, value
from scanner.resolve.operands import arguments
from scanner.resolve.resolution import Clause, ErrorKind, Meaning, Output
from scanner.resolve.results import returned_columns
from scanner.resolve.scope import DerivedSource, Scope, Source
from scanner.resolve.value_types import ROW_MAKERS, scalar_type, table_of_type

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


def function_source(ctx: Context, node: exp.Expr, call: exp.Expr | None, scope: Scope) -> Source:
    """A function call in FROM."""
    if node.args.get("rows_from"):
        return _rows_from(ctx, node, scope)
    name = _function_name(call)
    alias, listed = _alias(ctx, node, name)
    routine = ctx.schema.routine(name, len(call.expressions) if call is not None else None)
    if routine is not None:
        outputs, rows, open_ = _routine_rows(ctx, routine, call, alias, scope)
        _check_listed(ctx, routine, listed, node)
    else:
        rows = ctx.meanings.of("function rows", name, _call(ctx, call, scope))
        outputs, open_ = _outputs(ctx, call, name, alias, rows)
    if listed:
        outputs = _renamed(ctx, outputs, listed, rows)
        open_ = False
    number = node.args.get("offset") or node.args.get("ordinality")  # sqlglot takes its name out of unnest's list
    if number:
        name = ctx.name(number) if isinstance(number, exp.Identifier) else "ordinality"
        outputs = [*outputs, Output(name, ctx.meanings.of("ordinality", rows), "bigint")]
    return DerivedSource(alias, id(node), rows, outputs, ctx.key, ctx.meanings, open_=open_)


def _rows_from(ctx: Context, node: exp.Expr, scope: Scope) -> Source:
    """ROWS FROM (f(…), g(…)): the columns of all of them side by side."""
    parts = [function_source(ctx, each, each.this, scope) for each in node.args["rows_from"]]
    rows = ctx.meanings.of("rows from", *(part.rows for part in parts))
    outputs: Sequence[Output] = [Output(f.name, f.meaning, f.type, star=True) for p in parts for f in p.fields()]
    alias, listed = _alias(ctx, node, "")
    if listed:
        outputs = _renamed(ctx, outputs, listed, rows)
    open_ = any(part.open for part in parts)
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
    if isinstance(call, exp.JSONTable):
        columns = tuple(column.sql() for column in call.args["schema"].expressions)
        return ctx.meanings.of("json table", value(ctx, call.this, scope, Clause.FROM), *columns)
    if isinstance(call, exp.Anonymous) and str(call.this).lower() in ROW_MAKERS:
        return made_row_base(ctx, call, scope, Clause.FROM)
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
    if call is not None and (name in ROW_MAKERS or name == "unnest"):
        table = _row_made(ctx, call)
        if table is not None:
            return row_outputs(ctx, table, rows), False
        if name in ROW_MAKERS:
            return [], True
    if isinstance(call, exp.JSONTable):
        return [Output(column, ctx.meanings.of("field", rows, column)) for column in _json_columns(ctx, call)], False
    if name in _COLUMNS:
        return [Output(column, ctx.meanings.of("field", rows, column)) for column in _COLUMNS[name]], False
    return [Output(alias, ctx.meanings.of("result", rows))], False


def _json_columns(ctx: Context, call: exp.JSONTable) -> list[str]:
    """The names in COLUMNS, those of NESTED PATH among them."""
    found = call.args["schema"].find_all(exp.JSONColumnDef, bfs=False)
    return [ctx.name(column.this) for column in found if column.this is not None]


def _row_made(ctx: Context, call: exp.Expr) -> Table | None:
    """The table whose rows `json_populate_recordset(NULL::t, …)` or `unnest(…)` yields."""
    if not isinstance(call, exp.Unnest):
        return table_of_type(ctx, scalar_type(ctx, call))
    array = scalar_type(ctx, call.expressions[0]) if len(call.expressions) == 1 else None
    return table_of_type(ctx, array.removesuffix("[]")) if array is not None and array.endswith("[]") else None


def _routine_rows(
    ctx: Context, routine: Routine, call: exp.Expr | None, alias: str, scope: Scope
) -> tuple[list[Output], Meaning, bool]:
    """What a routine of the schema yields."""
    called = ctx.call(routine)
    given = routine_arguments(ctx, routine, call, scope, Clause.FROM) if isinstance(call, exp.Anonymous) else []
    rows = ctx.meanings.of("called", called.meaning, *given)
    outputs = returned_columns(ctx, routine, called, rows, alias)
    return outputs, rows, not outputs


def _check_listed(ctx: Context, routine: Routine, listed: Sequence[tuple[str, str | None]], node: exp.Expr) -> None:
    """A function returning record must yield the columns that the caller lists."""
    if not listed or (routine.returns or "").removeprefix("setof ") != "record":
        return
    for result in ctx.call(routine).results:
        if len(result) != len(listed):
            message = f"{routine.name} returns {len(result)} columns, and the query lists {len(listed)}"
            ctx.error(ErrorKind.RETURN_TYPE, "42P13", message, node)
