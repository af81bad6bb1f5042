"""Values of a table's row type that expressions make: casts, functions that build rows, rows written as text."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from scanner.model import Table
from scanner.resolve.context import Context
from scanner.resolve.resolution import ErrorKind, Meaning, WholeRow
from scanner.resolve.scope import Field, Scope, Source
from scanner.resolve.types import family
from scanner.resolve.value_types import domain_of, row_of, scalar_type, table_of_type
from scanner.resolve.widths import is_row_call, width

TEXTS = (exp.Literal, exp.Parameter, exp.Placeholder)


def row_value(ctx: Context, table: Table, base: Meaning, known: Mapping[str, Meaning], node: exp.Expr) -> Meaning:
    """A value of the table's row type that an expression makes; `known` are the fields that mean something by name."""
    names = tuple(c.name for c in table.columns)
    ctx.result.whole_rows[id(node)] = WholeRow(ctx.span(node), str(table.name), table.name, names, "value")
    fields = {name: known[name] if name in known else ctx.meanings.of("field", base, name) for name in names}
    meaning = ctx.meanings.of("row value", base, *fields.items())
    ctx.meanings.rows[meaning], ctx.meanings.row_bases[meaning] = fields, base
    return meaning


def composite(ctx: Context, field: Field, node: exp.Expr) -> Field:
    """The field as it is read: a column of a table's row type, or an array of it, holds rows with today's fields."""
    element = (field.type or "").removesuffix("[]")
    table = table_of_type(ctx, element) if ctx.postgres and field.table is not None else None
    return field if table is None else field._replace(meaning=row_value(ctx, table, field.meaning, {}, node))


def check_as_row(
    ctx: Context, table: Table, given: exp.Expr, scope: Scope, node: exp.Expr, source: Source | None = None
) -> None:
    """Notes what fails when the expression is made a row of the table: a row of another width, a text of one.

    `source` is what the row is of, where it is the row of a subquery or view.
    """
    is_written = isinstance(given, exp.Tuple) or is_row_call(given)
    is_selected = source is not None and source.table is None and not source.open
    values = width(ctx, given, scope) if is_written or is_selected else None
    if values is not None and values != len(table.columns):
        message = f"cannot cast type record to {table.name}: it has {len(table.columns)} columns, not {values}"
        ctx.error(ErrorKind.ROW_WIDTH, "42846", message, node, table=table.name)
    elif isinstance(given, TEXTS) or (
        family(scalar_type(ctx, given)) == "text" and not _is_row_text(ctx, given, table)
    ):
        note_literal(ctx, table, node)


def check_made(ctx: Context, call: exp.Anonymous) -> None:
    """json_populate_record makes every field: what the document lacks is NULL, and no default of its type counts."""
    table = row_of(ctx, call)
    for column in table.columns if table is not None else ():
        domain = domain_of(ctx, column)
        if domain is not None and domain.not_null:
            doubt = f"the document may have a value for {column.name}"
            message = f"domain {column.type} does not allow null values"
            ctx.error(ErrorKind.REQUIRED_COLUMN, "23502", message, call, column=column.name, possible=doubt)


def check_stored(ctx: Context, sql_type: str, given: exp.Expr, scope: Scope) -> None:
    """Notes what fails when the expression is stored in a column of this type, which may be that of a table's rows."""
    inner = given.unnest()
    table, element = table_of_type(ctx, sql_type), table_of_type(ctx, sql_type.removesuffix("[]"))
    if isinstance(inner, TEXTS) and element is not None:
        note_literal(ctx, element, given, "stored")
    elif table is not None and (isinstance(inner, exp.Tuple) or is_row_call(inner)):
        check_as_row(ctx, table, inner, scope, given)


def note_literal(ctx: Context, table: Table, node: exp.Expr, use: str = "literal") -> None:
    """Notes a row of the table that is written as text, with the fields that the table has."""
    names = tuple(c.name for c in table.columns)
    ctx.result.whole_rows[id(node)] = WholeRow(ctx.span(node), str(table.name), table.name, names, use)


def _is_row_text(ctx: Context, node: exp.Expr, table: Table) -> bool:
    """`t::text`: a row of the same table written as text has the fields of today."""
    written = row_of(ctx, node.this) if isinstance(node, exp.Cast) else None
    return written is not None and written.name == table.name
