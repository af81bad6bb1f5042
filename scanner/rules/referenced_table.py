"""The new column refers to a table whose rows are removed

What it means
    The change adds a foreign key to another table. Statements that remove rows there now meet it.

Why it matters
    TRUNCATE of a referenced table is refused; DELETE fails for rows that the new column's default
    points to.

Example
    ALTER TABLE orders ADD COLUMN region int DEFAULT 1 REFERENCES regions (id);
    DELETE FROM regions WHERE id = 1;

Instead
    Add the column without a default, and choose what ON DELETE is to do.

Engines
    PostgreSQL 0A000 for TRUNCATE, 23503 for DELETE; MySQL and MariaDB 1701 and 1451.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Column, Effect
from scanner.resolve import Write
from scanner.rules.hit import Hit

CODE = "SC206"


def referenced_table(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error of a TRUNCATE, and the possible one of a DELETE, on a table the new column refers to."""
    for column in comparison.columns:
        parent = comparison.schema.find(column.references) if column.references is not None else None
        for write in comparison.after.writes:
            if parent is None or write.table != parent.name:
                continue
            help_ = f"Add {column.name} without the foreign key first, or say what ON DELETE is to do."
            if write.kind == "truncate":
                code = "0A000" if comparison.postgres else "1701"
                message = f"It fails with {code}: {comparison.table.name}.{column.name} refers to {write.table}."
                yield Hit(Effect.BREAKS, message, help_, write.span)
            elif write.kind == "delete" and column.default is not None:
                yield _deleted(comparison, column, write)


def _deleted(comparison: Comparison, column: Column, write: Write) -> Hit:
    """Rows are deleted that the new column refers to by its default."""
    table, depends = comparison.table.name, "it depends on which rows are deleted"
    if column.on_delete in ("cascade", "set null", "set default"):
        what = "deletes" if column.on_delete == "cascade" else "changes"
        action = f"ON DELETE {column.on_delete.upper()}"
        message = f"It {what} rows of {table} too: {column.name} refers to {write.table} {action}."
        return Hit(
            Effect.CHANGES_RESULTS, message, f"Say what is to become of the rows of {table}.", write.span, depends
        )
    code = "23503" if comparison.postgres else "1451"
    message = f"It fails with {code} for the row that {table}.{column.name} refers to by default."
    help_ = f"Add {column.name} without the foreign key first, or say what ON DELETE is to do."
    return Hit(Effect.BREAKS, message, help_, write.span, depends)
