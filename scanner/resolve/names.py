"""Names → bindings: how the engine finds what a column reference means."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from scanner.model import TableName, is_hole
from scanner.resolve.built import MAY_USE, newly_ambiguous
from scanner.resolve.context import Context
from scanner.resolve.engine_words import unknown_column
from scanner.resolve.lookup import Lookup, Step, lookup
from scanner.resolve.made_rows import composite
from scanner.resolve.resolution import Binding, Clause, ErrorKind, Meaning, Output
from scanner.resolve.rows import levels, row_source, source_named, whole_row
from scanner.resolve.scope import Field, Scope, Source
from scanner.resolve.selected import FINDERS

_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"})


def bind(ctx: Context, column: exp.Column, scope: Scope, clause: Clause, *, alone: bool = False) -> Meaning:
    """Binds a column reference and returns what it means; notes the error when it cannot be bound."""
    if column.args.get("table") is not None:
        return _bind_qualified(ctx, column, scope, clause)
    return _bind_bare(ctx, column, scope, clause, alone)


def _bind_bare(ctx: Context, column: exp.Column, scope: Scope, clause: Clause, alone: bool) -> Meaning:
    name = ctx.name(column.this)
    if ctx.settings.variables == "variable" and (variable := _variable(ctx, scope, name, column, clause)) is not None:
        return variable
    steps = _steps(lookup(ctx.schema.engine.family, clause), alone)
    for step in steps:
        meaning = _take(ctx, step, column, scope, clause, name)
        if meaning is not None:
            return meaning
    if is_hole(name):
        for field in newly_ambiguous(ctx, column, scope, lambda each: _bind_bare(ctx, each, scope, clause, alone)):
            _ambiguous(ctx, column, field.name, [field], possible=MAY_USE)
    return _bind_otherwise(ctx, column, scope, clause, name)


def _steps(rule: Lookup, alone: bool) -> tuple[Step, ...]:
    return rule.alone if alone else rule.nested


def _take(ctx: Context, step: Step, column: exp.Column, scope: Scope, clause: Clause, name: str) -> Meaning | None:
    key = ctx.key(name)
    if step in FINDERS:
        return _bind_output(ctx, column, clause, key, FINDERS[step](ctx, scope, key))
    if step is Step.COLUMNS:
        return _bind_in_levels(ctx, column, scope, clause, key)
    if step is Step.OUTER_COLUMNS:
        return None if scope.parent is None else _bind_in_levels(ctx, column, scope.parent, clause, key, first=1)
    matches = scope.find(key)
    if not matches or (step is Step.UNIQUE_COLUMN and len(matches) > 1):
        return None
    return _settle(ctx, column, clause, matches, 0)


def _bind_output(
    ctx: Context, column: exp.Column, clause: Clause, key: str, matches: Sequence[Output]
) -> Meaning | None:
    if not matches:
        return None
    if len({o.meaning for o in matches}) > 1:
        _ambiguous(ctx, column, key, [])
    chosen = matches[0]
    name = chosen.name or key
    _note(
        ctx,
        column,
        Binding(name, clause, chosen.meaning, _place(ctx, column), "", type=chosen.type, kind="output"),
    )
    return chosen.meaning


def _bind_in_levels(
    ctx: Context, column: exp.Column, scope: Scope, clause: Clause, key: str, first: int = 0
) -> Meaning | None:
    """Binds it in the scope, which is `first` levels around the name, or in those around that."""
    for depth, level in enumerate(levels(scope), first):
        matches = level.find(key)
        if matches:
            if ctx.settings.variables == "error" and _is_variable(key, scope):
                _ambiguous(ctx, column, key, matches, "it could be a variable or a column")
            return _settle(ctx, column, clause, matches, depth)
        unknown = next((s for s in level.sources() if s.open), None)
        if unknown is not None and not (ctx.postgres and source_named(ctx, key, level)):
            return _assume(ctx, column, clause, unknown, key, depth)
    return None


def _settle(ctx: Context, column: exp.Column, clause: Clause, matches: Sequence[Field], depth: int) -> Meaning:
    if len(matches) > 1:
        _ambiguous(ctx, column, matches[0].name, matches)
    chosen = composite(ctx, matches[0], column)
    place = _place(ctx, column)
    own = (chosen.source, chosen.node, chosen.table, chosen.column, chosen.type)
    _note(ctx, column, Binding(chosen.name, clause, chosen.meaning, place, *own, depth))
    return chosen.meaning


def _assume(ctx: Context, column: exp.Column, clause: Clause, source: Source, key: str, depth: int) -> Meaning:
    meaning = ctx.meanings.of("assumed", source.node, key)
    ctx.doubt(f"the columns of {source.relation or source.alias} are not known")
    place = _place(ctx, column)
    _note(
        ctx,
        column,
        Binding(key, clause, meaning, place, source.alias, source.node, source.relation, key, depth=depth),
    )
    return meaning


def _bind_otherwise(ctx: Context, column: exp.Column, scope: Scope, clause: Clause, name: str) -> Meaning:
    if ctx.postgres and (source := source_named(ctx, name, scope)) is not None:
        return _bind_row(ctx, column, source, clause)
    variable = _variable(ctx, scope, name, column, clause)
    if variable is not None:
        return variable
    if is_hole(name):
        return _built(ctx, name)
    if (
        name in _SYSTEM_COLUMNS
        or name.startswith("@")
        or not any(True for level in levels(scope) for _ in level.sources())
    ):
        return ctx.meanings.of("free", name)
    unknown_column(ctx, column, name, f'column "{name}" does not exist')
    return ctx.meanings.of("unknown", name)


def _built(ctx: Context, name: str) -> Meaning:
    """A part that the source builds at run time."""
    ctx.doubt("a part of it is built at run time")
    return ctx.meanings.of("hole", name)


def _bind_row(ctx: Context, column: exp.Column, source: Source, clause: Clause) -> Meaning:
    fields = source.fields()
    if source.table is None and len(fields) == 1 and fields[0].name == source.alias:
        _note(
            ctx,
            column,
            Binding(source.alias, clause, fields[0].meaning, _place(ctx, column), source.alias, source.node),
        )
        return fields[0].meaning
    meaning = whole_row(ctx, source, column, "value")
    place = _place(ctx, column)
    row = Binding(
        source.alias,
        clause,
        meaning,
        place,
        source.alias,
        source.node,
        source.relation,
        None,
        _type(source),
        kind="row",
    )
    _note(ctx, column, row)
    return meaning


def _type(source: Source) -> str | None:
    return str(source.relation) if source.table is not None else None


def _bind_qualified(ctx: Context, column: exp.Column, scope: Scope, clause: Clause) -> Meaning:
    qualifier, name = ctx.name(column.args["table"]), ctx.name(column.this)
    source = source_named(ctx, qualifier, scope)
    if source is None:
        return _bind_field_access(ctx, column, scope, clause, qualifier, name)
    matches = source.find(ctx.key(name))
    if matches:
        return _settle(ctx, column, clause, matches, 0)
    if source.open:
        return _assume(ctx, column, clause, source, name, 0)
    if ctx.postgres and (name in _SYSTEM_COLUMNS or _is_function_of_row(ctx, name)):
        return ctx.meanings.of("computed field", source.node, name)
    if ctx.key(qualifier) == ctx.key(name):
        return whole_row(ctx, source, column, "value")
    if is_hole(name):
        return _built(ctx, name)
    unknown_column(ctx, column, name, f"column {qualifier}.{name} does not exist", qualifier)
    return ctx.meanings.of("unknown", qualifier, name)


def _bind_field_access(
    ctx: Context, column: exp.Column, scope: Scope, clause: Clause, qualifier: str, name: str
) -> Meaning:
    """`x.y` where x is no source: a field of a composite column, of a record variable, or nothing known."""
    for level in levels(scope):
        matches = level.find(ctx.key(qualifier))
        if matches and ctx.postgres:
            return ctx.meanings.field(matches[0].meaning, name)
        if qualifier in level.variables or (
            qualifier == (ctx.settings.via or "").partition("(")[0] and name in level.variables
        ):
            meaning = ctx.meanings.of("variable", qualifier, name)
            _note(ctx, column, Binding(name, clause, meaning, None, qualifier, kind="variable"))
            return meaning
    if column.args.get("db") is not None:
        return ctx.meanings.of("field", qualifier, name)
    if is_hole(qualifier):
        return _built(ctx, name)
    said = f'missing FROM-clause entry for table "{qualifier}"'
    unknown_column(ctx, column, name, said, qualifier, "42P01/1054")
    return ctx.meanings.of("unknown", qualifier, name)


def _is_function_of_row(ctx: Context, name: str) -> bool:
    return any(routine.name.name == name and len(routine.arguments) == 1 for routine in ctx.schema.routines)


def _is_variable(key: str, scope: Scope) -> bool:
    return any(key in each.variables for each in levels(scope))


def _variable(ctx: Context, scope: Scope, name: str, column: exp.Column, clause: Clause) -> Meaning | None:
    key = ctx.key(name)
    for level in levels(scope):
        if key in level.variables:
            meaning = ctx.meanings.of("variable", key)
            _note(
                ctx,
                column,
                Binding(name, clause, meaning, _place(ctx, column), "", type=level.variables[key], kind="variable"),
            )
            return meaning
    return None


def _ambiguous(
    ctx: Context,
    column: exp.Column,
    name: str,
    matches: Sequence[Field],
    why: str = "",
    possible: str | None = None,
) -> None:
    tables: list[TableName] = [f.table for f in matches if f.table]
    offering = {(f.node, f.source) for f in matches}
    ctx.error(
        ErrorKind.AMBIGUOUS_COLUMN,
        "42702/1052",
        (f'column reference "{name}"' if ctx.postgres else f"Column '{name}'")
        + " is ambiguous"
        + (f": {why}" if why else ""),
        column,
        column=name,
        table=tables[0] if tables else None,
        possible=possible,
        within=matches[0].source if len(matches) > len(offering) == 1 else None,
    )


def _note(ctx: Context, column: exp.Column, binding: Binding) -> None:
    ctx.result.bindings[id(column)] = binding


def _place(ctx: Context, column: exp.Column) -> tuple[int, int] | None:
    """The span of a column reference; cheaper than Context.span, for it is asked for every name."""
    if not ctx.offset_known or ctx.settings.via:
        return None
    last = column.this.meta
    first = column.args["table"].meta if column.args.get("table") is not None else last
    return (first["start"], last["end"] + 1) if "start" in first and "end" in last else None


__all__ = ["bind", "row_source", "source_named", "whole_row"]
