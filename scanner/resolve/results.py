"""What a routine of the schema returns: the columns it is declared to have, and what its body gives for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.model import Routine, Table, TableName
from scanner.resolve.context import Context
from scanner.resolve.resolution import Meaning, Output

if TYPE_CHECKING:
    from scanner.resolve.running import Called


def returned_table(ctx: Context, routine: Routine) -> Table | None:
    """The table whose row type a routine returns (`RETURNS t`, `RETURNS SETOF t`, `OUT o t`)."""
    kinds = [routine.returns or "", *(a.type for a in routine.arguments if a.mode == "out")]
    for kind in kinds:
        words = kind.lower().removeprefix("setof ").strip('"').split(".")
        found = ctx.schema.find(TableName(words[-2] if len(words) > 1 else None, words[-1])) if words[-1] else None
        if isinstance(found, Table):
            return found
    return None


def declared(ctx: Context, routine: Routine, alias: str) -> list[tuple[str, str | None]]:
    """The columns a routine is declared to return, name and type; none for `record`."""
    table = returned_table(ctx, routine)
    if table is not None:
        return [(c.name, c.type) for c in table.columns]
    out = [a for a in routine.arguments if a.mode in ("out", "inout", "table")]
    if out:
        return [(a.name or alias, a.type) for a in out]
    composite = composite_fields(ctx, routine)
    if composite is not None:
        return composite
    returns = (routine.returns or "").removeprefix("setof ")
    return [] if returns == "record" else [(alias, returns)]


def composite_fields(ctx: Context, routine: Routine) -> list[tuple[str, str | None]] | None:
    """The fields of the composite type of its own that a routine returns; None when it returns another type."""
    words = (routine.returns or "").removeprefix("setof ").strip('"').split(".")
    for each in ctx.schema.types.values():
        if each.kind == "composite" and each.name.name == words[-1]:
            return [(c.name, c.type) for c in each.columns]
    return None


def returned_columns(ctx: Context, routine: Routine, called: Called, base: Meaning, alias: str) -> list[Output]:
    """The declared columns; each means what the body returns at its place."""
    columns = []
    for place, (name, kind) in enumerate(declared(ctx, routine, alias)):
        given = [_at(ctx, result, place, name) for result in called.results]
        columns.append(Output(name, ctx.meanings.of("returned", base, name, *given), kind, star=True))
    return columns


def _at(ctx: Context, result: Sequence[Output], place: int, name: str) -> Meaning:
    """What a result gives for a declared column: the output at its place, or the field of the row it returns."""
    if len(result) == 1 and result[0].meaning in ctx.meanings.rows:
        return ctx.meanings.field(result[0].meaning, name)
    return result[place].meaning if place < len(result) else ctx.meanings.of("missing", place)
