"""Every new row gets the same value in a UNIQUE column

What it means
    The new column is UNIQUE and has a constant default, or is NOT NULL without one on MySQL or MariaDB in a
    lax mode. An INSERT that leaves it out gives each row the same value.

Why it matters
    The second INSERT fails. INSERT IGNORE and ON CONFLICT DO NOTHING drop the row, REPLACE deletes the
    other row, ON DUPLICATE KEY UPDATE changes the other row: without an error.

Example
    ALTER TABLE orders ADD COLUMN code int DEFAULT 7 UNIQUE;
    INSERT INTO orders (id, total) VALUES (2, 9.90);

Instead
    Add the column without a default and make it unique once every row has its own value.

Engines
    PostgreSQL 23505, MySQL and MariaDB 1062.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit
from scanner.rules.implied import implied_value

CODE = "SC207"


def unique_default(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error, or the row that is silently dropped or overwritten."""
    for column in comparison.columns:
        value = implied_value(comparison, column) if column.unique else None
        if value is None:
            continue
        for write in comparison.writes_to_changed():
            if write.kind not in ("insert", "replace", "load") or column.name in dict(write.values):
                continue
            help_ = f"Add {column.name} nullable and without a default, fill it row by row, then make it unique."
            what = f"{column.name} is UNIQUE and every row gets {value}"
            reason = "it depends on whether a row has the default already"
            if write.upsert or write.ignores_errors:
                message = f"{what}: the row is dropped, or another row is overwritten, without an error."
                yield Hit(Effect.CHANGES_RESULTS, message, help_, write.span, reason)
            else:
                code = "23505" if comparison.postgres else "1062"
                yield Hit(Effect.BREAKS, f"It fails with {code}: {what}.", help_, write.span, reason)
