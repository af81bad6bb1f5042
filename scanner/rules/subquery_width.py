"""A subquery, a row or an alias list no longer has the width it must have

What it means
    A scalar subquery, IN, a row comparison, SELECT … INTO or a list of column aliases is over a star
    that grows.

Why it matters
    The engine refuses the statement.

Example
    ALTER TABLE vip ADD COLUMN since date;
    SELECT id FROM orders WHERE customer_id IN (SELECT * FROM vip);

Instead
    Name the columns in the subquery.

Engines
    PostgreSQL 42601 (an alias list may be shorter there), MySQL 1241, 1222, 1353, MariaDB 1241, 1222, 4002.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC302"


def subquery_width(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(
        ErrorKind.SUBQUERY_WIDTH, ErrorKind.ROW_WIDTH, ErrorKind.ALIAS_LIST, ErrorKind.INTO_WIDTH
    ):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            "Name the columns of the subquery or row instead of the star.",
            comparison.narrowed(error.span),
            error.possible,
        )
