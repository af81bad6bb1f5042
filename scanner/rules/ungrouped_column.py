"""A selected column is not grouped

What it means
    GROUP BY no longer covers the select list: a star brings the new column in, or a name in GROUP BY
    that stood for an alias now means the new column.

Why it matters
    The engine refuses the statement.

Example
    ALTER TABLE orders ADD COLUMN label text;
    SELECT upper(name) AS label, count(*) FROM orders GROUP BY label;

Instead
    Name the columns, and group by the expression or its ordinal instead of the alias.

Engines
    PostgreSQL 42803; MySQL 1055 (ONLY_FULL_GROUP_BY is its default); MariaDB only with ONLY_FULL_GROUP_BY.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC404"


def ungrouped_column(comparison: Comparison) -> Iterator[Hit]:
    """Yields an error of the engine for each place."""
    for error in comparison.new_errors(ErrorKind.UNGROUPED_COLUMN):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(
            Effect.BREAKS,
            message,
            "Group by the expression or its ordinal instead of the alias, and name the columns instead of a star.",
            comparison.narrowed(error.span),
            error.possible,
        )
