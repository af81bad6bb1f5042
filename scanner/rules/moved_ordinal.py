"""An ordinal counts to another column

What it means
    ORDER BY 4 or GROUP BY 4 counts the columns of the result. A star before it has one more now.

Why it matters
    Rows come in another order, or are grouped by another column, without an error.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT orders.*, total * 2 AS double FROM orders ORDER BY 4;

Instead
    Order by the name.

Engines
    PostgreSQL, MySQL and MariaDB alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit

CODE = "SC405"


def moved_ordinal(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of results for each ordinal that means another column."""
    for node, new in comparison.after.bindings.items():
        old = comparison.before.bindings.get(node)
        if new.kind == "ordinal" and old is not None and old.meaning != new.meaning:
            message = (
                f"{new.clause} {new.name} means {new.column or 'another column'} now, not {old.column or 'the same'}."
            )
            yield Hit(
                Effect.CHANGES_RESULTS,
                message,
                f"Write {new.clause} {old.column or 'the expression'}.",
                new.span,
            )
