"""Rows are compared as a whole, and now by one column more

What it means
    DISTINCT, UNION, INTERSECT and EXCEPT over a star compare every column. The new column takes part,
    so rows that were equal may differ.

Why it matters
    Counts and sets change without an error as soon as the new column holds different values.

Example
    ALTER TABLE visits ADD COLUMN source text;
    SELECT count(*) FROM (SELECT DISTINCT * FROM visits) v;

Instead
    Name the columns that make two rows the same.

Engines
    PostgreSQL, MySQL and MariaDB alike. A DISTINCT whose columns hold a primary key is not affected.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.rules.hit import Hit, listed

CODE = "SC102"


def compared_rows(comparison: Comparison) -> Iterator[Hit]:
    """Yields a change of results that no other mechanism explains: rows are told apart by more columns."""
    if any(error.possible is None for error in comparison.after.errors):
        return  # it has no results then
    if comparison.explained or not (comparison.rows_changed or comparison.outputs_changed):
        return
    names = listed(list(comparison.change.names))
    message = f"It compares whole rows, which {names} now belongs to: rows that were equal may differ."
    stars = comparison.grown_stars
    yield Hit(
        Effect.CHANGES_RESULTS,
        message,
        "Name the columns that make two rows the same instead of the star.",
        stars[0].span if stars else None,
    )
