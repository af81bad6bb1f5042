"""The SQL type of an expression, as far as it can be told: columns, casts, rows, and functions that hand rows on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from scanner.model import Column, Table, TableName, UserType
from scanner.resolve.context import Context
from scanner.resolve.results import returned_table
from scanner.resolve.types import is_plain

# A row is one value to them, whatever it holds (measured).
COUNT_VALUES = frozenset({"num_nulls", "num_nonnulls"})
# Functions of PostgreSQL that run a statement given as a string.
RUNS_TEXT = frozenset(
    {"query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "dblink", "dblink_exec", "crosstab"}
)
TAKES_ROW = frozenset({"row_to_json"})  # and nothing but a row
# Functions that make a row of the type of their first argument.
ROW_MAKERS = frozenset(
    {"json_populate_record", "jsonb_populate_record", "json_populate_recordset", "jsonb_populate_recordset"}
)
# Types of parameters that take a value of any type.
POLYMORPHIC = frozenset({"anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray", "record", '"any"'})


def row_type(ctx: Context, data_type: exp.Expr | None) -> Table | None:
    """The table whose row type a cast names, if it names one."""
    if not ctx.postgres or not isinstance(data_type, exp.DataType) or data_type.this is not exp.DType.USERDEFINED:
        return None
    kind = data_type.args.get("kind")
    if kind is None:
        return None
    parts = (
        [ctx.name(part) for part in kind.find_all(exp.Identifier)]
        if isinstance(kind, exp.Expr)
        else str(kind).split(".")
    )
    found = ctx.schema.find(TableName(parts[-2] if len(parts) > 1 else None, parts[-1])) if parts else None
    return found if isinstance(found, Table) else None


def element_row_type(ctx: Context, data_type: exp.Expr) -> Table | None:
    """The table whose rows an array type holds, if it holds rows."""
    inner = data_type.expressions
    is_array = isinstance(data_type, exp.DataType) and data_type.this is exp.DType.ARRAY and len(inner) == 1
    return row_type(ctx, inner[0]) if is_array else None


def table_of_type(ctx: Context, sql_type: str | None) -> Table | None:
    """The table whose row type has this name."""
    words = (sql_type or "").split(".")
    if not ctx.postgres or not words[-1] or is_plain(sql_type):
        return None
    found = ctx.schema.find(TableName(words[-2] if len(words) > 1 else None, words[-1]))
    return found if isinstance(found, Table) else None


def domain_of(ctx: Context, column: Column) -> UserType | None:
    """The domain that is the column's type, if it is one."""
    found = (ctx.schema.types.get(TableName(schema, column.type)) for schema in ("public", None))
    return next((each for each in found if each is not None and each.kind == "domain"), None)


def row_of(ctx: Context, node: exp.Expr) -> Table | None:
    """The table whose row an expression holds, by its type."""
    return table_of_type(ctx, scalar_type(ctx, node))


def scalar_type(ctx: Context, node: exp.Expr) -> str | None:
    """The SQL type of an expression; None when it is not known or an untyped constant."""
    node = node.unnest() if isinstance(node, exp.Paren) else node
    made = _TYPES.get(type(node))
    return made(ctx, node) if made else _FUNCTION_TYPES.get(type(node))


def is_scalar(ctx: Context, node: exp.Expr) -> bool:
    """A column of one of the engine's own plain types, on PostgreSQL."""
    inner = node.unnest() if isinstance(node, exp.Paren) else node
    binding = ctx.result.bindings.get(id(inner)) if isinstance(inner, exp.Column) and ctx.postgres else None
    return binding is not None and binding.kind == "column" and is_plain(binding.type)


def is_own_type(data_type: exp.Expr) -> bool:
    """Whether a cast names a type that the engine does not bring along."""
    return isinstance(data_type, exp.DataType) and data_type.this is exp.DType.USERDEFINED


def _of_column(ctx: Context, node: exp.Expr) -> str | None:
    binding = ctx.result.bindings.get(id(node))
    return binding.type if binding else None


def _of_cast(ctx: Context, node: exp.Expr) -> str | None:
    data_type = node.args["to"]
    table, element = row_type(ctx, data_type), element_row_type(ctx, data_type)
    if table is not None:
        return str(table.name)
    return f"{element.name}[]" if element is not None else data_type.sql("postgres").lower()


def _of_call(ctx: Context, node: exp.Expr) -> str | None:
    name = str(node.this).lower()
    first = node.expressions[0] if node.expressions else None
    if name in ROW_MAKERS:
        return scalar_type(ctx, first) if first is not None else None
    routine = ctx.schema.routine(name, len(node.expressions))
    if routine is None:
        return None
    table = returned_table(ctx, routine)
    if table is not None:
        return str(table.name)
    polymorphic = (routine.returns or "").removeprefix("setof ") in POLYMORPHIC - {"record"}
    return scalar_type(ctx, first) if polymorphic and first is not None else None


def _of_element(ctx: Context, node: exp.Expr) -> str | None:
    """`unnest(a)`, `a[1]`."""
    array = scalar_type(ctx, node.this)
    return array.removesuffix("[]") if array is not None and array.endswith("[]") else None


def _of_array(ctx: Context, node: exp.Expr) -> str | None:
    """`array_agg(x)`, `ARRAY[x]`, `ARRAY(SELECT x …)`."""
    items = node.expressions or [node.this]
    first = items[0].expressions[0] if isinstance(items[0], exp.Select) and items[0].expressions else items[0]
    element = scalar_type(ctx, first.unalias()) if isinstance(first, exp.Expr) else None
    return None if element is None else f"{element}[]"


def _of_this(ctx: Context, node: exp.Expr) -> str | None:
    return scalar_type(ctx, node.this) if isinstance(node.this, exp.Expr) else None


def _of_any(ctx: Context, node: exp.Expr) -> str | None:
    """COALESCE and its like: the type of the first argument that has one."""
    return _first_known(ctx, [node.this, *node.expressions])


def _of_case(ctx: Context, node: exp.Expr) -> str | None:
    return _first_known(ctx, [*(branch.args.get("true") for branch in node.args["ifs"]), node.args.get("default")])


def _of_qualified_call(ctx: Context, node: exp.Expr) -> str | None:
    return scalar_type(ctx, node.expression) if isinstance(node.expression, exp.Anonymous) else None


def _first_known(ctx: Context, nodes: Iterable[object]) -> str | None:
    types = (scalar_type(ctx, node) for node in nodes if isinstance(node, exp.Expr))
    return next((each for each in types if each is not None), None)


_TYPES: dict[type[exp.Expr], Callable[[Context, exp.Expr], str | None]] = {
    exp.Column: _of_column,
    exp.Cast: _of_cast,
    exp.Anonymous: _of_call,
    exp.Dot: _of_qualified_call,
    exp.Explode: _of_element,
    exp.Bracket: _of_element,
    exp.ArrayAgg: _of_array,
    exp.Array: _of_array,
    exp.Coalesce: _of_any,
    exp.Case: _of_case,
    **dict.fromkeys(
        (exp.Window, exp.Filter, exp.Order, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Lag, exp.Lead), _of_this
    ),
}
_FUNCTION_TYPES: dict[type[exp.Expr], str] = {
    exp.Upper: "text",
    exp.Lower: "text",
    exp.Concat: "text",
    exp.Count: "bigint",
    exp.Length: "integer",
    exp.CurrentTimestamp: "timestamptz",
    exp.CurrentDate: "date",
}
