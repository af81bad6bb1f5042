"""The arms of a set operation no longer have the same width

What it means
    One arm of UNION, INTERSECT or EXCEPT is a star that grows, the other does not.

Why it matters
    The engine refuses the statement.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT * FROM orders UNION ALL SELECT * FROM order_archive;

Instead
    Name the columns in both arms.

Engines
    PostgreSQL 42601, MySQL and MariaDB 1222.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC301"


def set_operation_width(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.SET_OPERATION_WIDTH):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            "Name the same columns in every arm instead of the star.",
            comparison.narrowed(error.span),
            error.possible,
        )
