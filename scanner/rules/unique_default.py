"""Every new row gets the same value in a UNIQUE column

What it means
    The new column is UNIQUE and has a constant default, or is NOT NULL without one on MySQL or MariaDB in a
    lax mode. An INSERT that leaves it out gives each row the same value. An INSERT that copies rows of the
    table copies their values too.

Why it matters
    The second INSERT fails. INSERT IGNORE and ON CONFLICT DO NOTHING drop the row, REPLACE deletes the
    other row, ON DUPLICATE KEY UPDATE changes the other row: without an error.

Example
    ALTER TABLE orders ADD COLUMN code int DEFAULT 7 UNIQUE;
    INSERT INTO orders (id, total) VALUES (2, 9.90);

Instead
    Add the column without a default and make it unique once every row has its own value. Name the columns
    that are to be copied.

Engines
    PostgreSQL 23505, MySQL and MariaDB 1062.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Column, Effect, Table
from scanner.resolve import Write
from scanner.rules.hit import Hit
from scanner.rules.implied import implied_value

CODE = "SC207"


def unique_default(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error, or the row that is silently dropped or overwritten."""
    for column in comparison.columns:
        if not column.unique:
            continue
        value = implied_value(comparison, column)
        for write in comparison.writes_to_changed():
            if write.kind not in ("insert", "replace", "load"):
                continue
            if column.name in write.copied and not _collides_today(comparison, write):
                yield _copied(comparison, column, write)
            elif value is not None and column.name not in dict(write.values):
                yield _repeated(comparison, column, write, value)


def _repeated(comparison: Comparison, column: Column, write: Write, value: str) -> Hit:
    help_ = f"Add {column.name} nullable and without a default, fill it row by row, then make it unique."
    reason = "it depends on whether a row has the default already"
    return _hit(comparison, write, f"{column.name} is UNIQUE and every row gets {value}", help_, reason)


def _copied(comparison: Comparison, column: Column, write: Write) -> Hit:
    what = f"{column.name} is UNIQUE, and it is copied from rows of {write.table.name} that stay"
    help_ = f"Name the columns to be copied, without {column.name}."
    return _hit(comparison, write, what, help_, f"it depends on whether the rows it copies have a {column.name}")


def _hit(comparison: Comparison, write: Write, what: str, help_: str, reason: str) -> Hit:
    if write.upsert or write.ignores_errors:
        message = f"{what}: the row is dropped, or another row is overwritten, without an error."
        return Hit(Effect.CHANGES_RESULTS, message, help_, write.span, reason)
    code = "23505" if comparison.postgres else "1062"
    return Hit(Effect.BREAKS, f"It fails with {code}: {what}.", help_, write.span, reason)


def _collides_today(comparison: Comparison, write: Write) -> bool:
    """The copy has a key of the table already that is copied too: it meets the same row as before."""
    table = comparison.schema.relations.get(write.table)
    keys = (table.primary_key, *table.unique_keys) if isinstance(table, Table) else ()
    return any(key and write.copied.issuperset(key) for key in keys)
