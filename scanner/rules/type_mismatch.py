"""Two columns that are compared no longer have types that compare

What it means
    A name or a join key is bound to the new column, whose type does not compare with the other side.

Why it matters
    The engine refuses the statement.

Example
    ALTER TABLE orders ADD COLUMN region int;
    SELECT orders.id FROM orders NATURAL JOIN customers;   -- customers.region is text

Instead
    Qualify the name, or write the join's keys out.

Engines
    PostgreSQL 42883, and 42804 for join keys before version 18. MySQL and MariaDB convert; in a
    strict mode an INSERT or UPDATE (MySQL: a DELETE too) fails with 1292 where a text is no number.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC406"


def type_mismatch(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.TYPE_MISMATCH):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            "Qualify the name with the table that is meant, or write the join's keys out with USING or ON.",
            comparison.narrowed(error.span),
            error.possible,
        )
