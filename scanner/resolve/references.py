"""What a statement names, without asking what a change would do to it."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model import TableName, Unresolved
from scanner.resolve.context import Settings
from scanner.resolve.parse import parse
from scanner.resolve.resolution import Meanings, Resolution
from scanner.resolve.statement import resolve
from scanner.schema import Schema


@dataclass(frozen=True, slots=True)
class References:
    """The objects a statement names: views as themselves, unknown relations by the name that was written."""

    reads: frozenset[TableName] = frozenset()
    writes: frozenset[TableName] = frozenset()
    routines: frozenset[TableName] = frozenset()
    columns: frozenset[tuple[TableName, str]] = frozenset()

    @property
    def relations(self) -> frozenset[TableName]:
        """All relations, read or written."""
        return self.reads | self.writes


def references(sql: str, schema: Schema, default_schema: str | None = None) -> References | Unresolved:
    """The objects a statement names, on this schema."""
    parsed = parse(sql, schema.engine.family)
    if isinstance(parsed, Unresolved):
        return parsed
    resolution = resolve(parsed, schema, Meanings(), Settings(default_schema))
    return resolution if isinstance(resolution, Unresolved) else named_by(resolution)


def named_by(resolution: Resolution) -> References:
    """The objects that a resolution found named."""
    bound = ((b.table, b.column) for b in resolution.bindings.values())
    own = (write for write in resolution.writes if write.via is None and write.columns_listed)
    written = ((write.table, column) for write in own for column, _ in write.values)
    return References(
        frozenset(resolution.reads | resolution.unknown_relations),
        frozenset(write.table for write in resolution.writes),
        frozenset(resolution.routines),
        frozenset((table, column) for table, column in (*bound, *written) if table is not None and column is not None),
    )
