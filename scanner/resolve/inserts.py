"""Which columns an INSERT writes, and what the engine refuses about it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.bodies import may_fill
from scanner.model import Column, Table, Trigger, is_hole
from scanner.resolve.context import Context, Relation
from scanner.resolve.engine_words import unknown_column
from scanner.resolve.privileges import check_sequences
from scanner.resolve.resolution import ErrorKind, Output
from scanner.resolve.types import assignable
from scanner.resolve.value_types import domain_of

_UNKNOWN_WIDTH = "the text does not tell how many values there are"


def insert_columns(
    ctx: Context, table: Table, listed: Sequence[str] | None, given: Relation, node: exp.Expr
) -> list[Column]:
    """The target columns in order. Without a list PostgreSQL takes the first ones, MySQL all that are visible."""
    if listed is None:
        return _positional(ctx, table, given, node)
    index = ctx.schema.index(table)
    columns = [index[ctx.key(name)] for name in listed if ctx.key(name) in index]
    for name in listed:
        if ctx.key(name) not in index and not is_hole(name):
            unknown_column(ctx, node, name, f'column "{name}" of relation "{table.name}" does not exist')
    if not given.open and given.outputs and len(given.outputs) != len(listed) and not any(map(is_hole, listed)):
        _width_error(ctx, len(listed), len(given.outputs), table, node)
    return columns


def check_insert(ctx: Context, table: Table, columns: Sequence[Column], node: exp.Expr, *, some: bool = False) -> None:
    """Notes what fails: values for generated columns, and required columns that get none; some: perhaps more do."""
    written = {c.name for c in columns}
    check_sequences(ctx, table, columns, node)
    rows = node.args.get("expression")
    for position, column in enumerate(columns):
        computed = column.generated or (column.identity == "always" and not ctx.wrapper.overriding)
        if computed and not _all_default(rows, position) and not _is_lax(ctx, node):
            message = f'cannot insert a value into the generated column "{column.name}"'
            code = "428C9/1906" if ctx.schema.engine.name == "mariadb" else "428C9/3105"
            ctx.error(
                ErrorKind.GENERATED_COLUMN,
                code,
                message,
                node,
                column=column.name,
                table=table.name,
                at=_target(node),
            )
    if not ctx.postgres and (not ctx.settings.strict or node.args.get("ignore")):
        return
    if any(e.kind is ErrorKind.INSERT_WIDTH and e.node == id(node) for e in ctx.result.errors):
        return  # the engine gets no further than that
    for column in table.columns:
        if column.name not in written and _required(ctx, column):
            _missing(ctx, table, column, node, _UNKNOWN_WIDTH if some else None)


def _is_lax(ctx: Context, node: exp.Expr) -> bool:
    """MariaDB drops the value with a warning under IGNORE and a lax sql_mode (measured)."""
    return ctx.schema.engine.name == "mariadb" and bool(not ctx.settings.strict or node.args.get("ignore"))


def check_unset(ctx: Context, table: Table, columns: Sequence[Column], given: Sequence[Output], node: exp.Expr) -> None:
    """An explicit NULL beats the default: fields of a row variable or JSON document that nobody assigned."""
    for column, output in zip(columns, given, strict=False):
        if output.unset and not column.nullable and not column.generated:
            doubt = f"the row may carry a value for {column.name}"
            message = f'null value in column "{column.name}" of relation "{table.name}": the row given has none for it'
            ctx.error(
                ErrorKind.REQUIRED_COLUMN,
                "23502/1048",
                message,
                node,
                column=column.name,
                table=table.name,
                possible=doubt,
                at=_target(node),
            )


def check_types(ctx: Context, table: Table, columns: Sequence[Column], given: Sequence[Output], node: exp.Expr) -> None:
    """A column that takes the value of another one: PostgreSQL refuses a type it would have to cast explicitly."""
    if not ctx.postgres:
        return
    for column, output in zip(columns, given, strict=False):
        if not assignable(output.type, column.type):
            message = f'column "{column.name}" is of type {column.type} but expression is of type {output.type}'
            place = _target(node)
            ctx.error(ErrorKind.TYPE_MISMATCH, "42804", message, node, column=column.name, table=table.name, at=place)


def _target(node: exp.Expr) -> exp.Expr:
    """The part of an INSERT that names the table."""
    target = node.args.get("this")
    target = target.this if isinstance(target, exp.Schema) else target
    return target if isinstance(target, exp.Table) else node


def _positional(ctx: Context, table: Table, given: Relation, node: exp.Expr) -> list[Column]:
    columns = [c for c in table.columns if not c.invisible]
    if given.open:
        before = _width_before(ctx, table)
        if not ctx.postgres and before not in (None, len(columns)):
            _grown(ctx, table, columns, node)
        # PostgreSQL takes rows as wide as they were, and leaves the new columns out.
        return columns[: max(before, len(given.outputs))] if ctx.postgres and before is not None else columns
    if ctx.postgres:
        if len(given.outputs) > len(columns):
            _width_error(ctx, len(columns), len(given.outputs), table, node)
        return columns[: len(given.outputs)]
    if given.outputs and len(given.outputs) != len(columns):
        _width_error(ctx, len(columns), len(given.outputs), table, node)
    return columns[: len(given.outputs)]


def _width_before(ctx: Context, table: Table) -> int | None:
    """How many columns a row without a list had before the change; None where nothing is to change."""
    before = ctx.schema.before.relations.get(table.name) if ctx.schema.before is not None else None
    return sum(not c.invisible for c in before.columns) if isinstance(before, Table) else None


def _grown(ctx: Context, table: Table, columns: Sequence[Column], node: exp.Expr) -> None:
    """MySQL takes exactly as many values as there are columns: values that fitted before the change fit no more."""
    message = f"INSERT into {table.name} has {len(columns)} target columns now, and as many values as before"
    name, at = table.name, _target(node)
    ctx.error(ErrorKind.INSERT_WIDTH, "42601/1136", message, node, table=name, possible=_UNKNOWN_WIDTH, at=at)


def _width_error(ctx: Context, targets: int, given: int, table: Table, node: exp.Expr) -> None:
    message = f"INSERT into {table.name} has {targets} target columns and {given} values"
    ctx.error(ErrorKind.INSERT_WIDTH, "42601/1136", message, node, table=table.name, at=_target(node))


def _required(ctx: Context, column: Column) -> bool:
    """No value, no default, no NULL. MySQL gives an ENUM its first member (measured)."""
    if column.has_default:
        return False
    domain = domain_of(ctx, column)
    if domain is not None and domain.not_null and domain.default is None:
        return True
    if column.nullable or (ctx.schema.engine.name == "mariadb" and column.on_update):  # a default there (measured)
        return False
    return ctx.postgres or not column.type.lower().startswith("enum")


def _missing(ctx: Context, table: Table, column: Column, node: exp.Expr, doubt: str | None) -> None:
    message = f'null value in column "{column.name}" of relation "{table.name}": it is NOT NULL and has no default'
    ctx.error(
        ErrorKind.REQUIRED_COLUMN,
        "23502/1364",
        message,
        node,
        column=column.name,
        table=table.name,
        possible=doubt or _may_get_value(ctx, table, column, node),
        at=_target(node),
    )


def _may_get_value(ctx: Context, table: Table, column: Column, node: exp.Expr) -> str | None:
    """Why a column that is not listed may get a value all the same."""
    target = node.args.get("this")
    if isinstance(target, exp.Schema) and any(is_hole(ctx.name(each)) for each in target.expressions):
        return "a part of the list of columns is built at run time"
    before = (
        trigger
        for trigger in ctx.schema.triggers_on(table.name)
        if trigger.timing == "before" and "insert" in trigger.events and trigger.for_each == "row"
    )
    fills = any(_may_fill(ctx, trigger, column) for trigger in before)
    return f"a BEFORE INSERT trigger on {table.name} may fill it" if fills else None


def _may_fill(ctx: Context, trigger: Trigger, column: Column) -> bool:
    if trigger.body is not None:
        return may_fill(trigger.body, column.name)
    routine = next((each for each in ctx.schema.routines if each.name == trigger.routine), None)
    return routine is None or routine.language.lower() != "plpgsql" or may_fill(routine.body, column.name)


def _all_default(rows: exp.Expr | None, position: int) -> bool:
    """Every row of VALUES says DEFAULT at this position."""
    if not isinstance(rows, exp.Values):
        return False
    cells = [
        row.expressions[position]
        for row in rows.expressions
        if isinstance(row, exp.Tuple) and position < len(row.expressions)
    ]
    return bool(cells) and all(cell.name.upper() == "DEFAULT" for cell in cells)
