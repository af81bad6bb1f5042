"""CREATE OR REPLACE VIEW would rename a column of the view

What it means
    PostgreSQL lets CREATE OR REPLACE VIEW append columns, not insert them. A star that is not last puts
    the new column in the middle.

Why it matters
    The deployment that runs the same CREATE OR REPLACE VIEW again fails.

Example
    ALTER TABLE orders ADD COLUMN status text;
    CREATE OR REPLACE VIEW order_names AS SELECT o.*, c.name FROM orders o JOIN customers c USING (customer_id);

Instead
    Name the columns in the view, or drop and create it.

Engines
    PostgreSQL 42P16. MySQL and MariaDB replace the view.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC304"


def view_columns(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.VIEW_COLUMNS):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            "Name the columns of the view in their old order and put the new one last, or drop the view first.",
            comparison.narrowed(error.span),
            error.possible,
        )
