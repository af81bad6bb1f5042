"""COPY or LOAD DATA without a column list

What it means
    The fields of the file, or of the records that a program sends, are matched with the table's columns by
    position; they do not have the new one.

Why it matters
    Imports of files written for the old table fail, or, in a lax mode, shift every field into the next
    column.

Example
    ALTER TABLE orders ADD COLUMN status text;
    COPY orders FROM STDIN;

Instead
    List the columns: COPY orders (id, total) FROM STDIN.

Engines
    PostgreSQL 22P04 (generated columns are left out); MySQL and MariaDB 1261 in strict mode; with
    IGNORE or a lax sql_mode a column added FIRST or AFTER shifts the fields silently.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit

CODE = "SC204"

_CARRIES = "what is loaded may already carry the new field"


def load_width(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error, or shifted fields, for a load that is matched by position."""
    for old, new in zip(comparison.before.writes, comparison.after.writes, strict=False):
        if old.kind != "load" or old.columns_listed or len(old.values) == len(new.values):
            continue
        help_ = f"List the columns: {new.table} ({', '.join(column for column, _ in old.values)})."
        if not new.ignores_errors:
            fields = f"{len(old.values)} fields; {len(new.values)} are wanted now"
            message = f"What is made for the old {new.table} has {fields}."
            yield Hit(Effect.BREAKS, message, help_, new.span, _CARRIES)
        elif (old, new) in comparison.changed_writes:
            message = f"Fields move into the next column of {new.table} without an error."
            yield Hit(Effect.CHANGES_RESULTS, message, help_, new.span, _CARRIES)
