"""The changes that a migration makes to tables which are there before it."""

from __future__ import annotations

from dataclasses import replace

from scanner.change import Change
from scanner.migrations.migration import Migration
from scanner.model import Engine
from scanner.schema import Schema
from scanner.schema.parse.migration import Changes, read_changes


def changes(migration: Migration, engine: Engine) -> Changes:
    """One change for each table to which the migration adds columns, and why others are none.

    What else it does, and what of it could not be read, is among their other operations.
    """
    unread = tuple(f"{each.what} (line {each.line}): {each.why}" for each in migration.not_analysed)
    found = read_changes(migration.sql, engine)
    noted = (replace(change, other_operations=(*change.other_operations, *unread)) for change in found.found)
    return Changes(tuple(noted), found.refused)


def without_known(change: Change, schema: Schema) -> Change:
    """The change without the columns that the schema has already: a script may hold what ran long ago."""
    table = schema.find(change.table)
    if table is None or not hasattr(table, "columns"):
        return change
    key = schema.engine.column_key
    there = {key(name if isinstance(name, str) else name.name) for name in table.columns}
    new = tuple(added for added in change.columns if key(added.column.name) not in there)
    known = [added.column.name for added in change.columns if added not in new]
    if not known:
        return change
    notes = tuple(f"ADD COLUMN {name}: the schema has it already" for name in known)
    return replace(change, columns=new, other_operations=(*change.other_operations, *notes))
