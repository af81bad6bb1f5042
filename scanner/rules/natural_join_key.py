"""NATURAL JOIN joins on the new column too

What it means
    NATURAL JOIN joins on every column name that both sides have. The new column's name is on the other
    side.

Why it matters
    The join gets one more condition: rows vanish, all of them while the new column is NULL. A NATURAL
    JOIN that was a cross join becomes a real one.

Example
    ALTER TABLE orders ADD COLUMN region text;
    SELECT orders.id FROM orders NATURAL JOIN customers;

Instead
    Write JOIN … USING (…) or ON with the columns that are meant.

Engines
    PostgreSQL, MySQL and MariaDB alike; types that do not compare are an error on PostgreSQL (42804,
    42883 from 18).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit, listed

CODE = "SC403"


def natural_join_key(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of results for each NATURAL JOIN that joins on more columns."""
    for old, new in comparison.grown_keys:
        keys = listed([name for name in new.names if name not in old.names])
        message = f"NATURAL JOIN {new.right} now joins on {keys} too: rows where it is NULL or differs vanish."
        was = (
            f"USING ({', '.join(old.names)})" if old.names else "an explicit ON, or CROSS JOIN if no condition is meant"
        )
        yield Hit(Effect.CHANGES_RESULTS, message, f"Write JOIN {new.right} with {was}.", new.span)
