"""A routine returns another number of columns than it declares

What it means
    The body of a function selects a star that grows, or its declared row type grows and the body does not.

Why it matters
    Every call of the function fails.

Example
    ALTER TABLE orders ADD COLUMN status text;
    SELECT * FROM open_orders();   -- RETURNS TABLE (id int, total int) AS 'SELECT * FROM orders'

Instead
    Name the columns in the body, and change the declared type with the table.

Engines
    PostgreSQL 42P13 for LANGUAGE sql, 42804 for PL/pgSQL. BEGIN ATOMIC bodies keep the old star.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC502"


def return_type(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.RETURN_TYPE):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            "Name the columns in the body of the routine, and change its declared result with the table.",
            comparison.narrowed(error.span),
            error.possible,
        )
