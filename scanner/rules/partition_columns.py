"""A table becomes a partition or a child, and has other columns

What it means
    ALTER TABLE … EXCHANGE PARTITION swaps a partition with a table of the same columns; ATTACH PARTITION and
    INHERIT make a table part of another one. One of the two has the new column now.

Why it matters
    Jobs that load or archive by swapping partitions fail until both tables have the column.

Example
    ALTER TABLE orders ADD COLUMN status varchar(20);
    ALTER TABLE orders EXCHANGE PARTITION p2019 WITH TABLE orders_2019;

Instead
    Add the column to both tables, at the same place.

Engines
    PostgreSQL 42804 (ATTACH PARTITION, INHERIT), MySQL and MariaDB 1736 (EXCHANGE PARTITION).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.compare import Comparison
from scanner.model import Effect
from scanner.resolve import ErrorKind
from scanner.rules.hit import Hit

CODE = "SC209"


def partition_columns(comparison: Comparison) -> Iterator[Hit]:
    """Yields the error of the engine."""
    for error in comparison.new_errors(ErrorKind.PARTITION_COLUMNS):
        message = f"It fails with {error.code}: {error.message}."
        yield Hit(Effect.BREAKS, message, "Add the column to both tables, at the same place.", error.span)
