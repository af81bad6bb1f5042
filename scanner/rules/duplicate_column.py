"""Two columns of a derived table get one name

What it means
    A derived table, CTE, view or table made from a query holds a star beside a column that is called
    like the new one.

Why it matters
    MySQL and MariaDB refuse it at once; PostgreSQL refuses CREATE TABLE AS and CREATE VIEW, and
    elsewhere only the reference to the name.

Example
    ALTER TABLE orders ADD COLUMN rn int;
    SELECT id FROM (SELECT orders.*, row_number() OVER (ORDER BY id) AS rn FROM orders) x;

Instead
    Name the columns instead of the star, or give the other one an alias.

Engines
    MySQL and MariaDB 1060; PostgreSQL 42701 for CREATE … AS.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC303"


def duplicate_column(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.DUPLICATE_COLUMN):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            f"Name the columns instead of the star, or alias {error.column}.",
            comparison.narrowed(error.span),
            error.possible,
        )
